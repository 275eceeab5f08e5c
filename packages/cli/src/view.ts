import {
  endpointName,
  resolveEnd,
  sameEndpoint,
  sortRows,
  viewOf,
  type Endpoint,
  type EndName,
  type RowGroup,
  type RowOptions,
  type View,
} from "@netproof/core/parts";
import type { Subject } from "./subject.ts";

/** The rows of a subject in printed order; those of a use case with its outside points, roles and devices under test. */
export function viewFor(subject: Subject, elsewhere: RowOptions["elsewhere"]): View {
  const { calculation, useCase } = subject;
  const focus = (useCase?.focus ?? []).flatMap((end) => endpointsOf(end, subject));
  const roles = new Map(
    (useCase?.topology.roles ?? []).flatMap(({ end, about }) =>
      endpointsOf(end, subject).map((endpoint) => [endpointName(endpoint), about] as const),
    ),
  );
  const view = viewOf(calculation, {
    outside: useCase?.outside ?? [],
    elsewhere,
    underTest: focus,
    aboutOf: (endpoint) => roles.get(endpointName(endpoint)),
  });
  return { ...view, rows: sortRows(view.rows, focus) };
}

/** The groups of a use case whose endpoints have rows. */
export function groupsFor(subject: Subject, view: View): readonly RowGroup[] {
  return (subject.useCase?.groups ?? []).map((group) => {
    const endpoints = endpointsOf({ text: group.name, origin: group.origin }, subject);
    return {
      name: group.name,
      rows: view.rows.filter(
        ({ endpoint: { kind }, members }) =>
          kind !== "elsewhere" && members.every((member) => endpoints.some((known) => sameEndpoint(known, member))),
      ),
    };
  });
}

function endpointsOf({ text }: EndName, { names }: Subject): readonly Endpoint[] {
  return resolveEnd(text, names).end?.endpoints ?? [];
}
