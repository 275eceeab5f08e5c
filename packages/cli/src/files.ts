import { closeSync, constants, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync, type Stats } from "node:fs";
import { Socket } from "node:net";
import path from "node:path";
import { compareTexts, nearest, type Diagnostic, type InputFile, type Span } from "@netproof/core/parts";
import { say } from "./messages.ts";
import { reasonOf } from "./output.ts";

/** A manifest to read: the name it is printed under, and where it is. */
export interface Found {
  readonly name: string;
  readonly full: string;
  readonly kind: "file" | "pipe";
  readonly bytes: number;
}

export interface Listing {
  readonly files: readonly Found[];
  readonly problems: readonly Diagnostic[];
}

/** What is read at most, all files together. */
const mostBytes = 512 * 1024 * 1024;
const megabyte = 1024 * 1024;

/**
 * Finds the manifests that a path names: a file, or the *.yaml, *.yml and *.json of a folder, with `recursive` of those below it, too.
 * `name` is how the path is printed, `at` where somebody wrote it.
 */
export function listFiles(name: string, full: string, depth: "own" | "recursive", at?: Span): Listing {
  const stats = statOf(name, full, at);
  if ("problem" in stats) return { files: [], problems: [stats.problem] };
  if (!stats.isDirectory()) {
    const kind = stats.isFile() ? "file" : stats.isFIFO() ? "pipe" : undefined;
    if (kind === undefined) return { files: [], problems: [say("input-not-a-file", at, { path: name, what: kindOf(stats) })] };
    return { files: [{ name, full, kind, bytes: stats.size }], problems: [] };
  }
  const found = listFolder(name, full, depth, at, []);
  const readable = found.problems.length === 0;
  if (found.files.length > 0 || !readable) return found;
  const below = depth === "own" && listFolder(name, full, "recursive", at, []).files.length > 0;
  return { files: [], problems: [say("folder-without-manifests", at, { path: name, below })] };
}

function listFolder(name: string, full: string, depth: "own" | "recursive", at: Span | undefined, above: readonly string[]): Listing {
  let entries: readonly string[];
  let real: string;
  try {
    entries = readdirSync(full).sort(compareTexts);
    real = realpathSync(full);
  } catch (error) {
    return { files: [], problems: [say("input-unreadable", at, { path: name, reason: reasonOf(error) })] };
  }
  if (above.includes(real)) return { files: [], problems: [say("input-link-loop", at, { path: name, above: shown(real) })] };
  const files: Found[] = [];
  const problems: Diagnostic[] = [];
  for (const entry of entries) {
    const [entryName, entryFull] = [childName(name, entry), path.join(full, entry)];
    const isManifest = /\.(?:ya?ml|json)$/i.test(entry);
    if (!isManifest && (depth === "own" || entry === ".git")) continue;
    const stats = statOf(entryName, entryFull, at);
    if ("problem" in stats) {
      // A link to nowhere that is no manifest anyway is nobody's business.
      if (isManifest) problems.push(stats.problem);
    } else if (stats.isDirectory()) {
      if (depth === "own") continue;
      const inner = listFolder(entryName, entryFull, depth, at, [...above, real]);
      files.push(...inner.files);
      problems.push(...inner.problems);
    } else if (!isManifest) continue;
    else if (stats.isFile()) files.push({ name: entryName, full: entryFull, kind: "file", bytes: stats.size });
    else problems.push(say("input-not-a-file", at, { path: entryName, what: kindOf(stats) }));
  }
  return { files, problems };
}

function childName(folder: string, entry: string): string {
  if (folder === "." || folder === "./") return entry;
  return folder.endsWith("/") ? folder + entry : `${folder}/${entry}`;
}

/** A path for people: `/` on every system, relative where that is shorter. */
function shown(full: string): string {
  const relative = path.relative(process.cwd(), full) || ".";
  return (relative.startsWith("..") ? full : relative).split(path.sep).join("/");
}

function statOf(name: string, full: string, at: Span | undefined): Stats | { readonly problem: Diagnostic } {
  try {
    return statSync(full);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case "ENOENT":
        return { problem: say("input-missing", at, { path: name, meant: neighbour(name, full) }) };
      case "ELOOP":
        return { problem: say("input-link-loop", at, { path: name, above: undefined }) };
      default:
        return { problem: say("input-unreadable", at, { path: name, reason: reasonOf(error) }) };
    }
  }
}

/** The name in the same folder that was most likely meant. */
function neighbour(name: string, full: string): string | undefined {
  try {
    const meant = nearest(path.basename(full), readdirSync(path.dirname(full)));
    return meant === undefined ? undefined : name.slice(0, name.length - path.basename(full).length) + meant;
  } catch {
    return undefined;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

/** Reads what was found, each file once, however many paths lead to it; nothing when it is too much altogether. */
export async function readFiles(
  found: readonly Found[],
): Promise<{ readonly files: readonly InputFile[]; readonly problems: readonly Diagnostic[] }> {
  const once = [...new Map(found.map((file) => [realOf(file), file])).values()];
  const bytes = once.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > mostBytes) {
    const largest = once.reduce((most, file) => (file.bytes > most.bytes ? file : most));
    return { files: [], problems: [tooLarge(bytes, `\`${largest.name}\``)] };
  }
  const files: InputFile[] = [];
  const problems: Diagnostic[] = [];
  for (const { name, full, kind } of once) {
    try {
      if (kind === "file") files.push({ name, text: decode(readFileSync(full)) });
      else {
        const text = await readPipe(full);
        if (text === undefined) problems.push(say("input-not-a-file", undefined, { path: name, what: "a pipe into which nothing writes" }));
        else if (text === "too-large") problems.push(tooLarge(mostBytes + 1, `\`${name}\``));
        else files.push({ name, text: decode(text) });
      }
    } catch (error) {
      problems.push(say("input-unreadable", undefined, { path: name, reason: reasonOf(error) }));
    }
  }
  return { files, problems };
}

/** Standard input to its end. */
export async function readStandardInput(name: string): Promise<{ readonly file: InputFile } | { readonly problem: Diagnostic }> {
  const bytes = await gather(process.stdin as AsyncIterable<Buffer>);
  if (bytes === "too-large") return { problem: tooLarge(mostBytes + 1, "standard input") };
  if (bytes.length === 0) return { problem: say("input-empty", undefined, { path: name }) };
  return { file: { name, text: decode(bytes) } };
}

function tooLarge(bytes: number, largest: string): Diagnostic {
  const megabytes = String(Math.ceil(bytes / megabyte)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return say("input-too-large", undefined, { megabytes, limit: mostBytes / megabyte, largest });
}

function realOf({ name, full, kind }: Found): string {
  if (kind === "pipe") return name;
  try {
    return realpathSync(full);
  } catch {
    return full;
  }
}

async function gather(stream: AsyncIterable<Buffer>): Promise<Buffer | "too-large"> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > mostBytes) return "too-large";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What a pipe holds (`-f <(helm template .)`); undefined when nobody has it open for writing, so that nothing is waited for in vain. */
async function readPipe(full: string): Promise<Buffer | "too-large" | undefined> {
  const descriptor = openSync(full, constants.O_RDONLY | constants.O_NONBLOCK);
  const first = Buffer.alloc(65_536);
  let begun = 0;
  try {
    begun = readSync(descriptor, first);
    if (begun === 0) {
      closeSync(descriptor);
      return undefined;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  }
  const rest = await gather(new Socket({ fd: descriptor, readable: true, writable: false }) as AsyncIterable<Buffer>);
  return rest === "too-large" ? rest : Buffer.concat([first.subarray(0, begun), rest]);
}

/** UTF-8; UTF-16 where its byte-order mark says so, as Windows shells write it. The reader takes the mark away. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return bytes.toString("utf8");
}
