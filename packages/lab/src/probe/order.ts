import type { Direction, Protocol } from "@netproof/core/parts";

/** Where a flow goes: the place that must answer, and on what. */
export interface Target {
  readonly to: number;
  readonly target: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** One flow to try: where its first packet begins, and where it goes. */
export interface Order extends Target {
  readonly from: number;
  readonly source: string;
}

/**
 * What the client saw. `open`: the right server answered. `rejected`: a router said that policy forbids it, and for which side.
 * `refused`: a host has no listener. `silent`: nothing came back.
 */
export type Seen =
  | { readonly kind: "open"; readonly caller: string }
  | { readonly kind: "rejected"; readonly side: Direction; readonly router: string }
  | { readonly kind: "refused" }
  | { readonly kind: "no-route"; readonly detail: string }
  | { readonly kind: "silent" }
  | { readonly kind: "error"; readonly detail: string };

/** What a router noted of a flow: the marks of the rules that decided, and of entries of which nobody can tell. */
export interface Noted {
  readonly egress: number | undefined;
  readonly ingress: number | undefined;
  readonly doubts: readonly { readonly direction: Direction; readonly mark: number }[];
}

/** One flow that was tried: what the client saw in the end, what the kernel noted, and how often it was tried. */
export interface Tried {
  readonly seen: Seen;
  readonly noted: Noted;
  /** Whether its server answers in its own place: silence elsewhere then is no missing server. Undefined where that was not asked. */
  readonly atHome: boolean | undefined;
  readonly attempts: number;
  /** From the first packet of the last attempt to what the client saw. */
  readonly milliseconds: number;
}

/** A flow that old rules and new ones decide differently, behind one router. */
export interface Turning {
  readonly order: Order;
  /** What the new rules do with it. */
  readonly becomes: "open" | "denied";
}

/** What became of one flow in the first moments of a pod. */
export interface Opening {
  readonly tries: number;
  /** Milliseconds after the pod began to exist at which a packet was sent that got through: the first and the last one. */
  readonly firstOpen: number | undefined;
  readonly lastOpen: number | undefined;
  /** How the last try ended. */
  readonly last: Seen;
}
