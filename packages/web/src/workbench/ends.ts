import { endpointName, resolveEnd } from "@netproof/core/parts";
import type { Session, State } from "./session.ts";

/** Rows by class have ids of their own, and so have workloads whose pods are not alike and ranges of addresses: nobody is called that. */
export interface Ends {
  /** By what a flow can be asked for: the name itself where somebody has it, else the first endpoint of the row with this id. */
  named(stage: number, name: string): string;
  /** The number of the row by workload that somebody is in, or the first endpoint of the row with this id. */
  row(name: string): number | undefined;
}

export function endsOf({ setOf }: Pick<Session, "setOf">, state: State): Ends {
  const firstOf = (id: string): string | undefined => {
    for (const grouping of ["workload", "class"] as const) {
      const { rows, indexOf } = setOf(state, grouping);
      const index = indexOf(id);
      const member = index === undefined ? undefined : rows[index]?.members[0];
      if (member !== undefined) return endpointName(member);
    }
    return undefined;
  };
  return {
    named: (stage, name) => (resolveEnd(name, state.judged.asked(stage).names).end === undefined ? (firstOf(name) ?? name) : name),
    row: (name) => {
      const { indexOf } = setOf(state, "workload");
      const own = indexOf(name);
      const first = own === undefined ? firstOf(name) : undefined;
      return own ?? (first === undefined ? undefined : indexOf(first));
    },
  };
}
