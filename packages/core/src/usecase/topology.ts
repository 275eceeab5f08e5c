import type { External, Labels, NamedPort, Namespace, Node, Pod, Service, ServicePort } from "../model/cluster.ts";
import { formatAddress, parseWrittenAddress, type Address } from "../net/address.ts";
import { parseCidr, type Cidr } from "../net/cidr.ts";
import { noPorts, protocols, unite, type PortSet, type Protocol } from "../net/ports.ts";
import { isLabelKey, isLabelValue, isPortName, isSubdomain } from "../read/names.ts";
import { childPath } from "../text/source.ts";
import { say } from "./messages.ts";
import { readPort, readPorts, type PortNames } from "./rows.ts";
import type { OneOrMany, RawService, RawServicePort, RawTopology, RawWorkload } from "./schema.ts";
import type { EndName, OutsidePoint, Topology, WrittenPath } from "./types.ts";
import { entries, field, items, originAt, plain, spanAt, type Reading, type Written } from "./written.ts";

/** What the file itself says of the cluster. Manifests that it names are read with the stages. */
export function readTopology(
  reading: Reading,
  topology: Written<RawTopology>,
  from: Written<OneOrMany<string>> | undefined,
  ports: PortNames,
): Topology {
  const namespaces = readNamespaces(reading, topology);
  const nodes = readNodes(reading, topology);
  const podCidrs = items(reading, field(reading, topology, "podCidr")).flatMap(({ value, path }) => readCidr(reading, value, path) ?? []);
  const namespaceOf = (name: string): Namespace => {
    const known = namespaces.get(name) ?? namespaceNamed(name, new Map());
    namespaces.set(name, known);
    return known;
  };
  const cluster: Surroundings = { namespaceOf, nodes, podCidrs, ports };
  const workloads = entries(reading, field(reading, topology, "workloads")).flatMap((entry) => {
    const name = readQualified(reading, entry, "a workload");
    return name === undefined ? [] : [readWorkload(reading, { value: entry.value ?? {}, path: entry.path }, name, cluster)];
  });
  const services = entries(reading, field(reading, topology, "services")).flatMap((entry) => {
    const name = readQualified(reading, entry, "a Service");
    return name === undefined ? [] : [readService(reading, entry, name, cluster)];
  });
  return {
    from: readPaths(reading, from),
    namespaces: [...namespaces.values()],
    pods: workloads.flatMap(({ pods }) => pods),
    services,
    nodes,
    podCidrs,
    listens: workloads.flatMap(({ listens }) => listens ?? []),
    roles: readRoles(reading, topology),
  };
}

export function readPaths(reading: Reading, paths: Written<OneOrMany<string>> | undefined): readonly WrittenPath[] {
  return items(reading, paths).map(({ value, path }) => ({ path: value, origin: originAt(reading, path) }));
}

export function readOutside(reading: Reading, topology: Written<RawTopology>): readonly OutsidePoint[] {
  const owners = new Map<string, string>();
  return entries(reading, field(reading, topology, "outside")).flatMap(({ key: name, value, path }) => {
    if (!readEndName(reading, name, path, "an outside point")) return [];
    const mapping = isMapping(value) ? { value, path } : undefined;
    const written = mapping === undefined ? { value: value as OneOrMany<string>, path } : field(reading, mapping, "address");
    const externals = items(reading, written).flatMap((item) => {
      const address = readAddress(reading, item.value, item.path);
      return address === undefined ? [] : [{ external: { kind: "external", address, name } satisfies External, path: item.path }];
    });
    externals.forEach(({ external: { address }, path: at }, i) => {
      const text = formatAddress(address);
      const sameFamily = externals.slice(0, i).some(({ external }) => external.address.family === address.family);
      const owner = owners.get(text);
      if (sameFamily) reading.diagnostics.push(say("address-twice", spanAt(reading, at), { text, of: name, problem: "family" }));
      else if (owner !== undefined)
        reading.diagnostics.push(say("address-twice", spanAt(reading, at), { text, of: owner, problem: "shared" }));
      owners.set(text, owner ?? name);
    });
    return [
      {
        name,
        externals: externals.map(({ external }) => external),
        about: mapping && plain(reading, mapping, "about"),
        origin: originAt(reading, path),
      },
    ];
  });
}

/** A name that rows can use; an objection when they cannot. */
export function readEndName(reading: Reading, name: string, path: string, what: string): boolean {
  if (!readKey(reading, name, path, what)) return false;
  const problem = endNameProblem(name);
  if (problem !== undefined)
    reading.diagnostics.push(say("use-case-name-invalid", spanAt(reading, path, "key"), { what, text: name, problem }));
  return problem === undefined;
}

/** Whether a key stands in the file as it is: YAML makes `true` of an unquoted `on`. */
export function readKey(reading: Reading, key: string, path: string, what: string): boolean {
  const { source, start, end } = spanAt(reading, path, "key");
  const written = source.text.slice(start, end);
  const misread = (key === "true" || key === "false") && /^[A-Za-z]+$/.test(written) && written.toLowerCase() !== key;
  if (misread) {
    const problem = `YAML reads it as ${key}; put it in quotes`;
    reading.diagnostics.push(say("use-case-name-invalid", { source, start, end }, { what, text: written, problem }));
  }
  return !misread;
}

function readAddress(reading: Reading, text: string, path: string): Address | undefined {
  const written = parseWrittenAddress(text);
  if (written === undefined || written.leadingZeros) {
    reading.diagnostics.push(say("use-case-address-invalid", spanAt(reading, path), { text }));
    return undefined;
  }
  return written.address;
}

export function readCidr(reading: Reading, text: string, path: string): Cidr | undefined {
  const written = parseCidr(text);
  const problem =
    written === undefined
      ? undefined
      : written.leadingZeros
        ? "has leading zeros"
        : written.hostBits
          ? `is an address in a block: the block is ${written.cidr.text}`
          : "";
  if (problem !== "") reading.diagnostics.push(say("use-case-cidr-invalid", spanAt(reading, path), { text, problem }));
  return problem === "" ? written?.cidr : undefined;
}

/** What an inline workload needs to know of the rest. */
interface Surroundings {
  namespaceOf(name: string): Namespace;
  readonly nodes: readonly Node[];
  readonly podCidrs: readonly Cidr[];
  readonly ports: PortNames;
}

interface Qualified {
  readonly namespace: string;
  readonly name: string;
}

function readNamespaces(reading: Reading, topology: Written<RawTopology>): Map<string, Namespace> {
  const written = field(reading, topology, "namespaces");
  if (written === undefined) return new Map();
  const { value, path } = written;
  const found: { readonly name: string; readonly labels: Labels; readonly path: string }[] = isLabelled(value)
    ? entries(reading, { value, path }).flatMap((entry) =>
        readKey(reading, entry.key, entry.path, "a namespace")
          ? [{ name: entry.key, labels: readLabels(reading, { value: entry.value ?? {}, path: entry.path }), path: entry.path }]
          : [],
      )
    : items(reading, { value, path }).map((item) => ({ name: item.value, labels: new Map<string, string>(), path: item.path }));
  const namespaces = new Map<string, Namespace>();
  for (const { name, labels, path: at } of found) {
    if (isSubdomain(name) && !name.includes(".")) {
      namespaces.set(name, { ...namespaceNamed(name, labels), origin: originAt(reading, at) });
    } else {
      const problem = "it has 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends";
      reading.diagnostics.push(
        say("use-case-name-invalid", spanAt(reading, at, isLabelled(value) ? "key" : "value"), {
          what: "a namespace",
          text: name,
          problem,
        }),
      );
    }
  }
  return namespaces;
}

/** S4: the API server sets and restores the name label. */
function namespaceNamed(name: string, labels: Labels): Namespace {
  return { kind: "namespace", name, labels: new Map([...labels, ["kubernetes.io/metadata.name", name]]), origin: undefined };
}

function readNodes(reading: Reading, topology: Written<RawTopology>): readonly Node[] {
  return entries(reading, field(reading, topology, "nodes")).flatMap(({ key: name, value, path }) => {
    if (!readObjectName(reading, name, path, "a node")) return [];
    const mapping = isMapping(value) ? { value, path } : undefined;
    const written = mapping === undefined ? { value: value as OneOrMany<string>, path } : field(reading, mapping, "addresses");
    const addresses = items(reading, written).flatMap((item) => readAddress(reading, item.value, item.path) ?? []);
    return [
      {
        kind: "node",
        name,
        labels: readLabels(reading, mapping && field(reading, mapping, "labels")),
        addresses,
        origin: originAt(reading, path),
      },
    ];
  });
}

function readWorkload(
  reading: Reading,
  workload: Written<RawWorkload>,
  { namespace, name }: Qualified,
  { namespaceOf, nodes, podCidrs, ports }: Surroundings,
): { readonly pods: readonly Pod[]; readonly listens: Topology["listens"][number] | undefined } {
  const origin = originAt(reading, workload.path);
  const replicas = plain(reading, workload, "replicas") ?? 1;
  const kind = plain(reading, workload, "kind") ?? (replicas === 1 ? "Pod" : "Deployment");
  const node = plain(reading, workload, "node");
  const hostNetwork = plain(reading, workload, "hostNetwork") ?? false;
  const own = items(reading, field(reading, workload, "addresses")).flatMap((item) => readAddress(reading, item.value, item.path) ?? []);
  if (own.length > 0 && replicas !== 1) {
    reading.diagnostics.push(
      say("workload-addresses", spanAt(reading, childPath(workload.path, "addresses"), "key"), {
        name: `${namespace}/${name}`,
        pods: replicas,
      }),
    );
  }
  own.forEach((address, i) => {
    if (own.slice(0, i).some(({ family }) => family === address.family)) {
      reading.diagnostics.push(
        say("address-twice", spanAt(reading, childPath(workload.path, "addresses"), "key"), {
          text: formatAddress(address),
          of: `${namespace}/${name}`,
          problem: "family",
        }),
      );
    }
  });
  // S10: a host-network pod has its node's addresses.
  const inherited = hostNetwork ? (nodes.find((candidate) => candidate.name === node)?.addresses ?? []) : [];
  const addresses = own.length > 0 ? own : inherited;
  const listened = readListens(reading, workload, ports);
  const podOf = (podName: string): Pod => ({
    kind: "pod",
    namespace: namespaceOf(namespace),
    name: podName,
    labels: readLabels(reading, field(reading, workload, "labels")),
    addresses: addresses.length > 0 ? addresses : "not-yet-assigned",
    podNetwork: hostNetwork ? [] : podCidrs,
    ports: listened.named,
    hostNetwork,
    node,
    workload: kind === "Pod" ? undefined : { kind, name },
    origin,
  });
  const names = kind === "Pod" && replicas === 1 ? [name] : Array.from({ length: replicas }, (_, i) => `${name}-${i + 1}`);
  const [first, ...others] = names;
  const model = first === undefined ? undefined : podOf(first);
  const pods = model === undefined ? [] : [model, ...others.map((other) => ({ ...model, name: other }))];
  const listens = listened.ports === noPorts ? undefined : { end: { text: `${namespace}/${name}`, origin }, ports: listened.ports };
  return { pods, listens };
}

function readListens(
  reading: Reading,
  workload: Written<RawWorkload>,
  names: PortNames,
): { readonly ports: PortSet; readonly named: readonly NamedPort[] } {
  const named: NamedPort[] = [];
  let all = noPorts;
  for (const { value, path } of items(reading, field(reading, workload, "listens"))) {
    if (typeof value !== "object") {
      all = unite(all, readPorts(reading, { value, path }, names));
      continue;
    }
    const port = field(reading, { value, path }, "port");
    const name = plain(reading, { value, path }, "name");
    if (port === undefined || name === undefined) continue;
    if (!isPortName(name)) {
      const problem = "it has at most 15 of a-z, 0-9 and -, one of them a letter";
      reading.diagnostics.push(
        say("use-case-name-invalid", spanAt(reading, childPath(path, "name")), { what: "a port", text: name, problem }),
      );
    }
    const one = readOnePort(reading, port, names);
    if (one === undefined) continue;
    named.push({ name, ...one });
    all = unite(all, readPorts(reading, port, names));
  }
  return { ports: all, named };
}

function readService(
  reading: Reading,
  service: Written<RawService>,
  { namespace, name }: Qualified,
  { namespaceOf, ports }: Surroundings,
): Service {
  return {
    kind: "service",
    namespace: namespaceOf(namespace),
    name,
    type: "ClusterIP",
    selector: readLabels(reading, field(reading, service, "selector")),
    clusterIPs: [],
    externalAddresses: [],
    externalTrafficPolicy: "Cluster",
    ports: items(reading, field(reading, service, "ports")).flatMap(
      ({ value, path }) => readServicePort(reading, { value, path }, ports) ?? [],
    ),
    slices: undefined,
    origin: originAt(reading, service.path),
  };
}

function readServicePort(
  reading: Reading,
  { value, path }: Written<number | string | RawServicePort>,
  names: PortNames,
): ServicePort | undefined {
  if (typeof value !== "object") {
    const one = readOnePort(reading, { value, path }, names);
    return one && { name: undefined, protocol: one.protocol, port: one.port, targetPort: one.port, nodePort: undefined };
  }
  const form = { value, path };
  const port = plain(reading, form, "port");
  if (port === undefined) return undefined;
  const word = plain(reading, form, "protocol");
  const protocol = word === undefined ? "TCP" : protocols.find((candidate) => candidate === word.toUpperCase());
  if (protocol === undefined) {
    reading.diagnostics.push(
      say("use-case-word-unknown", spanAt(reading, childPath(path, "protocol")), {
        what: "`protocol`",
        word: word ?? "",
        meant: undefined,
        words: protocols,
      }),
    );
    return undefined;
  }
  return { name: plain(reading, form, "name"), protocol, port, targetPort: plain(reading, form, "target") ?? port, nodePort: undefined };
}

/** One number of one protocol; an objection where a set of ports is written. */
function readOnePort(
  reading: Reading,
  { value, path }: Written<number | string>,
  names: PortNames,
): { readonly protocol: Protocol; readonly port: number } | undefined {
  const set = readPort(reading, String(value), spanAt(reading, path), names);
  if (set === undefined) return undefined;
  const single = protocols.flatMap((protocol) => set[protocol].map((range) => ({ protocol, range })));
  const [only] = single;
  if (only === undefined || single.length > 1 || only.range.first !== only.range.last) {
    reading.diagnostics.push(say("ports-malformed", spanAt(reading, path), { text: String(value), problem: "here it must be one number" }));
    return undefined;
  }
  return { protocol: only.protocol, port: only.range.first };
}

function readLabels(reading: Reading, labels: Written<Readonly<Record<string, string>>> | undefined): Labels {
  const read = new Map<string, string>();
  for (const { key, value, path } of entries(reading, labels)) {
    if (!readKey(reading, key, path, "a label")) continue;
    if (!isLabelKey(key)) reading.diagnostics.push(say("use-case-label-invalid", spanAt(reading, path, "key"), { text: key, part: "key" }));
    if (!isLabelValue(value))
      reading.diagnostics.push(say("use-case-label-invalid", spanAt(reading, path), { text: value, part: "value" }));
    read.set(key, value);
  }
  return read;
}

/** Roles from `about` of the topology, and from each workload's, node's and Service's own. */
function readRoles(reading: Reading, topology: Written<RawTopology>): Topology["roles"] {
  const own = (["workloads", "nodes", "services"] as const).flatMap((kind) =>
    entries<{ readonly about?: string | undefined } | OneOrMany<string> | null>(reading, field(reading, topology, kind)).flatMap(
      ({ key, value, path }) => {
        if (!isMapping(value)) return [];
        const about = plain(reading, { value, path }, "about");
        return about === undefined ? [] : [{ end: { text: endText(kind, key), origin: originAt(reading, path) }, about }];
      },
    ),
  );
  const listed = entries(reading, field(reading, topology, "about")).map(({ key, value, path }): { end: EndName; about: string } => {
    const span = spanAt(reading, path, "key");
    return { end: { text: key, origin: { document: { source: span.source, locate: () => span }, path } }, about: value };
  });
  return [...own, ...listed];
}

function endText(kind: "workloads" | "nodes" | "services", key: string): string {
  if (kind === "nodes") return `node/${key}`;
  const [namespace, name] = key.split("/");
  return kind === "services" ? `svc/${name}.${namespace}` : key;
}

/** NAMESPACE/NAME; an objection to anything else. */
function readQualified(
  reading: Reading,
  { key, path }: { readonly key: string; readonly path: string },
  what: string,
): Qualified | undefined {
  const [namespace, name, more] = key.split("/");
  const problem =
    name === undefined || more !== undefined
      ? "it is NAMESPACE/NAME"
      : namespace === undefined || !isSubdomain(namespace) || namespace.includes(".") || !isSubdomain(name)
        ? "names have a-z, 0-9, - and ., with a letter or digit at both ends"
        : undefined;
  if (problem !== undefined)
    reading.diagnostics.push(say("use-case-name-invalid", spanAt(reading, path, "key"), { what, text: key, problem }));
  return problem === undefined && namespace !== undefined && name !== undefined ? { namespace, name } : undefined;
}

function readObjectName(reading: Reading, name: string, path: string, what: string): boolean {
  if (!readKey(reading, name, path, what)) return false;
  if (isSubdomain(name)) return true;
  const problem = "names have a-z, 0-9, - and ., with a letter or digit at both ends";
  reading.diagnostics.push(say("use-case-name-invalid", spanAt(reading, path, "key"), { what, text: name, problem }));
  return false;
}

function endNameProblem(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name === "any" || name === "elsewhere") return "it has a meaning of its own";
  if (/[\s,]|->|→/.test(name)) return "rows separate names by blanks, commas and arrows";
  if (name.includes("/")) return "a slash separates a namespace from a name";
  if (name.startsWith("ip:") || parseWrittenAddress(name) !== undefined) return "it is an address";
  return undefined;
}

function isMapping<T>(value: T): value is Exclude<T, string | readonly string[] | null> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLabelled(
  value: NonNullable<RawTopology["namespaces"]>,
): value is Readonly<Record<string, Readonly<Record<string, string>> | null>> {
  return isMapping(value);
}
