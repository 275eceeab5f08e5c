import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { kubeEvents, kubeObjects } from "../../src/contrail/from-events.ts";
import { compileEvents, compileObjects } from "../../src/contrail/compile.ts";
import type { Configuration } from "../../src/contrail/objects.ts";
import { profileNamed, type Profile } from "../../src/contrail/profiles.ts";
import type { Endpoint, Snapshot } from "../../src/model/cluster.ts";
import { endpointName } from "../../src/model/endpoint.ts";
import { parseAddress } from "../../src/net/address.ts";
import { read } from "../../src/read/read.ts";
import { plainDocument } from "../../src/text/source.ts";
import { sharedFolder } from "../shared.ts";

/** One case made with the real translation code (spec 9.4). */
export interface OracleCase {
  readonly id: string;
  readonly title: string;
  readonly profile: string;
  readonly input: readonly unknown[];
  readonly events?: readonly unknown[];
  readonly output: readonly unknown[];
  readonly application_policy_set: { readonly fq_name: readonly string[]; readonly tags: readonly string[] };
  readonly address_groups: Readonly<Record<string, readonly string[]>>;
  readonly tags: readonly string[];
  readonly pod_tags: Readonly<Record<string, { readonly interface: readonly string[]; readonly effective: readonly string[] }>>;
  readonly rejected_events: readonly { readonly event: string; readonly exception: string }[];
  readonly verdicts: readonly OracleVerdict[];
}

export interface OracleVerdict {
  readonly source: string;
  readonly destination: string;
  readonly protocol: "TCP" | "UDP" | "SCTP" | "ICMP";
  readonly port: number | null;
  readonly contrail: "allow" | "deny";
  readonly firewall_policy: string | null;
  readonly rule: string | null;
  readonly kubernetes?: "allow" | "deny";
  readonly deviates?: boolean;
}

export const oracleFolder: string | undefined = (() => {
  const shared = sharedFolder();
  return shared === undefined ? undefined : path.join(shared, "contrail", "oracle");
})();

/** Below the folder, sorted: `book-1-policy1.json`, `profile-2020-09/peer-pod-empty.json`. */
export const oracleFiles: readonly string[] =
  oracleFolder === undefined
    ? []
    : readdirSync(oracleFolder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.replaceAll(path.sep, "/"))
        .sort();

export function oracleCase(file: string): OracleCase {
  return JSON.parse(readFileSync(path.join(oracleFolder ?? "", file), "utf8")) as OracleCase;
}

function profileOf({ profile }: OracleCase): Profile {
  const found = profileNamed(profile);
  if (found === undefined) throw new Error(`no profile: ${profile}`);
  return found;
}

/** Compiles a case from its raw objects, or from its events where it has some. */
export function compiled(one: OracleCase, profile: Profile = profileOf(one)): Configuration {
  const document = plainDocument({ name: `${one.id}.json`, text: "" });
  const objects = kubeObjects(
    one.input.map((value, i) => ({ value, document, path: `[${i}]` })),
    "as-given",
  );
  if (one.events === undefined) return compileObjects(objects, profile);
  return compileEvents(kubeEvents(one.events, document, objects, "as-given"), profile);
}

/** The cluster as it stands at the end of a case, and whether all of it is what Kubernetes would take. */
export async function finalSnapshot(one: OracleCase): Promise<{ readonly snapshot: Snapshot; readonly isValid: boolean }> {
  const items = [...finalObjects(one)];
  const { snapshot, diagnostics } = await read([
    { name: `${one.id}.json`, text: JSON.stringify({ apiVersion: "v1", kind: "List", items }) },
  ]);
  return { snapshot, isValid: diagnostics.every(({ severity }) => severity !== "error") };
}

/** The input lists what was there at first; later events say what became of it. */
function finalObjects({ input, events = [] }: OracleCase): Iterable<unknown> {
  interface Named {
    readonly kind: string;
    readonly metadata: { readonly namespace?: string; readonly name: string };
  }
  const keyOf = ({ kind, metadata }: Named): string => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  const present = new Map<string, unknown>();
  for (const { type, object } of events as readonly { readonly type: string; readonly object: Named }[]) {
    if (type === "ADDED" || type === "MODIFIED") present.set(keyOf(object), object);
    else if (type === "DELETED") present.delete(keyOf(object));
  }
  return events.length === 0 ? input : present.values();
}

export function podsOf({ pods }: Snapshot): ReadonlyMap<string, Endpoint> {
  return new Map(pods.map((pod) => [endpointName(pod), pod]));
}

/** The cases name their outside points without an address; these lie in and out of the blocks that the verdicts show. */
const outside: Readonly<Record<string, string>> = {
  cent222: "10.169.25.20",
  cent333: "10.169.25.21",
  in: "172.17.0.5",
  "in-except": "172.17.1.5",
  dst: "10.0.0.5",
  ok: "192.0.2.10",
  ex1: "192.0.2.70",
  net: "192.0.2.200",
  outside: "192.0.2.10",
};

export function endpointOf(name: string, pods: ReadonlyMap<string, Endpoint>): Endpoint {
  const pod = pods.get(name);
  if (pod !== undefined) return pod;
  const address = parseAddress(outside[name.replace(/^external\//, "")] ?? "");
  if (address === undefined) throw new Error(`no endpoint ${name}`);
  return { kind: "external", address };
}
