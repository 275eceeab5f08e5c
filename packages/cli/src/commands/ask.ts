import {
  answerOfEngine,
  askWhy,
  endpointName,
  presentAsk,
  presentCsv,
  presentMarkdown,
  resolveFlows,
  reportDiagnostic,
  presentDiagnostics,
  sameEndpoint,
  type AskRow,
  type AskSide,
  type AskedFlow,
  type Diagnostic,
  type Flow,
  type FlowsResolved,
  type InputFile,
  type Look,
} from "@netproof/core/parts";
import { readFiles, readStandardInput, listFiles } from "../files.ts";
import type { Options } from "../flags.ts";
import { dataFormats, formatsOf } from "../formats.ts";
import { readFlows, type AskedQuestion, type FlowProblem, type FlowsRead } from "../flows.ts";
import { denyWithOf, isMeasuring, openMeasured, type Told } from "../lab/ask.ts";
import { lookFor } from "../look.ts";
import { say } from "../messages.ts";
import { operandsOf } from "../operands.ts";
import { onlyAscii, wantedOutput, writeAnswer } from "../output.ts";
import { Done, Refusal, type ExitCode } from "../refusal.ts";
import { openSubject, tellCoverage, type Subject } from "../subject.ts";
import { endOnInterrupt, exitOnInterrupt, talk } from "../terminal.ts";

/** Many flows at once, answered in their order. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  operandsOf([], 0, operands, "ask");
  const wanted = wantedOutput(options, formatsOf.ask);
  denyWithOf(options, isMeasuring(options));
  if (options.flows === undefined) throw new Refusal("`ask` needs --flows FILE", "netproof ask --flows flows.csv -f k8s/");
  if (options.flows === "-" && options.filename.includes("-"))
    throw new Refusal("standard input cannot be both the flows and the manifests");
  const text = await readFlowsFile(options.flows, options);
  let asked: Asked | undefined;
  const askOf = (of: Pick<Subject, "names" | "useCase">): Asked => (asked ??= resolvedFlows(text, of));
  const { subject, answer: tell } = await opened(options, (read) => askOf(read).questions.flatMap(flowsOf));
  const { questions, problems, labelOf } = askOf(subject);
  const answered = questions.map((question) => answerOf(question, tell, labelOf));
  const unanswered = questions.flatMap(({ index }, i): readonly FlowProblem[] => {
    const answer = answered[i];
    return answer !== undefined && "code" in answer ? [{ index, problem: answer }] : [];
  });
  const wrong = [...problems, ...unanswered].sort((a, b) => a.index - b.index).map(({ problem }) => problem);
  if (wrong.length > 0) throw refused(wrong, options);
  const rows = answered as readonly AskRow[];
  const table = (look: Look): string => presentAsk(rows, look);
  await writeAnswer(
    wanted,
    { table, wide: table, ...dataFormats(rows), csv: (look) => presentCsv(rows, look), markdown: () => presentMarkdown(rows) },
    options,
    subject.paths,
  );
  tellCoverage(subject, options);
  return 0;
}

/** Who answers: an engine that calculates, or packets, to which no Service gives another source. */
async function opened(
  options: Options,
  flows: Parameters<typeof openMeasured>[1],
): Promise<{ readonly subject: Omit<Subject, "calculation" | "asked">; readonly answer: (asked: AskedFlow) => Told }> {
  if (isMeasuring(options)) {
    const subject = await openMeasured(options, flows);
    return { subject, answer: ({ flow }) => subject.calculation.answer(flow) };
  }
  const subject = await openSubject(options, "ask");
  const [engine] = subject.asked;
  return { subject, answer: (asked) => answerOfEngine(engine, asked) };
}

async function readFlowsFile(named: string, options: Options): Promise<InputFile> {
  exitOnInterrupt();
  const problems: Diagnostic[] = [];
  if (named === "-") {
    const read = await readStandardInput("<stdin>");
    endOnInterrupt();
    if ("file" in read) return read.file;
    problems.push(read.problem);
  } else {
    const listing = listFiles(named, named, "own");
    const read = await readFiles(listing.files);
    endOnInterrupt();
    problems.push(...listing.problems, ...read.problems);
    const [file, ...more] = read.files;
    if (file !== undefined && more.length === 0) return file;
    if (problems.length === 0) throw new Refusal(`--flows ${named} is a folder, and one file is read`);
  }
  throw refused(problems, options);
}

function refused(problems: readonly Diagnostic[], options: Options): Done {
  const look = lookFor(process.stderr, options);
  const text = presentDiagnostics(
    problems.map((problem) => reportDiagnostic(problem, "input")),
    look,
  );
  talk(options.ascii ? onlyAscii(text) : text);
  return new Done(2);
}

/** Everything that was asked, with the flows that it means. */
interface Asked {
  readonly questions: readonly ResolvedQuestion[];
  readonly problems: readonly FlowProblem[];
  readonly labelOf: FlowsRead["labelOf"];
}

interface ResolvedQuestion extends AskedQuestion {
  readonly resolved: FlowsResolved;
}

function resolvedFlows(text: InputFile, { names, useCase }: Pick<Subject, "names" | "useCase">): Asked {
  const { questions, problems, labelOf } = readFlows(text, useCase?.ports ?? new Map());
  return { questions: questions.map((asked) => ({ ...asked, resolved: resolveFlows(asked.question, names) })), problems, labelOf };
}

function flowsOf({ resolved }: ResolvedQuestion): readonly Flow[] {
  return resolved.kind === "flows" ? withoutSelf(resolved.flows).map(({ flow }) => flow) : [];
}

/** One question, one answer: where several pods stand behind a name, they must agree. */
function answerOf(
  { question, index, resolved }: ResolvedQuestion,
  answer: (asked: AskedFlow) => Told,
  labelOf: FlowsRead["labelOf"],
): AskRow | Diagnostic {
  const problem = (text: string, help: string | undefined): Diagnostic =>
    say("flow-invalid", undefined, { flow: labelOf(index), problem: text, help });
  const { from, to, port, protocol } = question;
  switch (resolved.kind) {
    case "problem":
      return problem(resolved.problem.message, resolved.problem.help);
    case "endpoints-unknown":
      return {
        from,
        to,
        port,
        protocol,
        family: question.family ?? 4,
        verdict: "undetermined",
        why: { egress: unknownEndpoints, ingress: unknownEndpoints },
      };
    case "flows": {
      const flows = withoutSelf(resolved.flows);
      const answers = flows.map(answer);
      const [first] = answers as [Told, ...Told[]];
      const other = answers.find(({ verdict }) => verdict !== first.verdict);
      if (other !== undefined) {
        const pods = [first, other].map(({ flow, verdict }) => `${flowEnds(flow.from, flow.to, flows)}: ${verdict}`);
        return problem("its pods do not agree: name a pod", pods.join(", "));
      }
      const why = askWhy(first.why);
      const note = resolved.notes.join("; ");
      return { from, to, port, protocol, family: first.flow.family, verdict: first.verdict, why, ...(note === "" ? {} : { note }) };
    }
  }
}

const unknownEndpoints: AskSide = { reason: "undetermined", question: "endpoints-unknown", policies: [], rules: [], places: [] };

/** Pods of one workload asked about themselves: each with the others, where there are others. */
function withoutSelf(flows: readonly AskedFlow[]): readonly AskedFlow[] {
  const others = flows.filter(({ flow }) => !sameEndpoint(flow.from, flow.to));
  return others.length === 0 ? flows : others;
}

/** The end that differs between the flows. */
function flowEnds(from: AskedFlow["flow"]["from"], to: AskedFlow["flow"]["to"], flows: readonly AskedFlow[]): string {
  const oneSource = flows.every(({ flow }) => sameEndpoint(flow.from, from));
  const oneTarget = flows.every(({ flow }) => sameEndpoint(flow.to, to));
  if (oneSource) return endpointName(to);
  return oneTarget ? endpointName(from) : `${endpointName(from)} to ${endpointName(to)}`;
}
