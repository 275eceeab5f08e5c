// Names for netproof's own packages, beside the public ones. They may change with any release.
export * from "./index.ts";
export { addressIn, nodeNameOf, sameEndpoint } from "./model/endpoint.ts";
export { verdictOfReason } from "./model/judgement.ts";
export { emptySnapshot } from "./model/cluster.ts";
export { emptyLedger } from "./model/ledger.ts";
export { families } from "./net/address.ts";
export { inCidr } from "./net/cidr.ts";
export { isAllPorts, isEmptyPorts, portSet, protocols } from "./net/ports.ts";
export { type Commentary } from "./reach/commentary.ts";
export { type SpecCalculation } from "./spec/engine.ts";
export { portIntervals, uniteCuts } from "./reach/cuts.ts";
export { type AskOptions } from "./reach/engine.ts";
export { familiesInUse } from "./reach/families.ts";
export { relationOf } from "./reach/reachability.ts";
export { type Watch, type Watched } from "./reach/watch.ts";
export { matchOrigin, matchText, policyText } from "./reach/why.ts";
export { fieldsOf, type Shape } from "./read/fields.ts";
export { assemble, parseYaml, readMessages, readObjects, type ManifestObject } from "./read/read.ts";
export { changesBetween } from "./report/changes.ts";
export { coverageOf } from "./report/coverage.ts";
export { contrailCheck, type CheckOptions } from "./report/contrail/check.ts";
export { type Compared } from "./report/contrail/differences.ts";
export { contrailDrift } from "./report/contrail/drift.ts";
export { type ContrailDrift } from "./report/contrail/drift-types.ts";
export { contrailObjects, selectObjects, type ObjectsWanted } from "./report/contrail/objects.ts";
export {
  type ContrailSurvey,
  type DecidedFlows,
  type SurveyedGroup,
  type SurveyedPolicy,
  type SurveyedRule,
  type SurveyedTag,
} from "./report/contrail/survey-types.ts";
export { contrailSurvey, flowsDecidedBy, type SurveyOptions } from "./report/contrail/survey.ts";
export { type ContrailExplanation, type ContrailWalk } from "./report/contrail/types.ts";
export { contrailWalk } from "./report/contrail/walk.ts";
export { explainPorts, type ExplainNames } from "./report/explain.ts";
export { type RowGroup } from "./report/list.ts";
export { type PairWanted } from "./report/matrix.ts";
export { answerOfEngine, explainQuestion, type AskedOf, type QuestionExplained, type QuestionProblem } from "./report/question.ts";
export { reportDiagnostic } from "./report/places.ts";
export { presentCheck, presentCoverage, presentLedger } from "./report/present/check.ts";
export { annotationProperty, annotationText, csvField, safeText } from "./report/present/escape.ts";
export { presentContrailCheck } from "./report/present/contrail-check.ts";
export { presentContrailDrift } from "./report/present/contrail-drift.ts";
export { presentContrailObjects } from "./report/present/contrail-objects.ts";
export { presentContrailWalk } from "./report/present/contrail-walk.ts";
export { presentDiagnostics } from "./report/present/frame.ts";
export { presentAsk } from "./report/present/list.ts";
export { asciiGlyphs, plainPaint, unicodeGlyphs, type Paint } from "./report/present/look.ts";
export { presentRunQuiet } from "./report/present/run.ts";
export { endpointsOf, rowOptionsOf, type NamedIn } from "./report/row-options.ts";
export { familiesOf, isOutside, pairCount, rowsOf, sortRows, totalsOf, viewAt, type Row, type RowOptions } from "./report/rows.ts";
export { type JudgedStage } from "./report/run.ts";
export {
  type AskSide,
  type Change,
  type ComparedExplanation,
  type Coverage,
  type Explanation,
  type FlowExplanation,
  type ListRule,
  type PortsExplanation,
  type ReportDiagnostic,
  type ReportEndpoint,
  type SideExplanation,
  type Violation,
  type WalkExplanation,
  type WrittenPart,
} from "./report/types.ts";
export { askWhy, becausePlace, becauseText, decidingSide } from "./report/words.ts";
export { type CodePage, type MessageEntry, type Say, compareDiagnostics, compareTexts, sayer } from "./text/diagnostic.ts";
export { linesOf, positionOf } from "./text/source.ts";
export { nearest } from "./text/suggest.ts";
export { checkDeviations, type Point } from "./usecase/check.ts";
export { resolveEnd, type End, type EndProblem, type NameTable } from "./usecase/ends.ts";
export { portNumber, readPort, type OnePort, type PortNames } from "./usecase/port-text.ts";
export { messages as useCaseMessages } from "./usecase/messages.ts";
export { timeAsked, type TimeAsked } from "./usecase/time.ts";
export { type EndName } from "./usecase/types.ts";

/** The JSON Schema (draft 7) of `netproof.yaml`. Loads the library that makes it, which nothing else here needs. */
export async function useCaseSchema(): Promise<Record<string, unknown>> {
  const { jsonSchema } = await import("./usecase/schema.ts");
  return jsonSchema();
}
