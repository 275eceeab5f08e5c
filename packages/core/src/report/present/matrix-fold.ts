import type { MatrixDocument, MatrixPair } from "../types.ts";
import { keyOf } from "./grid.ts";

/**
 * The same matrix with one row for endpoints that open the same and are reached the same; undefined when there would be more than
 * `most` of them. Exact: every pair that is told stands for pairs with equal cells.
 */
export function foldMatrix(document: MatrixDocument, most: number): MatrixDocument | undefined {
  const { endpoints } = document;
  const cells = new Map<string, readonly MatrixPair[]>();
  for (const pair of document.pairs) {
    const key = keyOf(pair.from, pair.to);
    cells.set(key, [...(cells.get(key) ?? []), pair]);
  }
  const ids = endpoints.map(({ id }) => id);
  const texts = new Map(
    [...cells].map(([key, pairs]) => [
      key,
      pairs
        .map(({ family, allow, undetermined, differs }) => `${family ?? ""} ${allow} ${undetermined}${differs ? " differs" : ""}`)
        .join(";"),
    ]),
  );
  const textAt = (from: string, to: string): string => texts.get(keyOf(from, to)) ?? "";
  const groups = groupsOf(ids, textAt, most);
  if (groups === undefined) return undefined;
  const folded = groups.map((members) => {
    const own = endpoints.filter(({ id }) => members.includes(id));
    const [first] = own as [MatrixDocument["endpoints"][number]];
    if (own.length === 1) return first;
    const sameSpace = own.every(({ kind, namespace }) => kind === first.kind && namespace === first.namespace);
    const whole =
      first.kind === "pods" &&
      sameSpace &&
      endpoints.filter(({ kind, namespace }) => kind === "pods" && namespace === first.namespace).length === own.length;
    const size = own.reduce((sum, endpoint) => sum + endpoint.size, 0);
    return { ...first, size, name: whole ? `ns/${first.namespace} (${size})` : `${first.name} and ${own.length - 1} like it (${size})` };
  });
  const pairs = groups.flatMap((from, i) =>
    groups.flatMap((to, j) => {
      const [a = "", b = ""] = i === j ? [from[0], from[1] ?? from[0]] : [from[0], to[0]];
      const count = from.reduce(
        (sum, one) => sum + to.reduce((inner, other) => inner + (cells.get(keyOf(one, other))?.[0]?.pairs ?? 0), 0),
        0,
      );
      return (cells.get(keyOf(a, b)) ?? []).map((pair) => ({ ...pair, from: folded[i]?.id ?? "", to: folded[j]?.id ?? "", pairs: count }));
    }),
  );
  return { ...document, endpoints: folded, pairs };
}

/** Endpoints in groups whose members may be exchanged without changing a cell. */
function groupsOf(
  ids: readonly string[],
  textAt: (from: string, to: string) => string,
  most: number,
): readonly (readonly string[])[] | undefined {
  const groups: { readonly profile: string; readonly members: string[] }[] = [];
  for (const id of ids) {
    const others = ids.filter((other) => other !== id);
    const profile = [others.map((other) => textAt(id, other)), others.map((other) => textAt(other, id))]
      .map((texts) => texts.sort().join("|"))
      .join("||");
    const alike = groups.find(
      (group) => group.profile === profile && group.members.every((member) => exchangeable(member, id, ids, textAt)),
    );
    if (alike !== undefined) alike.members.push(id);
    else groups.push({ profile, members: [id] });
    if (groups.length > most) return undefined;
  }
  return groups.map(({ members }) => members);
}

function exchangeable(a: string, b: string, ids: readonly string[], textAt: (from: string, to: string) => string): boolean {
  // A row of several pods has a cell with itself, one of a single pod has none: then nothing is said of it.
  const own = [textAt(a, a), textAt(b, b), textAt(a, b), textAt(b, a)].filter((text) => text !== "");
  if (new Set(own).size > 1 || textAt(a, b) !== textAt(b, a)) return false;
  return ids.every(
    (other) => other === a || other === b || (textAt(a, other) === textAt(b, other) && textAt(other, a) === textAt(other, b)),
  );
}
