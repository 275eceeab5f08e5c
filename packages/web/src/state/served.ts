import { signal } from "@preact/signals";
import { diskChanges, diskText, hostKind, servedSource, serverTrouble } from "../host.ts";
import { editText, failure, keepText, opened, openSource, removeText, texts, where } from "./store.ts";

/** Files that changed on disk while an edit of theirs was not saved: the edit stays until somebody decides. */
export const conflicts = signal<ReadonlySet<string>>(new Set());

/** How long after its end a server is asked for again, in milliseconds. */
const patience = 3_000;

/** Opens what `netproof ui` has open, and follows the files on disk. */
export async function openServed(): Promise<void> {
  if (hostKind !== "served") {
    failure.value = "this link leads to files behind `netproof ui`: start it, and open the address that it prints";
    return;
  }
  try {
    const source = await servedSource();
    if (source === undefined) return;
    await openSource(source, "local");
    void followDisk();
  } catch (error) {
    serverTrouble.value ??= error instanceof Error ? error.message : String(error);
  }
}

async function followDisk(): Promise<void> {
  const end = new AbortController();
  addEventListener("pagehide", () => end.abort());
  while (!end.signal.aborted) {
    try {
      for await (const change of diskChanges(end.signal)) {
        if (where.value.source !== "local") continue;
        for (const { path, text } of change.files) await takeFile(path, text);
        for (const path of change.gone) await removeText(path);
      }
    } catch {
      // `serverTrouble` says it; a server that is back on the same port goes on.
    }
    await new Promise((resolve) => setTimeout(resolve, patience));
  }
}

/** Gives an edit up for what the disk has. */
export async function takeDisk(path: string): Promise<void> {
  const text = diskText(path);
  conflicts.value = new Set([...conflicts.value].filter((one) => one !== path));
  if (text === undefined) return;
  await editText(path, text);
  await keepText(path);
}

/** The disk's text is taken, unless somebody is writing another one here. */
async function takeFile(path: string, text: string): Promise<void> {
  const isEdited = opened.value?.files.some((file) => file.path === path && file.edited) === true;
  const conflict = isEdited && texts.value.get(path) !== text;
  const next = new Set(conflicts.value);
  if (conflict) next.add(path);
  else next.delete(path);
  conflicts.value = next;
  if (conflict) return;
  await editText(path, text);
  await keepText(path);
}
