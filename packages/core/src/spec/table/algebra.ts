import type { Verdict } from "../../model/judgement.ts";
import type { PortMatch } from "../../model/policy.ts";
import { allPorts, intersect, noPorts, portSet, subtract, unite, type PortSet, type Protocol } from "../../net/ports.ts";
import type { Connections } from "../../reach/reachability.ts";

/**
 * Sets of ports, grades and tier outcomes as small numbers. Equal contents have equal numbers, so comparing is `===`, and every
 * operation on two numbers is computed once: a cluster has some dozens of different sets, whatever its size.
 *
 *   set     a PortSet
 *   grade   what one end says of one other end: { allow, undetermined }, two sets; the rest is denied
 *   outcome what a tier does with the tiers behind it, port by port (see `Outcome`)
 */
export class Algebra {
  readonly #sets = new Interned<PortSet>(setKey);
  readonly #grades = new Interned<{ readonly allow: SetId; readonly undetermined: SetId }>(
    ({ allow, undetermined }) => `${allow} ${undetermined}`,
  );
  readonly #outcomes = new Interned<Outcome>((parts) => parts.map(({ effect, ports }) => `${effect}:${ports}`).join());
  readonly #connections: Connections[] = [];
  readonly #sure: GradeId[] = [];
  readonly #open: GradeId[] = [];
  readonly #single = new Map<string | number, SetId>();

  readonly none: SetId = this.set(noPorts);
  readonly all: SetId = this.set(allPorts);
  /** Nothing is allowed: the grade of a peer that no rule names. Always 0. */
  readonly deny: GradeId = this.grade(this.none, this.none);
  readonly allow: GradeId = this.grade(this.all, this.none);
  readonly unknown: GradeId = this.grade(this.none, this.all);
  /** A tier that says nothing: what is behind it decides. Always 0. */
  readonly through: OutcomeId = this.#outcomes.id([]);

  set(ports: PortSet): SetId {
    return this.#sets.id(ports);
  }

  /** One port of one protocol. */
  port(protocol: Protocol, port: number): SetId {
    const key = protocol === "TCP" ? port : `${port}/${protocol}`;
    let set = this.#single.get(key);
    if (set === undefined) {
      set = this.set(portSet(protocol, [{ first: port, last: port }]));
      this.#single.set(key, set);
    }
    return set;
  }

  /** S7: what an entry of `ports` without a name means, everywhere. */
  numbers({ protocol, port }: PortMatch): SetId {
    if (protocol === "declared" || (typeof port === "object" && "name" in port)) return this.none;
    if (port !== "any" && port.first === port.last) return this.port(protocol, port.first);
    return this.set(portSet(protocol, port === "any" ? undefined : [port]));
  }

  ports(set: SetId): PortSet {
    return this.#sets.value(set);
  }

  grade(allow: SetId, undetermined: SetId): GradeId {
    return this.#grades.id({ allow, undetermined });
  }

  /** The grade that allows these ports. */
  sure(set: SetId): GradeId {
    return (this.#sure[set] ??= this.grade(set, this.none));
  }

  /** The grade that leaves these ports open. */
  open(set: SetId): GradeId {
    return (this.#open[set] ??= this.grade(this.none, set));
  }

  parts(grade: GradeId): { readonly allow: SetId; readonly undetermined: SetId } {
    return this.#grades.value(grade);
  }

  connections(grade: GradeId): Connections {
    return (this.#connections[grade] ??= {
      allow: this.ports(this.#grades.value(grade).allow),
      undetermined: this.ports(this.#grades.value(grade).undetermined),
    });
  }

  readonly #unite = remembered((a, b) => this.set(unite(this.ports(a), this.ports(b))));
  readonly #intersect = remembered((a, b) => this.set(intersect(this.ports(a), this.ports(b))));
  readonly #subtract = remembered((a, b) => this.set(subtract(this.ports(a), this.ports(b))));

  unite(a: SetId, b: SetId): SetId {
    return a === b || b === this.none ? a : a === this.none ? b : this.#unite(a, b);
  }

  intersect(a: SetId, b: SetId): SetId {
    return a === b || b === this.all ? a : a === this.all ? b : this.#intersect(a, b);
  }

  subtract(a: SetId, b: SetId): SetId {
    return b === this.none ? a : a === b ? this.none : this.#subtract(a, b);
  }

  /** S8: what either rule allows is allowed; a doubt counts only where nothing allows. */
  readonly join: (a: GradeId, b: GradeId) => GradeId = remembered((a, b) => {
    const [left, right] = [this.#grades.value(a), this.#grades.value(b)];
    const allow = this.unite(left.allow, right.allow);
    return this.grade(allow, this.subtract(this.unite(left.undetermined, right.undetermined), allow));
  });

  /** S9, C5: both ends must allow; a deny at either end is a deny. */
  readonly meet: (a: GradeId, b: GradeId) => GradeId = remembered((a, b) => {
    const [left, right] = [this.#grades.value(a), this.#grades.value(b)];
    const allow = this.intersect(left.allow, right.allow);
    const possible = this.intersect(this.unite(left.allow, left.undetermined), this.unite(right.allow, right.undetermined));
    return this.grade(allow, this.subtract(possible, allow));
  });

  /** C3: what a tier makes of the grade of everything behind it. */
  readonly apply: (outcome: OutcomeId, behind: GradeId) => GradeId = remembered((outcome, behind) => {
    const { allow, undetermined } = this.#grades.value(behind);
    const denied = this.subtract(this.subtract(this.all, allow), undetermined);
    const parts = this.#outcomes.value(outcome);
    let untouched = this.all;
    let [allowed, doubted] = [this.none, this.none];
    const add = (effect: number, ports: SetId): void => {
      for (const [verdict, set] of [
        ["allow", allow],
        ["deny", denied],
        ["undetermined", undetermined],
      ] as const) {
        const touched = this.intersect(ports, set);
        const becomes = verdictAfter(effect, verdict);
        if (becomes === "allow") allowed = this.unite(allowed, touched);
        if (becomes === "undetermined") doubted = this.unite(doubted, touched);
      }
    };
    for (const { effect, ports } of parts) {
      add(effect, ports);
      untouched = this.subtract(untouched, ports);
    }
    add(passEffect, untouched);
    return this.grade(allowed, doubted);
  });

  /** An outcome that has this effect on these ports and leaves the others. */
  outcome(effect: number, ports: SetId): OutcomeId {
    return ports === this.none ? this.through : this.#outcomes.id([{ effect, ports }]);
  }

  /** Combines two outcomes port by port. `combine` gets the effect of each, or `silent` where it says nothing of the port. */
  combined(a: OutcomeId, b: OutcomeId, combine: (a: number, b: number) => number): OutcomeId {
    const [left, right] = [this.#outcomes.value(a), this.#outcomes.value(b)];
    const parts = new Map<number, SetId>();
    const add = (effect: number, ports: SetId): void => {
      if (effect !== silent && ports !== this.none) parts.set(effect, this.unite(parts.get(effect) ?? this.none, ports));
    };
    let restOfRight = right;
    let untouched = this.all;
    for (const { effect, ports } of left) {
      let alone = ports;
      for (const other of right) {
        const both = this.intersect(ports, other.ports);
        add(combine(effect, other.effect), both);
        alone = this.subtract(alone, both);
      }
      add(combine(effect, silent), alone);
      untouched = this.subtract(untouched, ports);
      restOfRight = restOfRight.map((other) => ({ effect: other.effect, ports: this.subtract(other.ports, ports) }));
    }
    for (const { effect, ports } of restOfRight) add(combine(silent, effect), this.intersect(ports, untouched));
    return this.#outcomes.id([...parts].map(([effect, ports]) => ({ effect, ports })).sort((x, y) => x.effect - y.effect));
  }
}

export type SetId = number;
export type GradeId = number;
export type OutcomeId = number;

/**
 * What a tier does, port by port; ports that are in no part are left to the tiers behind. An effect is a function from the verdict
 * behind to the verdict in all, with the actions of the rules that take part (to see policies of equal priority disagree):
 * three ternary digits (what allow, deny, undetermined become) and three bits (Accept, Deny, Pass).
 */
type Outcome = readonly { readonly effect: number; readonly ports: SetId }[];

/** Says nothing of a port. */
export const silent = -1;

const verdicts: readonly Verdict[] = ["allow", "deny", "undetermined"];

/** An effect from what each verdict becomes and the actions (bits 1 Accept, 2 Deny, 4 Pass) that take part. */
export function effectOf(becomes: (behind: Verdict) => Verdict, actions: number): number {
  const [a, d, u] = verdicts.map((verdict) => verdicts.indexOf(becomes(verdict)));
  return (((a ?? 0) * 3 + (d ?? 0)) * 3 + (u ?? 0)) * 8 + actions;
}

export function verdictAfter(effect: number, behind: Verdict): Verdict {
  if (effect === silent) return behind;
  const digits = Math.floor(effect / 8);
  const digit = behind === "allow" ? Math.floor(digits / 9) : behind === "deny" ? Math.floor(digits / 3) % 3 : digits % 3;
  return verdicts[digit] ?? behind;
}

export function actionsOf(effect: number): number {
  return effect === silent ? 0 : effect % 8;
}

const passEffect = effectOf((behind) => behind, 0);

/** Values by number and numbers by value. */
class Interned<T> {
  readonly #ids = new Map<string, number>();
  readonly #values: T[] = [];
  readonly #keyOf: (value: T) => string;

  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  id(value: T): number {
    const key = this.#keyOf(value);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#values.length;
      this.#values.push(value);
      this.#ids.set(key, id);
    }
    return id;
  }

  value(id: number): T {
    return this.#values[id] as T;
  }
}

/** Numbers below this are looked up in a square of numbers, 256 KB for each function that is used. */
const square = 256;

/**
 * A function of two small numbers, each pair computed once. Most clusters stay in the square, which answers ten times as fast as a Map;
 * rows of lists do as well, until numbers are in the thousands and the lists are full of holes.
 */
export function remembered(compute: (a: number, b: number) => number): (a: number, b: number) => number {
  // One more than the result; 0 is not known yet.
  let known: Int32Array | undefined;
  const others = new Map<number, number>();
  return (a, b) => {
    if (a < square && b < square) {
      known ??= new Int32Array(square * square);
      const result = known[a * square + b] as number;
      if (result > 0) return result - 1;
      const computed = compute(a, b);
      known[a * square + b] = computed + 1;
      return computed;
    }
    const key = a * 2 ** 26 + b;
    const result = others.get(key);
    if (result !== undefined) return result;
    const computed = compute(a, b);
    others.set(key, computed);
    return computed;
  };
}

function setKey({ TCP, UDP, SCTP }: PortSet): string {
  return [TCP, UDP, SCTP].map((ranges) => ranges.map(({ first, last }) => `${first}-${last}`).join()).join("/");
}
