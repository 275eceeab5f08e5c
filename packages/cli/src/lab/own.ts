import type { Configuration } from "@netproof/core/contrail";
import {
  changesBetween,
  familiesOf,
  formatAddress,
  placeText,
  policyText,
  read,
  resolveEnd,
  resolveFlows,
  rowsOf,
  sortRows,
  spanOf,
  totalsOf,
  viewAt,
  type Calculation,
  type Change,
  type Endpoint,
  type Flow,
  type OnePort,
  type Snapshot,
} from "@netproof/core/parts";
import type { CurlTarget, MeasuredSession } from "@netproof/lab";
import type { Options } from "../flags.ts";
import { onePort } from "../ports.ts";
import { Refusal } from "../refusal.ts";
import type { ReadSubject } from "../subject.ts";
import { denyWithOf, enforcesContrail, labOf, loadLab } from "./ask.ts";
import type { HeldLab } from "./held.ts";
import { traceText } from "./trace.ts";

export interface OwnLab extends HeldLab {
  /** Goes on to what the files say now; says how long it took and which pairs changed. */
  follow(next: ReadSubject): Promise<string>;
  readonly subject: ReadSubject;
  readonly session: MeasuredSession;
}

/** Builds a lab in this process from what the command line names. */
export async function buildLab(subject: ReadSubject, options: Options): Promise<OwnLab> {
  const { measured } = await loadLab();
  const outside = (subject.useCase?.outside ?? []).flatMap(({ externals }) => externals);
  const engine = measured(await labOf(options, subject.history));
  const session = await engine.open(subject.names.snapshot, { outside });

  const endpointOf = (text: string): Endpoint => {
    const { end, problem } = resolveEnd(text, subject.names);
    if (problem !== undefined) throw new Refusal(problem.message, problem.help ?? []);
    const [endpoint] = end.endpoints;
    if (endpoint === undefined) throw new Refusal(`\`${text}\` is nothing that packets can come from`, "name a pod, a node or an address");
    return endpoint;
  };
  const portOf = (port: string): OnePort => onePort(port, subject.useCase?.ports ?? new Map());
  const flowsOf = (from: string, to: string, port: string): readonly [Flow, ...Flow[]] => {
    const found = resolveFlows({ from, to, ...portOf(port) }, subject.names);
    if (found.kind === "problem") throw new Refusal(found.problem.message, found.problem.help ?? []);
    const [first, ...more] = found.kind === "flows" ? found.flows.map(({ flow }) => flow) : [];
    if (first === undefined) throw new Refusal(`the endpoints of \`${to}\` are not known`);
    return [first, ...more];
  };
  /** What a person dials: a Service by its own address where it has one, else the end itself. */
  const targetOf = ({ to, port }: Call, flow: Flow): CurlTarget => {
    const clusterIP = resolveEnd(to, subject.names).end?.service?.clusterIPs.find(({ family }) => family === flow.family);
    if (clusterIP !== undefined) return { host: hostText(formatAddress(clusterIP)), port: portOf(port).port };
    const spot = session.session.layout.spotOf(flow.to, flow.family);
    if (typeof spot === "string") throw new Refusal(spot);
    return { host: hostText(spot.address), port: flow.port };
  };

  const advance = async (now: ReadSubject, next: Snapshot): Promise<string> => {
    const before = session.calculation;
    await session.advance(next);
    return changeText(now, before, session.calculation, session.session.enforcedAfter);
  };

  return {
    subject,
    session,
    enter: async (from, call) => {
      const flows = call === undefined ? undefined : flowsOf(from, call.to, call.port);
      if (flows !== undefined) await session.session.serve(flows);
      const flow = flows?.[0];
      const entered = await session.session.enter(flow?.from ?? endpointOf(from), flow?.family ?? 4);
      if (typeof entered === "string") throw new Refusal(entered);
      const target = call === undefined || flow === undefined ? undefined : targetOf(call, flow);
      return { command: entered.command, source: entered.address, target };
    },
    trace: async ({ from, to, port }) => {
      const [flow] = flowsOf(from, to, port);
      const [answer] = await session.session.ask([flow]);
      return answer === undefined ? "" : traceText(answer, session.session);
    },
    change: async (kind, file) => advance(subject, await changed(session.snapshot, kind, file)),
    follow: (next) => advance(next, next.names.snapshot),
    down: async () => {},
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

type Call = NonNullable<Parameters<HeldLab["enter"]>[1]>;

function hostText(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** As `kubectl apply` and `kubectl delete` would: by kind, namespace and name. */
async function changed(
  snapshot: Snapshot,
  kind: "apply" | "delete",
  file: { readonly name: string; readonly text: string },
): Promise<Snapshot> {
  const { snapshot: own, diagnostics } = await read([file]);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new Refusal(error.message, error.at === undefined ? [] : placeText(error.at));
  if (own.policies.length + own.clusterPolicies.length === 0) throw new Refusal(`\`${file.name}\` holds no policy`);
  const key = ({ name }: { readonly name: object }): string => JSON.stringify(name);
  const present = [...snapshot.policies, ...snapshot.clusterPolicies];
  const known = new Set(present.map(key));
  const missing = [...own.policies, ...own.clusterPolicies].filter((policy) => kind === "delete" && !known.has(key(policy)));
  if (missing.length > 0)
    throw new Refusal(
      `${missing.map(({ name }) => `\`${policyText(name)}\``).join(", ")} cannot be deleted: no such policy is in force`,
      present.length === 0 ? "no policy is" : `in force: ${present.map(({ name }) => policyText(name)).join(", ")}`,
    );
  const replaced = <P extends { readonly name: object }>(old: readonly P[], fresh: readonly P[]): readonly P[] => {
    const named = new Map(fresh.map((policy) => [key(policy), policy]));
    if (kind === "delete") return old.filter((policy) => !named.has(key(policy)));
    return [...old.map((policy) => named.get(key(policy)) ?? policy), ...fresh.filter((policy) => !known.has(key(policy)))];
  };
  return {
    ...snapshot,
    policies: replaced(snapshot.policies, own.policies),
    clusterPolicies: replaced(snapshot.clusterPolicies, own.clusterPolicies),
  };
}

/** `enforced after 14 ms, new connections only: 6 of 54 pairs close`, and a line per group of pairs. */
function changeText({ useCase }: ReadSubject, before: Calculation, after: Calculation, milliseconds: number): string {
  const options = { outside: useCase?.outside ?? [], elsewhere: "left-out", underTest: [], aboutOf: () => undefined } as const;
  const families = familiesOf([before, after], options);
  const rows = sortRows(rowsOf([before, after], families, options), []);
  const [was, is] = [before, after].map((calculation) => ({ view: viewAt(rows, calculation, families), calculation })) as [
    Parameters<typeof changesBetween>[0]["before"],
    Parameters<typeof changesBetween>[0]["before"],
  ];
  const changes = changesBetween({ before: was, after: is }, []);
  const { pairs } = totalsOf(is.view);
  const words = {
    opens: "open",
    widens: "widen",
    alters: "alter",
    narrows: "narrow",
    closes: "close",
    "loses-certainty": "lose certainty",
  };
  const counts = Object.entries(words).flatMap(([kind, word]) => {
    const count = changes.filter((change) => change.kind === kind).reduce((sum, change) => sum + change.pairs, 0);
    return count === 0 ? [] : [`${count} of ${pairs} pairs ${word}`];
  });
  const head = `enforced after ${Math.max(1, Math.round(milliseconds))} ms, new connections only: ${counts.length === 0 ? "no pair changes" : counts.join(", ")}\n`;
  return (
    head +
    changes
      .map((change) => `  ${changeLine(change, (id) => rows.find(({ endpoint }) => endpoint.id === id)?.endpoint.name ?? id)}\n`)
      .join("")
  );
}

function changeLine({ kind, from, to, place }: Change, nameOf: (id: string) => string): string {
  const ends = (ids: readonly string[]): string => ids.map(nameOf).join(" ");
  const sentence = `${kind.padEnd(8)} ${ends(from)} → ${ends(to)}`;
  return place === undefined ? sentence : `${sentence.padEnd(62)} ${place.file}:${place.line}`;
}

/** The listing of rules, with the manifest lines behind them. */
export async function rulesText({ names, history }: ReadSubject, options: Options): Promise<string> {
  const { compile, compileFirewall, listing, planLayout } = await import("@netproof/lab");
  const { stands, nodes, addressesOf } = planLayout(names.snapshot, []);
  const ground = { snapshot: names.snapshot, stands, addressesOf };
  const ruleset = enforcesContrail(options) ? compileFirewall(ground, await contrailObjects(history)) : compile(ground);
  const remark = ({ from }: (typeof ruleset.chains)[number]["rules"][number]): string =>
    [...new Set(from.map((origin) => placeText(spanOf(origin))))].join(", ");
  const denyWith = denyWithOf(options, true);
  return nodes
    .map(({ place }) => {
      const head = nodes.length === 1 ? "" : `# router of ${place.name}\n`;
      return head + listing(ruleset, { router: place.id, generation: 1, denyWith, canary: undefined }, remark);
    })
    .join("");
}

async function contrailObjects(history: ReadSubject["history"]): Promise<Configuration> {
  const { contrailFirewall } = await import("../contrail/packets.ts");
  const goTo = contrailFirewall(history.slice(0, -1))();
  return (await goTo(history.at(-1) ?? history[0])).configuration;
}

export function addressesText(endpoint: Endpoint): string {
  if (endpoint.kind === "external") return formatAddress(endpoint.address);
  return endpoint.addresses === "not-yet-assigned" ? "" : endpoint.addresses.map(formatAddress).join(" ");
}
