import { formatAddress, type Address, type Endpoint, type Family, type Node, type Pod, type Snapshot } from "@netproof/core/parts";
import type { Stand, StandAddress } from "../nft/ruleset.ts";
import { isHostAddress } from "./host-address.ts";
import { deviceOf, type Place } from "./place.ts";

/** Where every endpoint of a snapshot stands in the lab. Places of the layout before that did not change keep their numbers, and so their namespaces. */
export interface Layout {
  readonly places: readonly Place[];
  readonly stands: readonly Stand[];
  /** The routers that enforce, with the two ends by which each is tested. */
  readonly nodes: readonly { readonly place: Place; readonly client: Place; readonly server: Place }[];
  /** Where a flow of this endpoint begins or ends; a sentence when the lab has no place for it. */
  spotOf(endpoint: Endpoint, family: Family): Spot | string;
  addressesOf(node: Node): readonly Address[];
  readonly outside: readonly Address[];
  readonly nextId: number;
}

export interface Spot {
  readonly place: number;
  readonly address: string;
}

/**
 * The lab's own addresses, which no manifest should hold: RFC 6890 (protocol assignments), RFC 6666 (discard only). The host number is
 * counted on, in 192.0.0.0/24 and behind, and in 100::/64.
 */
const fabricHost = 8;
const firstOwnHost = 16;
/** For pods that have no address yet: RFC 2544 (benchmarks) and a unique local prefix. */
const lending: Readonly<Record<Family, { readonly first: bigint; readonly last: bigint }>> = {
  4: { first: 0xc612_0001n, last: 0xc613_fffen },
  6: { first: 0xfd6e_7072_6f6f_6600_0000_0000_0000_0001n, last: 0xfd6e_7072_6f6f_6600_0000_0000_ffff_fffen },
};

export function planLayout(snapshot: Snapshot, outside: readonly Address[], before?: Layout): Layout {
  const known = new Map(before?.places.map((place) => [keyOf(place), place.id]));
  let nextId = before?.nextId ?? 1;
  const places: Place[] = [];
  const put = (place: Omit<Place, "id">): Place => {
    const id = known.get(keyOf(place)) ?? nextId++;
    const placed = { id, ...place };
    places.push(placed);
    return placed;
  };

  const taken = new Set<string>();
  const problems = new Map<string, string>();
  /** An address that can be used once; else the reason is kept for whoever asks. */
  const claim = (address: Address, who: string): boolean => {
    const text = formatAddress(address);
    const problem = taken.has(text) ? `${text} is used twice` : isHostAddress(address) ? undefined : `${text} is no address of a host`;
    if (problem !== undefined) problems.set(`${who} ${address.family}`, problem);
    else taken.add(text);
    return problem === undefined;
  };
  const written = writtenAddresses(snapshot, outside);
  const lender = lenderOf(written, taken);

  let nextHost = firstOwnHost;
  const ownHost = (): readonly [v4: string, v6: string] => {
    while (ownAddresses(nextHost).some((address) => written.has(address))) nextHost++;
    return ownAddresses(nextHost++);
  };
  const fabric = put({ name: "fabric", role: "fabric", addresses: ownAddresses(fabricHost), router: undefined });
  const addressesOf = (node: Node): readonly Address[] => nodeAddresses(snapshot, node.name);
  const routers = new Map<string, Place>();
  const hostSpots = new Map<string, Spot & { readonly family: Family }>();
  const nodes: { place: Place; client: Place; server: Place }[] = [];
  for (const { name, addresses, hostPods } of routersOf(snapshot)) {
    const usable = addresses.filter((address) => claim(address, name));
    const lentTo = hostPods.filter((pod) => pod.addresses === "not-yet-assigned").map((pod) => [pod, lender(pod)] as const);
    const all = [...usable, ...lentTo.flatMap(([, lent]) => lent)];
    // A router needs an address in each family, or its ICMP errors have no source and are dropped on the way.
    const spare = ownHost().filter((_, i) => !all.some(({ family }) => family === [4, 6][i]));
    const place = put({ name, role: "node", addresses: [...all.map(formatAddress), ...spare], router: fabric.id });
    routers.set(name, place);
    for (const [pod, lent] of lentTo)
      for (const address of lent)
        hostSpots.set(`${nameOf(pod)} ${address.family}`, { place: place.id, address: formatAddress(address), family: address.family });
    const canary = (kind: string): Place => put({ name: `${kind} of ${name}`, role: "canary", addresses: ownHost(), router: place.id });
    nodes.push({ place, client: canary("client"), server: canary("server") });
  }

  const stands: Stand[] = [];
  const pods = new Map<string, { readonly place: Place; readonly addresses: readonly StandAddress[] }>();
  for (const pod of snapshot.pods) {
    if (pod.hostNetwork) continue;
    const router = routers.get(routerName(pod)) as Place;
    const addresses: readonly StandAddress[] =
      pod.addresses === "not-yet-assigned"
        ? lender(pod).map((address) => ({ address, lent: true }))
        : pod.addresses.filter((address) => claim(address, nameOf(pod))).map((address) => ({ address, lent: false }));
    const place = put({
      name: pod.name,
      role: "pod",
      addresses: addresses.map(({ address }) => formatAddress(address)),
      router: router.id,
    });
    pods.set(nameOf(pod), { place, addresses });
    stands.push({ pod, router: router.id, device: deviceOf(place), addresses });
  }
  const points = new Map<string, Place>();
  for (const address of outside) {
    const text = formatAddress(address);
    if (points.has(text) || !claim(address, text)) continue;
    points.set(text, put({ name: text, role: "outside", addresses: [text], router: fabric.id }));
  }

  const spotIn = (place: Place | undefined, address: Address | undefined, who: string, family: Family): Spot | string => {
    const text = address === undefined ? undefined : formatAddress(address);
    if (place !== undefined && text !== undefined && place.addresses.includes(text)) return { place: place.id, address: text };
    return problems.get(`${who} ${family}`) ?? `${who} has no IPv${family} address in the lab`;
  };
  const spotOf = (endpoint: Endpoint, family: Family): Spot | string => {
    switch (endpoint.kind) {
      case "external": {
        const text = formatAddress(endpoint.address);
        return spotIn(points.get(text), endpoint.address, text, family);
      }
      case "node":
        return spotIn(
          routers.get(endpoint.name),
          endpoint.addresses.find((address) => address.family === family),
          endpoint.name,
          family,
        );
      case "pod": {
        const lent = hostSpots.get(`${nameOf(endpoint)} ${family}`);
        if (lent !== undefined) return lent;
        if (endpoint.hostNetwork) {
          const address = endpoint.addresses === "not-yet-assigned" ? undefined : endpoint.addresses.find((one) => one.family === family);
          return spotIn(routers.get(routerName(endpoint)), address, nameOf(endpoint), family);
        }
        const stand = pods.get(nameOf(endpoint));
        return spotIn(stand?.place, stand?.addresses.find(({ address }) => address.family === family)?.address, nameOf(endpoint), family);
      }
    }
  };
  return { places, stands, nodes, spotOf, addressesOf, outside, nextId };
}

function ownAddresses(host: number): readonly [v4: string, v6: string] {
  return [`192.0.${host >> 8}.${host & 255}`, `100::${host.toString(16)}`];
}

/** Equal keys, same namespace. */
function keyOf({ name, role, addresses, router }: Omit<Place, "id">): string {
  return JSON.stringify([role, name, addresses, router]);
}

function nameOf(pod: Pod): string {
  return `${pod.namespace.name}/${pod.name}`;
}

/** What stands for the node that is not named; no node is called so. */
const unnamedNode = "(a node)";

/** The node a pod hangs from; a host-network pod of no known node is a machine of its own. */
function routerName(pod: Pod): string {
  return pod.node ?? (pod.hostNetwork ? nameOf(pod) : unnamedNode);
}

interface RouterWanted {
  readonly name: string;
  readonly addresses: readonly Address[];
  readonly hostPods: readonly Pod[];
}

/** One router per node that is named, and one for the pods of no named node. */
function routersOf(snapshot: Snapshot): readonly RouterWanted[] {
  const names = new Set([...snapshot.nodes.map(({ name }) => name), ...snapshot.pods.map(routerName)]);
  if (names.size === 0) names.add(unnamedNode);
  return [...names].map((name) => ({
    name,
    addresses: nodeAddresses(snapshot, name),
    hostPods: snapshot.pods.filter((pod) => pod.hostNetwork && routerName(pod) === name),
  }));
}

/** A node's own addresses and those of its host-network pods, which are the same in a real cluster. */
function nodeAddresses({ nodes, pods }: Snapshot, name: string): readonly Address[] {
  const declared = nodes.filter((node) => node.name === name).flatMap(({ addresses }) => addresses);
  const hosts = pods.filter((pod) => pod.hostNetwork && routerName(pod) === name);
  const ofPods = hosts.flatMap(({ addresses }) => (addresses === "not-yet-assigned" ? [] : addresses));
  return [...new Map([...declared, ...ofPods].map((address) => [formatAddress(address), address])).values()];
}

/** Every address that a manifest or a question names. */
function writtenAddresses({ pods, nodes }: Snapshot, outside: readonly Address[]): ReadonlySet<string> {
  const assigned = [...pods, ...nodes].flatMap(({ addresses }) => (addresses === "not-yet-assigned" ? [] : addresses));
  return new Set([...assigned, ...outside].map(formatAddress));
}

/** Hands out addresses that nobody has: from the pod's own network where one was named. */
function lenderOf(used: ReadonlySet<string>, taken: Set<string>): (pod: Pod) => readonly Address[] {
  const next = new Map<string, bigint>();
  return (pod) =>
    ([4, 6] as const).flatMap((family) => {
      const network = pod.podNetwork.find((candidate) => candidate.family === family);
      const range = network ?? lending[family];
      const key = network?.text ?? String(family);
      for (let value = next.get(key) ?? range.first + 1n; value <= range.last; value++) {
        const address: Address = { family, value };
        const text = formatAddress(address);
        if (used.has(text) || taken.has(text) || !isHostAddress(address)) continue;
        next.set(key, value + 1n);
        taken.add(text);
        return [address];
      }
      return [];
    });
}
