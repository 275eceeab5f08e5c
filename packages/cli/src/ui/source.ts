import { readFileSync, watch, writeFileSync, type FSWatcher } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { InputFile } from "@netproof/core/parts";
import type { DiskChange, SaveRequest, ServedSource } from "@netproof/web/wire";
import { listFiles, readFiles } from "../files.ts";
import type { Options } from "../flags.ts";
import { openInput, openUseCase, type Input } from "../input.ts";
import { reasonOf } from "../output.ts";

/** The files that a page works on: what is on disk, as it is now. */
export interface Source {
  now(): ServedSource;
  /** Reads everything again. */
  read(): Promise<Input>;
  /** Writes a file; a sentence when that is refused, and then nothing is written. */
  save(request: SaveRequest): string | undefined;
  /** Every change on disk since this call, until the signal. */
  changes(signal: AbortSignal): AsyncGenerator<DiskChange>;
}

interface Open {
  readonly name: string;
  readonly folder: string;
  readonly texts: ReadonlyMap<string, string>;
  /** Where each stands on disk; what came through a pipe stands nowhere. */
  readonly places: ReadonlyMap<string, string>;
}

/** Editors write in several steps: so many milliseconds of quiet make one change of them. */
const quiet = 150;

/** `named`: the use case that the command line names without -f. */
export async function openSource(options: Options, named: string | undefined): Promise<{ readonly source: Source; readonly input: Input }> {
  const read = (): Promise<Input> => (named === undefined ? openInput(options, "ui") : openUseCase(named));
  const input = await read();
  let open = await opened(input, undefined);
  const source: Source = {
    now: () => ({ name: open.name, folder: open.folder, files: filesOf(open.texts) }),
    read,
    save: ({ path: file, before, text }) => {
      const place = open.places.get(file);
      if (place === undefined) return `${file} is no file that netproof ui has open`;
      try {
        if (withoutMark(readFileSync(place, "utf8")) !== before)
          return `${file} changed on disk since the page read it: look at both first`;
        writeFileSync(place, text);
      } catch (error) {
        return `${file} cannot be written: ${reasonOf(error)}`;
      }
      open = { ...open, texts: new Map(open.texts).set(file, text) };
      return undefined;
    },
    changes: async function* (signal) {
      let told = open.texts;
      for await (const _ of touches(() => foldersOf(open), signal)) {
        open = await opened(await read(), open);
        const files = [...open.texts].filter(([file, text]) => told.get(file) !== text).map(([file, text]) => ({ path: file, text }));
        const gone = [...told.keys()].filter((file) => !open.texts.has(file));
        told = open.texts;
        if (files.length + gone.length > 0) yield { files, gone };
      }
    },
  };
  return { source, input };
}

/** What a page opens of an input: its name, and its files with their paths from the use case's folder. */
export async function sourceOf(input: Input): Promise<Pick<ServedSource, "name" | "files">> {
  const { name, texts } = await opened(input, undefined);
  return { name, files: filesOf(texts) };
}

function filesOf(texts: ReadonlyMap<string, string>): ServedSource["files"] {
  return [...texts].map(([file, text]) => ({ path: file, text }));
}

/** A use case that cannot be understood right now leaves the other files as they were named before. */
async function opened(input: Input, before: Open | undefined): Promise<Open> {
  const files: InputFile[] = [];
  const places = new Map([...input.paths].map(([name, full]) => [name, path.resolve(full)]));
  if (input.kind === "manifests") files.push(...input.files);
  else {
    const name = path.basename(input.path);
    files.push(...(await readFiles(listFiles(name, input.path, "own").files)).files);
    if (input.useCase === undefined && before !== undefined) {
      for (const [file, place] of before.places) {
        if (places.has(file)) continue;
        places.set(file, place);
        files.push(...(await readFiles(listFiles(file, place, "own").files)).files);
      }
    } else files.push(...[...input.files.values()].flat());
  }
  const [first] = places.values();
  const folder = input.kind === "use-case" ? path.dirname(input.path) : first === undefined ? "." : path.dirname(first);
  return {
    name: input.kind === "use-case" ? (input.useCase?.name ?? path.basename(path.resolve(folder))) : path.basename(path.resolve(folder)),
    folder,
    texts: new Map(files.map(({ name, text }) => [name, withoutMark(text)])),
    places,
  };
}

function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function foldersOf({ places }: Open): ReadonlySet<string> {
  return new Set([...places.values()].map((place) => path.dirname(place)));
}

/** Comes once for every burst of changes in these folders, which are asked for again each time. */
async function* touches(folders: () => ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<void> {
  let [changed, wake] = [false, (): void => {}];
  const watchers = new Map<string, FSWatcher>();
  const follow = (): void => {
    const wanted = folders();
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, () => {
          changed = true;
          wake();
        });
        // A folder that goes away ends its watch: the next reading says what is gone.
        watcher.on("error", () => watcher.close());
        watchers.set(folder, watcher);
      } catch {
        // It is gone already.
      }
    }
  };
  signal.addEventListener("abort", () => wake());
  try {
    follow();
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      if (!changed) await new Promise<void>((resolve) => (wake = resolve));
      if (isOver()) return;
      await sleep(quiet);
      changed = false;
      yield;
      follow();
    }
  } finally {
    for (const watcher of watchers.values()) watcher.close();
  }
}
