/** What sets of rows may be called. */
export interface SetNames {
  nameOf(id: string): string;
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[];
}

/** From this many on, a set is told by its group's name or a count. */
const foldFrom = 4;

/** `client1-dev client-jtac cent222`; from four on `clients (6)` where a group is that set, else the first and a count. */
export function nameSet(ids: readonly string[], { nameOf, groups }: SetNames): string {
  if (ids.length < foldFrom) return ids.map(nameOf).join(" ");
  const same = groups.find(({ members }) => members.length === ids.length && members.every((member) => ids.includes(member)));
  if (same !== undefined) return `${same.name} (${ids.length})`;
  const [first = ""] = ids;
  return `${nameOf(first)} and ${ids.length - 1} others`;
}
