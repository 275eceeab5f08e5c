import type { PortMatch } from "../model/policy.ts";
import type { Protocol } from "../net/ports.ts";
import type { Dialect } from "./clusterpolicy-dialects.ts";
import { tierFields } from "./clusterpolicy-fields.ts";
import { checkLength, choicesOf, neededChild, type Choice } from "./clusterpolicy-parts.ts";
import { refuseUnknown } from "./fields.ts";
import {
  child,
  mapping,
  mappings,
  originOf,
  portNumber,
  protocol,
  spanAt,
  text,
  warnOctal,
  type Field,
  type Reading,
} from "./kubernetes.ts";
import { say } from "./messages.ts";
import { isPortName } from "./names.ts";

/** The rule's `protocols` or `ports` (C7): absent is every port of every protocol. */
export function tierPortsOf(reading: Reading, field: Field | undefined, dialect: Dialect): "any" | readonly PortMatch[] {
  if (field === undefined) return "any";
  const what = `\`${dialect.ports}\``;
  checkLength(reading, field, what, { least: 1, most: dialect.most });
  const rules = tierFields(dialect.ports === "protocols" ? "protocol" : "port", dialect);
  return mappings(reading, field, what, rules.what).flatMap((item) => {
    const [match] = choicesOf(reading, item, rules).flatMap((choice) => matchOf(reading, choice, item, dialect) ?? []);
    return match ?? [];
  });
}

function matchOf(reading: Reading, choice: Choice, item: Field, dialect: Dialect): PortMatch | undefined {
  const origin = originOf(reading, item.path);
  switch (choice.key) {
    case "tcp":
    case "udp":
    case "sctp": {
      const port = destinationPortOf(reading, choice, dialect);
      return port && { protocol: choice.key.toUpperCase() as Protocol, port, origin };
    }
    case "destinationNamedPort":
    case "namedPort": {
      // «A named port has no protocol field»: it matches what the pod declares (C7).
      const name = nameOf(reading, choice);
      return name === undefined ? undefined : { protocol: "declared", port: { name }, origin };
    }
    default: {
      const match = choice.key === "portNumber" ? portNumberOf(reading, choice, dialect) : portRangeOf(reading, choice, dialect);
      return match && { ...match, origin };
    }
  }
}

type Ports = { readonly first: number; readonly last: number };

/** `tcp: {}` is refused: «at least one property» (C7). */
function destinationPortOf(reading: Reading, field: Field & { readonly key: string }, dialect: Dialect): Ports | undefined {
  if (mapping(reading, field, `\`${field.key}\``) === undefined) return undefined;
  const { unknown } = refuseUnknown(reading, field, tierFields("protocol-match", dialect));
  const port = child(field, "destinationPort");
  if (port === undefined) {
    if (unknown.length === 0)
      reading.diagnostics.push(say("destination-port-missing", spanAt(reading, field.path, "key"), { protocol: field.key }));
    return undefined;
  }
  const [ports] = choicesOf(reading, port, tierFields("destinationPort", dialect)).flatMap((choice): readonly Ports[] => {
    if (choice.key === "number") return single(numberOf(reading, choice, "a port")) ?? [];
    return rangeOf(reading, choice, dialect) ?? [];
  });
  return ports;
}

function single(port: number | undefined): readonly Ports[] | undefined {
  return port === undefined ? undefined : [{ first: port, last: port }];
}

function numberOf(reading: Reading, field: Field, what: string): number | undefined {
  warnOctal(reading, field);
  return portNumber(reading, field, what);
}

/** «Start port must be less than End port.» */
function rangeOf(reading: Reading, field: Field, dialect: Dialect): readonly Ports[] | undefined {
  if (mapping(reading, field, "`range`") === undefined) return undefined;
  const refused = refuseUnknown(reading, field, tierFields("range", dialect));
  const ends = endsOf(reading, field, "`range`", refused);
  if (ends === undefined) return undefined;
  if (ends.first < ends.last) return [ends];
  reading.diagnostics.push(
    say("range-not-ascending", spanAt(reading, `${field.path}.end`, "value"), { start: ends.first, end: ends.last }),
  );
  return undefined;
}

function endsOf(reading: Reading, field: Field, what: string, refused: { readonly meant: readonly string[] }): Ports | undefined {
  const [start, end] = ["start", "end"].map((key) => {
    const value = neededChild(reading, field, key, { what, refused });
    return value && numberOf(reading, value, `\`${key}\``);
  });
  return start === undefined || end === undefined ? undefined : { first: start, last: end };
}

type Match = Pick<PortMatch, "protocol" | "port">;

function portNumberOf(reading: Reading, field: Field, dialect: Dialect): Match | undefined {
  if (mapping(reading, field, "`portNumber`") === undefined) return undefined;
  const refused = refuseUnknown(reading, field, tierFields("portNumber", dialect));
  const found = protocol(reading, child(field, "protocol"));
  const port = neededChild(reading, field, "port", { what: "`portNumber`", refused });
  const number = port && numberOf(reading, port, "a port");
  return found === undefined || number === undefined ? undefined : { protocol: found, port: { first: number, last: number } };
}

/** «The end value must be greater than the start value», which the schema does not check: a range the wrong way round holds no port. */
function portRangeOf(reading: Reading, field: Field, dialect: Dialect): Match | undefined {
  if (mapping(reading, field, "`portRange`") === undefined) return undefined;
  const refused = refuseUnknown(reading, field, tierFields("portRange", dialect));
  const found = protocol(reading, child(field, "protocol"));
  const ends = endsOf(reading, field, "`portRange`", refused);
  if (found === undefined || ends === undefined) return undefined;
  if (ends.first <= ends.last) return { protocol: found, port: ends };
  reading.diagnostics.push(say("range-empty", spanAt(reading, `${field.path}.end`, "value"), { start: ends.first, end: ends.last }));
  return undefined;
}

/** The schema takes any text; one that no container can declare matches nothing. */
function nameOf(reading: Reading, field: Field): string | undefined {
  const name = text(reading, field, "the name of a port");
  if (name !== undefined && !isPortName(name))
    reading.diagnostics.push(say("port-name-unusable", spanAt(reading, field.path, "value"), { name }));
  return name;
}
