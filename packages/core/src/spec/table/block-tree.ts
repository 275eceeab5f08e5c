import type { Address, Family } from "../../net/address.ts";
import { cidrOf, type Cidr } from "../../net/cidr.ts";
import type { AddressRange } from "../../reach/cuts.ts";

/**
 * The blocks of one family as a tree: prefixes nest or are disjoint (S5). Numbered in preorder, with the whole address space as 0,
 * so that everything inside a block is one run of numbers:
 *
 *   0 0.0.0.0/0   1 10.0.0.0/8   2 10.1.0.0/16   3 10.2.0.0/16   4 192.168.0.0/16        inside 1: 1‥3
 *
 * The atom of an address is the smallest block that holds it.
 */
export class BlockTree {
  readonly family: Family;
  readonly #firsts: Bound[];
  readonly #lasts: Bound[];
  readonly #parents: number[];
  readonly #ends: number[];
  readonly #texts: readonly string[];
  readonly #byText = new Map<string, number>();

  constructor(blocks: Iterable<Cidr>, family: Family) {
    this.family = family;
    const whole = cidrOf({ family, value: 0n }, 0);
    const sorted = [...blocks]
      .filter((block) => block.family === family)
      .sort((a, b) => (a.first === b.first ? (a.last > b.last ? -1 : 1) : a.first < b.first ? -1 : 1));
    const nodes = [whole, ...sorted.filter(({ text }) => text !== whole.text)];
    this.#firsts = nodes.map(({ first }) => this.#bound(first));
    this.#lasts = nodes.map(({ last }) => this.#bound(last));
    this.#parents = [];
    this.#ends = nodes.map((_, i) => i);
    const open: number[] = [];
    nodes.forEach((node, i) => {
      while (open.length > 0 && (this.#lasts[open.at(-1) as number] as Bound) < this.#bound(node.first)) open.pop();
      this.#parents.push(open.at(-1) ?? -1);
      open.push(i);
    });
    // From the back, a block ends where its last inner block ends.
    for (let i = nodes.length - 1; i > 0; i--) {
      const parent = this.#parents[i] as number;
      this.#ends[parent] = Math.max(this.#ends[parent] as number, this.#ends[i] as number);
    }
    this.#texts = nodes.map(({ text }) => text);
    nodes.forEach(({ text }, i) => this.#byText.set(text, i));
  }

  get size(): number {
    return this.#firsts.length;
  }

  atomOf({ value }: Address): number {
    const address = this.#bound(value);
    let [low, high] = [0, this.#firsts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] as Bound) <= address) low = middle;
      else high = middle;
    }
    let atom = low;
    while ((this.#lasts[atom] as Bound) < address) atom = this.#parents[atom] as number;
    return atom;
  }

  /** The node of a block; undefined where it is none of the tree's. */
  nodeOf(block: Cidr): number | undefined {
    return this.#byText.get(block.text);
  }

  /** The last node inside a block; the first is the block's own. */
  lastInside(node: number): number {
    return this.#ends[node] as number;
  }

  /** The block that an atom is the rest of. */
  textOf(atom: number): string {
    return this.#texts[atom] as string;
  }

  /** The addresses whose atom this is: the block without the blocks in it. */
  ranges(atom: number): readonly AddressRange[] {
    const ranges: AddressRange[] = [];
    let next = BigInt(this.#firsts[atom] as Bound);
    for (let inner = atom + 1; inner <= (this.#ends[atom] as number); inner = (this.#ends[inner] as number) + 1) {
      const first = BigInt(this.#firsts[inner] as Bound);
      if (next < first) ranges.push({ first: next, last: first - 1n });
      next = BigInt(this.#lasts[inner] as Bound) + 1n;
    }
    const last = BigInt(this.#lasts[atom] as Bound);
    return next <= last ? [...ranges, { first: next, last }] : ranges;
  }

  /** IPv4 fits a number, which compares several times faster than a bigint. */
  #bound(value: bigint): Bound {
    return this.family === 4 ? Number(value) : value;
  }
}

type Bound = number | bigint;
