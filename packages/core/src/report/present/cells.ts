import type { Look, Paint } from "./look.ts";

/**
 * What a matrix cell says of its ports: `all`, `80` (only 80/TCP), `53/UDP`, `80,443`, `3 ports`, `-` (nothing), `?` (undetermined).
 * The text comes from the document: `80/TCP 53/UDP`.
 */
export function cellText(allow: string, undetermined: string): string {
  const open = allow === "-" ? "" : shortPorts(allow);
  if (undetermined === "-") return open === "" ? "-" : open;
  return open === "" ? "?" : `${open}?`;
}

/** With one port asked. */
export function verdictCell(allow: string, undetermined: string): string {
  return allow !== "-" ? "allow" : undetermined !== "-" ? "undet" : "deny";
}

function paintCell(text: string, paint: Paint): string {
  if (text === "-" || text === "deny") return paint.quiet(text);
  return text.startsWith("?") || text === "undet" ? paint.warning(text) : paint.open(text);
}

/** With its marks: `!` breaks the intent, `≠` engines differ. */
export function paintMarked(cell: string, { glyphs, paint }: Pick<Look, "glyphs" | "paint">): string {
  const mark = cell.endsWith(glyphs.differs) ? glyphs.differs : "";
  const text = cell.slice(0, cell.length - mark.length);
  return (text.endsWith("!") ? paint.strong(text) : paintCell(text, paint)) + (mark === "" ? "" : paint.differs(mark));
}

function shortPorts(ports: string): string {
  if (ports === "all") return ports;
  const parts = ports.split(" ");
  const short = parts.map((part) => part.replace(/\/TCP$/, ""));
  const [only] = short;
  if (parts.length === 1 && only !== undefined) return only === "all" ? "all/TCP" : only;
  if (parts.length === 2 && short.every((part) => /^\d+$/.test(part))) return short.join(",");
  return `${parts.length} ports`;
}

/** The legend of the cells in use, in the order of this list. */
export function legendOf(cells: Iterable<string>, marks: { readonly breaks: boolean; readonly differs: string | undefined }): string {
  const used = new Set(cells);
  const several = [...used].find((cell) => /^\d+ ports/.test(cell))?.replace(/[?!]/g, "");
  const singles = [...used].filter((cell) => /^\d+$/.test(cell)).slice(0, 3);
  const entries = [
    used.has("all") ? "all every port" : "",
    ...singles.map((port) => `${port} only ${port}/TCP`),
    several === undefined ? "" : `${several} so many ports or ranges`,
    used.has("-") ? "- nothing" : "",
    [...used].some((cell) => cell.includes("?")) ? "? undetermined" : "",
    marks.breaks ? "! breaks the intent" : "",
    marks.differs === undefined ? "" : `${marks.differs} engines differ`,
  ];
  return entries.filter((entry) => entry !== "").join(", ");
}
