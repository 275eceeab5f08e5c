import type { Direction } from "@netproof/core/parts";
import { families, type Chain, type Dispatch, type NamedSet, type Ruleset } from "./ruleset.ts";
import { hex, tuple } from "./words.ts";

/** How a router says no. `reject` answers at once, and its ICMP code tells which side denies; `drop` is silent, as many plugins are. */
export type DenyWith = "reject" | "drop";

/** Two ends with rules of their own in every generation: what they see tells whether this very generation is in force. */
export interface Canary {
  readonly client: string;
  readonly server: string;
  /** The only port that the server may be reached on. */
  readonly openPort: number;
  /** A port that the client must not even ask for. */
  readonly silentPort: number;
}

export const canaryMarks = { allowed: 1, ingressDenied: 2, egressDenied: 3 } as const;

export interface RenderOptions {
  readonly router: number;
  readonly generation: number;
  readonly denyWith: DenyWith;
  readonly canary: Canary | undefined;
}

/** The part of a ruleset that one router needs. */
export interface RouterRules {
  readonly table: string;
  readonly sets: readonly NamedSet[];
  readonly chains: readonly Chain[];
  readonly dispatch: readonly Dispatch[];
  readonly doubts: readonly Direction[];
  readonly hooks: readonly Hook[];
}

/** Empties all sets of witnesses of a table that notes doubts in these directions. */
export function emptied(table: string, doubts: readonly Direction[]): string {
  const sets = families.flatMap((family) => [
    ...directions.map((direction) => witnessSet(direction, family)),
    ...doubts.map((direction) => doubtSet(direction, family)),
  ]);
  return sets.map((set) => `flush set inet ${table} ${set}\n`).join("");
}

/** How many flows a set of witnesses can hold. When one is full the rest of its rule is skipped, so it has a rule of its own. */
const witnesses = 1 << 19;

const directions: readonly Direction[] = ["egress", "ingress"];

export function tableName(generation: number): string {
  return `np_${generation}`;
}

/**
 * The set in which a router notes what it decided, per direction and family: flows with the mark of the rule. A map from flows to marks
 * would say the same, but nft 1.0.6 has no register left for its value behind two IPv6 addresses (it aborts).
 */
export function witnessSet(direction: Direction, family: 4 | 6): string {
  return `${direction}${family}`;
}

export function doubtSet(direction: Direction, family: 4 | 6): string {
  return `doubts_${direction}${family}`;
}

export function rulesOfRouter(ruleset: Ruleset, { router, generation }: Pick<RenderOptions, "router" | "generation">): RouterRules {
  const dispatch = ruleset.dispatch.filter((one) => one.router === router);
  const wanted = new Set(dispatch.map(({ chain }) => chain));
  const services: Chain = { name: "services", direction: "egress", rules: ruleset.rewrites, about: "to endpoints, before any policy" };
  // A chain's second part stands behind it, so one pass finds all.
  const chains = ruleset.chains.filter(({ name, rules }) => {
    if (!wanted.has(name)) return false;
    for (const rule of rules) for (const use of rule.uses) wanted.add(use);
    return true;
  });
  return {
    table: tableName(generation),
    sets: ruleset.sets.filter(({ name }) => wanted.has(name)),
    chains: ruleset.rewrites.length > 0 ? [services, ...chains] : chains,
    dispatch,
    hooks: [...(ruleset.rewrites.length > 0 ? serviceHooks : []), ...(ruleset.ownNode === "judged" ? [...hooks, fromNode] : hooks)],
    doubts: directions.filter((direction) =>
      chains.some((chain) => chain.direction === direction && chain.rules.some(({ text }) => text.includes("@doubts_"))),
    ),
  };
}

/**
 * Without its real privileges nft cannot enlarge its buffer: a transaction holds about 213 kB of netlink data (kernel default
 * `wmem_max`), roughly 300 rules, 1,000 declarations or 5,000 elements. These stay well below.
 */
const weights = { declaration: 1, rule: 3, element: 0.2 };
const perTransaction = 500;
const perElementLine = 200;

/**
 * The transactions that put a router's rules in force: a table without a hook grows in small ones; the last hooks it and takes the
 * one before away, so that no packet ever meets half of it.
 */
export function transactions(ruleset: Ruleset, options: RenderOptions, before: number | undefined): readonly string[] {
  const rules = rulesOfRouter(ruleset, options);
  const table = `inet ${rules.table}`;
  const own = ownChains(options);
  const lines: Line[] = [
    ...[
      `add table ${table}`,
      ...rules.sets.map(({ name, type, interval }) => `add set ${table} ${name} { type ${type};${interval ? " flags interval;" : ""} }`),
      ...ownSets(rules.doubts).map(({ kind, name, declaration }) => `add ${kind} ${table} ${name} { ${declaration} }`),
      ...[...own, ...rules.chains].map(({ name }) => `add chain ${table} ${name}`),
    ].map((text) => ({ text, weight: weights.declaration })),
    ...rules.sets.flatMap(({ name, elements }) => elementLines(table, name, elements)),
    ...[...own, ...rules.chains].flatMap(({ name, rules: all }) =>
      all.map(({ text }) => ({ text: `add rule ${table} ${name} ${text}`, weight: weights.rule })),
    ),
    ...dispatchElements(rules, options.canary).flatMap(([name, elements]) => elementLines(table, name, elements)),
  ];
  const cutOver = [
    ...rules.hooks.map((hook) => `add chain ${table} ${hook.name} { ${hookText(hook)} }`),
    ...rules.hooks.flatMap(({ name, rules: all }) => all.map((text) => `add rule ${table} ${name} ${text}`)),
    ...(before === undefined ? [] : [`delete table inet ${tableName(before)}`]),
  ];
  return [...packed(lines), cutOver].map((texts) => `${texts.join("\n")}\n`);
}

interface Line {
  readonly text: string;
  readonly weight: number;
}

function elementLines(table: string, name: string, elements: readonly string[]): readonly Line[] {
  return chunks(elements, perElementLine).map((some) => ({
    text: `add element ${table} ${name} { ${some.join(", ")} }`,
    weight: weights.element * some.length,
  }));
}

/** Lines in their order, as many in one transaction as surely fit. */
function packed(lines: readonly Line[]): readonly (readonly string[])[] {
  const packs: string[][] = [];
  let room = 0;
  for (const { text, weight } of lines) {
    if (weight > room) {
      packs.push([]);
      room = perTransaction;
    }
    packs.at(-1)?.push(text);
    room -= weight;
  }
  return packs;
}

/** The same as one file, for people and for `nft -c -f`; `remark` gives the words behind a rule, a chain or a set. */
export function listing(ruleset: Ruleset, options: RenderOptions, remark: (rule: Chain["rules"][number]) => string = () => ""): string {
  const rules = rulesOfRouter(ruleset, options);
  const lines = [`table inet ${rules.table} {`];
  for (const { name, type, interval, elements, about } of rules.sets) {
    lines.push(
      `  set ${name} {  # ${about}`,
      `    type ${type}${interval ? "; flags interval" : ""}`,
      `    elements = { ${elements.join(", ")} }`,
      "  }",
    );
  }
  for (const { kind, name, declaration } of ownSets(rules.doubts)) {
    const all = dispatchElements(rules, options.canary).find(([map]) => map === name)?.[1] ?? [];
    lines.push(`  ${kind} ${name} {`, `    ${declaration}`, ...(all.length === 0 ? [] : [`    elements = { ${all.join(", ")} }`]), "  }");
  }
  for (const { name, rules: all, about } of [...ownChains(options), ...rules.chains]) {
    lines.push(`  chain ${name} {${about === "" ? "" : `  # ${about}`}`);
    for (const rule of all) {
      const words = remark(rule);
      lines.push(`    ${rule.text}${words === "" ? "" : `  # ${words}`}`);
    }
    lines.push("  }");
  }
  for (const hook of rules.hooks)
    lines.push(`  chain ${hook.name} {`, `    ${hookText(hook)}`, ...hook.rules.map((text) => `    ${text}`), "  }");
  return `${[...lines, "}"].join("\n")}\n`;
}

interface Hook {
  readonly name: string;
  /** Filters when left out. */
  readonly type?: "nat";
  readonly hook: string;
  readonly rules: readonly string[];
}

/**
 * Where packets come by. Forwarded ones meet the egress rules of the device they come from and the ingress rules of the one they go
 * to; those for the node itself only the former. What the node sends to its own pods meets none: it is always allowed (S11).
 */
const hooks: readonly Hook[] = [
  {
    name: "forward",
    hook: "forward",
    rules: ["ct state established,related accept", ...asked("egress"), "meta mark set 0", ...asked("ingress")],
  },
  { name: "input", hook: "input", rules: ["ct state established,related accept", ...asked("egress")] },
];

/** Where the node's own packets are judged as well. */
const fromNode: Hook = { name: "output", hook: "output", rules: ["ct state established,related accept", ...asked("ingress")] };

/** Where packets to Services are rewritten: what comes in, and what the node sends itself. nft 1.0.6 knows -100 by name in one of them only. */
const serviceHooks: readonly Hook[] = ["prerouting", "output"].map((hook) => ({
  name: `services_${hook}`,
  type: "nat",
  hook,
  rules: ["jump services"],
}));

function hookText({ type, hook }: Hook): string {
  return `type ${type ?? "filter"} hook ${hook} priority ${type === "nat" ? "-100" : "filter"}; policy accept;`;
}

function asked(direction: Direction): readonly string[] {
  const device = direction === "egress" ? "iifname" : "oifname";
  return [`${device} vmap @${direction}`, ...families.map((family) => `meta mark != 0 ${witness(direction, family)}`)];
}

function witness(direction: Direction, family: 4 | 6): string {
  return `update @${witnessSet(direction, family)} { ${tuple(family)} . meta mark }`;
}

interface OwnSet {
  readonly kind: "set" | "map";
  readonly name: string;
  readonly declaration: string;
}

function ownSets(doubts: readonly Direction[]): readonly OwnSet[] {
  const noted = (name: string, family: 4 | 6): OwnSet => ({
    kind: "set",
    name,
    declaration: `type ipv${family}_addr . ipv${family}_addr . inet_proto . inet_service . mark; flags dynamic; size ${witnesses};`,
  });
  return [
    ...directions.map((direction): OwnSet => ({ kind: "map", name: direction, declaration: "type ifname : verdict;" })),
    ...directions.flatMap((direction) => families.map((family) => noted(witnessSet(direction, family), family))),
    ...doubts.flatMap((direction) => families.map((family) => noted(doubtSet(direction, family), family))),
  ];
}

/** The ICMP codes of a reject tell the sides apart: RFC 1812 5.2.7.1, RFC 4443 3.1. */
const rejections: Readonly<Record<Direction, readonly string[]>> = {
  egress: ["reject with icmpx admin-prohibited"],
  ingress: ["meta nfproto ipv4 reject with icmp host-prohibited", "meta nfproto ipv6 reject with icmpv6 policy-fail"],
};

function ownChains({ denyWith, canary }: RenderOptions): readonly Chain[] {
  const deny = directions.map((direction): Chain => {
    const texts = [...families.map((family) => witness(direction, family)), ...(denyWith === "drop" ? ["drop"] : rejections[direction])];
    return { name: `deny_${direction}`, direction, rules: texts.map((text) => ({ text, uses: [], from: [] })), about: "" };
  });
  if (canary === undefined) return deny;
  const { allowed, ingressDenied, egressDenied } = canaryMarks;
  const own = (direction: Direction, texts: readonly string[]): Chain => ({
    name: `canary_${direction}`,
    direction,
    rules: texts.map((text) => ({ text, uses: [], from: [] })),
    about: "the lab's own test",
  });
  return [
    ...deny,
    own("egress", [`th dport ${canary.silentPort} meta mark set ${hex(egressDenied)} goto deny_egress`]),
    own("ingress", [
      `th dport ${canary.openPort} meta mark set ${hex(allowed)} return`,
      `meta mark set ${hex(ingressDenied)} goto deny_ingress`,
    ]),
  ];
}

function dispatchElements(
  { dispatch }: RouterRules,
  canary: Canary | undefined,
): readonly (readonly [map: Direction, elements: readonly string[]])[] {
  return directions.map((direction) => {
    const own = canary === undefined ? [] : [`"${direction === "egress" ? canary.client : canary.server}" : jump canary_${direction}`];
    return [
      direction,
      [...own, ...dispatch.filter((one) => one.direction === direction).map(({ device, chain }) => `"${device}" : jump ${chain}`)],
    ];
  });
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
