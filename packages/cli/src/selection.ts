import {
  nearest,
  parseSelector,
  resolveEnd,
  sameEndpoint,
  selects,
  type Endpoint,
  type External,
  type NameTable,
  type PairWanted,
  type Pod,
  type Row,
  type Selector,
} from "@netproof/core/parts";
import type { Options } from "./flags.ts";
import { Refusal } from "./refusal.ts";

/** Which pairs of rows are shown: with an end in -n and -l, and with these ends (--from, --to). */
export function wantedPairs({ namespace, selector, from, to }: Options, names: NameTable): PairWanted {
  const inside = podTest(namespace, selector, names);
  const [fromEnds, toEnds] = [endTest(from, names), endTest(to, names)];
  const insideRows = remembered((row) => row.members.some((member) => member.kind === "pod" && inside(member)));
  const anywhere = namespace === undefined && selector === undefined;
  return (a, b) => fromEnds(a) && toEnds(b) && (anywhere || insideRows(a) || insideRows(b));
}

/** The outside addresses that --from and --to name and that have no name of their own: without a row they would look closed. */
export function addressesNamed({ from, to }: Options, names: NameTable): readonly External[] {
  const points = names.outside.flatMap(({ externals }) => externals);
  const named = [...from, ...to].flatMap((text) => resolveEnd(text, names).end?.endpoints ?? []);
  const externals = named.filter(
    (end) => end.kind === "external" && !points.some((point) => sameEndpoint(point, end)),
  ) as readonly External[];
  return externals.filter((end, i) => externals.findIndex((other) => sameEndpoint(other, end)) === i);
}

function podTest(namespace: string | undefined, text: string | undefined, { snapshot }: NameTable): (pod: Pod) => boolean {
  if (namespace !== undefined && !snapshot.namespaces.some(({ name }) => name === namespace)) {
    const spaces = snapshot.namespaces.map(({ name }) => name);
    const meant = nearest(namespace, spaces);
    throw new Refusal(`no namespace \`${namespace}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`);
  }
  const selector = text === undefined ? undefined : readSelector(text);
  const selected = (pod: Pod): boolean =>
    (namespace === undefined || pod.namespace.name === namespace) && (selector === undefined || selects(selector, pod.labels));
  // Nothing selected would print a table of nothing, which looks as if nothing was open.
  if (text !== undefined && !snapshot.pods.some(selected)) {
    throw new Refusal(`-l \`${text}\` selects no pod${namespace === undefined ? "" : ` in \`${namespace}\``}`);
  }
  return selected;
}

function readSelector(text: string): Selector {
  const source = { name: "-l", text };
  const parsed = parseSelector(text, { document: { source, locate: () => ({ source, start: 0, end: text.length }) }, path: "" });
  if ("misread" in parsed)
    throw new Refusal(
      `-l \`${text}\`: \`${parsed.misread}\` is no condition on labels`,
      "as kubectl has it: -l app=web,tier!=db or -l 'env in (test,dev)'",
    );
  return parsed.selector;
}

function endTest(texts: readonly string[], names: NameTable): (row: Row) => boolean {
  if (texts.length === 0) return () => true;
  const ends = texts.map((text) => endpointsOf(text, names));
  return remembered((row) => ends.some((test) => row.members.some(test)));
}

/** The endpoints of one name; a namespace may be named alone (`--from orders`). */
function endpointsOf(text: string, names: NameTable): (member: Endpoint) => boolean {
  const { end, problem } = resolveEnd(text, names);
  if (problem !== undefined) {
    if (names.snapshot.namespaces.some(({ name }) => name === text)) return endpointsOf(`ns/${text}`, names);
    throw new Refusal(problem.message, problem.help ?? []);
  }
  if (end.service !== undefined) throw new Refusal(`\`${text}\` is a Service`, "name the pods behind it, or ask with netproof explain");
  if (end.regions.length > 0) {
    const inRegions = (member: Endpoint): boolean =>
      member.kind === "external" &&
      end.regions.some(
        ({ family, ranges }) =>
          family === member.address.family &&
          ranges.some(({ first, last }) => first <= member.address.value && member.address.value <= last),
      );
    return (member) => inRegions(member) || end.endpoints.some((endpoint) => sameEndpoint(endpoint, member));
  }
  return (member) => end.endpoints.some((endpoint) => sameEndpoint(endpoint, member));
}

function remembered(test: (row: Row) => boolean): (row: Row) => boolean {
  const known = new Map<Row, boolean>();
  return (row) => {
    let answer = known.get(row);
    if (answer === undefined) known.set(row, (answer = test(row)));
    return answer;
  };
}
