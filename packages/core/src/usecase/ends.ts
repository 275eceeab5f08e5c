import type { Endpoint, External, Node, Pod, Service, Snapshot } from "../model/cluster.ts";
import { endpointName } from "../model/endpoint.ts";
import { parseSelector } from "../model/selector-text.ts";
import { formatAddress, lastAddress, parseAddress, sameAddress, type Address, type Family } from "../net/address.ts";
import { inCidr, parseCidr, type Cidr } from "../net/cidr.ts";
import type { AddressRange } from "../reach/cuts.ts";
import { selects } from "../semantics/selector.ts";
import { backendsOf } from "../semantics/service.ts";
import { nearest } from "../text/suggest.ts";
import { podIndex } from "./pod-index.ts";
import { serviceIndex } from "./service-index.ts";
import type { Group, OutsidePoint } from "./types.ts";

/** Everything a name may stand for. Without a use case, `outside` and `groups` are empty. */
export interface NameTable {
  readonly snapshot: Snapshot;
  readonly outside: readonly OutsidePoint[];
  readonly groups: readonly Group[];
  /** The namespace of `-n`, for names that say none. */
  readonly namespace?: string;
}

/** Addresses outside that nobody named: `elsewhere`, or a group's block. Outside points and the cluster's own addresses are not in it. */
export interface Region {
  readonly name: string;
  readonly family: Family;
  readonly ranges: readonly AddressRange[];
}

/** What a name stands for in one snapshot. */
export interface End {
  readonly text: string;
  readonly endpoints: readonly Endpoint[];
  readonly regions: readonly Region[];
  /** Set when the name is a Service: its endpoints depend on the port (`backendsOf`), so `endpoints` is empty. */
  readonly service: Service | undefined;
  /** Of an address: nothing is asked in the other one. */
  readonly family: Family | undefined;
  /** Said with the answer: an address that is a pod's or a node's own. */
  readonly note: string | undefined;
}

/** Why a text names no end. */
export interface EndProblem {
  readonly kind: "unknown" | "ambiguous" | "malformed";
  readonly message: string;
  readonly help: string | undefined;
}

export type Resolved = { readonly end: End; readonly problem?: undefined } | { readonly problem: EndProblem; readonly end?: undefined };

/** The word for every pod, node and outside point. */
export const anyEnd = "any";
/** The word for all outside addresses that have no name. */
export const elsewhereEnd = "elsewhere";

/**
 * Looks a name up; the first match wins: outside point or group of the file; `ip:ADDRESS` or a bare address; `kind/name` with
 * kubectl's kind words; `namespace/name` (a pod, else a workload); a bare name in the namespace of `-n`; a bare name that is
 * unique in the snapshot.
 */
export function resolveEnd(text: string, names: NameTable): Resolved {
  if (text === anyEnd) return found(text, everyPlace(names));
  if (text === elsewhereEnd) return region(text, elsewhereRegions(names));
  const point = names.outside.find(({ name }) => name === text);
  if (point !== undefined) return found(text, point.externals);
  const group = names.groups.find(({ name }) => name === text);
  if (group !== undefined) return resolveGroup(group, names);
  const address = parseAddress(text.startsWith("ip:") ? text.slice(3) : text);
  if (address !== undefined) return resolveAddress(text, address, names);
  if (parseCidr(text.replace(/^ip:/, "")) !== undefined)
    return malformed(
      `\`${text}\` is a block of many addresses`,
      "ask for one of them, name a group of the use case, or use `netproof list`",
    );
  if (text.startsWith("ip:"))
    return malformed(`\`${text.slice(3)}\` is not an IP address`, "an address looks like 10.0.0.5 or 2001:db8::5");
  const slash = text.indexOf("/");
  return slash < 0 ? resolveBareName(text, names) : resolveQualified(text, text.slice(0, slash), text.slice(slash + 1), names);
}

/** All endpoints with a name of their own: pods, nodes, outside points. */
function everyPlace({ snapshot, outside }: NameTable): readonly Endpoint[] {
  return [...snapshot.pods, ...snapshot.nodes, ...outside.flatMap(({ externals }) => externals)];
}

function resolveGroup(group: Group, names: NameTable): Resolved {
  switch (group.members.kind) {
    case "list": {
      // A member may come with a later stage; a group of nobody is a mistake.
      const resolved = group.members.ends.map(({ text }) => resolveEnd(text, names));
      const ends = resolved.flatMap(({ end }) => end ?? []);
      const [problem] = resolved.flatMap((one) => one.problem ?? []);
      if (ends.length === 0 && problem !== undefined) return { problem };
      const endpoints = [
        ...new Set(ends.flatMap((end) => (end.service === undefined ? end.endpoints : podsBehind(end.service, names.snapshot)))),
      ];
      return { end: { ...emptyEnd(group.name), endpoints, regions: ends.flatMap((end) => end.regions) } };
    }
    case "selector": {
      const { pods, namespaces } = group.members;
      const podSelector = parseSelector(pods.text, pods.origin);
      const namespaceSelector = namespaces === "every" ? undefined : parseSelector(namespaces.text, namespaces.origin);
      for (const parsed of [podSelector, namespaceSelector]) {
        if (parsed !== undefined && "misread" in parsed)
          return malformed(`\`${parsed.misread}\` is no label selector`, "as kubectl -l writes it: app=web,tier in (a,b)");
      }
      const holds = (pod: Pod): boolean =>
        "selector" in podSelector &&
        selects(podSelector.selector, pod.labels) &&
        (namespaceSelector === undefined || ("selector" in namespaceSelector && selects(namespaceSelector.selector, pod.namespace.labels)));
      return found(group.name, names.snapshot.pods.filter(holds));
    }
    case "block": {
      const { cidr } = group.members;
      const points = names.outside.flatMap(({ externals }) => externals).filter(({ address }) => inCidr(cidr, address));
      return { end: { ...emptyEnd(group.name), endpoints: points, regions: [regionOf(group.name, cidr, names)] } };
    }
  }
}

/** The pods that any port of a Service leads to. */
function podsBehind(service: Service, snapshot: Snapshot): readonly Endpoint[] {
  const backends = service.ports.map((port) => backendsOf(service, port, snapshot));
  return backends.flatMap((behind) => (behind === "unknown" ? [] : behind.map(({ endpoint }) => endpoint)));
}

function resolveAddress(text: string, address: Address, names: NameTable): Resolved {
  // S14: a Service's own address is translated before any policy is asked.
  const known = serviceIndex(names.snapshot.services).withAddress(address);
  if (known !== undefined) {
    const { service, by } = known;
    const what = by === "inside" ? "is" : "leads to";
    return {
      end: { ...emptyEnd(text), service, note: `${formatAddress(address)} ${what} svc/${service.name} of ${service.namespace.name}` },
    };
  }
  const owner = ownerOf(address, names.snapshot);
  if (owner !== undefined)
    return {
      end: { ...emptyEnd(text), endpoints: [owner], family: address.family, note: `${formatAddress(address)} is ${endpointName(owner)}` },
    };
  const point = names.outside.flatMap(({ externals }) => externals).find((external) => sameAddress(external.address, address));
  return found(text, [point ?? ({ kind: "external", address } satisfies External)]);
}

/** S21: an address that a pod or node has is that pod or node. A pod with its own address comes before the node. */
function ownerOf(address: Address, snapshot: Snapshot): Endpoint | undefined {
  const pods = podIndex(snapshot.pods).withAddress(address);
  const pod = pods.find(({ hostNetwork }) => !hostNetwork);
  if (pod !== undefined) return pod;
  const node = snapshot.nodes.find(({ addresses }) => addresses.some((own) => sameAddress(own, address)));
  // A node may have several addresses; the flow uses this one.
  if (node !== undefined)
    return { ...node, addresses: [address, ...node.addresses.filter((own) => own.family !== address.family)] } satisfies Node;
  return pods[0];
}

function resolveQualified(text: string, head: string, name: string, names: NameTable): Resolved {
  const kind = kindWords.get(head.toLowerCase());
  if (kind !== undefined) return resolveKind(text, kind, name, names);
  const { snapshot } = names;
  const [pod] = podIndex(snapshot.pods).named(name, head);
  if (pod !== undefined) return found(text, [pod]);
  const workload = podIndex(snapshot.pods).ofWorkload(name, head);
  if (workload.length > 0) return oneWorkload(text, workload);
  return unknown(text, names);
}

function resolveKind(text: string, kind: string, name: string, names: NameTable): Resolved {
  const { snapshot } = names;
  if (kind === "Node") {
    const node = snapshot.nodes.find((candidate) => candidate.name === name);
    return node === undefined ? unknown(text, names) : found(text, [node]);
  }
  if (kind === "Namespace") {
    const namespace = snapshot.namespaces.find((candidate) => candidate.name === name);
    return namespace === undefined
      ? unknown(text, names)
      : found(
          text,
          snapshot.pods.filter((pod) => pod.namespace.name === name),
        );
  }
  // `name.namespace` after a kind word; a name may hold dots itself, so the whole is tried first.
  const bareName = kind === "Service" ? name.replace(/\.svc(?:\.cluster\.local)?$/, "") : name;
  const dot = bareName.lastIndexOf(".");
  const readings: readonly (readonly [string, string | undefined])[] =
    dot > 0
      ? [
          [bareName, names.namespace],
          [bareName.slice(0, dot), bareName.slice(dot + 1)],
        ]
      : [[bareName, names.namespace]];
  for (const [bare, namespace] of readings) {
    const here = (owner: { readonly name: string }): boolean => namespace === undefined || owner.name === namespace;
    if (kind === "Service") {
      const services = snapshot.services.filter((service) => service.name === bare && here(service.namespace));
      if (services.length > 1)
        return ambiguous(
          text,
          services.map((service) => `svc/${service.name}.${service.namespace.name}`),
        );
      if (services[0] !== undefined) return { end: { ...emptyEnd(text), service: services[0] } };
    } else if (kind === "Pod") {
      const pods = podIndex(snapshot.pods).named(bare, namespace);
      if (pods.length > 1) return ambiguous(text, pods.map(endpointName));
      if (pods.length === 1) return found(text, pods);
    } else {
      const pods = podIndex(snapshot.pods)
        .ofWorkload(bare, namespace)
        .filter(({ workload }) => workload?.kind === kind);
      if (pods.length > 0) return oneWorkload(text, pods);
    }
  }
  return unknown(text, names);
}

function resolveBareName(text: string, names: NameTable): Resolved {
  const { snapshot, namespace } = names;
  const inNamespace = (pod: Pod): boolean => pod.namespace.name === namespace;
  const index = podIndex(snapshot.pods);
  const [pods, workload] = [index.named(text), index.ofWorkload(text)];
  for (const candidates of [pods.filter(inNamespace), workload.filter(inNamespace)]) {
    if (candidates.length > 0) return oneWorkload(text, candidates);
  }
  if (pods.length > 1) return ambiguous(text, pods.map(endpointName));
  if (pods.length === 1) return found(text, pods);
  if (workload.length > 0) return oneWorkload(text, workload);
  const node = snapshot.nodes.find(({ name }) => name === text);
  return node === undefined ? unknown(text, names) : found(text, [node]);
}

/** Pods that share a name as a workload must be of one workload. */
function oneWorkload(text: string, pods: readonly Pod[]): Resolved {
  const workloads = new Set(
    pods.map((pod) =>
      pod.workload === undefined ? endpointName(pod) : `${pod.workload.kind.toLowerCase()}/${pod.workload.name}.${pod.namespace.name}`,
    ),
  );
  return workloads.size > 1 ? ambiguous(text, [...workloads]) : found(text, pods);
}

function elsewhereRegions(names: NameTable): readonly Region[] {
  return ([4, 6] as const).map((family) => regionOf(elsewhereEnd, { family, first: 0n, last: lastAddress(family), text: "" }, names));
}

function regionOf(name: string, cidr: Cidr, names: NameTable): Region {
  const taken = new Set<bigint>();
  for (const endpoint of everyPlace(names)) {
    const addresses = endpoint.kind === "external" ? [endpoint.address] : endpoint.addresses;
    if (addresses === "not-yet-assigned") continue;
    for (const address of addresses) if (inCidr(cidr, address)) taken.add(address.value);
  }
  const ranges: AddressRange[] = [];
  let next = cidr.first;
  for (const value of [...taken].sort((a, b) => (a < b ? -1 : 1))) {
    if (next < value) ranges.push({ first: next, last: value - 1n });
    next = value + 1n;
  }
  if (next <= cidr.last) ranges.push({ first: next, last: cidr.last });
  return { name, family: cidr.family, ranges };
}

function emptyEnd(text: string): End {
  return { text, endpoints: [], regions: [], service: undefined, family: undefined, note: undefined };
}

function found(text: string, endpoints: readonly Endpoint[]): Resolved {
  return { end: { ...emptyEnd(text), endpoints } };
}

function region(text: string, regions: readonly Region[]): Resolved {
  return { end: { ...emptyEnd(text), regions } };
}

function malformed(message: string, help: string): Resolved {
  return { problem: { kind: "malformed", message, help } };
}

function ambiguous(text: string, candidates: readonly string[]): Resolved {
  const shown = [...new Set(candidates)].sort();
  const more = shown.length > 4 ? ` or ${shown.length - 4} more` : "";
  return {
    problem: {
      kind: "ambiguous",
      message: `\`${text}\` names several endpoints`,
      help: `say which: ${shown.slice(0, 4).join(", ")}${more}`,
    },
  };
}

function unknown(text: string, names: NameTable): Resolved {
  const candidates = candidateNames(names);
  const near =
    nearest(text, candidates) ??
    nearest(text.slice(text.indexOf("/") + 1), candidates) ??
    // A pod of a workload of that name, which nothing but its own name tells.
    candidates.find((name) => name.startsWith(`${text}-`));
  const message =
    near === undefined ? `no endpoint \`${text}\`` : `no endpoint \`${text}\`, did you mean \`${near}\`${whatIs(near, names)}?`;
  return { problem: { kind: "unknown", message, help: names.snapshot.pods.length === 0 ? "the input holds no pods" : undefined } };
}

function candidateNames({ snapshot, outside, groups }: NameTable): readonly string[] {
  return [
    ...outside.map(({ name }) => name),
    ...groups.map(({ name }) => name),
    ...snapshot.pods.flatMap((pod) => [pod.name, endpointName(pod), ...(pod.workload === undefined ? [] : [pod.workload.name])]),
    ...snapshot.nodes.map(({ name }) => name),
    ...snapshot.services.map((service) => `svc/${service.name}`),
  ];
}

/** ` (pod of qa)`, so that a suggestion can be judged without another command. */
function whatIs(name: string, { snapshot, outside, groups }: NameTable): string {
  if (outside.some((point) => point.name === name)) return " (outside point)";
  if (groups.some((group) => group.name === name)) return " (group)";
  const pod = snapshot.pods.find((candidate) => candidate.name === name);
  if (pod !== undefined) return ` (pod of ${pod.namespace.name})`;
  const workload = snapshot.pods.find((candidate) => candidate.workload?.name === name);
  return workload === undefined ? "" : ` (${workload.workload?.kind} of ${workload.namespace.name})`;
}

/** kubectl's words for the kinds an end can be: short names, singular and plural. */
const kindWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Pod: ["po", "pod", "pods"],
    Deployment: ["deploy", "deployment", "deployments"],
    StatefulSet: ["sts", "statefulset", "statefulsets"],
    DaemonSet: ["ds", "daemonset", "daemonsets"],
    ReplicaSet: ["rs", "replicaset", "replicasets"],
    ReplicationController: ["rc", "replicationcontroller", "replicationcontrollers"],
    Job: ["job", "jobs"],
    CronJob: ["cj", "cronjob", "cronjobs"],
    Service: ["svc", "service", "services"],
    Node: ["no", "node", "nodes"],
    Namespace: ["ns", "namespace", "namespaces"],
  }).flatMap(([kind, words]) => words.map((word) => [word, kind] as const)),
);
