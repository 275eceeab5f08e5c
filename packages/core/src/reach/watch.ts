import type { Flow, Pod } from "../model/cluster.ts";

/** What a measuring engine is asked to watch while it goes on to a stage. The API text promises nothing of time, so no engine calculates it. */
export interface Watch {
  /** How long it takes until packets are decided by the new policies. */
  readonly enforcement: boolean;
  /** TCP connections to open before the change and to use after it. */
  readonly held: readonly Flow[];
  /** Pods to start anew when the policies are in force: nothing that these deny may pass in a pod's first moments. */
  readonly starting: readonly Pod[];
}

/** What was seen of it. */
export interface Watched {
  readonly enforcement: Enforcement | undefined;
  /** One per connection, in the order of the watch. */
  readonly held: readonly HeldConnection[];
  /** One per pod, in the order of the watch. */
  readonly starts: readonly PodStart[];
}

/** Milliseconds from the order to apply until a router decided a packet by the new policies: the first router, and the last one. */
export interface Enforcement {
  readonly firstAfter: number;
  readonly lastAfter: number;
  readonly routers: number;
}

/**
 * What became of a connection that was open before the change. `survives`: it goes on, also when it is judged anew. `until-judged`: it
 * goes on while the network remembers it, and is cut when it is judged anew; which of the two users see depends on their network plugin.
 * `cut`: at once. `not-open`: it could not be opened before the change. `unknown`: nothing came back, and no rule saw why.
 */
export interface HeldConnection {
  readonly outcome: "survives" | "until-judged" | "cut" | "not-open" | "unknown";
  /** What the client saw last; empty for one that goes on. */
  readonly detail: string;
}

/** The first moments of a pod that is younger than its policies. */
export interface PodStart {
  /** Flows to and from it that were tried again and again. */
  readonly tried: number;
  /** Flows that policies deny and that got through, with the milliseconds after the start when one last did. */
  readonly passed: readonly { readonly flow: Flow; readonly until: number }[];
  /** Milliseconds until every flow that policies allow had got through once; undefined where none is allowed, or one never did. */
  readonly ready: number | undefined;
  /** Why nothing can be said of it. */
  readonly problem: string | undefined;
}
