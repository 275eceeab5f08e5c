import { formatPorts, isAllPorts, type PortSet } from "../net/ports.ts";
import type { Assertion, EndName, Property, Rest, Row } from "../usecase/types.ts";

/** An assertion in the words of its author; without them, in ours. */
export function assertionText({ about, rows, properties }: Assertion): string {
  return about ?? [...rows.map(rowText), ...properties.map(propertyText)].join("; ");
}

/** A row in its printed form: `client1-dev -> webserver-dev 80/TCP allow`. */
export function rowText({ from, to, ports, verdict }: Row): string {
  return `${ends(from)} -> ${ends(to)}${isAllPorts(ports) ? "" : ` ${portsOf(ports)}`} ${verdict}`;
}

/** `every other flow: deny`. */
export function restText({ verdict, including }: Rest): string {
  const also = including.length === 0 ? "" : `, ${ends(including)} included`;
  return `every other flow${also}: ${verdict === "same" ? "as at the stage before" : verdict}`;
}

function propertyText(property: Property): string {
  switch (property.kind) {
    case "onlyFrom":
      return `${ends(property.to)}: only from ${ends(property.from)}${isAllPorts(property.ports) ? "" : ` on ${portsOf(property.ports)}`}`;
    case "through":
      return `${ends(property.to)}: only through ${ends(property.via)}`;
    case "isolated":
      return `${ends(property.a)} and ${ends(property.b)}: no flow between them`;
    case "noPathToOutside":
      return `${ends(property.from)}: no flow to the outside`;
    case "everythingIsolated":
      return `${property.of === "any" ? "every pod" : ends(property.of)} is isolated in ${property.directions.join(" and ")}`;
    case "symmetric":
      return `${ends(property.a)} and ${ends(property.b)}: the same both ways`;
    case "noUnusedPolicy":
      return "every policy selects a pod";
  }
}

function ends(names: readonly EndName[]): string {
  return names.map(({ text }) => text).join(", ");
}

function portsOf(ports: PortSet): string {
  return formatPorts(ports).replaceAll(" ", ",");
}
