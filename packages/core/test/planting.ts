import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

/** A mistake that somebody could make: a text that stands once in a source file, and what would stand there instead. */
export interface Mistake {
  /** Below the folder of sources. */
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

/** The sources of core. */
export const coreSources: string = path.resolve(import.meta.dirname, "../src");

/** Everything that some modules of a folder export, with a mistake planted in one of its files, or as it is. */
export async function loadWith<Api>(sources: string, modules: readonly string[], mistake: Mistake | undefined): Promise<Api> {
  const folder = mkdtempSync(path.join(tmpdir(), "netproof-planted-"));
  try {
    // Bundled packages would ask for `require`.
    symlinkSync(path.resolve(import.meta.dirname, "../../../node_modules"), path.join(folder, "node_modules"));
    const outfile = path.join(folder, "planted.mjs");
    await build({
      stdin: { contents: modules.map((module) => `export * from "./${module}";`).join("\n"), resolveDir: sources, loader: "ts" },
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["source"],
      external: ["zod", "yaml"],
      outfile,
      logLevel: "silent",
      plugins: mistake === undefined ? [] : [planting(sources, mistake)],
    });
    return (await import(pathToFileURL(outfile).href)) as Api;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function planting(sources: string, { file, right, wrong }: Mistake): Plugin {
  const target = path.join(sources, file);
  const text = readFileSync(target, "utf8");
  if (text.split(right).length !== 2) throw new Error(`${file} must hold it once: ${right}`);
  return {
    name: "planting",
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, (loaded) =>
        loaded.path === target ? { contents: text.replace(right, () => wrong), loader: "ts" } : undefined,
      );
    },
  };
}
