// The public names, by hand, each with an example in test/examples.test.ts. What is not here is not promised.

// addresses and ports
export type { Address, Family } from "./net/address.ts";
export { formatAddress, parseAddress } from "./net/address.ts";
export type { Cidr, WrittenCidr } from "./net/cidr.ts";
export { inCidr, parseCidr } from "./net/cidr.ts";
export type { PortRange, PortSet, Protocol } from "./net/ports.ts";
export { formatPorts, hasPort } from "./net/ports.ts";

// texts and places
export type { Diagnostic, Severity } from "./text/diagnostic.ts";
export type { Origin, Position, Source, Span } from "./text/source.ts";
export { placeText, spanOf } from "./text/source.ts";

// what a cluster is
export type {
  Endpoint,
  External,
  Flow,
  Labels,
  NamedPort,
  Namespace,
  Node,
  Pod,
  Service,
  Snapshot,
  WorkloadName,
} from "./model/cluster.ts";
export { endpointName } from "./model/endpoint.ts";
export type { Doubt, Exemption, Judgement, PeerMiss, Question, Reason, RuleMatch, RuleMiss, Step, Verdict } from "./model/judgement.ts";
export { verdictOf } from "./model/judgement.ts";
export type { AssumedEntry, Ledger, SkippedEntry } from "./model/ledger.ts";
export type {
  ClusterPolicy,
  Direction,
  NetworkPolicy,
  Peer,
  PolicyName,
  PortMatch,
  Requirement,
  Rule,
  Selector,
  TierRule,
  Unread,
} from "./model/policy.ts";
export { parseSelector } from "./model/selector-text.ts";

// reading
export type { InputFile, ReadOptions } from "./read/read.ts";
export { read } from "./read/read.ts";

// judging
export { judge, rulebook, type Rulebook } from "./semantics/judge.ts";
export { selects } from "./semantics/selector.ts";
export { backendsOf, servicePort, type Backend } from "./semantics/service.ts";

// engines, and what they say of all flows at once
export type { Answer, Calculation, DerivedEngine, DerivedSession, Engine, ReasonWord, Session, SideWhy, Why } from "./reach/engine.ts";
export { reachByAsking } from "./reach/asking.ts";
export type { Cuts } from "./reach/cuts.ts";
export { differences } from "./reach/differences.ts";
export type { Connections, Difference, Differences, EndpointClass, Reachability, Relation } from "./reach/reachability.ts";
export { spec, specCalculation } from "./spec/engine.ts";

// use cases
export { resolveFlows, type AskedFlow, type FlowQuestion, type FlowsResolved } from "./usecase/flows.ts";
export { readUseCase } from "./usecase/read.ts";
export { neededPaths, resolveStages, type Stage } from "./usecase/stages.ts";
export { bindNames, type BoundUseCase } from "./usecase/names.ts";
export { checkStage, type StageResult } from "./usecase/check.ts";
export type { UseCase } from "./usecase/types.ts";

// documents, and what they look like
export type { AskRow, CheckDocument, ExplainDocument, ListDocument, MatrixDocument, Report } from "./report/types.ts";
export { explainFlow } from "./report/explain.ts";
export { listDocument } from "./report/list.ts";
export { matrixDocument } from "./report/matrix.ts";
export { plainRows, viewOf, type View } from "./report/rows.ts";
export { runReport } from "./report/run.ts";
export { plainLook, type Look } from "./report/present/look.ts";
export { presentCsv } from "./report/present/csv.ts";
export { presentExplain } from "./report/present/explain.ts";
export { presentHtml, type Explore, type ReportSource } from "./report/present/html.ts";
export { presentJson } from "./report/present/json.ts";
export { presentList } from "./report/present/list.ts";
export { presentMarkdown } from "./report/present/markdown.ts";
export { presentMatrix } from "./report/present/matrix.ts";
export { presentMermaid } from "./report/present/mermaid.ts";
export { presentRun } from "./report/present/run.ts";
export { presentSvg } from "./report/present/svg.ts";
export { presentYaml } from "./report/present/yaml.ts";
