import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";
import { beforeAll, expect, it } from "vitest";
import * as core from "../src/index.ts";

/** What core may expect of its platform beside the language: a page, a worker and Node all have it. */
const platform = { AbortSignal };

let page: Record<string, unknown>;
beforeAll(async () => {
  // esbuild refuses `node:` imports for this platform.
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
    bundle: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    globalName: "netproof",
    write: false,
    logLevel: "silent",
  });
  const context = vm.createContext({ ...platform });
  vm.runInContext(outputFiles[0].text, context);
  page = context["netproof"] as Record<string, unknown>;
});

it("a page gets every public name", () => {
  expect(Object.keys(page).toSorted()).toEqual(Object.keys(core).toSorted());
});

it("a page reads, judges and prints", async () => {
  const { read, specCalculation, viewOf, plainRows, matrixDocument, presentMatrix, plainLook } = page as unknown as typeof core;
  const pod = (name: string): string => `{ apiVersion: v1, kind: Pod, metadata: { name: ${name} }, spec: { containers: [] } }\n---\n`;
  const policy = "{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: p }, spec: { podSelector: {} } }\n";
  const { snapshot } = await read([{ name: "dropped.yaml", text: pod("a") + pod("b") + policy }]);
  const view = viewOf(specCalculation(snapshot), plainRows);
  expect(presentMatrix(matrixDocument(view, { stage: undefined, port: undefined, wanted: () => true }), plainLook)).toContain(
    "0 of 2 pairs are open",
  );
});
