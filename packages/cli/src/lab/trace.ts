import {
  endpointName,
  formatAddress,
  parseAddress,
  placeText,
  sameEndpoint,
  spanOf,
  type Answer,
  type Direction,
} from "@netproof/core/parts";
import type { LabSession, Ruleset, Transcript } from "@netproof/lab";

/** The rules that the first packet of a flow met, side by side with their manifest lines; the one that decided stands last. */
export function traceText({ flow, verdict, evidence }: Answer<Transcript>, { layout, ruleset }: LabSession): string {
  const [source, target] = [layout.spotOf(flow.from, flow.family), layout.spotOf(flow.to, flow.family)];
  const ends = [source, target].map((spot) => (typeof spot === "string" ? spot : spot.address)).join(" → ");
  const decided = evidence.causes.findLast((cause) => !cause.kind.endsWith("doubt") && cause.outcome === "deny");
  const how = evidence.seen.kind === "rejected" ? "rejected" : "dropped";
  const outcome =
    evidence.problem ??
    (verdict === "deny" && decided !== undefined
      ? `${how} at ${endpointName(decided.direction === "egress" ? flow.from : flow.to)}, ${decided.direction}`
      : evidence.seen.kind);
  // S12; and its packets stay in its own namespace.
  if (sameEndpoint(flow.from, flow.to))
    return `${ends} ${flow.port}/${flow.protocol}: ${outcome}\n  what a pod sends to itself meets no chain\n`;
  const isStopped = decided?.direction === "egress";
  const sides = (["egress", "ingress"] as const).flatMap((direction) =>
    isStopped && direction === "ingress"
      ? [`  ${direction.padEnd(8)} the packet does not come to ${endpointName(flow.to)}`]
      : sideLines(direction, { flow, target: typeof target === "string" ? "" : target.address }, evidence, ruleset, layout),
  );
  return [`${ends} ${flow.port}/${flow.protocol}: ${outcome}`, ...sides].map((line) => `${line}\n`).join("");
}

/** Columns of what rules ask, so that the places of short traces stand alike. */
const leastCondition = 50;

function sideLines(
  direction: Direction,
  { flow, target }: { readonly flow: Answer["flow"]; readonly target: string },
  { causes }: Transcript,
  ruleset: Ruleset,
  { stands }: LabSession["layout"],
): readonly string[] {
  const subject = direction === "egress" ? flow.from : flow.to;
  const device = stands.find(
    ({ pod }) => subject.kind === "pod" && pod.name === subject.name && pod.namespace.name === subject.namespace.name,
  )?.device;
  const chainName = ruleset.dispatch.find((one) => one.direction === direction && one.device === device)?.chain;
  if (chainName === undefined) return [`  ${direction.padEnd(8)} no chain of ${endpointName(subject)}: nothing isolates it`];
  const chains = ruleset.chains.filter(({ name }) => name === chainName || name === `${chainName}_rest`);
  const mark = [...ruleset.causes].find(
    ([, cause]) => cause.direction === direction && !cause.kind.endsWith("doubt") && causes.includes(cause),
  )?.[0];
  const decides = mark === undefined ? undefined : `0x${mark.toString(16).padStart(8, "0")}`;
  const lines = [`  ${direction.padEnd(8)} chain ${chainName} of ${endpointName(subject)}`];
  const other = flow.family === 4 ? /\bip6\b|ipv6/ : /\bip\b|ipv4/;
  const met: { readonly word: string; readonly condition: string; readonly places: string }[] = [];
  for (const { text, from } of chains.flatMap(({ rules }) => rules)) {
    if (other.test(text)) continue;
    const isLast = decides !== undefined && text.includes(`meta mark set ${decides}`) && takesPort(text, flow, target, ruleset);
    const match = text.replace(/ ?(?:meta mark set .*|goto .*|return)$/, "");
    const word = !isLast ? "no" : text.includes("goto deny") ? "deny" : "allow";
    const condition = match === "" ? "everything else" : withContents(match, ruleset);
    const places = [...new Set(from.map((origin) => placeText(spanOf(origin))))].join(", ");
    met.push({ word, condition, places });
    if (isLast) break;
  }
  const width = Math.max(leastCondition, ...met.map(({ condition }) => condition.length));
  return [...lines, ...met.map(({ word, condition, places }) => `    ${word.padEnd(6)} ${condition.padEnd(width)} ${places}`.trimEnd())];
}

/** Entries by number and by name have rules of their own with one mark: the one that has the port has decided. */
function takesPort(text: string, { protocol, port }: Answer["flow"], target: string, { sets }: Ruleset): boolean {
  const [, byAddress, name] = /(daddr \. )?meta l4proto \. th dport @(\w+)/.exec(text) ?? [];
  const elements = sets.find((one) => one.name === name)?.elements;
  if (elements === undefined) return true;
  return elements.some((element) => {
    const [range = "", word, address] = element.split(" . ").reverse();
    const [first = 0, last = first] = range.split("-").map(Number);
    const isHere = byAddress === undefined || (address !== undefined && shortened(address) === shortened(target));
    return isHere && word === protocol.toLowerCase() && first <= port && port <= last;
  });
}

/** IPv6 addresses as people write them; nft gets all groups. */
function shortened(text: string): string {
  return text.replaceAll(/[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}/g, (whole) => {
    const address = parseAddress(whole);
    return address === undefined ? whole : formatAddress(address);
  });
}

/** Sets by what is in them, ports as everywhere: `ip saddr 10.0.0.1, 80/TCP`. */
function withContents(match: string, { sets }: Ruleset): string {
  const contents = match.replaceAll(/@(\w+)/g, (whole, name: string) => {
    const elements = sets.find((one) => one.name === name)?.elements ?? [whole];
    return elements.length > 3 ? `${elements.slice(0, 3).join(", ")}, …` : elements.join(", ");
  });
  return shortened(contents)
    .replace(/ ?ip6? daddr \. meta l4proto \. th dport/, ", declared by")
    .replaceAll(/ \. (tcp|udp|sctp) \. (\d+)/g, (_, protocol: string, port: string) => ` ${port}/${protocol.toUpperCase()}`)
    .replace(/ ?meta l4proto \. th dport/, ",")
    .replaceAll(/(tcp|udp|sctp) \. (\d+(?:-\d+)?)/g, (_, protocol: string, port: string) => `${port}/${protocol.toUpperCase()}`)
    .replace(/^, /, "");
}
