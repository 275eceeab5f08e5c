import { openWalker, type Packet, type Walk, type Walker } from "@netproof/core/contrail";
import {
  contrailWalk,
  endpointName,
  families,
  presentContrailWalk,
  readPort,
  resolveFlows,
  sameEndpoint,
  type AskedFlow,
  type ContrailExplanation,
  type ContrailWalk,
  type Look,
} from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { operandsOf } from "../operands.ts";
import { wantedOutput, writeAnswer } from "../output.ts";
import { prepare } from "../prepare.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { chosenProfile, openContrail, tellProfile, type ContrailSubject } from "./subject.ts";

/** The walk of one packet: policies in sequence, the rule that decides, the manifest line it was made from. */
export async function explain(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [from = "", to = "", port = ""] = operandsOf(["FROM", "TO", "PORT[/PROTOCOL]"], 3, operands, "contrail", "explain");
  const wanted = wantedOutput(options, formatsOf.contrail);
  const profile = chosenProfile(options);
  const subject = await openContrail(await prepare(options, "contrail"), options);
  const { answers, notes } = walks(from, to, portOf(port, subject), subject);
  const document: ContrailExplanation = {
    format: "netproof.contrail-explanation/1",
    stage: subject.stage,
    profile: profile.name,
    from,
    to,
    answers,
    notes,
  };
  const detail = options.all || options.full ? "every-miss" : "counts";
  await writeAnswer(
    wanted,
    { table: (look: Look) => presentContrailWalk(document, detail, look), ...dataFormats(document) },
    options,
    subject.paths,
  );
  tellProfile(subject, options, profile);
  return 0;
}

type AskedPort = Pick<Packet, "protocol" | "port">;

/** A number, an alias of the use case, or ICMP, of which Contrail's rules speak, too (D36). */
function portOf(text: string, { useCase }: ContrailSubject): AskedPort {
  if (text.toUpperCase() === "ICMP") return { protocol: "ICMP", port: 0 };
  const read = readPort(text, useCase?.ports ?? new Map());
  if ("problem" in read) throw new Refusal(read.problem, read.help ?? []);
  const [port, ...others] = read;
  if (others.length > 0)
    throw new Refusal(`\`${text}\` means several ports`, `say which: ${read.map((one) => `${one.port}/${one.protocol}`).join(", ")}`);
  return port;
}

type Answers = Pick<ContrailExplanation, "answers" | "notes">;

function walks(from: string, to: string, { protocol, port }: AskedPort, { calculation, names }: ContrailSubject): Answers {
  const question = { from, to, port: protocol === "ICMP" ? 1 : port, protocol: protocol === "ICMP" ? ("TCP" as const) : protocol };
  const found = families.map((family) => resolveFlows({ ...question, family }, names));
  const unknown = found.find((one) => one.kind === "endpoints-unknown");
  const flows = withoutSelf(found.flatMap((one) => (one.kind === "flows" ? one.flows : [])));
  if (flows.length === 0 && unknown !== undefined)
    throw new Refusal(
      `the endpoints of Service \`${unknown.service}\` are not known`,
      "kubectl get endpointslices -A -o json supplies them",
      4,
    );
  const [first] = found;
  if (flows.length === 0 && first?.kind === "problem") throw new Refusal(first.problem.message, first.problem.help ?? []);
  const walker = openWalker(calculation.configuration);
  const notes = found.flatMap((one) => (one.kind === "flows" ? one.notes : []));
  const service = flows.find(({ behindService }) => behindService !== undefined)?.behindService;
  const behind =
    service === undefined
      ? []
      : [`behind ${service.service} the target port is walked; an agent of another host compares the Service's port ${service.port} (D37)`];
  return { answers: answersOf({ from, to }, flows, protocol, walker), notes: [...new Set([...notes, ...behind])] };
}

/** Pods of one workload asked about themselves: each with the others, where there are others. */
function withoutSelf(flows: readonly AskedFlow[]): readonly AskedFlow[] {
  const others = flows.filter(({ flow }) => !sameEndpoint(flow.from, flow.to));
  return others.length === 0 ? flows : others;
}

/** Flows that go the same way are told once, under the names that were asked where all of them do. */
function answersOf(
  asked: { readonly from: string; readonly to: string },
  flows: readonly AskedFlow[],
  protocol: Packet["protocol"],
  { walk }: Walker,
): readonly ContrailWalk[] {
  const groups = new Map<string, Walk[]>();
  for (const { flow } of flows) {
    const taken = walk({ ...flow, protocol });
    const key = JSON.stringify(contrailWalk(taken, { from: "", to: "" }), (name, value: unknown) =>
      name === "family" || name === "because" ? undefined : value,
    );
    groups.set(key, [...(groups.get(key) ?? []), taken]);
  }
  const all = [...groups.values()];
  const ends = (side: "from" | "to", some: readonly Walk[]): ReadonlySet<string> =>
    new Set(some.map(({ packet }) => endpointName(packet[side])));
  const nameOf = (side: "from" | "to", some: readonly Walk[]): string => {
    const [here, everywhere] = [ends(side, some), ends(side, all.flat())];
    const [first = asked[side]] = here;
    if (here.size === everywhere.size) return asked[side];
    return here.size === 1 ? first : `${asked[side]} (${here.size} of ${everywhere.size}, as ${first})`;
  };
  return all.map((some) => contrailWalk(some[0] as Walk, { from: nameOf("from", some), to: nameOf("to", some) }));
}
