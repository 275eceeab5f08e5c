import {
  endpointName,
  portIntervals,
  reachByAsking,
  relationOf,
  sameEndpoint,
  type Answer,
  type Calculation,
  type Cuts,
  type DerivedSession,
  type Endpoint,
  type External,
  type Family,
  type Flow,
  type Pod,
  type Reachability,
  type Snapshot,
  type Watch,
  type Watched,
} from "@netproof/core/parts";
import { nothingCited, notTried, type Transcript } from "./answer.ts";
import type { LabEngine, LabSession } from "./engine.ts";
import { hostIn, takenAddresses } from "./plan/stand-in.ts";

/** A lab that has measured whole stages: it answers for every flow, each by the measured one that nothing tells apart from it. */
export interface MeasuredEngine {
  readonly name: string;
  readonly nature: "observed";
  open(snapshot: Snapshot, options?: MeasureOptions): Promise<MeasuredSession>;
}

export interface MeasuredSession extends DerivedSession<Transcript> {
  readonly session: LabSession;
  /** Flows that were tried at the last stage. */
  readonly tried: number;
  /** For the line that says what took part: `lab: 8 of 8 servers answer locally`. */
  readonly remark: string;
  /** What was seen of time at the last stage; undefined where nothing was asked. */
  readonly watched: Watched | undefined;
  advance(next: Snapshot, options?: { readonly signal?: AbortSignal; readonly watch?: Watch | undefined }): Promise<void>;
}

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, all: number) => void;
  /** Called at each stage, before the first packet: the flows that will be tried, in their order. */
  readonly planned?: (flows: readonly Flow[]) => void;
  /** Called with each answer as it comes, and the place of its flow in the plan. */
  readonly answered?: (answer: Answer<Transcript>, place: number) => void;
  /** Outside points that shall stand for the addresses around them. */
  readonly outside?: readonly External[];
  readonly families?: readonly Family[];
  /** What to watch while the first snapshot comes into force. */
  readonly watch?: Watch | undefined;
}

/**
 * Measures at every stage one flow per pair of classes and interval of ports. Where answers may change is taken from the text of the
 * policies; what they are is not. `every`: every pair of endpoints is tried, on each interval of ports; a class whose members are
 * answered differently is undetermined.
 */
export function measured(engine: LabEngine, { every = false }: { readonly every?: boolean } = {}): MeasuredEngine {
  return {
    name: engine.name,
    nature: engine.nature,
    open: async (first, options = {}) => {
      const session = await engine.open(first, {
        watch: options.watch,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      try {
        let state = await measure(session, options, every);
        let watched = await watchedBy(session, options.watch, state);
        return {
          get watched() {
            return watched;
          },
          session,
          get snapshot() {
            return session.snapshot;
          },
          get calculation() {
            return state.calculation;
          },
          get tried() {
            return state.tried;
          },
          get remark() {
            const { asked, answering } = session.servers;
            return `${engine.name}: ${answering} of ${asked} servers answer locally`;
          },
          diagnostics: session.diagnostics,
          ask: session.ask,
          advance: async (next, { signal, watch } = {}) => {
            await session.advance(next, { watch, ...(signal === undefined ? {} : { signal }) });
            state = await measure(session, options, every);
            watched = await watchedBy(session, watch, state);
          },
          [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
        };
      } catch (error) {
        await session[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

interface Measured {
  readonly calculation: Calculation<Transcript>;
  readonly tried: number;
  /** The measured TCP flows of this pod's classes, with the pod in its class's place. */
  flowsOf(pod: Pod): readonly Flow[];
}

/** Pods are started last: what was measured of the stage says which of their flows are denied. */
async function watchedBy(session: LabSession, watch: Watch | undefined, { calculation, flowsOf }: Measured): Promise<Watched | undefined> {
  if (watch === undefined) return undefined;
  const { enforcement, held } = session.change ?? {
    enforcement: undefined,
    held: watch.held.map(() => ({ outcome: "not-open", detail: "nothing changes at this stage" }) as const),
  };
  const starts: Watched["starts"][number][] = [];
  for (const pod of watch.starting) starts.push(await startOf(session, pod, flowsOf(pod), calculation));
  return { enforcement, held, starts };
}

async function startOf(
  session: LabSession,
  pod: Pod,
  flows: readonly Flow[],
  calculation: Calculation<Transcript>,
): Promise<Watched["starts"][number]> {
  const seen = await session.startAnew(pod, flows);
  if (typeof seen === "string") return { tried: 0, passed: [], ready: undefined, problem: seen };
  const told = flows.map((flow, i) => ({ flow, verdict: calculation.answer(flow).verdict, seen: seen[i] as (typeof seen)[number] }));
  const passed = told.flatMap(({ flow, verdict, seen: { lastOpen } }) =>
    verdict === "deny" && lastOpen !== undefined ? [{ flow, until: lastOpen }] : [],
  );
  const allowed = told.filter(({ verdict }) => verdict === "allow").map(({ seen: { firstOpen } }) => firstOpen);
  const unseen = told.filter(({ verdict, seen: { denied, lastOpen } }) => verdict === "deny" && !denied && lastOpen === undefined);
  return {
    tried: flows.length,
    passed,
    ready: allowed.length === 0 || allowed.includes(undefined) ? undefined : Math.max(...allowed.map((first) => first ?? 0)),
    problem: unseen.length === 0 ? undefined : `${unseen.length} of its flows got no answer, and no rule saw why`,
  };
}

async function measure(session: LabSession, options: MeasureOptions, every: boolean): Promise<Measured> {
  const { signal, progress, planned, answered: heard, outside = [], families = [4, 6] } = options;
  const { snapshot, cuts } = session;
  const plans = new Map(families.map((family) => [family, planOf(snapshot, cuts, family, outside, every)]));
  const flows = [...plans.values()].flatMap((plan) => plan.asked);
  planned?.(flows);
  const answers = await session.ask(flows, {
    ...(signal === undefined ? {} : { signal }),
    progress: (done) => progress?.(done, flows.length),
    ...(heard === undefined ? {} : { answered: heard }),
  });
  const answered = new Map(flows.map((flow, i) => [flow, answers[i] as Answer<Transcript>]));

  const divided = every ? dividedAmong(plans, answered) : new Set<string>();

  const answer = (flow: Flow): Answer<Transcript> => {
    const plan = plans.get(flow.family);
    const key = plan?.keyOf(flow);
    if (divided.has(`${flow.family} ${key}`)) return withoutAnswer(flow, "ends that no policy tells apart were answered differently");
    const asked = key === undefined ? undefined : plan?.flows.get(key);
    const found = asked === undefined ? undefined : answered.get(asked);
    return found === undefined ? unasked(flow) : { ...found, flow };
  };
  const reach = (family: Family): Reachability => reachByAsking((flow) => answer(flow).verdict, snapshot, cuts, family);
  const flowsOf = (pod: Pod): readonly Flow[] => [...plans.values()].flatMap((plan) => plan.flowsOf(pod));
  return { calculation: { snapshot, cuts, assumed: [], answer, reach }, tried: flows.length, flowsOf };
}

/** The flows to try in one family, by what tells flows apart. */
interface Plan {
  /** One of each kind. */
  readonly flows: ReadonlyMap<string, Flow>;
  /** All that are tried, these among them. */
  readonly asked: readonly Flow[];
  keyOf(flow: Flow): string | undefined;
  flowsOf(pod: Pod): readonly Flow[];
}

function planOf(snapshot: Snapshot, cuts: Cuts, family: Family, outside: readonly External[], every: boolean): Plan {
  const reach = reachByAsking(() => "undetermined", snapshot, cuts, family);
  const intervals = portIntervals(cuts, snapshot.pods);
  const inside: readonly Endpoint[] = [...snapshot.pods, ...snapshot.nodes];
  const points = outside.filter(({ address }) => address.family === family);
  const members = [...inside, ...points, ...strangers(reach, snapshot, points)];
  const keyOf = ({ from, to, protocol, port }: Flow): string | undefined => {
    const [a, b] = [reach.classOf(from), reach.classOf(to)];
    const first = intervals[protocol].find((interval) => interval.first <= port && port <= interval.last)?.first;
    return a === undefined || b === undefined || first === undefined ? undefined : `${a} ${b} ${relationOf(from, to)} ${protocol} ${first}`;
  };
  const flows = new Map<string, Flow>();
  const asked: Flow[] = [];
  for (const from of members) {
    for (const to of members) {
      // No policy speaks of two ends that are not pods.
      if (from.kind !== "pod" && to.kind !== "pod") continue;
      for (const protocol of ["TCP", "UDP", "SCTP"] as const) {
        for (const { first } of intervals[protocol]) {
          const flow: Flow = { from, to, family, protocol, port: first };
          const key = keyOf(flow);
          if (key === undefined || (flows.has(key) && !every)) continue;
          asked.push(flow);
          if (!flows.has(key)) flows.set(key, flow);
        }
      }
    }
  }
  /** One end of each flow is replaced by another member of its class; what the two ends are to each other may then be another thing. */
  const flowsOf = (pod: Pod): readonly Flow[] => {
    const own = reach.classOf(pod);
    const replaced = [...flows.values()].flatMap((flow): readonly Flow[] => {
      if (flow.protocol !== "TCP") return [];
      const [from, to] = [
        reach.classOf(flow.from) === own ? [{ ...flow, from: pod }] : [],
        reach.classOf(flow.to) === own ? [{ ...flow, to: pod }] : [],
      ];
      return [...from, ...to];
    });
    const apart = replaced.filter((flow) => !sameEndpoint(flow.from, flow.to) && keyOf(flow) !== undefined && flows.has(keyOf(flow) ?? ""));
    return [...new Map(apart.map((flow) => [`${endpointName(flow.from)} ${endpointName(flow.to)} ${flow.port}`, flow])).values()];
  };
  return { flows, asked, keyOf, flowsOf };
}

/** For classes of outside addresses in which no point is named: an address that a host can have. */
function strangers(reach: Reachability, snapshot: Snapshot, points: readonly External[]): readonly External[] {
  const taken = takenAddresses(snapshot);
  return reach.classes.flatMap(({ id, ranges = [] }) => {
    if (points.some((point) => reach.classOf(point) === id)) return [];
    const [address] = ranges.flatMap((range) => hostIn(range, reach.family, taken) ?? []);
    return address === undefined ? [] : [{ kind: "external", address } satisfies External];
  });
}

/** Kinds of flows, behind their family, whose members did not all get the same verdict. */
function dividedAmong(plans: ReadonlyMap<Family, Plan>, answered: ReadonlyMap<Flow, Answer<Transcript>>): ReadonlySet<string> {
  const divided = new Set<string>();
  for (const [family, { flows, asked, keyOf }] of plans) {
    for (const flow of asked) {
      const key = keyOf(flow);
      const first = key === undefined ? undefined : flows.get(key);
      if (first !== undefined && answered.get(first)?.verdict !== answered.get(flow)?.verdict) divided.add(`${family} ${key}`);
    }
  }
  return divided;
}

function withoutAnswer(flow: Flow, detail: string): Answer<Transcript> {
  const side: Answer["why"]["egress"] = { ...nothingCited, verdict: "undetermined", reason: "undetermined" };
  return { flow, verdict: "undetermined", why: { egress: side, ingress: side }, evidence: notTried(detail, [], detail) };
}

/** Of a flow that nobody can try, such as one from a network's own address. */
function unasked(flow: Flow): Answer<Transcript> {
  if (flow.from.kind === "pod" || flow.to.kind === "pod") return withoutAnswer(flow, "it was not tried");
  const side = ({ kind }: Endpoint): Answer["why"]["egress"] => ({
    ...nothingCited,
    verdict: "allow",
    reason: kind === "external" ? "outside-cluster" : "host-network",
  });
  const evidence = notTried("no policy speaks of it", [], undefined);
  return { flow, verdict: "allow", why: { egress: side(flow.from), ingress: side(flow.to) }, evidence };
}
