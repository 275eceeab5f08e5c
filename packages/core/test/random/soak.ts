import { expect } from "vitest";
import type { Snapshot } from "../../src/model/cluster.ts";
import { read } from "../../src/read/read.ts";
import { manifestsOf, type RawCluster } from "./cluster.ts";

/** Clusters per property in `npm test`; `npm run soak` sets many more, and a seed where one run shall be repeated. */
export const clustersAsked: number = Number(process.env["NETPROOF_CLUSTERS"] ?? 60);
/** Named in every failure; another one each run unless it is asked for. */
export const soakSeed: number = Number(process.env["NETPROOF_SEED"] ?? Date.now() % 2 ** 31);

/** How often a property is tried, as a share of the clusters asked for. */
export function soakOptions(share: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Math.max(1, Math.ceil(clustersAsked * share)), seed: soakSeed };
}

/** Reads a raw cluster as any dump is read; the generator makes no mistakes, so neither may reading find any. */
export async function snapshotOf(raw: RawCluster): Promise<Snapshot> {
  const { snapshot, diagnostics } = await read([{ name: "cluster.json", text: manifestsOf(raw) }]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return snapshot;
}

export async function snapshotsOf(raws: readonly RawCluster[]): Promise<readonly Snapshot[]> {
  const snapshots: Snapshot[] = [];
  for (const raw of raws) snapshots.push(await snapshotOf(raw));
  return snapshots;
}
