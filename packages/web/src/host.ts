import { signal } from "@preact/signals";
import type { ViewName } from "./state/location.ts";
import type { DiskChange, SaveRequest, ServedSource } from "../wire.d.ts";

/**
 * Where the page came from, which decides what it can do besides calculating: opened from disk, by `netproof ui` with this machine behind
 * it, or as a report that holds its answers. Loaded before anything else reads the address, because the first one carries the token.
 */
export type HostKind = "disk" | "served" | "report";

const named = document.querySelector<HTMLMetaElement>('meta[name="netproof-host"]')?.content;
export const hostKind: HostKind = named === "served" || named === "report" ? named : "disk";

/** A report has answers to look at, and no place to write, to measure or to open something else. */
export function hasPlace(view: ViewName): boolean {
  return hostKind !== "report" || view === "matrix";
}

const token = hostKind === "served" ? takeToken() : undefined;

/** Why the server of a served page does not answer; undefined while it does. */
export const serverTrouble = signal<string | undefined>(undefined);

const stopped = "netproof ui has stopped; derived answers still work, saving and the lab do not";
const strange = "this page has no token: open the address that netproof ui printed";

/** The token goes from the address into the tab's own memory, so that it survives a reload and stands in no link. */
function takeToken(): string | undefined {
  const key = "netproof-token";
  const [found, given] = /(?<=[#?&])token=([\w-]+)&?/.exec(location.hash) ?? [];
  try {
    if (found === undefined || given === undefined) return sessionStorage.getItem(key) ?? undefined;
    history.replaceState(null, "", location.hash.replace(found, "").replace(/[?&]$/, ""));
    sessionStorage.setItem(key, given);
  } catch {
    // A browser that keeps nothing asks for the address again after a reload.
  }
  return given;
}

/** What a call ended with when it did not answer. */
export class HostRefusal extends Error {}

/** Asks the server. What it refuses is an error with its sentence; when nobody answers, `serverTrouble` says so as well. */
export async function callHost(path: string, { body, signal: until }: CallOptions = {}): Promise<Response> {
  if (token === undefined) {
    serverTrouble.value = strange;
    throw new HostRefusal(strange);
  }
  const response = await fetch(path, {
    headers: { "netproof-token": token, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    cache: "no-store",
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    ...(until === undefined ? {} : { signal: until }),
  }).catch((error: unknown) => {
    if (until?.aborted === true) throw error;
    serverTrouble.value = stopped;
    throw new HostRefusal(stopped);
  });
  if (response.status === 401) serverTrouble.value = strange;
  if (!response.ok) throw new HostRefusal((await response.text()) || response.statusText);
  serverTrouble.value = undefined;
  return response;
}

export interface CallOptions {
  /** With a body it is a POST. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** The JSON values of a streamed answer, one per line, as they come. */
export async function* linesOf<T>({ body }: Response): AsyncGenerator<T> {
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value = "" } = await reader.read();
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line) as T;
    if (done) return;
  }
}

// ---- files of a served page -----------------------------------------------------------

/** Texts as the disk has them, as far as this page knows. */
const onDisk = new Map<string, string>();

/** Undefined where `netproof ui` was started without a file. */
export async function servedSource(): Promise<ServedSource | undefined> {
  const source = (await (await callHost("api/source")).json()) as ServedSource | null;
  for (const { path, text } of source?.files ?? []) onDisk.set(path, text);
  return source ?? undefined;
}

/** Changes on disk, as long as the server lives. */
export async function* diskChanges(until: AbortSignal): AsyncGenerator<DiskChange> {
  for await (const change of linesOf<DiskChange | { readonly alive: true }>(await callHost("api/changes", { signal: until }))) {
    if ("alive" in change) continue;
    for (const { path, text } of change.files) onDisk.set(path, text);
    for (const path of change.gone) onDisk.delete(path);
    yield change;
  }
  if (!until.aborted) serverTrouble.value = stopped;
}

/** A file as the disk has it, as far as this page knows. */
export function diskText(path: string): string | undefined {
  return onDisk.get(path);
}

export function canSave(path: string): boolean {
  return hostKind === "served" && onDisk.has(path);
}

/**
 * Writes a file that `netproof ui` has open. The answer is undefined when it is written, else a sentence: the file may have changed on
 * disk since this page read it, and then nothing is overwritten.
 */
export async function saveFile(path: string, text: string): Promise<string | undefined> {
  const before = onDisk.get(path);
  if (hostKind !== "served" || before === undefined) return `${path} is no file that netproof ui has open: download it instead`;
  try {
    await callHost("api/save", { body: { path, before, text } satisfies SaveRequest });
  } catch (error) {
    if (error instanceof HostRefusal) return error.message;
    throw error;
  }
  onDisk.set(path, text);
  return undefined;
}
