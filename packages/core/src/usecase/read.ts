import { parseYaml } from "../read/parse.ts";
import { parseSelector } from "../model/selector-text.ts";
import type { PortSet } from "../net/ports.ts";
import { compareDiagnostics, type Diagnostic } from "../text/diagnostic.ts";
import { childPath, spanOf, type Source, type SourceDocument, type Span } from "../text/source.ts";
import { nearest } from "../text/suggest.ts";
import { say } from "./messages.ts";
import { looksLikeBlock, readEnds, readPorts, readRow, readRows, type PortNames } from "./rows.ts";
import type {
  FormIssue,
  OneOrMany,
  RawAssertion,
  RawAssertionForm,
  RawDirections,
  RawEngines,
  RawEngineSettings,
  RawGroup,
  RawGroupForm,
  RawRest,
  RawRowForm,
  RawTopology,
  RawUseCase,
} from "./schema.ts";
import { readCidr, readEndName, readKey, readOutside, readPaths, readTopology } from "./topology.ts";
import type {
  Assertion,
  Deviation,
  EndName,
  Engines,
  EngineSettings,
  Group,
  GroupMembers,
  ObjectReference,
  OutsidePoint,
  Property,
  Rest,
  SelectorText,
  StageDeclaration,
  UseCase,
  WrittenPath,
} from "./types.ts";
import { entries, field, hasBroken, items, originAt, plain, readId, spanAt, type Reading, type Written } from "./written.ts";

/** What a use-case file says; undefined when it has an error. The diagnostics hold all errors at once. */
export interface UseCaseRead {
  readonly useCase: UseCase | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads `netproof.yaml` (or the same as JSON). Never throws. Names of pods and the like are looked up later, in the stages' snapshots. */
export async function readUseCase(source: Source): Promise<UseCaseRead> {
  const { documents, diagnostics: syntax } = await parseYaml(source);
  const [first, second] = documents;
  if (first === undefined) {
    const empty = syntax.length > 0 ? [] : [say("use-case-empty", { source, start: 0, end: 0 }, {})];
    return { useCase: undefined, diagnostics: [...syntax, ...empty] };
  }
  if (second !== undefined) {
    const several = say("use-case-several-documents", second.document.locate("", "value"), { count: documents.length });
    return { useCase: undefined, diagnostics: [...syntax, several] };
  }
  const { value, document } = first;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const found = Array.isArray(value) ? "a list" : "a single value";
    return { useCase: undefined, diagnostics: [...syntax, say("use-case-not-a-mapping", document.locate("", "value"), { found })] };
  }
  const { checkForm } = await import("./schema.ts");
  const form = checkForm(value);
  const issues = "issues" in form ? form.issues : [];
  const reading: Reading = {
    document,
    diagnostics: [...syntax],
    broken: new Set(issues.map(brokenPath).filter((path) => path !== "")),
    ids: new Map(),
  };
  for (const issue of issues) if (!isMisspelled(issue, issues)) reading.diagnostics.push(formDiagnostic(issue, document));
  const useCase = readFile(reading, { value: value as unknown as RawUseCase, path: "" });
  const failed = reading.diagnostics.some(({ severity }) => severity === "error");
  return { useCase: failed ? undefined : useCase, diagnostics: [...reading.diagnostics].sort(compareDiagnostics) };
}

// ---- the form ---------------------------------------------------------------------------------------------------------------------------

/** The value that reading passes over: an unknown field disturbs nobody, a missing one makes its whole mapping unusable. */
function brokenPath({ path, problem }: FormIssue): string {
  const own = path.reduce<string>(childPath, "");
  return problem.kind === "field-unknown" ? childPath(own, problem.field) : own;
}

/** A field that is missing because it is misspelled is objected to once. */
function isMisspelled({ path, problem }: FormIssue, issues: readonly FormIssue[]): boolean {
  if (problem.kind !== "field-missing") return false;
  return issues.some(
    (other) =>
      other.problem.kind === "field-unknown" && other.path.join("\n") === path.join("\n") && meantField(other.problem) === problem.field,
  );
}

function meantField({ field: written, known }: { readonly field: string; readonly known: readonly string[] }): string | undefined {
  const other = otherFields.get(written);
  return other !== undefined && known.includes(other) ? other : nearest(written, known);
}

function formDiagnostic({ path, problem }: FormIssue, document: SourceDocument): Diagnostic {
  const at = path.reduce<string>(childPath, "");
  const value = document.locate(at, "value");
  switch (problem.kind) {
    case "field-unknown": {
      const { field: written, known } = problem;
      const key = document.locate(childPath(at, written), "key");
      return say("use-case-field-unknown", key, {
        field: written,
        where: whereOf(path),
        known,
        meant: meantField(problem),
        home: homeOf(written, path),
      });
    }
    case "field-missing":
      return say("use-case-field-missing", path.length === 0 ? value : document.locate(at, "entry"), {
        field: problem.field,
        where: whereOf(path),
      });
    case "word-unknown": {
      const word = wordOf(problem.value, value);
      if (path.length === 1 && path[0] === "format") return say("use-case-format-unknown", value, { found: word });
      return say("use-case-word-unknown", value, { what: whatOf(path), word, meant: nearest(word, problem.words), words: problem.words });
    }
    case "wrong-type": {
      const misread = typeof problem.value === "boolean" || typeof problem.value === "number";
      const takesText =
        !["true or false", "a number", "a list", "a mapping"].includes(problem.expected) && !problem.expected.startsWith("a duration");
      return say("use-case-wrong-type", value, {
        what: whatOf(path),
        found: foundText(problem.value, value),
        expected: problem.expected,
        quote: misread && takesText,
      });
    }
    case "number":
      return say("use-case-number-invalid", value, { what: whatOf(path), expected: problem.expected });
    case "empty":
      return say("use-case-list-empty", value, { what: whatOf(path), expected: problem.expected });
  }
}

/** Where a field belongs that stands at the top of the file, or in a statement of the intent. */
function homeOf(written: string, path: readonly (string | number)[]): string | undefined {
  if (path.length === 0) return homes.get(written);
  const ofRow =
    path[0] === "intent" && path.length <= 2 && ["from", "to", "port", "verdict", "because", "severity", "note"].includes(written);
  return ofRow ? "a row, which has `from`, `to` and `verdict`" : undefined;
}

const homes: ReadonlyMap<string, string> = new Map([
  ...["from", "namespaces", "workloads", "services", "nodes", "podCidr", "outside"].map((name) => [name, "`topology`"] as const),
  ...["apply", "delete", "expect", "held", "timed", "starting"].map((name) => [name, "a stage, under `stages`"] as const),
  ...["rows", "onlyFrom", "through", "isolated", "noPathToOutside", "everythingIsolated", "symmetric", "noUnusedPolicy"].map(
    (name) => [name, "a statement, under `intent`"] as const,
  ),
]);

/** Words that people use for a field of another name. */
const otherFields: ReadonlyMap<string, string> = new Map([
  ["action", "verdict"],
  ["description", "about"],
  ["destination", "to"],
  ["dut", "focus"],
  ["ip", "address"],
  ["policies", "apply"],
  ["source", "from"],
  ["tests", "expect"],
]);

function foundText(value: unknown, at: Span): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "a mapping";
  const word = `\`${wordOf(value, at)}\``;
  if (typeof value === "boolean") return `${word}, which YAML reads as ${value}`;
  return typeof value === "number" ? `${word}, which YAML reads as a number` : word;
}

/** A single value as somebody wrote it, without the quotes around it; not longer than a line. */
function wordOf(value: unknown, { source, start, end }: Span): string {
  const text = typeof value === "string" ? value : source.text.slice(start, end);
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** What a value is called in a message: the field, or the name that somebody gave it. */
function whatOf(path: readonly (string | number)[]): string {
  const last = path.at(-1);
  if (last === undefined) return "the use case";
  return typeof last === "number" ? `an item of ${whatOf(path.slice(0, -1))}` : `\`${last}\``;
}

/** What a mapping is called in a message: `a row`, `workload \`dev/web\``. */
function whereOf(path: readonly (string | number)[]): string {
  const names = path.filter((step) => typeof step === "string");
  const last = names.at(-1);
  const named = path.at(-1) === last ? names.at(-2) : undefined;
  const kind = named === undefined ? undefined : namedKinds.get(named);
  if (last === undefined) return "a use case";
  if (kind !== undefined && names.length <= 3) return `${kind} \`${last}\``;
  return listedKinds.get(last) ?? `\`${last}\``;
}

const namedKinds: ReadonlyMap<string, string> = new Map([
  ["workloads", "workload"],
  ["services", "Service"],
  ["nodes", "node"],
  ["outside", "outside point"],
  ["groups", "group"],
  ["engines", "engine"],
]);

const listedKinds: ReadonlyMap<string, string> = new Map([
  ["rows", "a row"],
  ["expect", "a row"],
  ["held", "a row"],
  ["intent", "a statement"],
  ["stages", "a stage"],
  ["deviations", "a deviation"],
  ["delete", "an object to delete"],
  ["listens", "a port"],
  ["ports", "a port"],
]);

// ---- the content ------------------------------------------------------------------------------------------------------------------------

function readFile(reading: Reading, file: Written<RawUseCase>): UseCase {
  const ports = readPortNames(reading, file);
  const { from, topology } = topologyOf(reading, file);
  const outside = readOutside(reading, topology);
  const groups = readGroups(reading, file);
  const intentField = field(reading, file, "intent");
  const intent = items<RawAssertion>(reading, intentField).flatMap((item, i) => readAssertion(reading, item, i + 1, ports) ?? []);
  const stages = readStages(reading, file, ports);
  const useCase: UseCase = {
    name: plain(reading, file, "name") ?? "",
    about: plain(reading, file, "about"),
    source: plain(reading, file, "source"),
    topology: readTopology(reading, topology, from, ports),
    outside,
    groups,
    ports: new Map([...ports].flatMap(([name, set]) => (set === undefined ? [] : [[name, set] as const]))),
    focus: readEnds(reading, field(reading, file, "focus")),
    intent,
    rest: readRest(reading, field(reading, file, "rest")),
    stages,
    engines: readEngines(reading, file),
    deviations: readDeviations(reading, file, ports, stages),
    assumeAbsent: items(reading, field(reading, file, "assumeAbsent")).map(({ value }) => value),
    origin: originAt(reading, ""),
  };
  refuseNameClashes(reading, outside, groups);
  refuseCycles(reading, groups);
  refuseSameIds(reading, useCase);
  return useCase;
}

/** Paths alone are the manifests of the topology. */
function topologyOf(
  reading: Reading,
  file: Written<RawUseCase>,
): { readonly from: Written<OneOrMany<string>> | undefined; readonly topology: Written<RawTopology> } {
  const written = field(reading, file, "topology");
  if (written === undefined) return { from: undefined, topology: { value: {}, path: "topology" } };
  const { value, path } = written;
  if (!isTopologyForm(value)) return { from: { value, path }, topology: { value: {}, path } };
  return { from: field(reading, { value, path }, "from"), topology: { value, path } };
}

/** A name may stand for names above it. */
function readPortNames(reading: Reading, file: Written<RawUseCase>): PortNames {
  const names = new Map<string, PortSet | undefined>();
  const written = field(reading, file, "ports");
  for (const { key, value, path } of entries(reading, written)) {
    const problem = portNameProblem(key);
    if (problem !== undefined)
      reading.diagnostics.push(say("use-case-name-invalid", spanAt(reading, path, "key"), { what: "a port", text: key, problem }));
    if (!readKey(reading, key, path, "a port")) continue;
    const before = reading.diagnostics.length;
    const set = readPorts(reading, { value, path }, names);
    names.set(key, reading.diagnostics.length > before ? undefined : set);
  }
  // A name whose ports have the wrong form is declared all the same: rows that use it are not wrong as well.
  for (const key of Object.keys(written?.value ?? {})) if (!names.has(key)) names.set(key, undefined);
  return names;
}

function portNameProblem(name: string): string | undefined {
  if (name === "all" || name === "any") return "it has a meaning of its own";
  if (!/^[A-Za-z][\w.-]*$/.test(name)) return "it begins with a letter and has letters, digits, -, _ and .";
  return undefined;
}

function readGroups(reading: Reading, file: Written<RawUseCase>): readonly Group[] {
  return entries(reading, field(reading, file, "groups")).flatMap(({ key: name, value, path }) => {
    if (!readEndName(reading, name, path, "a group")) return [];
    const members = readMembers(reading, name, { value, path });
    const about = isForm(value) ? plain(reading, { value, path }, "about") : undefined;
    return members === undefined ? [] : [{ name, about, members, origin: originAt(reading, path) }];
  });
}

function readMembers(reading: Reading, name: string, { value, path }: Written<RawGroup>): GroupMembers | undefined {
  if (typeof value === "string" && looksLikeBlock(value)) return blockOf(reading, value, path);
  if (!isForm(value)) return listOf(reading, { value, path });
  const form: Written<RawGroupForm> = { value, path };
  const [members, cidr, pods, namespaces] = [
    field(reading, form, "members"),
    field(reading, form, "cidr"),
    field(reading, form, "pods"),
    field(reading, form, "namespaces"),
  ];
  const broken = (["members", "cidr", "pods", "namespaces"] as const).some((key) => reading.broken.has(childPath(path, key)));
  const forms = [members !== undefined, cidr !== undefined, pods !== undefined || namespaces !== undefined].filter(Boolean).length;
  if (broken || (forms === 0 && hasBroken(reading, path))) return undefined;
  if (forms !== 1) {
    reading.diagnostics.push(
      say("group-form", spanAt(reading, path, "key"), { name, problem: forms === 0 ? "has no members" : "says in two ways who is in it" }),
    );
    return undefined;
  }
  if (members !== undefined) return listOf(reading, members);
  if (cidr !== undefined) return blockOf(reading, cidr.value, cidr.path);
  const podSelector = pods === undefined ? { text: "", origin: originAt(reading, path) } : selectorOf(reading, pods);
  const namespaceSelector = namespaces === undefined ? "every" : selectorOf(reading, namespaces);
  return { kind: "selector", pods: podSelector, namespaces: namespaceSelector };
}

function listOf(reading: Reading, members: Written<OneOrMany<string>>): GroupMembers {
  return { kind: "list", ends: readEnds(reading, members) };
}

function blockOf(reading: Reading, text: string, path: string): GroupMembers | undefined {
  const cidr = readCidr(reading, text, path);
  return cidr && { kind: "block", cidr };
}

function selectorOf(reading: Reading, { value, path }: Written<string>): SelectorText {
  const origin = originAt(reading, path);
  const parsed = parseSelector(value, origin);
  if ("misread" in parsed)
    reading.diagnostics.push(
      say("use-case-selector-invalid", spanAt(reading, path), { text: parsed.misread === "" ? value : parsed.misread }),
    );
  return { text: value, origin };
}

function readAssertion(reading: Reading, { value, path }: Written<RawAssertion>, number: number, ports: PortNames): Assertion | undefined {
  const origin = originAt(reading, path);
  if (typeof value === "string" || isRowForm(value)) {
    const row = readRow(reading, { value, path }, ports);
    return row && { id: `I${number}`, about: undefined, rows: [row], properties: [], origin };
  }
  const form: Written<RawAssertionForm> = { value, path };
  const rows = readRows(reading, field(reading, form, "rows"), ports);
  const properties = readProperties(reading, form, ports);
  const says = ([...propertyNames, "rows"] as const).some((key) => {
    const written = Object.hasOwn(value, key) ? value[key] : undefined;
    return written !== undefined && written !== false && !(Array.isArray(written) && written.length === 0);
  });
  if (!says && !hasBroken(reading, path)) reading.diagnostics.push(say("assertion-empty", spanAt(reading, path, "entry"), {}));
  return { id: readId(reading, form) ?? `I${number}`, about: plain(reading, form, "about"), rows, properties, origin };
}

const propertyNames = ["onlyFrom", "through", "isolated", "noPathToOutside", "everythingIsolated", "symmetric", "noUnusedPolicy"] as const;

function readProperties(reading: Reading, form: Written<RawAssertionForm>, ports: PortNames): readonly Property[] {
  const ends = <Key extends string>(
    parent: Written<{ readonly [K in Key]?: OneOrMany<string> | undefined }>,
    key: Key,
  ): readonly EndName[] => readEnds(reading, field(reading, parent, key));
  const onlyFrom = items(reading, field(reading, form, "onlyFrom")).map((item): Property => ({
    kind: "onlyFrom",
    to: ends(item, "to"),
    from: ends(item, "from"),
    ports: readPorts(reading, field(reading, item, "port"), ports),
    transitive: plain(reading, item, "transitive") ?? false,
    origin: originAt(reading, item.path),
  }));
  const through = items(reading, field(reading, form, "through")).map((item): Property => {
    const to = ends(item, "to");
    return {
      kind: "through",
      to,
      via: ends(item, "via"),
      from: field(reading, item, "from") === undefined ? "any" : ends(item, "from"),
      label: plain(reading, item, "label") ?? to[0]?.text ?? "",
      transitive: plain(reading, item, "transitive") ?? false,
      origin: originAt(reading, item.path),
    };
  });
  const isolated = items(reading, field(reading, form, "isolated")).map((item): Property => ({
    kind: "isolated",
    a: ends(item, "a"),
    b: ends(item, "b"),
    transitive: plain(reading, item, "transitive") ?? false,
    origin: originAt(reading, item.path),
  }));
  const symmetric = items(reading, field(reading, form, "symmetric")).map((item): Property => ({
    kind: "symmetric",
    a: ends(item, "a"),
    b: ends(item, "b"),
    origin: originAt(reading, item.path),
  }));
  const unused = field(reading, form, "noUnusedPolicy");
  const noUnusedPolicy: readonly Property[] =
    unused?.value === true ? [{ kind: "noUnusedPolicy", origin: originAt(reading, unused.path) }] : [];
  return inFileOrder(reading, [
    ...onlyFrom,
    ...through,
    ...isolated,
    ...readNoPath(reading, form),
    ...readEverythingIsolated(reading, form),
    ...symmetric,
    ...noUnusedPolicy,
  ]);
}

/** Names alone are one property about all of them. */
function readNoPath(reading: Reading, form: Written<RawAssertionForm>): readonly Property[] {
  const written = field(reading, form, "noPathToOutside");
  if (written === undefined) return [];
  const { value, path } = written;
  const names = (Array.isArray(value) ? value : [value]).every((item) => typeof item === "string");
  if (names)
    return [
      {
        kind: "noPathToOutside",
        from: readEnds(reading, { value: value as OneOrMany<string>, path }),
        transitive: false,
        origin: originAt(reading, path),
      },
    ];
  return items(reading, { value: value as OneOrMany<{ readonly from: OneOrMany<string>; readonly transitive?: boolean }>, path }).map(
    (item) => ({
      kind: "noPathToOutside",
      from: readEnds(reading, field(reading, item, "from")),
      transitive: plain(reading, item, "transitive") ?? false,
      origin: originAt(reading, item.path),
    }),
  );
}

function readEverythingIsolated(reading: Reading, form: Written<RawAssertionForm>): readonly Property[] {
  return items(reading, field(reading, form, "everythingIsolated")).flatMap(({ value, path }): Property[] => {
    const origin = originAt(reading, path);
    if (typeof value === "string") return [{ kind: "everythingIsolated", of: "any", directions: directionsOf(value), origin }];
    const item = { value, path };
    const direction = plain(reading, item, "direction");
    if (direction === undefined) return [];
    const of = field(reading, item, "of") === undefined ? "any" : readEnds(reading, field(reading, item, "of"));
    return [{ kind: "everythingIsolated", of, directions: directionsOf(direction), origin }];
  });
}

function directionsOf(word: RawDirections): readonly ("ingress" | "egress")[] {
  return word === "both" ? ["ingress", "egress"] : [word];
}

function inFileOrder(reading: Reading, properties: readonly Property[]): readonly Property[] {
  const starts = new Map(properties.map((property) => [property, spanAt(reading, property.origin.path, "entry").start]));
  return [...properties].sort((a, b) => (starts.get(a) ?? 0) - (starts.get(b) ?? 0));
}

function readRest(reading: Reading, written: Written<RawRest> | undefined): Rest | undefined {
  if (written === undefined) return undefined;
  const { value, path } = written;
  const origin = originAt(reading, path);
  if (typeof value === "string") return { kind: "rest", verdict: value, including: [], origin };
  const form = { value, path };
  const verdict = plain(reading, form, "verdict");
  return verdict && { kind: "rest", verdict, including: readEnds(reading, field(reading, form, "including")), origin };
}

function readStages(reading: Reading, file: Written<RawUseCase>, ports: PortNames): readonly StageDeclaration[] {
  const written = field(reading, file, "stages");
  if (written === undefined) return [{ ...bareStage, name: "now", origin: originAt(reading, "") }];
  const stages = items(reading, written).flatMap(({ value, path }): StageDeclaration[] => {
    if (typeof value === "string") return [{ ...bareStage, name: value, origin: originAt(reading, path) }];
    const form = { value, path };
    const name = plain(reading, form, "name");
    if (name === undefined) return [];
    return [
      {
        name,
        about: plain(reading, form, "about"),
        apply: readPaths(reading, field(reading, form, "apply")),
        delete: items(reading, field(reading, form, "delete")).flatMap((item) => readDelete(reading, item) ?? []),
        intent: plain(reading, form, "intent") ?? "met",
        expect: readRows(reading, field(reading, form, "expect"), ports, name),
        rest: readRest(reading, field(reading, form, "rest")),
        timed: plain(reading, form, "timed") ?? false,
        held: readRows(reading, field(reading, form, "held"), ports, `${name} held`),
        starting: readEnds(reading, field(reading, form, "starting")),
        origin: originAt(reading, path),
      },
    ];
  });
  const seen = new Map<string, StageDeclaration>();
  for (const stage of stages) {
    const first = seen.get(stage.name);
    const at = stageNameSpan(stage);
    if (first !== undefined) {
      const related = [{ at: stageNameSpan(first), message: "the first" }];
      reading.diagnostics.push(say("stage-twice", at, { name: stage.name }, { related }));
    }
    if (stage.name.trim() === "")
      reading.diagnostics.push(say("use-case-name-invalid", at, { what: "a stage", text: stage.name, problem: "it is empty" }));
    seen.set(stage.name, first ?? stage);
  }
  return stages;
}

const bareStage: Omit<StageDeclaration, "name" | "origin"> = {
  about: undefined,
  apply: [],
  delete: [],
  intent: "met",
  expect: [],
  rest: undefined,
  timed: false,
  held: [],
  starting: [],
};

/** Where a stage's name stands; the file's `intent` or its head where the stage is not written. */
export function stageNameSpan({ origin }: StageDeclaration): ReturnType<typeof spanOf> {
  if (origin.path === "") return origin.document.locate("intent", "key");
  // A bare name has no field `name`: the nearest thing that is written is the name itself.
  return origin.document.locate(childPath(origin.path, "name"), "value");
}

function readDelete(
  reading: Reading,
  {
    value,
    path,
  }: Written<
    string | { readonly kind: string; readonly name: string; readonly namespace?: string | undefined; readonly group?: string | undefined }
  >,
): WrittenPath | ObjectReference | undefined {
  const origin = originAt(reading, path);
  if (typeof value === "string") return { path: value, origin };
  const form = { value, path };
  const [kind, name] = [plain(reading, form, "kind"), plain(reading, form, "name")];
  if (kind === undefined || name === undefined) return undefined;
  return { group: plain(reading, form, "group"), kind, namespace: plain(reading, form, "namespace"), name, origin };
}

function readEngines(reading: Reading, file: Written<RawUseCase>): Engines {
  const all = entries(reading, field(reading, file, "engines"));
  const run = all.flatMap(({ value, path }) =>
    isSettings(value) || value === undefined ? [] : items(reading, { value, path }).map((item) => item.value),
  );
  const settings = all.flatMap(({ key, value, path }): [string, EngineSettings][] => {
    if (!isSettings(value)) return [];
    const form = { value, path };
    const timeout = field(reading, form, "timeout");
    const limits = { attempts: plain(reading, form, "attempts"), parallel: plain(reading, form, "parallel") };
    return [[key, { skip: plain(reading, form, "skip"), timeout: timeout && readDuration(reading, timeout), ...limits }]];
  });
  const names = run.flatMap((text) => text.split(",").map((name) => name.trim()));
  return { run: names.length === 0 ? undefined : names, settings: new Map(settings) };
}

function isSettings(value: RawEngines[string]): value is RawEngineSettings {
  return typeof value === "object" && !Array.isArray(value);
}

/** Milliseconds. */
function readDuration(reading: Reading, { value, path }: Written<string>): number | undefined {
  const match = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)$/.exec(value);
  const unit = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? ""];
  if (match === null || unit === undefined || Number(match[1]) === 0) {
    reading.diagnostics.push(say("duration-invalid", spanAt(reading, path), { text: value }));
    return undefined;
  }
  return Math.round(Number(match[1]) * unit);
}

function readDeviations(
  reading: Reading,
  file: Written<RawUseCase>,
  ports: PortNames,
  stages: readonly StageDeclaration[],
): readonly Deviation[] {
  const names = stages.map(({ name }) => name);
  return items(reading, field(reading, file, "deviations")).flatMap((item, i): Deviation[] => {
    const [engine, verdict, reason] = [plain(reading, item, "engine"), plain(reading, item, "verdict"), plain(reading, item, "reason")];
    const at = field(reading, item, "stage");
    for (const { value, path } of items(reading, at)) {
      if (!names.includes(value))
        reading.diagnostics.push(say("stage-unknown", spanAt(reading, path), { name: value, meant: nearest(value, names), stages: names }));
    }
    const expires = field(reading, item, "expires");
    if (expires !== undefined && !isDate(expires.value))
      reading.diagnostics.push(say("date-invalid", spanAt(reading, expires.path), { text: expires.value }));
    const [from, to] = [readEnds(reading, field(reading, item, "from")), readEnds(reading, field(reading, item, "to"))];
    const set = readPorts(reading, field(reading, item, "port"), ports);
    if (engine === undefined || verdict === undefined || reason === undefined) return [];
    return [
      {
        id: readId(reading, item) ?? `D${i + 1}`,
        engine,
        stages: at && items(reading, at).map(({ value }) => value),
        from,
        to,
        ports: set,
        verdict,
        reason,
        link: plain(reading, item, "link"),
        expires: expires?.value,
        origin: originAt(reading, item.path),
      },
    ];
  });
}

/** `YYYY-MM-DD`, and a day that the calendar has. */
function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

// ---- what only the whole file can tell ---------------------------------------------------------------------------------------------------

function refuseNameClashes(reading: Reading, outside: readonly OutsidePoint[], groups: readonly Group[]): void {
  for (const group of groups) {
    const point = outside.find(({ name }) => name === group.name);
    if (point === undefined) continue;
    const related = [{ at: spanOf(point.origin, "key"), message: "the outside point" }];
    reading.diagnostics.push(
      say("name-twice", spanOf(group.origin, "key"), { name: group.name, first: "an outside point", second: "a group" }, { related }),
    );
  }
}

function refuseCycles(reading: Reading, groups: readonly Group[]): void {
  const byName = new Map(groups.map((group) => [group.name, group]));
  const done = new Set<string>();
  for (const group of groups) {
    const cycle = cycleFrom(group.name, byName, [], done);
    if (cycle === undefined) continue;
    reading.diagnostics.push(say("group-cycle", spanOf(group.origin, "key"), { cycle }));
    for (const name of cycle) done.add(name);
  }
}

/** The way from a group back to itself; groups that were gone through are `done`. */
function cycleFrom(
  name: string,
  groups: ReadonlyMap<string, Group>,
  way: readonly string[],
  done: Set<string>,
): readonly string[] | undefined {
  if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
  const group = groups.get(name);
  if (group === undefined || group.members.kind !== "list" || done.has(name)) return undefined;
  for (const { text } of group.members.ends) {
    const cycle = cycleFrom(text, groups, [...way, name], done);
    if (cycle !== undefined) return cycle;
  }
  done.add(name);
  return undefined;
}

/** A statement or deviation without an id gets one by its position, which another may have been given. */
function refuseSameIds(reading: Reading, { intent, deviations }: UseCase): void {
  for (const { id, origin } of [...intent, ...deviations]) {
    const [written] = reading.ids.get(id) ?? [];
    const byPosition = ![...reading.ids.values()].some((paths) => paths.includes(origin.path));
    if (written !== undefined && byPosition) reading.diagnostics.push(say("id-twice", spanAt(reading, childPath(written, "id")), { id }));
  }
}

/** A single row may stand for a statement; its fields are not those of one. */
function isRowForm(value: RawRowForm | RawAssertionForm): value is RawRowForm {
  return Object.hasOwn(value, "verdict") || Object.hasOwn(value, "to");
}

function isTopologyForm(value: OneOrMany<string> | RawTopology): value is RawTopology {
  return typeof value === "object" && !Array.isArray(value);
}

function isForm(value: RawGroup): value is RawGroupForm {
  return typeof value === "object" && !Array.isArray(value);
}
