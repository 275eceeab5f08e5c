import type { Labels } from "../../model/cluster.ts";
import type { Requirement, Selector } from "../../model/policy.ts";
import { selects } from "../../semantics/selector.ts";
import type { LabelMentions } from "./mentions.ts";

/**
 * Finds the items (numbered from 0) that a selector selects. An `In` looks only at items that have one of its values, so that one
 * policy per pod costs one look per policy; every candidate is asked by the semantics' own `selects`.
 */
export class LabelIndex {
  readonly #labels: readonly Labels[];
  /** key → value → items, ascending. */
  readonly #items = new Map<string, Map<string, number[]>>();
  readonly #found = new Map<string, readonly number[]>();
  readonly #every: readonly number[];

  constructor(labels: readonly Labels[], mentions: LabelMentions) {
    this.#labels = labels;
    this.#every = labels.map((_, i) => i);
    labels.forEach((own, item) => {
      for (const [key, value] of own) {
        if (!mentions.has(key)) continue;
        const values = this.#items.get(key) ?? new Map<string, number[]>();
        this.#items.set(key, values);
        const items = values.get(value);
        if (items === undefined) values.set(value, [item]);
        else items.push(item);
      }
    });
  }

  /** Ascending. */
  find(selector: Selector | "every"): readonly number[] {
    if (selector === "every" || selector.requirements.length === 0) return this.#every;
    const key = selectorKey(selector);
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.#candidates(selector.requirements).filter((item) => selects(selector, this.#labels[item] as Labels));
      this.#found.set(key, found);
    }
    return found;
  }

  /** The shortest list that holds all items that can match. */
  #candidates(requirements: readonly Requirement[]): readonly number[] {
    let best = this.#every;
    for (const { key, operator, values } of requirements) {
      if (operator !== "In") continue;
      const lists = values.map((value) => this.#items.get(key)?.get(value) ?? []);
      const size = lists.reduce((sum, list) => sum + list.length, 0);
      if (size < best.length) best = lists.length === 1 ? (lists[0] as readonly number[]) : [...new Set(lists.flat())].sort((a, b) => a - b);
    }
    return best;
  }
}

export function selectorKey({ requirements }: Pick<Selector, "requirements">): string {
  return requirements.map(({ key, operator, values }) => `${key} ${operator} ${values.join("\u0001")}`).join("\u0000");
}
