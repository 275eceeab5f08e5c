import type { PageFile } from "../workbench/protocol.ts";

/** Files as they came, read to texts. What is no manifest by its name is left out and counted. */
export interface Gathered {
  /** What to call them: the folder they came in, or the only file. */
  readonly name: string;
  readonly files: readonly PageFile[];
  readonly leftOut: readonly string[];
}

/** A file and where it stood below what was dropped. */
export interface Placed {
  readonly path: string;
  readonly file: Blob;
}

/** As much text as the command line reads at most. */
const mostBytes = 512 * 1024 * 1024;

/** What was dropped, folders with everything below them. To be called while the drop is handled: later it is empty. */
export async function placedOf(items: DataTransferItemList): Promise<readonly Placed[]> {
  const entries = [...items].flatMap((item): readonly (FileSystemEntry | File)[] => {
    const found = item.kind === "file" ? (item.webkitGetAsEntry() ?? item.getAsFile()) : null;
    return found === null ? [] : [found];
  });
  const all = entries.map(async (entry) => (entry instanceof File ? [{ path: entry.name, file: entry }] : below(entry)));
  return (await Promise.all(all)).flat();
}

async function below(entry: FileSystemEntry): Promise<readonly Placed[]> {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  }
  if (entry.name === ".git" || entry.name === "node_modules") return [];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, and nothing when all were given.
  for (;;) {
    const next = await new Promise<readonly FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (next.length === 0) break;
    inside.push(...next);
  }
  return (await Promise.all(inside.map(below))).flat();
}

/** Files that were chosen; of a folder with its own name before each. */
export function placedFiles(files: FileList): readonly Placed[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath, file }));
}

/** Reads the texts; a sentence where that is too much. A single folder around everything is a name, no part of the paths. */
export async function gather(placed: readonly Placed[]): Promise<Gathered | string> {
  const manifests = placed.filter(({ path }) => /\.(?:ya?ml|json)$/i.test(path));
  const leftOut = placed.filter((one) => !manifests.includes(one)).map(({ path }) => path);
  if (manifests.length === 0) return placed.length === 0 ? "nothing was dropped" : "none of these files is YAML or JSON";
  const bytes = manifests.reduce((sum, { file }) => sum + file.size, 0);
  if (bytes > mostBytes) return "more than 512 MB: filter the dump first";
  const top = commonFolder(manifests.map(({ path }) => path));
  const files = await Promise.all(
    manifests.map(async ({ path, file }): Promise<PageFile> => ({ path: path.slice(top.length), text: decode(await file.arrayBuffer()) })),
  );
  const [only] = files;
  const name = top !== "" ? (top.split("/").at(-2) ?? "") : files.length === 1 ? (only?.path ?? "") : `${files.length} files`;
  return { name, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), leftOut };
}

/** `k8s/` where every path begins with it. */
function commonFolder(paths: readonly string[]): string {
  let [top = ""] = paths;
  top = top.slice(0, top.lastIndexOf("/") + 1);
  while (top !== "" && !paths.every((path) => path.startsWith(top))) top = top.slice(0, top.lastIndexOf("/", top.length - 2) + 1);
  return top;
}

/** UTF-8; UTF-16 where its byte-order mark says so, as Windows shells write it. */
function decode(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes.slice(0, 2));
  const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
