import * as z from "zod";

/**
 * The written form of `netproof.yaml`: which keys there are and what kind of value each takes. Only this file knows zod, and it is loaded
 * only when a use case is read. What a text means (a port, an address, a name) is read in `read.ts`, so that every message is ours.
 */
export const format = "netproof.use-case/1";

export type OneOrMany<T> = T | readonly T[];
type RawText = string;
export type RawPort = number | string;
export type RawPorts = OneOrMany<RawPort>;
export type RawEnds = OneOrMany<string>;
type Named<T> = Readonly<Record<string, T>>;

export interface RawUseCase {
  readonly $schema?: string | undefined;
  readonly format: typeof format;
  readonly name: RawText;
  readonly about?: RawText | undefined;
  readonly source?: RawText | undefined;
  readonly topology?: OneOrMany<string> | RawTopology | undefined;
  readonly groups?: Named<RawGroup> | undefined;
  readonly ports?: Named<RawPorts> | undefined;
  readonly focus?: RawEnds | undefined;
  readonly intent?: OneOrMany<RawAssertion> | undefined;
  readonly rest?: RawRest | undefined;
  readonly stages?: OneOrMany<RawStage> | undefined;
  readonly engines?: RawEngines | undefined;
  readonly assumeAbsent?: OneOrMany<string> | undefined;
  readonly deviations?: OneOrMany<RawDeviation> | undefined;
}

export interface RawTopology {
  readonly from?: OneOrMany<string> | undefined;
  readonly namespaces?: OneOrMany<string> | Named<Named<string> | null> | undefined;
  readonly workloads?: Named<RawWorkload | null> | undefined;
  readonly services?: Named<RawService> | undefined;
  readonly nodes?: Named<OneOrMany<string> | RawNode> | undefined;
  readonly podCidr?: OneOrMany<string> | undefined;
  readonly outside?: Named<OneOrMany<string> | RawOutside> | undefined;
  readonly about?: Named<RawText> | undefined;
}

export interface RawWorkload {
  readonly labels?: Named<string> | undefined;
  readonly replicas?: number | undefined;
  readonly listens?: OneOrMany<RawPort | { readonly name: string; readonly port: RawPort }> | undefined;
  readonly hostNetwork?: boolean | undefined;
  readonly node?: string | undefined;
  readonly addresses?: OneOrMany<string> | undefined;
  readonly kind?: string | undefined;
  readonly about?: RawText | undefined;
}

export interface RawService {
  readonly selector: Named<string>;
  readonly ports: OneOrMany<RawPort | RawServicePort>;
  readonly about?: RawText | undefined;
}

export interface RawServicePort {
  readonly port: number;
  readonly target?: RawPort | undefined;
  readonly protocol?: string | undefined;
  readonly name?: string | undefined;
}

export interface RawNode {
  readonly addresses: OneOrMany<string>;
  readonly labels?: Named<string> | undefined;
  readonly about?: RawText | undefined;
}

export interface RawOutside {
  readonly address: OneOrMany<string>;
  readonly about?: RawText | undefined;
}

export type RawGroup = OneOrMany<string> | RawGroupForm;

export interface RawGroupForm {
  readonly pods?: string | undefined;
  readonly namespaces?: string | undefined;
  readonly members?: OneOrMany<string> | undefined;
  readonly cidr?: string | undefined;
  readonly about?: RawText | undefined;
}

export type RawVerdict = "allow" | "deny" | "either";
export type RawRow = string | RawRowForm;

export interface RawRowForm {
  readonly from: RawEnds;
  readonly to: RawEnds;
  readonly port?: RawPorts | undefined;
  readonly verdict: RawVerdict;
  readonly because?: string | Named<string> | undefined;
  readonly note?: RawText | undefined;
  readonly severity?: "error" | "warning" | undefined;
  readonly id?: string | undefined;
}

export type RawAssertion = string | RawRowForm | RawAssertionForm;

export interface RawAssertionForm {
  readonly id?: string | undefined;
  readonly about?: RawText | undefined;
  readonly rows?: OneOrMany<RawRow> | undefined;
  readonly onlyFrom?: OneOrMany<RawOnlyFrom> | undefined;
  readonly through?: OneOrMany<RawThrough> | undefined;
  readonly isolated?: OneOrMany<RawPairOf> | undefined;
  readonly noPathToOutside?: RawEnds | OneOrMany<RawNoPath> | undefined;
  readonly everythingIsolated?: RawDirections | OneOrMany<RawIsolated> | undefined;
  readonly symmetric?: OneOrMany<RawPairOf> | undefined;
  readonly noUnusedPolicy?: boolean | undefined;
}

export interface RawOnlyFrom {
  readonly to: RawEnds;
  readonly from: RawEnds;
  readonly port?: RawPorts | undefined;
  readonly transitive?: boolean | undefined;
}

export interface RawThrough {
  readonly to: RawEnds;
  readonly via: RawEnds;
  readonly from?: RawEnds | undefined;
  readonly label?: RawText | undefined;
  readonly transitive?: boolean | undefined;
}

export interface RawPairOf {
  readonly a: RawEnds;
  readonly b: RawEnds;
  readonly transitive?: boolean | undefined;
}

export interface RawNoPath {
  readonly from: RawEnds;
  readonly transitive?: boolean | undefined;
}

export type RawDirections = "ingress" | "egress" | "both";

export interface RawIsolated {
  readonly of?: RawEnds | undefined;
  readonly direction: RawDirections;
}

export type RawRestVerdict = "allow" | "deny" | "same" | "ignore";
export type RawRest = RawRestVerdict | { readonly verdict: RawRestVerdict; readonly including?: RawEnds | undefined };

export type RawStage = string | RawStageForm;

export interface RawStageForm {
  readonly name: string;
  readonly about?: RawText | undefined;
  readonly apply?: OneOrMany<string> | undefined;
  readonly delete?: OneOrMany<string | RawObjectReference> | undefined;
  readonly intent?: "met" | "unmet" | undefined;
  readonly expect?: OneOrMany<RawRow> | undefined;
  readonly rest?: RawRest | undefined;
  readonly timed?: boolean | undefined;
  readonly held?: OneOrMany<RawRow> | undefined;
  readonly starting?: RawEnds | undefined;
}

export interface RawObjectReference {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly group?: string | undefined;
}

/** `run`, and settings under the name of each engine. */
export type RawEngines = Readonly<Record<string, OneOrMany<string> | RawEngineSettings | undefined>>;

export interface RawEngineSettings {
  readonly skip?: RawText | undefined;
  readonly timeout?: string | undefined;
  readonly attempts?: number | undefined;
  readonly parallel?: number | undefined;
}

export interface RawDeviation {
  readonly engine: string;
  readonly stage?: OneOrMany<string> | undefined;
  readonly from: RawEnds;
  readonly to: RawEnds;
  readonly port?: RawPorts | undefined;
  readonly verdict: "allow" | "deny" | "undetermined";
  readonly reason: RawText;
  readonly link?: string | undefined;
  readonly expires?: string | undefined;
  readonly id?: string | undefined;
}

/** What is wrong with the form of a file, at a path inside it. */
export interface FormIssue {
  readonly path: readonly (string | number)[];
  readonly problem:
    | { readonly kind: "field-unknown"; readonly field: string; readonly known: readonly string[] }
    | { readonly kind: "field-missing"; readonly field: string }
    | { readonly kind: "word-unknown"; readonly words: readonly string[]; readonly value: unknown }
    | { readonly kind: "wrong-type"; readonly expected: string; readonly value: unknown }
    | { readonly kind: "number"; readonly expected: string }
    | { readonly kind: "empty"; readonly expected: string };
}

/** The file's form checked: the value as it is typed above, or everything that is wrong with it. */
export function checkForm(value: unknown): { readonly raw: RawUseCase } | { readonly issues: readonly FormIssue[] } {
  const result = schema.safeParse(value, { error: hintOf });
  const issues = [
    ...(result.success ? [] : result.error.issues.flatMap((issue) => readIssue(issue, [], value))),
    ...prototypeKeys(value, []),
  ];
  return issues.length === 0 ? { raw: value as RawUseCase } : { issues };
}

/** zod passes over a key called `__proto__`, and nothing may be called so. */
function prototypeKeys(value: unknown, path: readonly (string | number)[]): readonly FormIssue[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => prototypeKeys(item, [...path, i]));
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "__proto__" ? [{ path, problem: { kind: "field-unknown", field: key, known: [] } }] : prototypeKeys(inner, [...path, key]),
  );
}

/** The JSON Schema (draft 7, as editors' YAML language servers read it) of the file, for completion and checks while typing. */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-7", io: "input" }) as Record<string, unknown>;
  return { $schema, $id: "netproof.schema.json", title: "netproof use case", ...rest };
}

// ---- the schema --------------------------------------------------------------------------------------------------------------------------

const text = (description: string): z.ZodString => z.string().meta({ description });

/** One item stands for a list of one. `expected` is what a message says when it is neither. */
function oneOrMany<T extends z.ZodType>(item: T, expected: string): z.ZodUnion<readonly [T, z.ZodArray<T>]> {
  return z.union([item, z.array(item).min(1, expected)], { error: expected });
}

const about = text("Who or what this is, for readers of reports.");
const labels = z.record(z.string(), z.string());
const portForm = z.union([z.int().min(1).max(65535), z.string()], {
  error: "a port: 80, 53/UDP, 8000-8999/TCP, all, or a name from `ports`",
});
const ports = oneOrMany(portForm, "a port or a list of ports: 80, 53/UDP, 8000-8999/TCP, all, or names from `ports`").meta({
  id: "ports",
  description: "80 (TCP), 53/UDP, 8000-8999/TCP, all, all/UDP, a name from `ports`, or a list of these. Left out: every port.",
});
const ends = (description: string): z.ZodType<RawEnds, RawEnds> =>
  oneOrMany(z.string(), "a name or a list of names").meta({
    description: `${description} A pod, workload, group, outside point, node, Service (svc/web), address, \`elsewhere\` or \`any\`; or a list.`,
  });
const texts = (description: string): z.ZodType<OneOrMany<string>, OneOrMany<string>> =>
  oneOrMany(z.string(), "text or a list of texts").meta({ description });
const transitive = z.boolean().meta({ description: "true: a chain of allowed flows counts as well, not only a direct one." });

const workload = z.strictObject({
  labels: labels.optional().meta({ description: "The labels of its pods." }),
  replicas: z.int().min(0).max(10_000).optional().meta({ description: "How many pods; 1 when left out." }),
  listens: oneOrMany(
    z.union([portForm, z.strictObject({ name: text("The port's name, which policies may use."), port: portForm })], {
      error: "a port (80, 53/UDP) or a mapping of `name` and `port`",
    }),
    "a port (80, 53/UDP), a mapping of `name` and `port`, or a list of these",
  )
    .optional()
    .meta({ description: "The ports that its pods serve." }),
  hostNetwork: z.boolean().optional().meta({ description: "true: its pods share their node's network." }),
  node: text("The node that its pods run on.").optional(),
  addresses: texts("The addresses of its only pod, one per family.").optional(),
  kind: text("Pod, Deployment, StatefulSet, DaemonSet, …; Pod when left out and there is one replica.").optional(),
  about: about.optional(),
});

const service = z.strictObject({
  selector: labels.meta({ description: "The labels of the pods behind it." }),
  ports: oneOrMany(
    z.union(
      [
        portForm,
        z.strictObject({
          port: z.int().min(1).max(65535).meta({ description: "The Service's own port." }),
          target: z
            .union([z.int().min(1).max(65535), z.string()], { error: "a port number or the name of a port of the pods" })
            .optional()
            .meta({ description: "The port of the pods, by number or name; the same when left out." }),
          protocol: text("TCP, UDP or SCTP; TCP when left out.").optional(),
          name: text("The port's name.").optional(),
        }),
      ],
      { error: "a port (80, 53/UDP) or a mapping of `port` and `target`" },
    ),
    "a port (80, 53/UDP), a mapping of `port` and `target`, or a list of these",
  ),
  about: about.optional(),
});

const node = z.union(
  [
    z.string(),
    z.array(z.string()).min(1, "an address"),
    z.strictObject({ addresses: texts("Its addresses, one per family."), labels: labels.optional(), about: about.optional() }),
  ],
  { error: "an address, a list of addresses, or a mapping with `addresses`" },
);

const outside = z.union(
  [
    z.string(),
    z.array(z.string()).min(1, "an address"),
    z.strictObject({ address: texts("Its address, or one per family."), about: about.optional() }),
  ],
  { error: "an address, a list of addresses, or a mapping with `address` and `about`" },
);

const topologyForm = z.strictObject({
  from: texts("Manifests and folders of them, relative to this file.").optional(),
  namespaces: z
    .union([z.string(), z.array(z.string()), z.record(z.string(), z.union([labels, z.null()], { error: "a mapping of labels" }))], {
      error: "a mapping of namespaces to their labels, or a list of names",
    })
    .optional()
    .meta({ description: "Namespaces and their labels." }),
  workloads: z
    .record(z.string(), z.union([workload, z.null()], { error: "a mapping that says what the workload is" }))
    .optional()
    .meta({ description: "NAMESPACE/NAME and what it is." }),
  services: z.record(z.string(), service).optional().meta({ description: "NAMESPACE/NAME and the pods behind it." }),
  nodes: z.record(z.string(), node).optional().meta({ description: "Machines of the cluster and their addresses." }),
  podCidr: texts("The network that pods without an address get one from.").optional(),
  outside: z.record(z.string(), outside).optional().meta({ description: "Named addresses outside the cluster." }),
  about: z.record(z.string(), z.string()).optional().meta({ description: "The role of a pod, workload or node, by its name." }),
});
const topology = z
  .union([z.string(), z.array(z.string()).min(1, "at least one path"), topologyForm], {
    error: "manifests (a path or a list of paths), or a mapping with `from`, `workloads`, `outside`",
  })
  .meta({ description: "What the cluster is: from manifests, written here, or both. Paths alone are its manifests." });

const group = z
  .union(
    [
      z.string(),
      z.array(z.string()).min(1, "at least one name"),
      z.strictObject({
        pods: text("Pods by their labels, as kubectl -l writes it: app=web,tier in (a,b).").optional(),
        namespaces: text("Namespaces by their labels, as kubectl -l writes it.").optional(),
        members: texts("Names of ends.").optional(),
        cidr: text("All outside addresses of a block: 10.0.0.0/8.").optional(),
        about: about.optional(),
      }),
    ],
    { error: "a list of names, a block (10.0.0.0/8), or a mapping with `pods` and `namespaces`" },
  )
  .meta({ description: "A name for several ends: a list of names, a block of addresses, or pods by their labels." });

const verdict = z
  .enum(["allow", "deny", "either"])
  .meta({ description: "What these flows must be; either: said on purpose to be left open." });

const rowForm = z
  .strictObject({
    from: ends("Who opens the connection."),
    to: ends("Who accepts it."),
    port: ports.optional(),
    verdict,
    because: z
      .union([z.string(), z.record(z.string(), z.string())], {
        error: "`dev/policy1`, `dev/policy1 ingress[0]`, or a mapping of engines to such texts",
      })
      .optional()
      .meta({
        description: "The policy that must decide (dev/policy1), or its rule (dev/policy1 ingress[0]); by engine where names differ.",
      }),
    note: text("For readers of reports.").optional(),
    severity: z.enum(["error", "warning"]).optional().meta({ description: "warning: reported, and the run still succeeds." }),
    id: text("A stable name for reports and deviations; made from the row when left out.").optional(),
  })
  .meta({ id: "row", description: "Flows and what they must be." });

const row = z
  .union([z.string(), rowForm], { error: "a row: `FROM -> TO PORT VERDICT`, or a mapping with `from`, `to` and `verdict`" })
  .meta({ description: "Flows and what they must be: `client -> web 80 allow`, or a mapping." });
const rows = (description: string): z.ZodType<OneOrMany<RawRow>, OneOrMany<RawRow>> =>
  z.union([row, z.array(row)], { error: "a row or a list of rows" }).meta({ description });

const pairOf = z.strictObject({ a: ends("One side."), b: ends("The other side."), transitive: transitive.optional() });
const direction = z.enum(["ingress", "egress", "both"]).meta({ description: "Which direction, seen from the pods." });

const assertion = z
  .union(
    [
      z.string(),
      rowForm,
      z.strictObject({
        id: text("A stable name; I1, I2, … by position when left out.").optional(),
        about: text("The statement in words; reports print it.").optional(),
        rows: rows("Flows and what they must be.").optional(),
        onlyFrom: oneOrMany(
          z.strictObject({
            to: ends("Who is guarded."),
            from: ends("Who alone may reach it."),
            port: ports.optional(),
            transitive: transitive.optional(),
          }),
          "a mapping with `to` and `from`, or a list of these",
        )
          .optional()
          .meta({ description: "Nobody else reaches `to`, and these only on `port`." }),
        through: oneOrMany(
          z.strictObject({
            to: ends("What is reached."),
            via: ends("The only way to it."),
            from: ends("Who must take it; everybody when left out.").optional(),
            label: text("The name of the line in reports that shows how `to` is reached.").optional(),
            transitive: transitive.optional(),
          }),
          "a mapping with `to` and `via`, or a list of these",
        )
          .optional()
          .meta({ description: "`from` reaches `to` only by way of `via`." }),
        isolated: oneOrMany(pairOf, "a mapping with `a` and `b`, or a list of these")
          .optional()
          .meta({ description: "No flow between the two, in either direction." }),
        noPathToOutside: z
          .union(
            [
              z.string(),
              z.array(z.string()).min(1, "at least one name"),
              z.strictObject({ from: ends("Who must not reach the outside."), transitive: transitive.optional() }),
              z
                .array(z.strictObject({ from: ends("Who must not reach the outside."), transitive: transitive.optional() }))
                .min(1, "at least one entry"),
            ],
            { error: "names of ends, or a mapping with `from`" },
          )
          .optional()
          .meta({ description: "No flow to any address outside the cluster, named or not." }),
        everythingIsolated: z
          .union(
            [
              direction,
              z.strictObject({ of: ends("Which pods; all when left out.").optional(), direction }),
              z.array(z.strictObject({ of: ends("Which pods; all when left out.").optional(), direction })).min(1, "at least one entry"),
            ],
            { error: "ingress, egress or both, or a mapping with `of` and `direction`" },
          )
          .optional()
          .meta({ description: "Every pod is isolated in this direction: some policy selects it, so only listed traffic passes." }),
        symmetric: oneOrMany(pairOf.omit({ transitive: true }), "a mapping with `a` and `b`, or a list of these")
          .optional()
          .meta({ description: "What a may open to b, b may open to a." }),
        noUnusedPolicy: z.boolean().optional().meta({ description: "true: every policy selects at least one pod." }),
      }),
    ],
    { error: "a row (`FROM -> TO PORT VERDICT`), or a mapping with `rows` or a property" },
  )
  .meta({ id: "statement", description: "One statement of the intent: rows and properties that hold together." });

const rest = z
  .union(
    [
      z.enum(["allow", "deny", "same", "ignore"]),
      z.strictObject({
        verdict: z.enum(["allow", "deny", "same", "ignore"]).meta({ description: "What these flows must be." }),
        including: ends("Addresses outside that are judged as well: `elsewhere`, a block's group.").optional(),
      }),
    ],
    { error: "allow, deny, same or ignore, or a mapping with `verdict` and `including`" },
  )
  .meta({
    id: "rest",
    description: "What every flow that no row names must be. deny: these flows and nothing else; same: as in the stage before.",
  });

const stage = z
  .union(
    [
      z.string(),
      z.strictObject({
        name: text("The stage's name."),
        about: about.optional(),
        apply: texts("Manifests to create or replace, relative to this file.").optional(),
        delete: oneOrMany(
          z.union(
            [
              z.string(),
              z.strictObject({
                kind: text("The object's kind."),
                name: text("The object's name."),
                namespace: text("The object's namespace.").optional(),
                group: text("The API group, where two kinds have one name.").optional(),
              }),
            ],
            { error: "a manifest, or a mapping with `kind`, `namespace` and `name`" },
          ),
          "a manifest, a mapping with `kind`, `namespace` and `name`, or a list of these",
        )
          .optional()
          .meta({ description: "Objects to take away, before `apply`." }),
        intent: z
          .enum(["met", "unmet"])
          .optional()
          .meta({ description: "unmet: the intent is known not to hold here; then an intent that holds is the finding." }),
        expect: rows("What this stage alone must show.").optional(),
        rest: rest.optional(),
        timed: z
          .boolean()
          .optional()
          .meta({ description: "true: measuring engines tell how long after the change packets are decided by it." }),
        held: rows(
          "TCP connections that are open when the change comes: allow if they shall go on, deny if they shall be cut. Measuring engines hold them.",
        ).optional(),
        starting: ends("Pods that measuring engines start anew under these policies: what passes in their first moments.").optional(),
      }),
    ],
    { error: "a stage's name, or a mapping with `name`" },
  )
  .meta({ id: "stage", description: "One step: what is applied and deleted, and what it must show." });

const engineSettings = z.strictObject({
  skip: text("Why this engine is left out.").optional(),
  timeout: z.string("a duration: 5s, 500ms").optional().meta({ description: "How long one probe waits: 5s, 500ms." }),
  attempts: z.int().min(1).max(1000).optional().meta({ description: "How often one probe is tried." }),
  parallel: z.int().min(1).max(100_000).optional().meta({ description: "How many probes run at once." }),
});

const engines = z
  .object({
    run: oneOrMany(z.string(), "an engine or a list of engines")
      .optional()
      .meta({ description: "Which engines run; all that can when left out." }),
  })
  .catchall(engineSettings)
  .meta({ description: "Which engines run, and settings per engine." });

const deviation = z
  .strictObject({
    engine: text("The engine that differs."),
    stage: texts("At which stages; at all when left out.").optional(),
    from: ends("Who opens the connection."),
    to: ends("Who accepts it."),
    port: ports.optional(),
    verdict: z.enum(["allow", "deny", "undetermined"]).meta({ description: "What this engine says of these flows." }),
    reason: text("Why it differs."),
    link: text("Where to read about it.").optional(),
    expires: text("The first day on which it no longer excuses: 2027-06-30.").optional(),
    id: text("A stable name; D1, D2, … by position when left out.").optional(),
  })
  .meta({ id: "deviation", description: "A known difference of one engine. It does not fail a run until it expires." });

const schema: z.ZodType<RawUseCase> = z
  .strictObject({
    $schema: z.string().optional(),
    format: z.literal(format).meta({ description: "The version of this format." }),
    name: text("The use case's name."),
    about: about.optional(),
    source: text("Where the design comes from: a book, a ticket, an audit.").optional(),
    topology: topology.optional(),
    groups: z.record(z.string(), group).optional().meta({ description: "Names for several ends, for rows that people read." }),
    ports: z.record(z.string(), ports).optional().meta({ description: "Names for ports." }),
    focus: ends("The devices under test, in the order they are shown.").optional(),
    intent: z
      .union([assertion, z.array(assertion)], { error: "a statement or a list of statements" })
      .optional()
      .meta({ description: "What must hold after every stage." }),
    rest: rest.optional(),
    stages: oneOrMany(stage, "at least one stage").optional().meta({ description: "The steps, in order; each builds on the one before." }),
    engines: engines.optional(),
    assumeAbsent: texts("Kinds of policies that are not read and taken to be absent.").optional(),
    deviations: oneOrMany(deviation, "a deviation or a list of deviations")
      .optional()
      .meta({ description: "Known differences between an engine and the API text." }),
  })
  .meta({ description: "A network design, its intent and its stages." });

// ---- from zod's issues to ours -----------------------------------------------------------------------------------------------------------

/** zod's own texts are never shown; the slot carries what its issue lacks: the keys that would have been known. */
function hintOf(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "unrecognized_keys" && issue.inst instanceof z.ZodObject) return Object.keys(issue.inst.shape).join(" ");
  return "";
}

function readIssue(issue: z.core.$ZodIssue, above: readonly PropertyKey[], root: unknown): readonly FormIssue[] {
  const path = [...above, ...issue.path].filter((step) => typeof step !== "symbol");
  const [parent, field] = [path.slice(0, -1), path.at(-1)];
  const missing = typeof field === "string" && !has(valueAt(root, parent), field);
  if (missing) return [{ path: parent, problem: { kind: "field-missing", field } }];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = issue.message.split(" ").filter((key) => key !== "$schema");
      return issue.keys.map((key) => ({ path, problem: { kind: "field-unknown", field: key, known } }));
    }
    case "invalid_union":
      return readUnion(issue, path, root);
    case "invalid_value":
      return [{ path, problem: { kind: "word-unknown", words: issue.values.map(String), value: valueAt(root, path) } }];
    case "too_small":
    case "too_big":
      if (issue.origin === "array") return [{ path, problem: { kind: "empty", expected: issue.message } }];
      return [{ path, problem: { kind: "number", expected: boundText(issue) } }];
    case "invalid_type":
      if (issue.expected === "int") return [{ path, problem: { kind: "number", expected: "a whole number" } }];
      return [wrongType(path, issue.message === "" ? kindText(issue.expected) : issue.message, root)];
    default:
      return [wrongType(path, "something else", root)];
  }
}

/** The alternative whose kind of value it is speaks for the union, of several mappings the one that is nearest. */
function readUnion(issue: z.core.$ZodIssueInvalidUnion, path: readonly (string | number)[], root: unknown): readonly FormIssue[] {
  const value = valueAt(root, path);
  const alternatives = issue.errors
    .filter((errors) => !errors.some((error) => rejectsKind(error, value)))
    .map((errors) => errors.flatMap((error) => readIssue(error, path, root)))
    .sort((a, b) => ownIssues(a, path) - ownIssues(b, path) || a.length - b.length);
  return alternatives[0] ?? [wrongType(path, issue.message, root)];
}

/** How many fields of the mapping itself do not fit, whatever is inside them. */
function ownIssues(issues: readonly FormIssue[], path: readonly (string | number)[]): number {
  return issues.filter((issue) => issue.path.length === path.length).length;
}

/** Whether this alternative takes another kind of value: a mapping where a text stands. */
function rejectsKind(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union") return issue.errors.every((errors) => errors.some((error) => rejectsKind(error, value)));
  // A closed list of words takes texts.
  if (issue.code === "invalid_value") return typeof value === "object" && value !== null;
  return issue.code === "invalid_type" && issue.expected !== "int";
}

function wrongType(path: readonly (string | number)[], expected: string, root: unknown): FormIssue {
  return { path, problem: { kind: "wrong-type", expected, value: valueAt(root, path) } };
}

function boundText(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  return issue.code === "too_small" ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
}

function kindText(expected: string): string {
  switch (expected) {
    case "string":
      return "text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    default:
      return "a mapping";
  }
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, step) => (has(value, step) ? (value as Record<string | number, unknown>)[step] : undefined), root);
}

function has(value: unknown, key: string | number): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
