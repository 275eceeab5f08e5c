/** Lines of a text that the kept one does not have at the same place, counted from 1: what stands between what both begin and end with. */
export function changedLines(kept: string, text: string): ReadonlySet<number> {
  const [a, b] = [kept.split("\n"), text.split("\n")];
  let first = 0;
  while (first < a.length && first < b.length && a[first] === b[first]) first += 1;
  let last = 0;
  while (last < a.length - first && last < b.length - first && a[a.length - 1 - last] === b[b.length - 1 - last]) last += 1;
  const changed = new Set<number>();
  for (let line = first + 1; line <= b.length - last; line++) changed.add(line);
  return changed;
}

/** `policy1.yaml:13-25`, as links have it. */
export function parseLine(text: string | undefined): { readonly path: string; readonly first: number; readonly last: number } | undefined {
  const [, path, first, last = first] = /^(.+?):(\d+)(?:-(\d+))?$/.exec(text ?? "") ?? [];
  return path === undefined ? undefined : { path, first: Number(first), last: Number(last) };
}
