// The public names, by hand. What is not here is not promised.

// net
export type { Address, Family } from "./net/address.ts";
export { families, formatAddress, parseAddress } from "./net/address.ts";
export type { Cidr, WrittenCidr } from "./net/cidr.ts";
export { inCidr, parseCidr } from "./net/cidr.ts";
export type { PortRange, PortSet, Protocol } from "./net/ports.ts";
export { formatPorts, hasPort, protocols } from "./net/ports.ts";

// text
export type { CodePage, Diagnostic, MessageEntry, Say, Severity } from "./text/diagnostic.ts";
export { compareDiagnostics, compareTexts, sayer } from "./text/diagnostic.ts";
export type { Origin, Position, Source, Span } from "./text/source.ts";
export { placeText, positionOf, spanOf } from "./text/source.ts";
export { nearest } from "./text/suggest.ts";

// model
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
export { addressIn, endpointName, sameEndpoint } from "./model/endpoint.ts";
export type { Doubt, Exemption, Judgement, PeerMiss, Question, Reason, RuleMatch, RuleMiss, Step, Verdict } from "./model/judgement.ts";
export { verdictOf, verdictOfReason } from "./model/judgement.ts";
export { emptyLedger, type AssumedEntry, type Ledger, type SkippedEntry } from "./model/ledger.ts";
export type { Direction, NetworkPolicy, Peer, PolicyName, PortMatch, Requirement, Rule, Selector, Unread } from "./model/policy.ts";
export { parseSelector } from "./model/selector-text.ts";

// read
export type { InputFile, ReadOptions } from "./read/read.ts";
export { read, readMessages } from "./read/read.ts";

// semantics
export { judge, rulebook, type Rulebook } from "./semantics/judge.ts";
export { selects } from "./semantics/selector.ts";
export { backendsOf, servicePort, type Backend } from "./semantics/service.ts";

// reach
export type { Answer, Calculation, DerivedEngine, DerivedSession, Engine, ReasonWord, Session, SideWhy, Why } from "./reach/engine.ts";
export { reachByAsking } from "./reach/asking.ts";
export { uniteCuts, type Cuts } from "./reach/cuts.ts";
export { familiesInUse } from "./reach/families.ts";
export type { Connections, EndpointClass, Reachability, Relation } from "./reach/reachability.ts";

// engines
export { spec, specCalculation } from "./spec/engine.ts";

// use case
export { resolveEnd, type End, type EndProblem, type NameTable } from "./usecase/ends.ts";
export { resolveFlows, type AskedFlow, type FlowQuestion, type FlowsResolved } from "./usecase/flows.ts";
export { readUseCase } from "./usecase/read.ts";
export { neededPaths, resolveStages, type Stage } from "./usecase/stages.ts";
export { bindNames, type BoundUseCase } from "./usecase/names.ts";
export { checkDeviations, checkStage, type StageResult } from "./usecase/check.ts";
export type { EndName, UseCase } from "./usecase/types.ts";
export { messages as useCaseMessages } from "./usecase/messages.ts";

// reports: plain documents …
export type {
  AskRow,
  AskSide,
  CheckDocument,
  Coverage,
  ExplainDocument,
  FlowExplanation,
  ListDocument,
  ListRule,
  MatrixDocument,
  Report,
  ReportDiagnostic,
} from "./report/types.ts";
export { askSide } from "./report/words.ts";
export { coverageOf } from "./report/coverage.ts";
export { explainFlow, explainPorts, type ExplainNames } from "./report/explain.ts";
export { listDocument, type RowGroup } from "./report/list.ts";
export { matrixDocument, type PairWanted } from "./report/matrix.ts";
export { reportDiagnostic } from "./report/places.ts";
export { plainRows, sortRows, viewOf, type Row, type RowOptions, type View } from "./report/rows.ts";
export { runReport, type JudgedStage } from "./report/run.ts";

// … and what they look like
export { annotationProperty, annotationText, csvField, safeText } from "./report/present/escape.ts";
export { asciiGlyphs, plainLook, plainPaint, unicodeGlyphs, type Look, type Paint } from "./report/present/look.ts";
export { presentCheck, presentCoverage, presentLedger } from "./report/present/check.ts";
export { presentDiagnostics } from "./report/present/frame.ts";
export { presentExplain } from "./report/present/explain.ts";
export { presentAsk, presentList } from "./report/present/list.ts";
export { presentMatrix } from "./report/present/matrix.ts";
export { presentRun, presentRunQuiet } from "./report/present/run.ts";
export { presentCsv } from "./report/present/csv.ts";
export { presentJson } from "./report/present/json.ts";
export { presentMarkdown } from "./report/present/markdown.ts";
export { presentMermaid } from "./report/present/mermaid.ts";
export { presentSvg } from "./report/present/svg.ts";
export { presentYaml } from "./report/present/yaml.ts";

/** The JSON Schema (draft 7) of `netproof.yaml`. Loads the library that makes it, which nothing else here needs. */
export async function useCaseSchema(): Promise<Record<string, unknown>> {
  const { jsonSchema } = await import("./usecase/schema.ts");
  return jsonSchema();
}
