import { driftBetween, type Drift } from "../../contrail/drift.ts";
import { calculationOf, type ContrailCalculation } from "../../contrail/engine.ts";
import type { Imported } from "../../contrail/imported.ts";
import { compareTexts } from "../../text/diagnostic.ts";
import { changesBetween } from "../changes.ts";
import { placeOfOrigin } from "../places.ts";
import { familiesOf, rowsOf, sortRows, totalsOf, viewAt, type RowOptions } from "../rows.ts";
import type { ContrailDrift, DriftEntry } from "./drift-types.ts";

/** Compares what a dump holds with what the manifests ask for, object by object and then flow by flow. */
export function contrailDrift(
  expected: ContrailCalculation,
  imported: Imported,
  { stage, rows: options }: { readonly stage: string | undefined; readonly rows: RowOptions },
): ContrailDrift {
  const { snapshot, configuration } = expected;
  const found = calculationOf(snapshot, imported.configuration);
  const namespaces = new Set([...snapshot.namespaces, ...snapshot.pods.map(({ namespace }) => namespace)].map(({ name }) => name));
  const { drift, own, others } = driftBetween(configuration, imported, namespaces);
  const calculations = [expected, found];
  const families = familiesOf(calculations, options);
  const rows = sortRows(rowsOf(calculations, families, options), options.underTest);
  const [before, after] = [viewAt(rows, expected, families), viewAt(rows, found, families)];
  const underTest = rows.filter(({ endpoint }) => endpoint.underTest).map(({ endpoint }) => endpoint.id);
  const changes = changesBetween(
    { before: { view: before, calculation: expected }, after: { view: after, calculation: found } },
    underTest,
  );
  const { policies } = imported.configuration.applicationPolicySet;
  return {
    format: "netproof.contrail-drift/1",
    cluster: imported.configuration.cluster,
    stage,
    profile: configuration.profile.name,
    totals: { policies: policies.length, rules: policies.reduce((sum, { rules }) => sum + rules.length, 0) },
    drift: [...drift].sort(byKind).map(entryOf),
    own: [...own].sort(compareTexts),
    others: [...others].sort(compareTexts),
    endpoints: rows.map(({ endpoint }) => endpoint),
    flows: { expected: totalsOf(before), found: totalsOf(after), changes },
    exitCode: drift.length > 0 ? 1 : 0,
  };
}

/** What opens or closes most stands first. */
const order: readonly Drift["kind"][] = ["half-applied", "missing", "changed", "reordered", "extra"];

function byKind(a: Drift, b: Drift): number {
  return order.indexOf(a.kind) - order.indexOf(b.kind);
}

function entryOf({ kind, object, name, holder, parts, from: [origin], at }: Drift): DriftEntry {
  return {
    kind,
    object,
    name,
    holder,
    parts,
    place: origin && placeOfOrigin(origin),
    dumped: at && placeOfOrigin(at),
    help: helps[kind],
  };
}

/** What an operator can do (spec 3.1): a kube-manager writes objects at events of their policy, and again when it starts. */
const helps: Readonly<Record<Drift["kind"], string>> = {
  "half-applied": "look for the refusal in the log of kube-manager; delete the policy and apply it again when its cause is mended (D48)",
  missing: "restart kube-manager: it announces every policy again and writes what is not there",
  changed: "change the policy's spec, or delete and apply it: kube-manager then writes its rules anew",
  reordered: "the order is that of creation: a policy that was deleted and applied again stands behind all others",
  extra: "nothing in the manifests asks for it: a policy that was not given here, or what an event left behind (D47)",
};
