/**
 * A function from 0 … size-1 to numbers that is constant on runs: one start per run, and its value.
 *
 *   starts  [0, 7, 9, 40]      0‥6 → 3   7‥8 → 0   9‥39 → 5   40‥ → 0
 *   values  [3, 0, 5,  0]
 *
 * Neighbouring runs have different values, so equal functions have equal arrays. Value 0 means «nothing» to whoever uses it.
 * Plain arrays: most have fewer than ten runs, and a typed array costs more to make and to collect than that.
 */
export interface Steps {
  readonly starts: readonly number[];
  readonly values: readonly number[];
  /** Arguments below this are answered; later ones did not exist when it was made. */
  readonly size: number;
}

/** Ids in ascending runs, both ends included. */
export type Runs = readonly (readonly [first: number, last: number])[];

export function constant(size: number, value: number): Steps {
  return { starts: [0], values: [value], size };
}

/** `value` on the runs, 0 elsewhere. */
export function onRuns(size: number, runs: Runs, value: number): Steps {
  const builder = new StepsBuilder(size);
  for (const [first, last] of runs) {
    builder.from(first, value);
    builder.from(last + 1, 0);
  }
  return builder.done();
}

/** The runs of ascending ids. */
export function runsOf(ids: readonly number[]): Runs {
  const runs: [number, number][] = [];
  for (const id of ids) {
    const last = runs[runs.length - 1];
    if (last !== undefined && last[1] + 1 === id) last[1] = id;
    else runs.push([id, id]);
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

/** Combines two functions of the same size, run by run. */
export function combine(a: Steps, b: Steps, operation: (a: number, b: number) => number): Steps {
  const builder = new StepsBuilder(a.size);
  for (let i = 0, j = 0; i < a.starts.length && j < b.starts.length; ) {
    const start = Math.max(a.starts[i] as number, b.starts[j] as number);
    builder.from(start, operation(a.values[i] as number, b.values[j] as number));
    const [nextA, nextB] = [a.starts[i + 1] ?? a.size, b.starts[j + 1] ?? b.size];
    if (nextA <= nextB) i++;
    if (nextB <= nextA) j++;
  }
  return builder.done();
}

/** Combines many: neighbours first, so that long lists cost n log n. */
export function combineAll(all: readonly Steps[], size: number, operation: (a: number, b: number) => number): Steps {
  let round = [...all];
  if (round.length === 0) return constant(size, 0);
  while (round.length > 1) {
    const next: Steps[] = [];
    for (let i = 0; i < round.length; i += 2) {
      const [left, right] = [round[i] as Steps, round[i + 1]];
      next.push(right === undefined ? left : combine(left, right, operation));
    }
    round = next;
  }
  return round[0] as Steps;
}

/** Every run with its value, 0 included: `last` is included. */
export function* runsWithValues({ starts, values, size }: Steps): Generator<readonly [first: number, last: number, value: number]> {
  for (let i = 0; i < starts.length; i++) yield [starts[i] as number, (starts[i + 1] ?? size) - 1, values[i] as number];
}

/** Collects runs from left to right; neighbours with one value are joined. */
class StepsBuilder {
  readonly #starts: number[] = [];
  readonly #values: number[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
    if (size > 0) this.#push(0, 0);
  }

  from(start: number, value: number): void {
    if (start >= this.#size) return;
    const last = this.#starts.length - 1;
    if (this.#starts[last] === start) {
      this.#starts.pop();
      this.#values.pop();
      this.#push(start, value);
    } else this.#push(start, value);
  }

  done(): Steps {
    return { starts: this.#starts, values: this.#values, size: this.#size };
  }

  #push(start: number, value: number): void {
    if (this.#values.length > 0 && this.#values[this.#values.length - 1] === value) return;
    this.#starts.push(start);
    this.#values.push(value);
  }
}

/** Equal functions by one object, so that tables can be compared and counted by identity. */
export class SharedSteps {
  readonly #buckets = new Map<number, Steps[]>();

  share(steps: Steps): Steps {
    const hash = hashOf(steps);
    const bucket = this.#buckets.get(hash);
    const same = bucket?.find((other) => equal(other, steps));
    if (same !== undefined) return same;
    if (bucket === undefined) this.#buckets.set(hash, [steps]);
    else bucket.push(steps);
    return steps;
  }
}

function hashOf({ starts, values, size }: Steps): number {
  let hash = size;
  for (let i = 0; i < starts.length; i++) hash = (Math.imul(Math.imul(hash, 31) + (starts[i] as number), 31) + (values[i] as number)) | 0;
  return hash;
}

function equal(a: Steps, b: Steps): boolean {
  if (a.size !== b.size || a.starts.length !== b.starts.length) return false;
  for (let i = 0; i < a.starts.length; i++) if (a.starts[i] !== b.starts[i] || a.values[i] !== b.values[i]) return false;
  return true;
}
