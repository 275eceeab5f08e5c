import { digestOf } from "../workbench/hash.ts";

/** What is changed in one text: so many characters from a place on make way for others. */
export interface TextChange {
  readonly path: string;
  /** The first digits of the SHA-256 of the text that is changed: another text is left alone. */
  readonly of: string;
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
}

/** Longer edits make links that mail programs and chats cut. Counted in characters of the link. */
export const longestEdit = 6 * 1024;

/** The texts that differ from those they are compared with; undefined where none does. */
export async function changesOf(
  kept: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): Promise<readonly TextChange[] | undefined> {
  const changes: TextChange[] = [];
  for (const [path, text] of texts) {
    const before = kept.get(path) ?? "";
    if (text !== before) changes.push({ path, of: await digestOf(before), ...differenceOf(before, text) });
  }
  return changes.length === 0 ? undefined : changes;
}

/** The text after the change; undefined where it is of another text. */
export async function changed(text: string, { of, at, removed, inserted }: TextChange): Promise<string | undefined> {
  if ((await digestOf(text)) !== of) return undefined;
  return text.slice(0, at) + inserted + text.slice(at + removed);
}

/** As it stands in a link: deflated, base64 with the letters of URLs. */
export async function written(changes: readonly TextChange[]): Promise<string> {
  const rows = changes.map(({ path, of, at, removed, inserted }) => [path, of, at, removed, inserted]);
  const bytes = await through(new TextEncoder().encode(JSON.stringify(rows)), new CompressionStream("deflate-raw"));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** Undefined for what is no edit: a link that was cut. */
export async function readChanges(text: string): Promise<readonly TextChange[] | undefined> {
  if (text.length > longestEdit) return undefined;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    const rows: unknown = JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"))));
    if (!Array.isArray(rows)) return undefined;
    const changes = rows.map(changeOf);
    return changes.every((change) => change !== undefined) ? changes : undefined;
  } catch {
    return undefined;
  }
}

function changeOf(row: unknown): TextChange | undefined {
  if (!Array.isArray(row)) return undefined;
  const [path, of, at, removed, inserted] = row as readonly unknown[];
  const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
  return typeof path === "string" && typeof of === "string" && isCount(at) && isCount(removed) && typeof inserted === "string"
    ? { path, of, at, removed, inserted }
    : undefined;
}

/** What is alike in front and behind stays. */
function differenceOf(before: string, after: string): Pick<TextChange, "at" | "removed" | "inserted"> {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at++;
  let alike = 0;
  while (alike < shorter - at && before[before.length - 1 - alike] === after[after.length - 1 - alike]) alike++;
  return { at, removed: before.length - at - alike, inserted: after.slice(at, after.length - alike) };
}

/** A short link may unfold to a long text: what is more than this is no edit that somebody typed. */
const mostUnfolded = 1_000_000;

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: { readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<BufferSource> },
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  // What goes wrong is heard of on the other side.
  const writing = Promise.all([writer.write(bytes), writer.close()]).catch(() => undefined);
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let { done, value } = await reader.read(); !done && value !== undefined; { done, value } = await reader.read()) {
    length += value.length;
    if (length > mostUnfolded) throw new RangeError("too long");
    parts.push(value);
  }
  await writing;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
