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
import { readCsv, type CsvRecord } from "./csv.ts";
import { say } from "./messages.ts";

/** A flow that was asked, and where among all that were. */
export interface AskedQuestion {
  readonly question: FlowQuestion;
  readonly index: number;
}

/** What is wrong with a flow; `index` -1 for a file in which there are none. */
export interface FlowProblem {
  readonly index: number;
  readonly problem: Diagnostic;
}

export interface FlowsRead {
  readonly questions: readonly AskedQuestion[];
  readonly problems: readonly FlowProblem[];
  /** What to call one when something is wrong with it: `[2], flow 3 of 5`. */
  labelOf(index: number): string;
}

const required: readonly string[] = ["from", "to", "port", "protocol"];
const known: readonly string[] = [...required, "family"];

/** Reads many flows: CSV with a header, or a JSON array of objects. Every flow that is none is told, by its index. */
export function readFlows({ name, text }: InputFile, ports: PortNames): FlowsRead {
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const unreadable = (problem: string, help?: string): FlowsRead => ({
    questions: [],
    problems: [{ index: -1, problem: say("flows-unreadable", undefined, { problem: `\`${name}\`: ${problem}`, help }) }],
    labelOf: () => name,
  });
  const isJson = /^\s*[[{]/.test(plain);
  const raw = isJson ? fromJson(plain) : fromCsv(plain);
  if (typeof raw === "string")
    return unreadable(raw, "from,to,port,protocol in the first line; or a JSON array of objects with these keys");
  const questions: AskedQuestion[] = [];
  const wrong: (Unread & { readonly index: number })[] = [];
  const lines: (number | undefined)[] = [];
  for (const { line, field, flaw } of raw) {
    const index = lines.push(line) - 1;
    const read = flaw ?? questionOf(field, ports);
    if ("problem" in read) wrong.push({ ...read, index });
    else questions.push({ question: read, index });
  }
  if (lines.length === 0) return unreadable("it holds no flows");
  const labelOf = (index: number): string => {
    const line = lines[index];
    return `[${index}]${line === undefined ? "" : ` (${name}:${line})`}, flow ${index + 1} of ${lines.length}`;
  };
  const problems = wrong.map(({ problem, help, index }) => ({
    index,
    problem: say("flow-invalid", undefined, { flow: labelOf(index), problem, help }),
  }));
  return { questions, problems, labelOf };
}

interface RawFlow {
  /** Of a CSV file. */
  readonly line: number | undefined;
  /** What it has under a key. */
  field(key: string): unknown;
  /** What of it would be lost. */
  readonly flaw: Unread | undefined;
}

function fromJson(text: string): Iterable<RawFlow> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `this is no JSON: ${(error as Error).message}`;
  }
  if (!Array.isArray(value)) return "this is one object, and not an array of flows";
  const repeated = repeatedKey(text);
  if (repeated !== undefined) return repeated;
  return (value as readonly unknown[]).map((item) => {
    const fields = typeof item === "object" && item !== null ? (item as Readonly<Record<string, unknown>>) : {};
    const key = Object.keys(fields).find((one) => meantBy(one) !== undefined);
    const flaw = key === undefined ? undefined : { problem: `it has \`${key}\`, did you mean \`${meantBy(key) ?? ""}\`?`, help: undefined };
    return { line: undefined, field: (name) => fields[name], flaw };
  });
}

/** Of a key that stands twice in one object, JSON keeps the last value. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const { 0: token, 1: key = "", 2: colon, index } of text.matchAll(/"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (colon !== undefined) {
      const own = open.at(-1);
      if (own?.has(key) === true) return `line ${text.slice(0, index).split("\n").length}: \`${key}\` stands twice in one flow`;
      own?.add(key);
    }
  }
  return undefined;
}

function fromCsv(text: string): Iterable<RawFlow> | string {
  const records = readCsv(text);
  const head = records.next().value;
  if (head === undefined) return "it is empty";
  const columns = head.fields.map((field) => field.toLowerCase());
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0) return `its header has no ${missing.join(", ")}`;
  const misspelled = columns.find((column) => meantBy(column) !== undefined);
  if (misspelled !== undefined) return `its header has \`${misspelled}\`, did you mean \`${meantBy(misspelled) ?? ""}\`?`;
  const repeated = columns.find((column, i) => known.includes(column) && columns.indexOf(column) < i);
  if (repeated !== undefined) return `its header has \`${repeated}\` twice`;
  return rowsOf(records, columns);
}

const meant = new Map<string, string | undefined>();

/** The key that this one is misspelled for. Others are somebody's own: a number, a remark. */
function meantBy(key: string): string | undefined {
  if (!meant.has(key)) meant.set(key, known.includes(key) ? undefined : nearest(key, known));
  return meant.get(key);
}

function flawOf({ fields, isUnclosed }: CsvRecord, columns: readonly string[]): Unread | undefined {
  if (isUnclosed)
    return { problem: "it begins a field with a quote that is never closed", help: 'a quote in a field is written twice: ""' };
  if (fields.length > columns.length && fields.slice(columns.length).some((field) => field !== ""))
    return {
      problem: `it has ${fields.length} fields, and the header names ${columns.length}`,
      help: "a field with a comma stands in quotes",
    };
  return undefined;
}

/** Ten thousands of flows are read without keeping their lines. */
function* rowsOf(records: Iterable<CsvRecord>, columns: readonly string[]): Generator<RawFlow> {
  for (const record of records) {
    const { line, fields } = record;
    yield {
      line,
      flaw: flawOf(record, columns),
      field: (key) => {
        const text = fields[columns.indexOf(key)];
        return text === "" ? undefined : text;
      },
    };
  }
}

/** Why something is no flow. */
interface Unread {
  readonly problem: string;
  readonly help: string | undefined;
}

function questionOf(field: RawFlow["field"], ports: PortNames): FlowQuestion | Unread {
  const problem = (text: string, help?: string): Unread => ({ problem: text, help });
  const missing = required.filter((key) => isNothing(field(key)));
  if (missing.length > 0) return problem(`it has no ${missing.join(", ")}`);
  const [from, to] = [field("from"), field("to")];
  if (typeof from !== "string" || typeof to !== "string")
    return problem("`from` and `to` are names", "every form is in: netproof help ask");
  const protocol = wordOf(field("protocol")).toUpperCase();
  if (!isProtocol(protocol)) return problem(`\`${wordOf(field("protocol"))}\` is no protocol of network policies`, protocols.join(", "));
  const port = portNumber(wordOf(field("port")), protocol, ports);
  if ("problem" in port) return problem(port.problem, port.help);
  const family = familyOf(field("family"));
  if (family === "unknown") return problem(`\`${wordOf(field("family"))}\` is no address family`, "4 or 6");
  return { from, to, port: port.port, protocol, ...(family === undefined ? {} : { family }) };
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** A text or number as it was written, anything else as JSON. */
function wordOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isProtocol(text: string): text is Protocol {
  return (protocols as readonly string[]).includes(text);
}

function familyOf(value: unknown): 4 | 6 | undefined | "unknown" {
  if (isNothing(value)) return undefined;
  const digit = /^(?:ipv)?([46])$/i.exec(wordOf(value))?.[1];
  return digit === "4" ? 4 : digit === "6" ? 6 : "unknown";
}
