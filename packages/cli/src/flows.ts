import {
  nearest,
  portNumber,
  protocols,
  type Diagnostic,
  type FlowQuestion,
  type InputFile,
  type PortNames,
  type Protocol,
} from "@netproof/core/parts";
import { readCsv } from "./csv.ts";
import { say } from "./messages.ts";

/** A flow that was asked, and what to call it when something is wrong with it. */
export interface AskedQuestion {
  readonly question: FlowQuestion;
  /** `[2], flow 3 of 5`. */
  readonly label: string;
}

export interface FlowsRead {
  readonly questions: readonly AskedQuestion[];
  readonly problems: readonly Diagnostic[];
}

const required: readonly string[] = ["from", "to", "port", "protocol"];
const known: readonly string[] = [...required, "family"];

/** Reads many flows: CSV with a header, or a JSON array of objects. Every flow that is none is told, by its index. */
export function readFlows({ name, text }: InputFile, ports: PortNames): FlowsRead {
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const unreadable = (problem: string, help?: string): FlowsRead => ({
    questions: [],
    problems: [say("flows-unreadable", undefined, { problem: `\`${name}\`: ${problem}`, help })],
  });
  const isJson = /^\s*[[{]/.test(plain);
  const raw = isJson ? fromJson(plain) : fromCsv(plain, name);
  if (typeof raw === "string")
    return unreadable(raw, "from,to,port,protocol in the first line; or a JSON array of objects with these keys");
  if (raw.length === 0) return unreadable("it holds no flows");
  const questions: AskedQuestion[] = [];
  const problems: Diagnostic[] = [];
  raw.forEach(({ place, fields }, index) => {
    const label = `${place}, flow ${index + 1} of ${raw.length}`;
    const read = questionOf(fields, ports);
    if ("problem" in read) problems.push(say("flow-invalid", undefined, { flow: label, problem: read.problem, help: read.help }));
    else questions.push({ question: read, label });
  });
  return { questions, problems };
}

interface RawFlow {
  readonly place: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function fromJson(text: string): readonly RawFlow[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `this is no JSON: ${(error as Error).message}`;
  }
  if (!Array.isArray(value)) return "this is one object, and not an array of flows";
  return (value as readonly unknown[]).map((item, index) => ({
    place: `[${index}]`,
    fields: typeof item === "object" && item !== null ? (item as RawFlow["fields"]) : {},
  }));
}

function fromCsv(text: string, name: string): readonly RawFlow[] | string {
  const [head, ...records] = readCsv(text);
  if (head === undefined) return "it is empty";
  const columns = head.fields.map((field) => field.toLowerCase());
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0) return `its header has no ${missing.join(", ")}`;
  const misspelled = columns.find((column) => !known.includes(column) && nearest(column, known) !== undefined);
  if (misspelled !== undefined) return `its header has \`${misspelled}\`, did you mean \`${nearest(misspelled, known)}\`?`;
  return records.map(({ line, fields }, index) => ({
    place: `[${index}] (${name}:${line})`,
    fields: Object.fromEntries(columns.map((column, i) => [column, fields[i] === "" ? undefined : fields[i]])),
  }));
}

function questionOf(
  fields: RawFlow["fields"],
  ports: PortNames,
): FlowQuestion | { readonly problem: string; readonly help: string | undefined } {
  const problem = (text: string, help?: string): { readonly problem: string; readonly help: string | undefined } => ({
    problem: text,
    help,
  });
  const missing = required.filter((key) => fields[key] === undefined || fields[key] === null || fields[key] === "");
  if (missing.length > 0) return problem(`it has no ${missing.join(", ")}`);
  const { from, to } = fields;
  if (typeof from !== "string" || typeof to !== "string")
    return problem("`from` and `to` are names", "every form is in: netproof help ask");
  const protocol = wordOf(fields["protocol"]).toUpperCase();
  if (!isProtocol(protocol)) return problem(`\`${wordOf(fields["protocol"])}\` is no protocol of network policies`, protocols.join(", "));
  const port = portNumber(wordOf(fields["port"]), protocol, ports);
  if ("problem" in port) return problem(port.problem, port.help);
  const family = familyOf(fields["family"]);
  if (family === "unknown") return problem(`\`${wordOf(fields["family"])}\` is no address family`, "4 or 6");
  return { from, to, port: port.port, protocol, ...(family === undefined ? {} : { family }) };
}

/** A text or number as it was written, anything else as JSON. */
function wordOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isProtocol(text: string): text is Protocol {
  return (protocols as readonly string[]).includes(text);
}

function familyOf(value: unknown): 4 | 6 | undefined | "unknown" {
  if (value === undefined || value === null || value === "") return undefined;
  const digit = /^(?:ipv)?([46])$/i.exec(wordOf(value))?.[1];
  return digit === "4" ? 4 : digit === "6" ? 6 : "unknown";
}
