/**
 * One namespace of the lab. A `fabric` joins the nodes and the outside; a `node` is a router with its own addresses, in front of its
 * pods; a `canary` is one end of the flows by which the lab tests itself.
 */
export interface Place {
  readonly id: number;
  readonly name: string;
  readonly role: "fabric" | "node" | "pod" | "outside" | "canary";
  /** As the core writes them; none for a place that only routes. */
  readonly addresses: readonly string[];
  /** The place whose router it hangs from; undefined for the fabric. */
  readonly router: number | undefined;
}

/** The router's end of a place's cable. Rules know a pod by it. */
export function deviceOf(place: Pick<Place, "id">): string {
  return `v${place.id}`;
}
