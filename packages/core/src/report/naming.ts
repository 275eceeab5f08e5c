/** Four or more equal things are told as one: by their group's name, or by a count. */
export const foldFrom = 4;

/**
 * Names a set of endpoints for a sentence: `client1-dev client-jtac cent222`, and from four on `clients (6)` where a group of the
 * file is that set, else the first and a count.
 */
export function nameRows(ids: readonly string[], names: readonly string[], groups: readonly { readonly name: string; readonly members: readonly string[] }[]): string {
  if (ids.length < foldFrom) return names.join(" ");
  const same = groups.find(({ members }) => new Set(members).size === ids.length && members.every((member) => ids.includes(member)));
  if (same !== undefined) return `${same.name} (${ids.length})`;
  return `${names[0] ?? ""} and ${ids.length - 1} others`;
}
