import type { Endpoint, External, Snapshot } from "../model/cluster.ts";
import { endpointName } from "../model/endpoint.ts";
import { resolveEnd } from "../usecase/ends.ts";
import type { EndName, UseCase } from "../usecase/types.ts";
import type { RowOptions } from "./rows.ts";

/** Where the names of a use case are looked up: its stages, or the one that is asked about. */
export interface NamedIn {
  readonly useCase: Pick<UseCase, "outside" | "groups" | "focus" | "topology"> | undefined;
  /** In their order; a name means what it stands for in the last one that knows it. */
  readonly snapshots: readonly Snapshot[];
}

/** How a use case wants its rows: with its outside points, roles, and devices under test in its order. Without one: as the snapshot says. */
export function rowOptionsOf(
  named: NamedIn,
  elsewhere: RowOptions["elsewhere"],
  addresses: readonly External[] = [],
): RowOptions & { readonly underTest: readonly Endpoint[] } {
  const { useCase } = named;
  const roles = new Map(
    (useCase?.topology.roles ?? []).flatMap(({ end, about }) =>
      endpointsOf(end, named).map((endpoint) => [endpointName(endpoint), about] as const),
    ),
  );
  return {
    outside: [
      ...(useCase?.outside ?? []),
      ...addresses.map((address) => ({ name: endpointName(address), externals: [address], about: undefined })),
    ],
    elsewhere,
    underTest: (useCase?.focus ?? []).flatMap((end) => endpointsOf(end, named)),
    aboutOf: (endpoint) => roles.get(endpointName(endpoint)),
  };
}

/** An end's endpoints in the last snapshot that has some. */
export function endpointsOf({ text }: EndName, { useCase, snapshots }: NamedIn): readonly Endpoint[] {
  for (const snapshot of [...snapshots].reverse()) {
    const { end } = resolveEnd(text, { snapshot, outside: useCase?.outside ?? [], groups: useCase?.groups ?? [] });
    if (end !== undefined && end.endpoints.length > 0) return end.endpoints;
  }
  return [];
}
