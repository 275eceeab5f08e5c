import { childPath } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import { child, labels, originOf, rootOf, spanAt, type Reading } from "./kubernetes.ts";
import { say } from "./messages.ts";
import { isSubdomain } from "./names.ts";
import type { Fields } from "./value.ts";
import { article } from "./words.ts";

/** Whether servers know the kind in this version. What another one says may differ, so it is never read as if it were a known one. */
export function isServed(reading: Reading, group: string, versions: readonly string[]): boolean {
  const { object } = reading;
  if (object.group === group && versions.includes(object.version)) return true;
  const at = spanAt(reading, "apiVersion", "value");
  const served = versions.map((version) => `${group}/${version}`);
  const quote = /^["']/.exec(at.source.text.slice(at.start, at.end))?.[0] ?? "";
  const fix = [{ at, text: `${quote}${served[0] ?? ""}${quote}` }];
  const parameters = { kind: object.kind, apiVersion: `${object.group}/${object.version}`, served };
  reading.diagnostics.push(say("api-version-unserved", at, parameters, { fix }));
  return false;
}

/**
 * What stands beside `spec`: the name, and fields that cannot change a verdict, unless they are parts of `spec` that slipped out of it.
 * `lost` says what would be left of the policy without them.
 */
export function checkHead(reading: Reading, specFields: readonly string[], lost: string): void {
  const { kind, name } = reading.object;
  const root = rootOf(reading);
  for (const key of Object.keys(root.value as Fields)) {
    if (["apiVersion", "kind", "metadata", "spec", "status"].includes(key)) continue;
    const inSpec = specFields.includes(key);
    const meant = nearest(key, ["spec"]);
    if (inSpec || meant !== undefined) {
      const parameters = { what: article(kind), field: key, lost, home: inSpec ? "under `spec:`" : undefined, meant };
      reading.diagnostics.push(say("field-unknown", spanAt(reading, childPath("", key), "key"), parameters));
    } else skip(reading, key, childPath("", key));
  }
  const metadata = child(root, "metadata");
  labels(reading, child(metadata, "labels"), "`labels`");
  labels(reading, child(metadata, "annotations"), "`annotations`");
  for (const key of Object.keys((metadata?.value ?? {}) as Fields)) {
    if (!metadataFields.has(key)) skip(reading, `metadata.${key}`, childPath("metadata", key));
  }
  if (!isSubdomain(name)) {
    reading.diagnostics.push(say("name-invalid", spanAt(reading, "metadata.name", "value"), { what: "the name of a policy", name }));
  }
}

function skip(reading: Reading, field: string, path: string): void {
  const why = "no field of the API, dropped by the server";
  reading.skipped.push({
    what: `${field} of ${reading.object.kind}`,
    effect: "none",
    why,
    count: 1,
    origins: [originOf(reading, path)],
  });
}

const metadataFields: ReadonlySet<string> = new Set([
  ...["name", "generateName", "namespace", "labels", "annotations", "ownerReferences", "finalizers", "managedFields", "selfLink", "uid"],
  ...["resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "clusterName"],
]);
