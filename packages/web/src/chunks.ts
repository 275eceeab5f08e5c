import type * as Editor from "./editor/chunk.ts";
import type * as Graphviz from "./graphviz/chunk.ts";
import type { Recording } from "../wire.d.ts";
import type { OpenSource } from "./workbench/protocol.ts";

/** Parts of the page that are loaded when they are needed, by the name of their script. */
export interface Chunks {
  /** The workbench's script, for a worker. */
  readonly engine: string;
  /** What comes with netproof. */
  readonly examples: readonly Example[];
  /** What the lab measured of day-one on some machine. */
  readonly recording: Recording;
  readonly editor: typeof Editor;
  readonly graphviz: typeof Graphviz;
}

/** A design to look at, and what it is about. */
export interface Example extends OpenSource {
  readonly group: "chapter" | "recipes" | "traps" | "tiers" | "deviations";
  readonly title: string;
  readonly about: string;
  /** The flow that shows it. */
  readonly flow?: string;
}

declare global {
  var netproofChunks: Partial<Chunks> | undefined;
}

const loading = new Map<keyof Chunks, Promise<unknown>>();

/** A plain script element, because from disk a browser takes neither modules nor `fetch`. */
export async function loadChunk<Name extends keyof Chunks>(name: Name): Promise<Chunks[Name]> {
  const there = (globalThis.netproofChunks ?? {})[name];
  if (there !== undefined) return there;
  let one = loading.get(name);
  if (one === undefined) {
    one = new Promise<void>((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${name}.js`;
      script.addEventListener("load", () => resolve());
      script.addEventListener("error", () => reject(new Error(`${name}.js is missing beside the page`)));
      document.head.append(script);
    });
    loading.set(name, one);
  }
  await one;
  const loaded = (globalThis.netproofChunks ?? {})[name];
  if (loaded === undefined) throw new Error(`${name}.js is not what the page expects`);
  return loaded;
}
