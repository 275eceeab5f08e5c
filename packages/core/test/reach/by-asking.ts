import type { Snapshot } from "../../src/model/cluster.ts";
import { verdictOf } from "../../src/model/judgement.ts";
import type { Family } from "../../src/net/address.ts";
import { reachByAsking } from "../../src/reach/asking.ts";
import type { Reachability } from "../../src/reach/reachability.ts";
import { judge, rulebook } from "../../src/semantics/judge.ts";
import { specCuts } from "../../src/spec/cuts.ts";

/** What `semantics/` says of a whole cluster, one question after the other: what every faster form must equal. */
export function byAsking(snapshot: Snapshot, family: Family): Reachability {
  const rules = rulebook(snapshot);
  return reachByAsking((flow) => verdictOf(judge(rules, flow)), snapshot, specCuts(snapshot), family);
}
