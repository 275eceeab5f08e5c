import type { Labels } from "../../model/cluster.ts";
import type { Requirement, Selector } from "../../model/policy.ts";
import { selects } from "../../semantics/selector.ts";
import type { LabelMentions } from "./mentions.ts";

/**
 * S1: finds the items (numbered from 0) that a selector selects. An `In` looks only at items that have one of its values, so that one
 * policy per pod costs one look per policy; every candidate is asked by the semantics' own `selects`. Items without labels to look at
 * (undefined, not empty) are never found.
 */
export class LabelIndex {
  readonly #labels: readonly (Labels | undefined)[];
  /** key → value → items, ascending. */
  readonly #items = new Map<string, Map<string, number[]>>();
  readonly #found = new Map<string, readonly number[]>();
  readonly #every: readonly number[];

  constructor(labels: readonly (Labels | undefined)[], mentions: LabelMentions) {
    this.#labels = labels;
    this.#every = labels.flatMap((own, item) => (own === undefined ? [] : [item]));
    for (const key of mentions.keys()) this.#items.set(key, new Map());
    for (const item of this.#every) {
      const own = labels[item] as Labels;
      // Whichever is less: policies of one namespace may mention a hundred keys.
      if (mentions.size <= own.size) for (const key of mentions.keys()) this.#add(key, own.get(key), item);
      else for (const [key, value] of own) this.#add(key, value, item);
    }
  }

  /** Ascending. */
  find(selector: Selector | "every"): readonly number[] {
    if (selector === "every") return this.#every;
    const [first, ...more] = selector.requirements;
    if (first === undefined) return this.#every;
    // The usual selector, one label: the items that have it are the answer.
    if (more.length === 0 && first.operator === "In" && first.values.length === 1)
      return this.#having(first.key, first.values[0] as string);
    const key = selectorKey(selector);
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.#candidates(selector.requirements).filter((item) => selects(selector, this.#labels[item] as Labels));
      this.#found.set(key, found);
    }
    return found;
  }

  #having(key: string, value: string): readonly number[] {
    return this.#items.get(key)?.get(value) ?? nobody;
  }

  #add(key: string, value: string | undefined, item: number): void {
    const values = this.#items.get(key);
    if (values === undefined || value === undefined) return;
    const items = values.get(value);
    if (items === undefined) values.set(value, [item]);
    else items.push(item);
  }

  /** The shortest list that holds all items that can match. */
  #candidates(requirements: readonly Requirement[]): readonly number[] {
    let best = this.#every;
    for (const { key, operator, values } of requirements) {
      if (operator !== "In") continue;
      const lists = values.map((value) => this.#having(key, value));
      const size = lists.reduce((sum, list) => sum + list.length, 0);
      if (size < best.length)
        best = lists.length === 1 ? (lists[0] as readonly number[]) : [...new Set(lists.flat())].sort((a, b) => a - b);
    }
    return best;
  }
}

const nobody: readonly number[] = [];

export function selectorKey({ requirements }: Pick<Selector, "requirements">): string {
  return requirements.map(({ key, operator, values }) => `${key} ${operator} ${values.join("\u0001")}`).join("\u0000");
}
