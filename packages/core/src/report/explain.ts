import type { Endpoint, Flow } from "../model/cluster.ts";
import type { Judgement, Verdict } from "../model/judgement.ts";
import {
  formatPorts,
  intersect,
  isAllPorts,
  isEmptyPorts,
  noPorts,
  portSet,
  protocols,
  subtract,
  unite,
  allPorts,
  type PortSet,
} from "../net/ports.ts";
import { portIntervals } from "../reach/cuts.ts";
import type { Answer, Calculation, Why } from "../reach/engine.ts";
import { explainSide } from "./explain-side.ts";
import type { FlowExplanation, PortsExplanation } from "./types.ts";
import { becauseText, decidingSide, sideText } from "./words.ts";

/** How the ends are named in the answer: as asked, and what stands behind a Service. */
export interface ExplainNames {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly which: string | undefined;
}

/** One flow, both directions: nobody knows beforehand which decides. */
export function explainFlow({ flow, verdict, why, evidence }: Answer<Judgement>, names: ExplainNames): FlowExplanation {
  return {
    kind: "flow",
    ...names,
    family: flow.family,
    verdict,
    sides: [explainSide("egress", flow, why, evidence.egress), explainSide("ingress", flow, why, evidence.ingress)],
    help: helpOf(why),
  };
}

/** All ports of a pair, grouped by verdict and by what decides. */
export function explainPorts(
  calculation: Calculation,
  from: Endpoint,
  to: Endpoint,
  family: Flow["family"],
  names: { readonly from: string; readonly to: string },
): PortsExplanation {
  let [allow, undetermined]: [PortSet, PortSet] = [noPorts, noPorts];
  const groups = new Map<string, { readonly verdict: Verdict; readonly ports: PortSet; readonly because: string; readonly why: Why }>();
  const intervals = portIntervals(calculation.cuts, calculation.snapshot.pods);
  for (const protocol of protocols) {
    for (const range of intervals[protocol]) {
      const { verdict, why } = calculation.answer({ from, to, family, protocol, port: range.first });
      const ports = portSet(protocol, [range]);
      if (verdict === "allow") allow = unite(allow, ports);
      if (verdict === "undetermined") undetermined = unite(undetermined, ports);
      const because = becauseText(why);
      const key = `${verdict} ${because}`;
      groups.set(key, { verdict, because, why, ports: unite(groups.get(key)?.ports ?? noPorts, ports) });
    }
  }
  const verdict = isAllPorts(allow)
    ? "allow"
    : isAllPorts(undetermined)
      ? "undetermined"
      : isEmptyPorts(allow) && isEmptyPorts(undetermined)
        ? "deny"
        : "mixed";
  return {
    kind: "ports",
    ...names,
    family,
    verdict,
    summary: summaryOf(verdict, allow, undetermined),
    groups: [...groups.values()]
      .sort((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict))
      .map(({ verdict: said, because, why, ports }) => ({
        verdict: said,
        ports: restText(ports, said, allow),
        because: said === "deny" ? denyText(why, allow) : because,
      })),
  };
}

const verdictOrder: readonly Verdict[] = ["allow", "undetermined", "deny"];

function summaryOf(verdict: PortsExplanation["verdict"], allow: PortSet, undetermined: PortSet): string {
  if (verdict !== "mixed") return verdict === "deny" ? "deny" : `${verdict} on every port`;
  if (isEmptyPorts(undetermined)) return `allow on ${formatPorts(allow).replaceAll(" ", ", ")} only`;
  const open = isEmptyPorts(allow) ? "allow on no port" : `allow on ${formatPorts(allow).replaceAll(" ", ", ")}`;
  return `${open}, undetermined on ${formatPorts(undetermined).replaceAll(" ", ", ")}`;
}

/** What is closed beside something open is told as the rest of it: `other TCP, all UDP, SCTP`. */
function restText(ports: PortSet, verdict: Verdict, allow: PortSet): string {
  const whole = protocols.filter((protocol) => isAllPorts({ TCP: ports[protocol], UDP: ports[protocol], SCTP: ports[protocol] }));
  if (verdict !== "deny" || isEmptyPorts(allow)) return formatPorts(ports).replaceAll(" ", ", ");
  const others = protocols.filter((protocol) => ports[protocol].length > 0 && !whole.includes(protocol));
  const isRest = others.every((protocol) => isEmptyPorts(intersect(portSet(protocol), subtract(subtract(allPorts, ports), allow))));
  if (!isRest) return formatPorts(ports).replaceAll(" ", ", ");
  return [...(others.length > 0 ? [`other ${others.join(", ")}`] : []), ...(whole.length > 0 ? [`all ${whole.join(", ")}`] : [])].join(
    ", ",
  );
}

function denyText(why: Why, allow: PortSet): string {
  const side = decidingSide(why);
  if (side === undefined) return becauseText(why);
  const text = sideText(side);
  return side.reason === "no-rule-allows" && !isEmptyPorts(allow) ? text.replace("no rule allows", "the port differs") : text;
}

function helpOf(why: Why): string | undefined {
  const side = [why.egress, why.ingress].find(({ verdict }) => verdict === "undetermined");
  switch (side?.question) {
    case "unread-policy": {
      const kind = side.policies[0]?.split(" ")[0] ?? "KIND";
      return `--assume-absent ${kind} judges without it`;
    }
    case "address-not-assigned":
      return "--pod-cidr CIDR names the pod network";
    case "rewritten-source":
      return "externalTrafficPolicy: Local keeps the client's address";
    default:
      return undefined;
  }
}
