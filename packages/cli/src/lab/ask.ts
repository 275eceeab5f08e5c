import { coverageOf, type Answer, type Flow, type Snapshot } from "@netproof/core/parts";
import type { LabEngine } from "@netproof/lab";
import type { Subject } from "../subject.ts";
import { readSubject, type ReadSubject } from "../subject.ts";
import type { Options } from "../flags.ts";
import { Refusal } from "../refusal.ts";

/** Whether a command line asks for packets. */
export function isMeasuring({ engine }: Options): boolean {
  return engine.some((name) => name === "lab" || name.startsWith("lab:"));
}

/** How the lab shall say no; where none is asked, nobody would hear `--drop`. */
export function denyWithOf({ drop }: Options, measures: boolean): "reject" | "drop" {
  if (drop && !measures) throw new Refusal("--drop is how the lab says no, and no lab is asked", "--engine lab");
  return drop ? "drop" : "reject";
}

/** The lab that a command line names: with the rules of the policies, or with those that Contrail makes of them after these snapshots. */
export async function labOf(options: Options, history: readonly Snapshot[]): Promise<LabEngine> {
  const { createLab } = await loadLab();
  const denyWith = denyWithOf(options, true);
  if (!enforcesContrail(options)) return createLab({ denyWith });
  const { contrailFirewall } = await import("../contrail/packets.ts");
  return createLab({ denyWith, firewallOf: contrailFirewall(history.slice(0, -1)) });
}

export function enforcesContrail({ engine }: Options): boolean {
  const other = engine.find((name) => name !== "lab" && name !== "lab:contrail");
  if (other !== undefined || engine.length > 1)
    throw new Refusal(`one lab has one set of rules, not those of \`${engine.join()}\``, "--engine lab or --engine lab:contrail");
  return engine.includes("lab:contrail");
}

/** The package with the lab, loaded on demand; exit 3 with the reason where it cannot run. */
export async function loadLab(): Promise<typeof import("@netproof/lab")> {
  const module = await import("@netproof/lab");
  const problem = module.obstacle();
  if (problem !== undefined) throw new Refusal(`the lab cannot run here: ${problem}`, "netproof lab doctor", 3);
  return module;
}

/** As `openSubject`, with packets: the pods of the manifests, a host for each outside address, and one probe per flow; these are answered, the same objects. */
export async function openMeasured(options: Options, flowsOf: (subject: ReadSubject) => readonly Flow[]): Promise<MeasuredSubject> {
  if (options.engine.length > 1) throw new Refusal(`\`ask\` asks one engine, not ${options.engine.length}`);
  const { ledger, ...subject } = await readSubject(options, "ask");
  const flows = flowsOf({ ledger, ...subject });
  await using session = await (await labOf(options, subject.history)).open(subject.names.snapshot);
  // Of what the packets saw nothing is kept: that would be most of the memory.
  const answered = new Map<Flow, Told>();
  await session.tell(flows, ({ flow, verdict, why }) => answered.set(flow, { flow, verdict, why }));
  const { asked, answering } = session.servers;
  const coverage = coverageOf(ledger, []);
  return {
    ...subject,
    calculation: { answer: (flow) => answered.get(flow) as Told },
    coverage: { ...coverage, text: `${coverage.text}; ${options.engine.join()}: ${answering} of ${asked} servers answer locally` },
  };
}

/** Of an answer, without its evidence. */
export type Told = Pick<Answer, "flow" | "verdict" | "why">;

type MeasuredSubject = Omit<Subject, "calculation" | "asked"> & { readonly calculation: { answer(flow: Flow): Told } };
