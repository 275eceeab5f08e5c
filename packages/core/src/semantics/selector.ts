import type { Labels } from "../model/cluster.ts";
import type { Requirement, Selector } from "../model/policy.ts";

/**
 * S1: all requirements must hold, and a selector without any selects everything.
 * Exported to everything that is not an engine as well (groups, `-l`).
 */
export function selects(selector: Pick<Selector, "requirements">, labels: Labels): boolean {
  return selector.requirements.every((requirement) => holds(requirement, labels));
}

/** S1, the truth table. Comparison is exact; the value "" is an ordinary value; `NotIn` holds when the key is absent. */
export function holds({ key, operator, values }: Pick<Requirement, "key" | "operator" | "values">, labels: Labels): boolean {
  const value = labels.get(key);
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}
