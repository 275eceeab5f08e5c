// The names of `@netproof/core/contrail`, by hand: the engine has its own door, because Contrail's objects are of no use without it.

// the engine
export {
  calculationOf,
  contrail,
  contrailCalculation,
  type ContrailCalculation,
  type ContrailEngine,
  type ContrailSession,
} from "./engine.ts";
export { defaultProfile, profileNamed, profileNames, profiles, type Profile, type ProfileName } from "./profiles.ts";

// what kube-manager makes of objects and events
export { compileEvents, compileObjects } from "./compile.ts";
export { kubeEvents, kubeObjects } from "./from-events.ts";
export { bareArray, servedObjects, type NamedObject } from "./from-objects.ts";
export { kubeObject, type RawObject, type Reading } from "./from-manifests.ts";
export type { KubeEvent, KubeIngress, KubeNamespace, KubeObject, KubePod, KubePolicy } from "./kube-objects.ts";
export { startKubeManager, type KubeManager } from "./kube-manager.ts";
export { tagText } from "./objects.ts";
export type {
  AddressGroup,
  ApplicationPolicySet,
  Configuration,
  FirewallPolicy,
  FirewallRule,
  FirewallService,
  Interface,
  InterfaceTag,
  Lowered,
  PlacedRule,
  PolicyRecord,
  Refusal,
  Rejection,
  RuleEndpoint,
  RulePurpose,
  TagSource,
} from "./objects.ts";
export { printPolicies, type PrintedEndpoint, type PrintedPolicies, type PrintedPolicy, type PrintedRule } from "./print.ts";

// what a dump of the configuration holds, and how it has drifted
export type { DumpDocument } from "./dump.ts";
export { dumpMessages } from "./dump-messages.ts";
export { importDump, type Imported, type ImportResult } from "./imported.ts";
export { driftBetween, type Comparison, type Drift, type DriftKind } from "./drift.ts";

// what the agents decide
export {
  openWalker,
  verdictOfWalk,
  type Packet,
  type Place,
  type RulePart,
  type Visit,
  type Walk,
  type Walker,
  type WalkOutcome,
} from "./walk.ts";

// where both differ from Kubernetes
export { deviation, deviations, type Confidence, type Deviation, type DeviationId, type Effect } from "./deviations.ts";
export type { Example } from "./deviation-examples.ts";
export { explainDifference, type Explanation } from "./explain.ts";
export { contrailCommentary } from "./commentary.ts";
export { assumptions as contrailAssumptions } from "./assumptions.ts";
export { contrailDiagnostics } from "./diagnostics.ts";
export { contrailMessages } from "./messages.ts";
