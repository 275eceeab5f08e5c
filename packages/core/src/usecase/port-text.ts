import { protocols, type PortSet, type Protocol } from "../net/ports.ts";

/** The port aliases of a use case. */
export type PortNames = ReadonlyMap<string, PortSet>;

/** One destination port. */
export interface OnePort {
  readonly port: number;
  readonly protocol: Protocol;
}

const lastPort = 65_535;

/** A port number where the protocol is known: digits, or an alias of the use case. */
export function portNumber(
  text: string,
  protocol: Protocol,
  names: PortNames,
): OnePort | { readonly problem: string; readonly help: string | undefined } {
  if (/^\d+$/.test(text)) {
    const port = Number(text);
    return port >= 1 && port <= lastPort
      ? { port, protocol }
      : { problem: `port \`${text}\` is not between 1 and ${lastPort}`, help: undefined };
  }
  const alias = names.get(text);
  if (alias === undefined)
    return {
      problem: `\`${text}\` is no port`,
      help: names.size === 0 ? "a number from 1 to 65535" : `a number, or ${[...names.keys()].join(", ")}`,
    };
  const [range, ...more] = alias[protocol];
  if (range === undefined || more.length > 0 || range.first !== range.last)
    return { problem: `\`${text}\` is not one port of ${protocol}`, help: undefined };
  return { port: range.first, protocol };
}

/** `80`, `53/UDP`, `udp/53` or an alias; TCP where no protocol is said. Several where an alias means several protocols. */
export function readPort(
  text: string,
  names: PortNames,
): readonly [OnePort, ...OnePort[]] | { readonly problem: string; readonly help: string | undefined } {
  const [, left = "", right] = /^([^/]*)(?:\/([^/]*))?$/.exec(text) ?? [];
  const word = (part: string | undefined): Protocol | undefined => protocols.find((protocol) => protocol === part?.toUpperCase());
  const protocol = word(right) ?? word(left);
  if (right !== undefined && protocol === undefined)
    return { problem: `\`${right}\` is no protocol of network policies`, help: protocols.join(", ") };
  const number = right === undefined ? left : word(right) === undefined ? right : left;
  const alias = names.get(number);
  if (protocol === undefined && alias !== undefined) {
    const ports = protocols.flatMap((one) => alias[one].map(({ first, last }) => ({ first, last, protocol: one })));
    const [first, ...more] = ports.map((range) => ({ port: range.first, protocol: range.protocol }));
    if (first === undefined || ports.some((range) => range.first !== range.last))
      return { problem: `\`${number}\` means a range of ports`, help: "ask for one of them" };
    return [first, ...more];
  }
  const read = portNumber(number, protocol ?? "TCP", names);
  return "problem" in read ? read : [read];
}
