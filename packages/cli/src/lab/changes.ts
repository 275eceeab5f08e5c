import { watch } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FullPaths } from "../look.ts";

/** Editors write in several steps: so many milliseconds of quiet make one change of them. */
const quiet = 150;

/**
 * Comes once for every change of one of these files since this call, until the signal. Folders are watched, as editors put new
 * files in the place of old ones.
 */
export function changesOf(files: FullPaths, signal: AbortSignal): AsyncGenerator<void> {
  const wanted = new Set(files.values());
  let [changed, wake] = [false, (): void => {}];
  const watchers = [...new Set([...wanted].map((file) => path.dirname(file)))].map((folder) =>
    watch(folder, (_event, name) => {
      if (name === null || !wanted.has(path.join(folder, name))) return;
      changed = true;
      wake();
    }),
  );
  signal.addEventListener("abort", () => {
    wake();
    for (const watcher of watchers) watcher.close();
  });
  const next = async (): Promise<boolean> => {
    if (!changed && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    return !signal.aborted;
  };
  return (async function* () {
    while (await next()) {
      await sleep(quiet);
      changed = false;
      yield;
    }
  })();
}
