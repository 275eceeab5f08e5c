import {
  endpointsOf,
  familiesOf,
  rowOptionsOf,
  rowsOf,
  sameEndpoint,
  sortRows,
  viewAt,
  type External,
  type NamedIn,
  type RowGroup,
  type RowOptions,
  type View,
} from "@netproof/core/parts";
import type { AskedEngine, Subject } from "./subject.ts";

/** What a view shows beside the subject's own endpoints, and how. */
export interface Shown {
  readonly elsewhere: RowOptions["elsewhere"];
  /** Outside addresses that a flag names; each gets a row. */
  readonly addresses: readonly External[];
  /** Above `mostRows`, pods of one namespace that nothing tells apart share a row. */
  readonly many: "apart" | "together";
}

/** A thousand rows are a million pairs, which nobody reads. */
const mostRows = 400;

/** The rows of a subject in printed order; those of a use case with its outside points, roles and devices under test. */
export function viewFor(subject: Subject, shown: Shown): View {
  const [first] = viewsFor(subject, shown);
  return first;
}

/** The same for every engine that is asked: all views have the same rows, in which no engine tells endpoints apart. */
export function viewsFor(subject: Subject, { elsewhere, addresses, many }: Shown): readonly [View, ...View[]] {
  const { asked } = subject;
  const options = rowOptionsOf(namedIn(subject), elsewhere, addresses);
  const calculations = asked.map(({ calculation }) => calculation);
  const families = familiesOf(calculations, options);
  const byWorkload = rowsOf(calculations, families, options);
  const tooMany = many === "together" && byWorkload.length > mostRows;
  const rows = sortRows(tooMany ? rowsOf(calculations, families, options, "alike-together") : byWorkload, options.underTest);
  const [first, ...others] = asked;
  const viewBy = ({ calculation }: AskedEngine): View => viewAt(rows, calculation, families);
  return [viewBy(first), ...others.map(viewBy)];
}

/** The groups of a use case whose endpoints have rows. */
export function groupsFor(subject: Subject, view: View): readonly RowGroup[] {
  return (subject.useCase?.groups ?? []).map((group) => {
    const endpoints = endpointsOf({ text: group.name, origin: group.origin }, namedIn(subject));
    return {
      name: group.name,
      rows: view.rows.filter(
        ({ endpoint: { kind }, members }) =>
          kind !== "elsewhere" && members.every((member) => endpoints.some((known) => sameEndpoint(known, member))),
      ),
    };
  });
}

function namedIn({ useCase, names }: Subject): NamedIn {
  return { useCase, snapshots: [names.snapshot] };
}
