/**
 * A function from 0, 1, 2, … to numbers that is constant on runs: where each run starts, and its value. The last run has no end.
 *
 *   starts  [0, 7, 9, 40]      0‥6 → 3   7‥8 → 0   9‥39 → 5   40‥ → 0
 *   values  [3, 0, 5,  0]
 *
 * Neighbouring runs have different values, so equal functions have equal arrays; a pool makes each function once, so equal functions
 * are one object. Value 0 means «nothing» to whoever uses it. Plain arrays: most have fewer than ten runs, and a typed array costs
 * more to make and to collect than that.
 */
export interface Steps {
  /** Its number in the pool; the constant 0 is number 0. */
  readonly id: number;
  readonly starts: readonly number[];
  readonly values: readonly number[];
}

/** Ids in ascending runs, both ends included, one after the other: `[0, 4, 9, 9]` is 0‥4 and 9. */
export type Runs = readonly number[];

export const noRuns: Runs = [];

/** The runs of ascending ids; an id may come twice. */
export function runsOf(ascending: Iterable<number>): Runs {
  const runs: number[] = [];
  let last = -2;
  for (const id of ascending) {
    if (id > last + 1) runs.push(id, id);
    else runs[runs.length - 1] = id;
    last = id;
  }
  return runs;
}

/** What is in either. */
export function uniteRuns(a: Runs, b: Runs): Runs {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const runs: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const fromA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    const [first, last] = fromA ? [a[i] as number, a[i + 1] as number] : [b[j] as number, b[j + 1] as number];
    if (fromA) i += 2;
    else j += 2;
    const end = runs[runs.length - 1];
    if (end !== undefined && first <= end + 1) runs[runs.length - 1] = Math.max(end, last);
    else runs.push(first, last);
  }
  return runs;
}

/** What is in `a` and not in `b`. */
export function subtractRuns(a: Runs, b: Runs): Runs {
  if (a.length === 0 || b.length === 0) return a;
  const runs: number[] = [];
  for (let i = 0, j = 0; i < a.length; i += 2) {
    let first = a[i] as number;
    const last = a[i + 1] as number;
    while (j < b.length && (b[j + 1] as number) < first) j += 2;
    for (let k = j; k < b.length && (b[k] as number) <= last && first <= last; k += 2) {
      if (first < (b[k] as number)) runs.push(first, (b[k] as number) - 1);
      first = (b[k + 1] as number) + 1;
    }
    if (first <= last) runs.push(first, last);
  }
  return runs;
}

/** The value at one argument, by halving: a map has some dozens of runs. */
export function valueAt({ starts, values }: Steps, argument: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= argument) low = middle;
    else high = middle;
  }
  return values[low] as number;
}

/**
 * Makes every function once, and is the only one who makes them. Runs are collected in one pair of arrays, and copied only where the
 * function is new: nine of ten are known already, which halves the time of a build (most of it was collecting garbage).
 */
export class StepsPool {
  readonly #all: Steps[] = [];
  /** hash → the last function that has it, and by number the one before with the same hash. */
  readonly #lastWithHash = new Map<number, number>();
  readonly #before: number[] = [];
  readonly #starts: number[] = [];
  readonly #values: number[] = [];
  #length = 0;
  readonly nothing: Steps = this.constant(0);

  get size(): number {
    return this.#all.length;
  }

  constant(value: number): Steps {
    this.#length = 0;
    this.#run(0, value);
    return this.#made();
  }

  /** `value` on the runs, 0 elsewhere; arguments from `size` on do not exist. */
  onRuns(runs: Runs, value: number, size: number): Steps {
    this.#length = 0;
    if (runs[0] !== 0) this.#run(0, 0);
    for (let i = 0; i < runs.length; i += 2) {
      this.#run(runs[i] as number, value);
      const behind = (runs[i + 1] as number) + 1;
      if (behind < size) this.#run(behind, 0);
    }
    return this.#made();
  }

  /** Combines two functions, run by run. */
  combine(a: Steps, b: Steps, operation: (a: number, b: number) => number): Steps {
    this.#length = 0;
    const [startsA, startsB, valuesA, valuesB] = [a.starts, b.starts, a.values, b.values];
    for (let i = 0, j = 0; ;) {
      const [startA, startB] = [startsA[i] as number, startsB[j] as number];
      this.#run(startA > startB ? startA : startB, operation(valuesA[i] as number, valuesB[j] as number));
      const nextA = i + 1 < startsA.length ? (startsA[i + 1] as number) : Infinity;
      const nextB = j + 1 < startsB.length ? (startsB[j + 1] as number) : Infinity;
      if (nextA === Infinity && nextB === Infinity) return this.#made();
      if (nextA <= nextB) i++;
      if (nextB <= nextA) j++;
    }
  }

  /** Combines many with a union: neighbours first, so that long lists cost n log n. */
  combineAll(all: readonly Steps[], union: (a: number, b: number) => number): Steps {
    let round = all;
    while (round.length > 1) {
      const next: Steps[] = [];
      for (let i = 0; i < round.length; i += 2) {
        const [left, right] = [round[i] as Steps, round[i + 1]];
        next.push(right === undefined || right === left ? left : this.combine(left, right, union));
      }
      round = next;
    }
    return round[0] ?? this.nothing;
  }

  /** The function up to `size`; from there on the values of other arguments. */
  extended({ starts, values }: Steps, size: number, more: Iterable<readonly [argument: number, value: number]>): Steps {
    this.#length = 0;
    for (let i = 0; i < starts.length && (starts[i] as number) < size; i++) this.#run(starts[i] as number, values[i] as number);
    for (const [argument, value] of more) this.#run(argument, value);
    return this.#made();
  }

  #run(start: number, value: number): void {
    if (this.#length > 0 && this.#values[this.#length - 1] === value) return;
    this.#starts[this.#length] = start;
    this.#values[this.#length] = value;
    this.#length++;
  }

  #made(): Steps {
    let hash = this.#length;
    for (let i = 0; i < this.#length; i++)
      hash = (Math.imul(Math.imul(hash, 31) + (this.#starts[i] as number), 31) + (this.#values[i] as number)) | 0;
    const last = this.#lastWithHash.get(hash) ?? -1;
    for (let id = last; id >= 0; id = this.#before[id] as number)
      if (this.#isCollected(this.#all[id] as Steps)) return this.#all[id] as Steps;
    const made: Steps = { id: this.#all.length, starts: this.#starts.slice(0, this.#length), values: this.#values.slice(0, this.#length) };
    this.#all.push(made);
    this.#before.push(last);
    this.#lastWithHash.set(hash, made.id);
    return made;
  }

  #isCollected({ starts, values }: Steps): boolean {
    if (starts.length !== this.#length) return false;
    for (let i = 0; i < starts.length; i++) if (starts[i] !== this.#starts[i] || values[i] !== this.#values[i]) return false;
    return true;
  }
}
