import type { Direction } from "@netproof/core/parts";
import type { Place } from "./plan/place.ts";
import type { Noted, Opening, Order, Seen, Tried, Turning } from "./probe/order.ts";
import type { DenyWith } from "./nft/render.ts";

/** What the process outside asks of the one that owns the namespaces: one line of JSON each, answered by number. */
export type Task =
  | { readonly do: "add"; readonly places: readonly Place[] }
  | { readonly do: "remove"; readonly ids: readonly number[] }
  /** `keep`: connections under way are not forgotten. `turnings`: flows by which to see when the new rules decide. */
  | { readonly do: "rules"; readonly rules: LoadedRules; readonly keep: boolean; readonly turnings: readonly Turning[] }
  /** Opens TCP connections and holds them; they are asked again by `greet` and closed by `release`. */
  | { readonly do: "hold"; readonly orders: readonly Order[] }
  | { readonly do: "greet" }
  | { readonly do: "release" }
  /** Routers forget connections under way: what goes on is judged as if it were new. */
  | { readonly do: "forget" }
  /** Tries flows to and from a place that was added last, in its first moments. */
  | { readonly do: "start"; readonly orders: readonly Order[] }
  /**
   * `home`: each server is asked from its own place first, where its packets meet no router and no rule. `anew`: what routers have noted
   * so far is of flows that were told already, and makes way.
   */
  | { readonly do: "probe"; readonly orders: readonly Order[]; readonly home?: boolean; readonly anew?: boolean }
  | { readonly do: "check"; readonly text: string }
  /** Serves from now on also while nothing is probed: programs of people come and go. Tells by which descriptors the places are held. */
  | { readonly do: "serve"; readonly orders: readonly Order[] }
  /** Files to take away when the process outside is gone, however it ended. */
  | { readonly do: "own"; readonly files: readonly string[] };

export interface HeldSeen {
  readonly seen: Seen;
  readonly noted: Noted;
}

/** The rules of one generation, per router. */
export interface LoadedRules {
  readonly table: string;
  readonly denyWith: DenyWith;
  readonly denyMarks: readonly number[];
  readonly routers: readonly { readonly place: number; readonly transactions: readonly string[]; readonly doubts: readonly Direction[] }[];
}

export interface Results {
  readonly add: null;
  readonly remove: null;
  /** Milliseconds that the last transaction took, and per flow of `turnings` from the beginning until new rules decided it. */
  readonly rules: { readonly milliseconds: number; readonly turned: readonly (number | null)[] };
  /** What the client of each connection saw, and what the routers noted of it. */
  readonly hold: readonly HeldSeen[];
  readonly greet: readonly HeldSeen[];
  readonly release: null;
  readonly forget: null;
  readonly start: readonly (Opening & { readonly noted: Noted })[];
  readonly probe: readonly Tried[];
  readonly check: null;
  readonly own: null;
  readonly serve: { readonly namespaces: readonly (readonly [place: number, descriptor: number])[] };
}

export type Message = { readonly id: number; readonly task: Task } | { readonly id: number; readonly cancel: true };

export type Reply =
  | { readonly ready: { readonly pid: number } }
  | { readonly id: number; readonly progress: number }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };
