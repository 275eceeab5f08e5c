import { parseAddress, type Address } from "../../../src/net/address.ts";
import { allPorts, noPorts, portSet, protocols, unite, type PortRange, type PortSet, type Protocol } from "../../../src/net/ports.ts";

/** An end of a line: a workload (`ns/web[Deployment]`), or the addresses of a range outside. */
export type NamedEnd = string | { readonly first: Address; readonly last: Address };

export interface ListedConnection {
  readonly from: NamedEnd;
  readonly to: NamedEnd;
  readonly ports: PortSet;
}

/** `ns1/pod1[Deployment] => 10.0.0.0-10.255.255.255[External] : UDP 53`, one a line. Connections of an ingress controller are another analysis. */
export function parseConnections(text: string): readonly ListedConnection[] {
  return text.split("\n").flatMap((line) => {
    const [ends = "", ports = ""] = line.split(" : ");
    const [from = "", to = ""] = ends.split(" => ");
    if (to === "" || from === "{ingress-controller}") return [];
    return [{ from: parseEnd(from), to: parseEnd(to), ports: parsePorts(ports) }];
  });
}

function parseEnd(text: string): NamedEnd {
  const range = /^(\S+)-(\S+)\[External\]$/.exec(text);
  const [first, last] = [parseAddress(range?.[1] ?? ""), parseAddress(range?.[2] ?? "")];
  return first === undefined || last === undefined ? text.trim() : { first, last };
}

/** `All Connections`, `SCTP 1-79,81-65535,TCP 80`; a number without a protocol has that of the one before it. */
function parsePorts(text: string): PortSet {
  if (text.trim() === "All Connections") return allPorts;
  let protocol: Protocol = "TCP";
  return text.split(",").reduce((set, part) => {
    const [, named, range = ""] = /^(?:(TCP|UDP|SCTP) )?(.*)$/.exec(part.trim()) ?? [];
    if (named !== undefined) protocol = named as Protocol;
    return unite(set, portSet(protocol, [parseRange(range)]));
  }, noPorts);
}

function parseRange(text: string): PortRange {
  const [first = 0, last = first] = text.split("-").map(Number);
  return { first, last };
}

/** Why some connections of a pair are as they are; per direction the rules that were asked, in order, none for the default. */
export interface ExplainedConnections {
  readonly from: NamedEnd;
  readonly to: NamedEnd;
  readonly verdict: string;
  readonly ports: PortSet;
  readonly egress: ExplainedSide;
  readonly ingress: ExplainedSide;
}

export interface ExplainedSide {
  readonly verdict: string;
  readonly rules: readonly string[];
}

const byDefault: ExplainedSide = { verdict: "Allowed", rules: [] };

/** The blocks `Connections between A => B:` and the list of pairs that nothing restricts. What follows, exposure, is another analysis. */
export function parseExplanation(text: string): readonly ExplainedConnections[] {
  const found: ExplainedConnections[] = [];
  const [own = ""] = text.split("Exposure Analysis Result");
  const [specific = "", open = ""] = own.split("# All Connections due to the system default");
  let ends: Pick<ExplainedConnections, "from" | "to"> = { from: "", to: "" };
  let direction: "egress" | "ingress" = "egress";
  const change = (next: (last: ExplainedConnections) => Partial<ExplainedConnections>): void => {
    const last = found.pop() as ExplainedConnections;
    found.push({ ...last, ...next(last) });
  };
  for (const line of specific.split("\n")) {
    const pair = /^Connections between (\S+) => (\S+):$/.exec(line);
    if (pair !== null) ends = { from: parseEnd(pair[1]), to: parseEnd(pair[2]) };
    const part = /^\t(Allowed|Denied) (.*) due to the (?:following|system)/.exec(line);
    if (part !== null) found.push({ ...ends, verdict: part[1], ports: parseBracketed(part[2]), egress: byDefault, ingress: byDefault });
    const side = /^\t\t(Egress|Ingress) \((Allowed|Denied)\)/.exec(line);
    if (side !== null) {
      direction = side[1] === "Egress" ? "egress" : "ingress";
      change(() => ({ [direction]: { verdict: side[2], rules: [] } }));
    }
    const rule = ruleOf(line);
    if (rule !== undefined) change((last) => ({ [direction]: { ...last[direction], rules: [...last[direction].rules, rule] } }));
  }
  const listed = open.split("\n").flatMap((line) => {
    const [from = "", to = ""] = line.split(" => ");
    return to === ""
      ? []
      : [{ from: parseEnd(from), to: parseEnd(to), verdict: "Allowed", ports: allPorts, egress: byDefault, ingress: byDefault }];
  });
  return [...found, ...listed];
}

/** `AdminNetworkPolicy egress-udp denies by deny-all`, `NetworkPolicy ns/web isolates`. */
function ruleOf(line: string): string | undefined {
  const match = /^\t\t\t(\w+) '([^']+)' (allows|denies|passes) connections by (?:Ingress|Egress) rule (.*)$/.exec(line);
  if (match !== null) return `${match[1]} ${match[2]} ${match[3]} by ${match[4]}`;
  const isolating = /^\t\t\tNetworkPolicy '([^']+)' selects/.exec(line);
  return isolating === null ? undefined : `NetworkPolicy ${isolating[1]} isolates`;
}

/** `TCP, UDP:[1-52,54-65535], SCTP`. */
function parseBracketed(text: string): PortSet {
  return protocols.reduce((set, protocol) => {
    const match = new RegExp(`${protocol}(?::\\[([^\\]]*)\\])?`).exec(text.replace(protocol === "TCP" ? /SCTP/ : /^$/, ""));
    if (match === null) return set;
    return unite(set, match[1] === undefined ? portSet(protocol) : portSet(protocol, match[1].split(",").map(parseRange)));
  }, noPorts);
}
