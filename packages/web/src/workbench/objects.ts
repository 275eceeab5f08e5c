import { importDump } from "@netproof/core/contrail";
import {
  compareDiagnostics,
  contrailDrift,
  contrailSurvey,
  flowsDecidedBy,
  parseYaml,
  positionOf,
  reportDiagnostic,
  rowOptionsOf,
  spanOf,
  type ContrailSurvey,
} from "@netproof/core/parts";
import { compile, listing, planLayout } from "@netproof/lab/rules";
import { snapshotAt, type Judged } from "./judged.ts";
import type { DecidedRule, DumpComparison, PageFile, RuleListing } from "./protocol.ts";
import type { RowSet } from "./rows.ts";
import { askedPort } from "./survey.ts";

/** Contrail's objects at a stage, with what each rule decides. Undefined where the cluster is too large for this engine. */
export function surveyObjects(judged: Judged, set: RowSet, stage: number, port: string | undefined): ContrailSurvey | undefined {
  if (!judged.engines.some(({ name }) => name === "contrail")) return undefined;
  const calculation = judged.contrail(stage);
  return contrailSurvey(calculation, set.viewOf(calculation), { stage: judged.material.stages[stage]?.name, port: askedPort(port) });
}

export function decidedBy(
  judged: Judged,
  set: RowSet,
  stage: number,
  port: string | undefined,
  rule: DecidedRule,
): ReturnType<typeof flowsDecidedBy> {
  const calculation = judged.contrail(stage);
  return flowsDecidedBy(rule, calculation, set.viewOf(calculation), { port: askedPort(port) });
}

/** A dump of the configuration beside what a kube-manager would have made of the manifests. */
export async function compareDump(judged: Judged, stage: number, files: readonly PageFile[]): Promise<DumpComparison> {
  const calculation = judged.contrail(stage);
  const parsed = await Promise.all(files.map(({ path, text }) => parseYaml({ name: path, text: text.replace(/^\uFEFF/, "") })));
  const unreadable = parsed.flatMap(({ diagnostics }) => diagnostics);
  const { imported, diagnostics } = importDump(
    parsed.flatMap(({ documents }) => documents),
    calculation.configuration,
    undefined,
  );
  const problems = [...unreadable, ...diagnostics].sort(compareDiagnostics).map((one) => reportDiagnostic(one, "input"));
  if (imported === undefined || unreadable.some(({ severity }) => severity === "error")) return { drift: undefined, problems };
  const { material } = judged;
  const rows = rowOptionsOf(
    { useCase: material.bound?.useCase, snapshots: [calculation.snapshot] },
    material.bound === undefined ? "cut-into-ranges" : "left-out",
  );
  return { drift: contrailDrift(calculation, imported, { stage: material.stages[stage]?.name, rows }), problems };
}

/** The rules of nftables that the lab would load, router by router, each with the lines it comes from. */
export function rulesAt(judged: Judged, stage: number): readonly RuleListing[] {
  const snapshot = snapshotAt(judged.material, stage);
  const { stands, nodes, addressesOf } = planLayout(snapshot, []);
  const ruleset = compile({ snapshot, stands, addressesOf });
  const places: { readonly file: string; readonly line: number }[][] = [];
  // The listing is text; a rule's places are found again by the number that its remark holds.
  const remark = ({ from }: (typeof ruleset.chains)[number]["rules"][number]): string => {
    if (from.length === 0) return "";
    const own = from
      .map((origin) => spanOf(origin))
      .map(({ source, start }) => ({ file: source.name, line: positionOf(source, start).line }));
    places.push([...new Map(own.map((place) => [`${place.file}:${place.line}`, place])).values()]);
    return `@${places.length - 1}`;
  };
  return nodes.map(({ place }) => ({
    router: place.name,
    lines: listing(ruleset, { router: place.id, generation: 1, denyWith: "reject", canary: undefined }, remark)
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [, text = line, number] = /^(.*?)  # @(\d+)$/.exec(line) ?? [];
        return { text, places: number === undefined ? [] : (places[Number(number)] ?? []) };
      }),
  }));
}
