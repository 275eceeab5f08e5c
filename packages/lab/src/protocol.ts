import type { Direction } from "@netproof/core/parts";
import type { Place } from "./plan/place.ts";
import type { Order, Tried } from "./probe/order.ts";
import type { DenyWith } from "./nft/render.ts";

/** What the process outside asks of the one that owns the namespaces: one line of JSON each, answered by number. */
export type Task =
  | { readonly do: "add"; readonly places: readonly Place[] }
  | { readonly do: "remove"; readonly ids: readonly number[] }
  | { readonly do: "rules"; readonly rules: LoadedRules }
  | { readonly do: "probe"; readonly orders: readonly Order[] }
  /** Asks each server from its own place: its packets meet no router and no rule. */
  | { readonly do: "listen"; readonly orders: readonly Order[] }
  | { readonly do: "check"; readonly text: string }
  /** Serves from now on also while nothing is probed: programs of people come and go. Tells by which descriptors the places are held. */
  | { readonly do: "serve"; readonly orders: readonly Order[] }
  /** Files to take away when the process outside is gone, however it ended. */
  | { readonly do: "own"; readonly files: readonly string[] };

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
  /** Milliseconds from the last transaction on. */
  readonly rules: { readonly milliseconds: number };
  readonly probe: readonly Tried[];
  readonly listen: readonly Tried[];
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
