import { allPorts, formatPorts, lastPort, noPorts, portSet, protocols, unite, type PortSet, type Protocol } from "../net/ports.ts";
import type { Span } from "../text/source.ts";
import { spanOf } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import { say } from "./messages.ts";
import type { RawPorts, RawRow, RawRowForm } from "./schema.ts";
import type { EndName, Row, Wanted } from "./types.ts";
import {
  entries,
  field,
  items,
  originAt,
  originInside,
  plain,
  readId,
  spanAt,
  splitPieces,
  type Piece,
  type Reading,
  type Written,
} from "./written.ts";

/** Ports by the names that the file gives them; undefined where a name is declared and its ports could not be read. */
export type PortNames = ReadonlyMap<string, PortSet | undefined>;

/** Rows as they are written: the one-line form or a mapping. `scope` keeps ids of stages apart. */
export function readRows(
  reading: Reading,
  rows: Written<RawRow | readonly RawRow[]> | undefined,
  names: PortNames,
  scope = "",
): readonly Row[] {
  return items(reading, rows).flatMap((row) => readRow(reading, row, names, scope) ?? []);
}

export function readRow(reading: Reading, row: Written<RawRow>, names: PortNames, scope = ""): Row | undefined {
  const { value, path } = row;
  const parts = typeof value === "string" ? readLine(reading, { value, path }, names) : readForm(reading, { value, path }, names);
  if (parts === undefined) return undefined;
  const { from, to, ports, verdict } = parts;
  const form: Written<Partial<RawRowForm>> = { value: typeof value === "string" ? {} : value, path };
  const text = `${namesText(from)} -> ${namesText(to)} ${formatPorts(ports)} ${verdict}`;
  return {
    kind: "row",
    id: readId(reading, form) ?? (scope === "" ? text : `${scope}: ${text}`),
    from,
    to,
    ports,
    verdict,
    because: readBecause(reading, form, verdict),
    note: plain(reading, form, "note"),
    severity: plain(reading, form, "severity") ?? "error",
    origin: originAt(reading, path),
  };
}

/** Names of ends: one text, maybe with commas, or a list of such. Nothing when one of them was objected to. */
export function readEnds(reading: Reading, ends: Written<string | readonly string[]> | undefined): readonly EndName[] {
  return items(reading, ends).flatMap((end) => readNames(reading, end, { text: end.value, start: 0, end: end.value.length }));
}

export function readPorts(reading: Reading, ports: Written<RawPorts> | undefined, names: PortNames): PortSet {
  if (ports === undefined) return allPorts;
  const sets = items(reading, ports).flatMap(({ value, path }) => {
    const text = String(value);
    return splitPieces(text, /,/g).map((piece) =>
      readPort(reading, piece.text, spanOf(originInside(reading, { value: text, path }, piece.start, piece.end), "value"), names),
    );
  });
  return uniteAll(sets);
}

function uniteAll(sets: readonly (PortSet | undefined)[]): PortSet {
  return sets.reduce<PortSet>((all, set) => (set === undefined ? all : unite(all, set)), noPorts);
}

// ---- the one-line form: FROM -> TO [PORT …] VERDICT ------------------------------------------------------------------------------------

type RowParts = Pick<Row, "from" | "to" | "ports" | "verdict">;

const verdicts: readonly Wanted[] = ["allow", "deny", "either"];

/** Words that people write for a verdict. */
const otherWords: ReadonlyMap<string, Wanted> = new Map([
  ...["accept", "allowed", "open", "pass", "permit"].map((word) => [word, "allow"] as const),
  ...["block", "blocked", "closed", "denied", "drop", "reject"].map((word) => [word, "deny"] as const),
]);

function readLine(reading: Reading, line: Written<string>, names: PortNames): RowParts | undefined {
  const malformed = (problem: string, piece: Piece): undefined => {
    reading.diagnostics.push(say("row-malformed", spanInside(reading, line, piece), { problem }));
    return undefined;
  };
  const whole: Piece = { text: line.value, start: 0, end: line.value.length };
  const [left, right, more] = splitPieces(line.value, /->|→/g);
  if (left === undefined || right === undefined) return malformed("it has no arrow", whole);
  if (more !== undefined) return malformed("it has two arrows", more.text === "" ? whole : more);
  if (left.text === "") return malformed("nothing stands before the arrow", whole);
  const words = wordsOf(right);
  const [to, ...rest] = words;
  const verdict = rest.pop();
  if (to === undefined || to.text === "") return malformed("nothing stands behind the arrow", whole);
  if (verdict === undefined) {
    if (/^,|,$/.test(to.text)) return malformed("a name is missing beside a comma", to);
    return malformed(
      verdicts.some((word) => word === to.text) ? "nothing stands between the arrow and the verdict" : "it has no verdict",
      to,
    );
  }
  const wanted = verdicts.find((word) => word === verdict.text);
  if (wanted === undefined) {
    const meant = nearest(verdict.text, verdicts) ?? otherWords.get(verdict.text.toLowerCase());
    return malformed(
      `\`${verdict.text}\` is no verdict${meant === undefined ? "; it ends with allow, deny or either" : `, did you mean \`${meant}\`?`}`,
      verdict,
    );
  }
  if (wordsOf(left).length > 1) return malformed("names are separated by commas", left);
  const before = reading.diagnostics.length;
  const from = readNames(reading, line, left);
  const toNames = readNames(reading, line, to);
  const pieces = rest.flatMap(({ text, start }) => splitPieces(text, /,/g, start));
  const sets = pieces.map((piece) => readPort(reading, piece.text, spanInside(reading, line, piece), names));
  if (reading.diagnostics.length > before || from.length === 0 || toNames.length === 0) return undefined;
  return { from, to: toNames, ports: sets.length === 0 ? allPorts : uniteAll(sets), verdict: wanted };
}

/** Blanks separate words, commas join names: `a, b 80/TCP allow` has three. */
function wordsOf({ text, start }: Piece): readonly Piece[] {
  const words: { text: string; start: number; end: number }[] = [];
  for (const { 0: found, index } of text.matchAll(/\S+/g)) {
    const previous = words.at(-1);
    if (previous !== undefined && (previous.text.endsWith(",") || found.startsWith(","))) {
      previous.end = start + index + found.length;
      previous.text = text.slice(previous.start - start, previous.end - start);
    } else {
      words.push({ text: found, start: start + index, end: start + index + found.length });
    }
  }
  return words;
}

function readForm(reading: Reading, row: Written<RawRowForm>, names: PortNames): RowParts | undefined {
  const before = reading.diagnostics.length;
  const from = readEnds(reading, field(reading, row, "from"));
  const to = readEnds(reading, field(reading, row, "to"));
  const ports = readPorts(reading, field(reading, row, "port"), names);
  const verdict = plain(reading, row, "verdict");
  if (reading.diagnostics.length > before || from.length === 0 || to.length === 0 || verdict === undefined) return undefined;
  return { from, to, ports, verdict };
}

/** Names between commas of a text, or of a part of one. */
function readNames(reading: Reading, text: Written<string>, part: Piece): readonly EndName[] {
  const names: EndName[] = [];
  for (const piece of splitPieces(part.text, /,/g, part.start)) {
    const origin = originInside(reading, text, piece.start, piece.end);
    if (piece.text === "") {
      reading.diagnostics.push(say("row-malformed", spanAt(reading, text.path), { problem: "a name is missing beside a comma, or empty" }));
    } else if (looksLikeBlock(piece.text)) {
      reading.diagnostics.push(say("block-as-end", spanOf(origin, "value"), { text: piece.text }));
    } else {
      names.push({ text: piece.text, origin });
    }
  }
  return names;
}

/** An address with a length behind it; no namespace is called like an address. */
export function looksLikeBlock(text: string): boolean {
  return /^(?:\d+(?:\.\d+){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)\/\d+$/.test(text);
}

// ---- ports ------------------------------------------------------------------------------------------------------------------------------

/** `80`, `53/UDP`, `8000-8999/TCP`, `all`, `all/UDP`, or a name of the file; undefined after an objection. */
export function readPort(reading: Reading, text: string, at: Span, names: PortNames): PortSet | undefined {
  const malformed = (problem: string): undefined => {
    reading.diagnostics.push(say("ports-malformed", at, { text, problem }));
    return undefined;
  };
  if (text === "") return malformed("nothing is written");
  if (text === "all") return allPorts;
  if (names.has(text)) return names.get(text);
  const [head, tail, more] = text.split("/");
  const range = /^(\d+)(?:-(\d+))?$/.exec(head ?? "");
  if (range === null && head !== "all") {
    if (tail === undefined && /^[A-Za-z][\w.-]*$/.test(text)) {
      reading.diagnostics.push(
        say("port-name-unknown", at, { name: text, meant: nearest(text, [...names.keys(), "all"]), declared: [...names.keys()] }),
      );
      return undefined;
    }
    return malformed("it begins with a number, a range or `all`");
  }
  if (more !== undefined) return malformed("it has two slashes");
  const protocol = protocolOf(tail ?? "TCP");
  if (protocol === undefined) return malformed(`\`${tail}\` is none of TCP, UDP and SCTP`);
  if (range === null) return portSet(protocol);
  const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
  if (first < 1 || last > lastPort) return malformed(`ports go from 1 to ${lastPort}`);
  if (first > last) return malformed("its first number is the larger");
  return portSet(protocol, [{ first, last }]);
}

function protocolOf(word: string): Protocol | undefined {
  return protocols.find((protocol) => protocol === word.toUpperCase());
}

// ---- because ----------------------------------------------------------------------------------------------------------------------------

/** A policy, or one of its rules, as `because` names it. */
export interface StatedReason {
  readonly policy: string;
  /** `ingress[0]`; undefined where the policy alone is stated. */
  readonly rule: string | undefined;
}

export function parseReason(text: string): StatedReason | undefined {
  const match = /^([^\s/]+\/[^\s/]+)(?:\s+((?:ingress|egress)\[\d+\]))?$/.exec(text.trim());
  return match === null ? undefined : { policy: match[1] as string, rule: match[2] };
}

function readBecause(reading: Reading, row: Written<Partial<RawRowForm>>, verdict: Wanted): ReadonlyMap<string, string> {
  const written = field(reading, row, "because");
  if (written === undefined) return new Map();
  const { value, path } = written;
  const texts = typeof value === "string" ? [{ key: "", value, path }] : entries(reading, { value, path });
  const objections = texts.flatMap(({ key, value: text, path: at }) => {
    const problem = becauseProblem(text, verdict, key === "");
    return problem === undefined ? [] : [say("because-invalid", spanAt(reading, at), { text, problem })];
  });
  reading.diagnostics.push(...objections);
  return new Map(texts.map(({ key, value: text }) => [key, text]));
}

/** What an engine calls its own objects is free; what holds for every engine is a policy. Only rules of cluster-wide policies (`cnp/tenants`) deny. */
function becauseProblem(text: string, verdict: Wanted, forAllEngines: boolean): string | undefined {
  if (text.trim() === "") return "is empty";
  if (verdict === "either") return "gives a reason for what is left open";
  const reason = parseReason(text);
  if (reason === undefined) return forAllEngines ? "is neither NAMESPACE/POLICY nor such a policy and its rule" : undefined;
  const ofNamespace = !/^(?:cnp|anp|banp)\//.test(reason.policy);
  return verdict === "deny" && reason.rule !== undefined && ofNamespace ? "names a rule, and no rule of a NetworkPolicy denies" : undefined;
}

function spanInside(reading: Reading, text: Written<string>, { start, end }: Piece): Span {
  return spanOf(originInside(reading, text, start, end), "value");
}

function namesText(names: readonly EndName[]): string {
  return names.map(({ text }) => text).join(", ");
}
