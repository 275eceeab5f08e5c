import { endpointName, resolveEnd, type Row } from "@netproof/core/parts";
import type { Session, State } from "./session.ts";

/** Rows by class have ids of their own, and so have workloads whose pods are not alike and ranges of addresses: nobody is called that. */
export interface Ends {
  /**
   * By what a flow between two can be asked for: the names themselves where somebody has them, else the first endpoint of the row with
   * this id; from a row to itself the first and the second, as no endpoint is asked about itself.
   */
  named(stage: number, from: string, to: string): readonly [from: string, to: string];
  /** The number of the row by workload that somebody is in, or the first endpoint of the row with this id. */
  row(name: string): number | undefined;
}

export function endsOf({ setOf }: Pick<Session, "setOf">, state: State): Ends {
  const membersOf = (id: string): Row["members"] | undefined => {
    for (const grouping of ["workload", "class"] as const) {
      const { rows, indexOf } = setOf(state, grouping);
      const index = indexOf(id);
      const row = index === undefined ? undefined : rows[index];
      if (row !== undefined) return row.members;
    }
    return undefined;
  };
  const firstOf = (id: string): string | undefined => {
    const [first] = membersOf(id) ?? [];
    return first && endpointName(first);
  };
  return {
    named: (stage, from, to) => {
      const { names } = state.judged.asked(stage);
      const [source, target] = [from, to].map((name) => (resolveEnd(name, names).end === undefined ? (firstOf(name) ?? name) : name)) as [
        string,
        string,
      ];
      const second = from === to && source !== from ? membersOf(from)?.[1] : undefined;
      return [source, second === undefined ? target : endpointName(second)];
    },
    row: (name) => {
      const { indexOf } = setOf(state, "workload");
      const own = indexOf(name);
      const first = own === undefined ? firstOf(name) : undefined;
      return own ?? (first === undefined ? undefined : indexOf(first));
    },
  };
}
