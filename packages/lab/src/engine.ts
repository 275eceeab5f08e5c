import type { Configuration } from "@netproof/core/contrail";
import {
  formatAddress,
  sameEndpoint,
  specCalculation,
  uniteCuts,
  type Address,
  type Answer,
  type Cuts,
  type AskOptions,
  type Direction,
  type Endpoint,
  type Engine,
  type Family,
  type Flow,
  type Pod,
  type Session,
  type Snapshot,
  type Watch,
  type Watched,
} from "@netproof/core/parts";
import { answerOf, type Judged, type Transcript } from "./answer.ts";
import { canaryOrders, canaryOf, judgeCanaries, turningsOf, type SelfTest } from "./canary.ts";
import { LabError, startSupervisor, type Supervisor } from "./launch.ts";
import { compile } from "./nft/compile.ts";
import { canaryMarks, rulesOfRouter, tableName, transactions, type DenyWith } from "./nft/render.ts";
import { compileFirewall } from "./nft/firewall.ts";
import { isDoubt, type Ground, type Ruleset } from "./nft/ruleset.ts";
import { planLayout, type Layout, type Spot } from "./plan/layout.ts";
import type { Place } from "./plan/place.ts";
import { standInsFor } from "./plan/stand-in.ts";
import type { Order, Tried } from "./probe/order.ts";
import type { HeldSeen } from "./protocol.ts";

export interface LabOptions {
  /** `reject` answers at once; `drop` is silent, as many network plugins are, and slower to measure. */
  readonly denyWith: DenyWith;
  /** The rules by which the routers decide; those of the policies when left out. */
  readonly rulesOf?: (ground: Ground) => Ruleset;
  /** Lets the routers enforce Contrail's objects instead of the policies. Called once per lab; what it gives, with each snapshot in order. */
  readonly firewallOf?: () => (snapshot: Snapshot) => Promise<Firewall>;
}

/** The objects that Contrail makes of a snapshot, and where they tell flows apart. */
export interface Firewall {
  readonly configuration: Configuration;
  readonly cuts: Cuts;
}

export interface LabAskOptions extends AskOptions {
  /** Called with each answer as it comes, and the place of its flow among those asked. */
  readonly answered?: (answer: Answer<Transcript>, place: number) => void;
}

/** A lab that is up: a session, and what only a lab has. */
export interface LabSession extends Session<Transcript> {
  readonly layout: Layout;
  readonly ruleset: Ruleset;
  /** Where the rules in force tell flows apart. */
  readonly cuts: Cuts;
  /** The number of the rules in force, which grows with each change. */
  readonly generation: number;
  /** What the lab's own two ends saw under the rules in force. */
  readonly selfTest: SelfTest;
  /** How many servers were asked from their own place, and how many of them answered. */
  readonly servers: { readonly asked: number; readonly answering: number };
  /** Milliseconds that the last switch of rules took. */
  readonly enforcedAfter: number;
  ask(flows: readonly Flow[], options?: LabAskOptions): Promise<readonly Answer<Transcript>[]>;
  /** The same, keeping no answer: each is told in the order of the flows, thousands at a time. */
  tell(flows: readonly Flow[], answered: (answer: Answer<Transcript>) => void): Promise<void>;
  /** Goes to the next snapshot and tells what was asked of time. Without a watch nothing is told. */
  advance(next: Snapshot, options?: LabAdvanceOptions): Promise<void>;
  /** What the last change was asked of time; undefined where nothing was. */
  readonly change: SeenChange | undefined;
  /** Starts a pod anew under the rules in force, and tries these flows of it in its first moments. */
  startAnew(pod: Pod, flows: readonly Flow[]): Promise<StartSeen | string>;
  /** Keeps these servers answering, whoever asks; from now on programs may be run in the places. */
  serve(flows: readonly Flow[]): Promise<void>;
  /** Takes these files away when this process is gone, however it ended. */
  own(files: readonly string[]): Promise<void>;
  /** The command before a program's own that runs it where this endpoint is; a sentence when the lab has no place for it. */
  enter(endpoint: Endpoint, family: Family): Promise<{ readonly command: readonly string[]; readonly address: string } | string>;
}

export type WatchedChange = Pick<Watch, "enforcement" | "held">;
export type SeenChange = Pick<Watched, "enforcement" | "held">;

export interface LabAdvanceOptions {
  readonly signal?: AbortSignal;
  readonly watch?: WatchedChange | undefined;
}

/** One per flow, in its order: milliseconds after the start at which it got through first and last, and whether a rule denied it. */
export type StartSeen = readonly {
  readonly firstOpen: number | undefined;
  readonly lastOpen: number | undefined;
  readonly denied: boolean;
}[];

export interface LabEngine extends Engine<Transcript> {
  open(snapshot: Snapshot, options?: LabAdvanceOptions): Promise<LabSession>;
}

/** Measures with real packets: pods are network namespaces, nftables enforces, and both the client and the kernel are witnesses. */
export function createLab(options: LabOptions): LabEngine {
  return {
    name: options.firewallOf === undefined ? "lab" : "lab:contrail",
    nature: "observed",
    open: (snapshot, { signal, watch } = {}) => openLab(snapshot, options, signal, watch),
  };
}

export const lab: LabEngine = createLab({ denyWith: "reject" });

/** Flows of one batch, and flows of which routers keep notes: these are read whole after each batch. */
const perBatch = 1_500;
/** Whoever listens to single answers hears of them in about so many batches, each of them not too small. */
const heardBatches = 50;
const leastHeard = 16;

async function openLab(
  first: Snapshot,
  options: LabOptions,
  signal: AbortSignal | undefined,
  watch: WatchedChange | undefined,
): Promise<LabSession> {
  const supervisor = await startSupervisor();
  try {
    return await labOn(supervisor, first, options, signal, watch);
  } catch (error) {
    await supervisor[Symbol.asyncDispose]();
    throw error;
  }
}

async function labOn(
  supervisor: Supervisor,
  first: Snapshot,
  options: LabOptions,
  signal: AbortSignal | undefined,
  firstWatch: WatchedChange | undefined,
): Promise<LabSession> {
  let snapshot = first;
  let layout: Layout | undefined;
  const firewallOf = options.firewallOf?.();
  let ruleset: Ruleset = { sets: [], chains: [], dispatch: [], rewrites: [], causes: new Map(), ownNode: "exempt" };
  let { cuts } = specCalculation(first);
  let generation = 0;
  let selfTest: SelfTest = { open: 0, denied: 0, failures: [] };
  let enforcedAfter = 0;
  let change: SeenChange | undefined;
  /** Whether all servers of a place answered at home that were asked. */
  const homes = new Map<number, boolean>();
  let standIns = standInsFor(first, cuts);

  /** The new rules stand before the pods do that they speak of, so that no pod is open in its first moments. */
  const install = async (
    next: Snapshot,
    outside: readonly Address[],
    abort: AbortSignal | undefined,
    watch?: WatchedChange,
  ): Promise<void> => {
    const connections = await holdAll(watch?.held ?? []);
    const planned = planLayout(next, outside, layout);
    const kept = new Set(planned.places.map(({ id }) => id));
    const gone = (layout?.places ?? []).filter(({ id }) => !kept.has(id)).map(({ id }) => id);
    const had = new Set(layout?.places.map(({ id }) => id));
    const added = planned.places.filter(({ id }) => !had.has(id));
    const isFrame = ({ role }: Place): boolean => role !== "pod" && role !== "outside";
    if (gone.length > 0) await supervisor.run({ do: "remove", ids: gone });
    for (const id of gone) homes.delete(id);
    await supervisor.run({ do: "add", places: added.filter(isFrame) });
    if (next !== snapshot || layout === undefined) {
      connections?.without(gone);
      const enforcement = await loadRules(next, planned, watch?.enforcement === true, connections);
      change = watch && { enforcement, held: connections?.seen ?? watch.held.map(() => notHeld("there is no stage before")) };
    }
    await supervisor.run({ do: "add", places: added.filter((place) => !isFrame(place)) });
    layout = planned;
    if (next !== snapshot) standIns = standInsFor(next, cuts);
    snapshot = next;
    abort?.throwIfAborted();
  };

  /** Opens connections before anything changes; undefined where there are none, or nothing that they could be opened in. */
  const holdAll = async (flows: readonly Flow[]): Promise<Connections | undefined> => {
    if (flows.length === 0 || layout === undefined) return undefined;
    await ensureOutside(flows, undefined);
    const wanted = flows.map(orderOf);
    const seen = await supervisor.run({ do: "hold", orders: wanted.filter((order) => typeof order !== "string") });
    return connectionsOf(wanted, seen);
  };

  /** Connections are asked twice: while the routers know them, and when these have forgotten them. */
  const loadRules = async (
    next: Snapshot,
    planned: Layout,
    timed: boolean,
    connections: Connections | undefined,
  ): Promise<Watched["enforcement"]> => {
    const ground = { snapshot: next, stands: planned.stands, addressesOf: planned.addressesOf };
    const firewall = await firewallOf?.(next);
    const compiled = firewall === undefined ? (options.rulesOf ?? compile)(ground) : compileFirewall(ground, firewall.configuration);
    // Pods and outside addresses that the text of the API tells apart are tried apart, whichever rules are in force.
    const { cuts: ofText } = specCalculation(next);
    cuts = firewall === undefined ? ofText : uniteCuts(ofText, firewall.cuts);
    generation++;
    const before = layout;
    const routers = planned.nodes.map((node) => {
      const { place } = node;
      const wanted = { router: place.id, generation, denyWith: options.denyWith, canary: canaryOf(node, generation) };
      const hadRules = before?.nodes.some((one) => one.place.id === place.id) === true;
      const { doubts } = rulesOfRouter(compiled, wanted);
      return { place: place.id, transactions: transactions(compiled, wanted, hadRules ? generation - 1 : undefined), doubts };
    });
    const denyMarks = [...compiled.causes].flatMap(([mark, cause]) => (!isDoubt(cause) && cause.outcome === "deny" ? [mark] : []));
    const loaded = {
      table: tableName(generation),
      denyWith: options.denyWith,
      denyMarks: [...denyMarks, canaryMarks.ingressDenied, canaryMarks.egressDenied],
      routers,
    };
    const turnings = timed ? turningsOf(planned.nodes, generation) : [];
    const { milliseconds, turned } = await supervisor.run({ do: "rules", rules: loaded, keep: connections !== undefined, turnings });
    [ruleset, enforcedAfter] = [compiled, milliseconds];
    if (connections !== undefined) {
      const isDeny = (mark: number | undefined): boolean => mark !== undefined && loaded.denyMarks.includes(mark);
      connections.changed(await supervisor.run({ do: "greet" }), isDeny);
      await supervisor.run({ do: "forget" });
      connections.judged(await supervisor.run({ do: "greet" }), isDeny);
      await supervisor.run({ do: "release" });
    }
    // Nothing is reported of rules that were not seen to deny and to allow.
    const orders = canaryOrders(planned.nodes, generation);
    selfTest = judgeCanaries(orders, await supervisor.run({ do: "probe", orders: orders.map(({ order }) => order) }));
    if (selfTest.failures.length > 0)
      throw new LabError(`the lab's own test failed, so it reports nothing: ${selfTest.failures.slice(0, 3).join("; ")}`);
    const after = turned.filter((one) => one !== null);
    return after.length === 0 ? undefined : { firstAfter: Math.min(...after), lastAfter: Math.max(...after), routers: after.length };
  };

  const standing = (): Layout => layout as Layout;

  /** Makes a host for every outside address that has none yet. */
  const ensureOutside = async (flows: readonly Flow[], abort: AbortSignal | undefined): Promise<void> => {
    const known = new Set(standing().outside.map(formatAddress));
    const wanted = new Map<string, Address>();
    for (const { from, to } of flows) {
      for (const end of [from, to]) {
        const address = end.kind === "external" ? standIns.for(end.address) : undefined;
        if (address !== undefined) wanted.set(formatAddress(address), address);
      }
    }
    const fresh = [...wanted].filter(([text]) => !known.has(text)).map(([, address]) => address);
    if (fresh.length > 0) await install(snapshot, [...standing().outside, ...fresh], abort);
  };

  const standInsOf = ({ from, to }: Flow): readonly string[] =>
    [from, to].flatMap((end) => {
      const address = end.kind === "external" ? standIns.for(end.address) : undefined;
      return end.kind !== "external" || address === undefined || address === end.address
        ? []
        : [`${formatAddress(address)} for ${formatAddress(end.address)}`];
    });

  const orderOf = ({ from, to, family, protocol, port }: Flow): Order | string => {
    const [source, target] = [from, to].map((end) => {
      const address = end.kind === "external" ? standIns.for(end.address) : undefined;
      return standing().spotOf(address === undefined ? end : { kind: "external", address }, family);
    }) as [Spot | string, Spot | string];
    if (typeof source === "string") return source;
    if (typeof target === "string") return target;
    return { from: source.place, source: source.address, to: target.place, target: target.address, protocol, port };
  };

  /** `anew`: batches before it were told. */
  const tryBatch = async (
    flows: readonly Flow[],
    anew: boolean,
    abort: AbortSignal | undefined,
    progress: (done: number) => void,
  ): Promise<Batch> => {
    const wanted = flows.map(orderOf);
    const orders = wanted.filter((order) => typeof order !== "string");
    const how = { progress, ...(abort === undefined ? {} : { signal: abort }) };
    const tried = await supervisor.run({ do: "probe", orders, home: true, anew }, how);
    for (const [i, { to }] of orders.entries()) homes.set(to, tried[i]?.atHome === true && homes.get(to) !== false);
    return { flows, wanted, tried };
  };

  const answersOf = ({ flows, wanted, tried }: Batch): readonly Answer<Transcript>[] => {
    const devices = new Map(standing().stands.map((stand) => [endpointKey(stand.pod), stand.device]));
    const isolated = new Set(ruleset.dispatch.filter((one) => one.isolated).map(({ direction, device }) => `${direction} ${device}`));
    const judged: Judged = {
      snapshot,
      ruleset,
      isIsolated: (endpoint: Endpoint, direction: Direction) => isolated.has(`${direction} ${devices.get(endpointKey(endpoint)) ?? ""}`),
    };
    let next = 0;
    return flows.map((flow, i) => {
      const order = wanted[i] as Order | string;
      if (typeof order === "string") return answerOf(flow, order, standInsOf(flow), judged);
      const result = tried[next++];
      return answerOf(flow, result?.atHome === true ? result : "its server does not answer even at home", standInsOf(flow), judged);
    });
  };

  /** While one batch is told, the next one is tried. */
  const askAll = async (
    flows: readonly Flow[],
    size: number,
    { signal: abort, progress }: { readonly signal?: AbortSignal | undefined; readonly progress?: LabAskOptions["progress"] | undefined },
    answered: (answer: Answer<Transcript>) => void,
  ): Promise<void> => {
    await ensureOutside(flows, abort);
    let before: Promise<Batch> | undefined;
    let noted = 0;
    for (let start = 0; start < flows.length; start += size) {
      const batch = flows.slice(start, start + size);
      const anew = noted + batch.length > perBatch;
      noted = (anew ? 0 : noted) + batch.length;
      const next = tryBatch(batch, anew, abort, (done) => progress?.(start + done));
      // What is wrong with it is heard when it is waited for.
      next.catch(() => {});
      if (before !== undefined) for (const answer of answersOf(await before)) answered(answer);
      before = next;
    }
    if (before !== undefined) for (const answer of answersOf(await before)) answered(answer);
  };

  await install(first, [], signal, firstWatch);

  /** The pod goes and comes as in a cluster: its policies are there before it is. */
  const startAnew = async (pod: Pod, flows: readonly Flow[]): Promise<StartSeen | string> => {
    await ensureOutside(flows, undefined);
    if (pod.hostNetwork) return "it has its node's network, which does not start with it";
    const whole = snapshot;
    const without = { ...whole, pods: whole.pods.filter((one) => !sameEndpoint(one, pod)) };
    await install(without, standing().outside, undefined);
    await install(whole, standing().outside, undefined);
    const orders = flows.map(orderOf);
    const missing = orders.find((order) => typeof order === "string");
    if (typeof missing === "string") return missing;
    const openings = await supervisor.run({ do: "start", orders: orders.filter((order) => typeof order !== "string") });
    const isDeny = (mark: number | undefined): boolean => {
      const cause = mark === undefined ? undefined : ruleset.causes.get(mark);
      return cause !== undefined && !isDoubt(cause) && cause.outcome === "deny";
    };
    return openings.map(({ firstOpen, lastOpen, noted }) => ({
      firstOpen,
      lastOpen,
      denied: isDeny(noted.egress) || isDeny(noted.ingress),
    }));
  };

  return {
    get snapshot() {
      return snapshot;
    },
    get change() {
      return change;
    },
    startAnew,
    get layout() {
      return standing();
    },
    get ruleset() {
      return ruleset;
    },
    get cuts() {
      return cuts;
    },
    get generation() {
      return generation;
    },
    get selfTest() {
      return selfTest;
    },
    get enforcedAfter() {
      return enforcedAfter;
    },
    get servers() {
      // One server per place, on all ports that it was asked for.
      return { asked: homes.size, answering: [...homes.values()].filter((answers) => answers).length };
    },
    diagnostics: [],
    ask: async (flows, { answered, ...how } = {}) => {
      const size = answered === undefined ? perBatch : Math.min(perBatch, Math.max(leastHeard, Math.ceil(flows.length / heardBatches)));
      const answers: Answer<Transcript>[] = [];
      await askAll(flows, size, how, (answer) => {
        answers.push(answer);
        answered?.(answer, answers.length - 1);
      });
      return answers;
    },
    tell: (flows, answered) => askAll(flows, perBatch, {}, answered),
    serve: async (flows) => {
      await ensureOutside(flows, undefined);
      await supervisor.run({ do: "serve", orders: flows.map(orderOf).filter((order) => typeof order !== "string") });
    },
    own: async (files) => {
      await supervisor.run({ do: "own", files });
    },
    enter: async (endpoint, family) => {
      const spot = standing().spotOf(endpoint, family);
      if (typeof spot === "string") return spot;
      const { namespaces } = await supervisor.run({ do: "serve", orders: [] });
      const descriptor = namespaces.find(([place]) => place === spot.place)?.[1];
      if (descriptor === undefined) return `the lab has no namespace for ${spot.address}`;
      return { command: supervisor.enter(descriptor), address: spot.address };
    },
    advance: async (next, { signal: abort, watch } = {}) => {
      change = undefined;
      await install(next, standing().outside, abort, watch);
    },
    [Symbol.asyncDispose]: () => supervisor[Symbol.asyncDispose](),
  };
}

type HeldOutcome = Watched["held"][number];

/** Flows that were tried together: how each was ordered, and what became of those that could be. */
interface Batch {
  readonly flows: readonly Flow[];
  readonly wanted: readonly (Order | string)[];
  readonly tried: readonly Tried[];
}

/** Connections across a change: what was seen of each before it, after it, and when it was judged anew. */
interface Connections {
  readonly seen: readonly HeldOutcome[];
  /** These places are gone: what began in one of them has ended with it. */
  without(places: readonly number[]): void;
  changed(after: readonly HeldSeen[], isDeny: IsDeny): void;
  judged(after: readonly HeldSeen[], isDeny: IsDeny): void;
}

type IsDeny = (mark: number | undefined) => boolean;

function notHeld(detail: string): HeldOutcome {
  return { outcome: "not-open", detail };
}

function connectionsOf(wanted: readonly (Order | string)[], opened: readonly HeldSeen[]): Connections {
  // Those that the lab has a place for, by their place among all.
  const tried = wanted.flatMap((order, i) => (typeof order === "string" ? [] : [i]));
  const seen = wanted.map((order): HeldOutcome => ({ outcome: "not-open", detail: typeof order === "string" ? order : "" }));
  for (const [k, i] of tried.entries()) {
    const one = opened[k];
    seen[i] = one?.seen.kind === "open" ? { outcome: "survives", detail: "" } : notHeld(seenText(one));
  }
  const now = (after: readonly HeldSeen[], isDeny: IsDeny, ended: "cut" | "until-judged"): void => {
    for (const [k, i] of tried.entries()) {
      const one = after[k];
      if (seen[i]?.outcome !== "survives" || one?.seen.kind === "open") continue;
      const side = (["egress", "ingress"] as const).find((direction) => isDeny(one?.noted[direction]));
      if (side !== undefined) seen[i] = { outcome: ended, detail: `its ${side} is denied` };
      else if (one?.seen.kind === "refused") seen[i] = { outcome: ended, detail: seenText(one) };
      else seen[i] = { outcome: "unknown", detail: "nothing came back, and no rule saw it" };
    }
  };
  return {
    seen,
    without: (places) => {
      for (const i of tried) {
        const order = wanted[i];
        if (typeof order === "object" && places.includes(order.from) && seen[i]?.outcome === "survives")
          seen[i] = { outcome: "cut", detail: "its client is gone" };
      }
    },
    changed: (after, isDeny) => now(after, isDeny, "cut"),
    judged: (after, isDeny) => now(after, isDeny, "until-judged"),
  };
}

function seenText(one: HeldSeen | undefined): string {
  switch (one?.seen.kind) {
    case "rejected":
      return `its ${one.seen.side} is rejected`;
    case "refused":
      return "the other end reset it";
    case "no-route":
    case "error":
      return one.seen.detail;
    case "silent":
      return "its packets are dropped";
    case "open":
    case undefined:
      return "";
  }
}

function endpointKey(endpoint: Endpoint): string {
  return endpoint.kind === "pod" ? `${endpoint.namespace.name}/${endpoint.name}` : "";
}
