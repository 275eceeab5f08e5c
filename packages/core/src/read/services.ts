import type { Labels, Namespace, Service, ServiceEndpoint, ServicePort } from "../model/cluster.ts";
import { parseAddress, type Address } from "../net/address.ts";
import * as kubernetes from "./kubernetes.ts";
import {
  child,
  descend,
  labels,
  list,
  mapping,
  mappings,
  originOf,
  rootOf,
  spanAt,
  startReading,
  text,
  type Field,
  type Reading,
} from "./kubernetes.ts";
import type { ManifestObject } from "./manifest.ts";
import { say } from "./messages.ts";
import { oncePerObject, remembering } from "./remember.ts";

export interface ServiceReading extends Reading {
  readonly type: Service["type"];
  readonly selector: Labels | undefined;
  readonly clusterIPs: readonly Address[];
  readonly externalAddresses: readonly Address[];
  readonly externalTrafficPolicy: Service["externalTrafficPolicy"];
  readonly ports: readonly ServicePort[];
}

/** What one EndpointSlice or Endpoints object says, and of which Service. */
export interface EndpointsReading extends Reading {
  readonly service: string | undefined;
  readonly endpoints: readonly ServiceEndpoint[];
}

export const readService: (object: ManifestObject) => ServiceReading = oncePerObject(serviceReadingOf);

export const readEndpoints: (object: ManifestObject) => EndpointsReading = oncePerObject((object: ManifestObject) =>
  object.kind === "Endpoints" ? endpointsOf(object) : sliceOf(object),
);

const types: readonly Service["type"][] = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];

function serviceReadingOf(object: ManifestObject): ServiceReading {
  const reading = startReading(object);
  const spec = mapping(reading, child(rootOf(reading), "spec"), "`spec`");
  const typeField = child(spec, "type");
  const written = text(reading, typeField, "`type`") ?? "ClusterIP";
  const type = types.find((candidate) => candidate === written);
  if (type === undefined && typeField !== undefined) {
    const parameters = { what: "`type`", expected: "ClusterIP, NodePort, LoadBalancer or ExternalName" };
    reading.diagnostics.push(say("type-wrong", spanAt(reading, typeField.path, "value"), parameters));
  }
  const selector = labels(reading, child(spec, "selector"), "`selector`");
  return {
    ...reading,
    type: type ?? "ClusterIP",
    selector: selector.size === 0 || type === "ExternalName" ? undefined : selector,
    clusterIPs: clusterIPsOf(reading, spec),
    externalAddresses: externalAddressesOf(reading, spec, type),
    externalTrafficPolicy: trafficPolicyOf(reading, child(spec, "externalTrafficPolicy")),
    ports: mappings(reading, child(spec, "ports"), "`ports`", "a port of a Service").flatMap((item) => servicePortOf(reading, item) ?? []),
  };
}

/** `None` marks a headless Service: it has no address of its own (S14). */
function clusterIPsOf(reading: Reading, spec: Field | undefined): readonly Address[] {
  const plural = list(reading, child(spec, "clusterIPs"), "`clusterIPs`");
  const single = child(spec, "clusterIP");
  const fields = plural.length > 0 || single === undefined ? plural : [single];
  return fields.filter(({ value }) => value !== "None").flatMap((field) => kubernetes.address(reading, field, "`clusterIP`") ?? []);
}

/** A load balancer that is known by a host name has no address here. */
function externalAddressesOf(reading: Reading, spec: Field | undefined, type: Service["type"] | undefined): readonly Address[] {
  const balancer = child(descend(rootOf(reading), "status", "loadBalancer"), "ingress");
  const fields = [
    ...list(reading, child(spec, "externalIPs"), "`externalIPs`"),
    ...(type === "LoadBalancer" ? mappings(reading, balancer, "`ingress`", "an address of a load balancer") : []).flatMap(
      (item) => child(item, "ip") ?? [],
    ),
  ];
  return fields.flatMap((field) => kubernetes.address(reading, field, "an address of a Service") ?? []);
}

function trafficPolicyOf(reading: Reading, field: Field | undefined): Service["externalTrafficPolicy"] {
  const written = text(reading, field, "`externalTrafficPolicy`");
  if (field !== undefined && written !== undefined && written !== "" && written !== "Local" && written !== "Cluster") {
    const parameters = { what: "`externalTrafficPolicy`", expected: "Cluster or Local" };
    reading.diagnostics.push(say("type-wrong", spanAt(reading, field.path, "value"), parameters));
  }
  return written === "Local" ? "Local" : "Cluster";
}

function servicePortOf(reading: Reading, item: Field): ServicePort | undefined {
  const port = kubernetes.portNumber(reading, child(item, "port"), "a port of a Service");
  const protocol = kubernetes.protocol(reading, child(item, "protocol"));
  const name = text(reading, child(item, "name"), "the name of a port");
  const targetField = child(item, "targetPort");
  const target = typeof targetField?.value === "string" ? targetField.value : kubernetes.portNumber(reading, targetField, "`targetPort`");
  if (port === undefined || protocol === undefined || (targetField !== undefined && target === undefined)) return undefined;
  const node = child(item, "nodePort");
  // A server writes 0 for none.
  const nodePort = node === undefined || node.value === 0 ? undefined : kubernetes.portNumber(reading, node, "`nodePort`");
  return { name, protocol, port, targetPort: target === undefined || target === "" ? port : target, nodePort };
}

/** The endpoints of a slice that are ready, or of which nothing else is said. */
function sliceOf(object: ManifestObject): EndpointsReading {
  const reading = startReading(object);
  const root = rootOf(reading);
  const service = labels(reading, descend(root, "metadata", "labels"), "`labels`").get("kubernetes.io/service-name");
  const ports = portsOf(reading, child(root, "ports"));
  const endpoints = mappings(reading, child(root, "endpoints"), "`endpoints`", "an endpoint").flatMap((item) => {
    if (descend(item, "conditions", "ready")?.value === false) return [];
    return list(reading, child(item, "addresses"), "`addresses`").flatMap((field) => endpointAt(text(reading, field, "an address"), ports));
  });
  return { ...reading, service, endpoints };
}

function endpointsOf(object: ManifestObject): EndpointsReading {
  const reading = startReading(object);
  const subsets = mappings(reading, child(rootOf(reading), "subsets"), "`subsets`", "a subset");
  const endpoints = subsets.flatMap((subset) => {
    const ports = portsOf(reading, child(subset, "ports"));
    const addresses = mappings(reading, child(subset, "addresses"), "`addresses`", "an address");
    return addresses.flatMap((item) => endpointAt(text(reading, child(item, "ip"), "an address"), ports));
  });
  return { ...reading, service: object.name, endpoints };
}

/** A slice of host names (addressType FQDN) has no address to judge. */
function endpointAt(written: string | undefined, ports: ServiceEndpoint["ports"]): readonly ServiceEndpoint[] {
  const address = written === undefined ? undefined : parseAddress(written);
  return address === undefined ? [] : [{ address, ports }];
}

function portsOf(reading: Reading, field: Field | undefined): ServiceEndpoint["ports"] {
  return mappings(reading, field, "`ports`", "a port").flatMap((item) => {
    const port = kubernetes.portNumber(reading, child(item, "port"), "a port");
    const protocol = kubernetes.protocol(reading, child(item, "protocol"));
    const name = text(reading, child(item, "name"), "the name of a port");
    return port === undefined || protocol === undefined ? [] : { name: name === "" ? undefined : name, protocol, port };
  });
}

const rememberedServices = remembering<Service>();

/** A Service with what its EndpointSlices say; Endpoints objects count where it has no slice, because a cluster mirrors them into slices. */
export function serviceOf(object: ManifestObject, namespace: Namespace, endpointObjects: readonly ManifestObject[]): Service {
  return rememberedServices(object, [namespace, ...endpointObjects], () => {
    const { type, selector, clusterIPs, externalAddresses, externalTrafficPolicy, ports } = readService(object);
    const slices = endpointObjects.filter(({ kind }) => kind === "EndpointSlice");
    const used = slices.length > 0 ? slices : endpointObjects;
    const endpoints = used.length === 0 ? undefined : used.flatMap((each) => readEndpoints(each).endpoints);
    return {
      kind: "service",
      namespace,
      name: object.name,
      type,
      selector,
      clusterIPs,
      externalAddresses,
      externalTrafficPolicy,
      ports,
      slices: endpoints,
      origin: originOf({ object }),
    };
  });
}
