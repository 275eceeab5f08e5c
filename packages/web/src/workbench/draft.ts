import {
  addressIn,
  decidingSide,
  formatAddress,
  nodeNameOf,
  type Endpoint,
  type Flow,
  type Pod,
  type Snapshot,
  type Why,
} from "@netproof/core/parts";

/** A policy that opens one flow, as text to add to a file. */
export interface Draft {
  readonly text: string;
  /** What it opens besides the flow that was asked for: other pods with the same labels. */
  readonly note: string;
}

/**
 * The smallest policies that open a flow which policies close: for each end that does not allow it, one that selects that end by as few
 * labels as tell it from the others, with one peer and one port. A sentence where no policy can.
 */
export function draftOf({ from, to, protocol, port, family }: Flow, why: Why, snapshot: Snapshot): Draft | string {
  const denied = decidingSide(why);
  if (denied === undefined) return "the flow is open already";
  if (denied.reason !== "no-rule-allows")
    return denied.reason === "rule-denies"
      ? "a cluster-wide policy denies it, and no NetworkPolicy can open that"
      : "nobody can tell what would open it";
  const parts: string[] = [];
  const notes: string[] = [];
  for (const direction of ["egress", "ingress"] as const) {
    if (why[direction].verdict === "allow") continue;
    if (why[direction].reason !== "no-rule-allows") return "one end is undetermined: mend that first";
    const [own, other] = direction === "egress" ? [from, to] : [to, from];
    if (own.kind !== "pod") return "the end that closes it is no pod";
    const subject = selectorOf(own, snapshot);
    const peer = peerOf(other, own, snapshot, family);
    if (typeof peer === "string") return peer;
    if (subject.others > 0) notes.push(`${subject.others} other pods of ${own.namespace.name} have the same labels`);
    if (peer.others > 0) notes.push(`${peer.others} other pods are let in as well`);
    const name = `allow-${direction}-${nameOf(from)}-to-${nameOf(to)}`.slice(0, 63).replace(/[^a-z0-9]+$/, "");
    parts.push(
      [
        "apiVersion: networking.k8s.io/v1",
        "kind: NetworkPolicy",
        "metadata:",
        `  name: ${name}`,
        `  namespace: ${own.namespace.name}`,
        "spec:",
        ...indented(2, ["podSelector:", ...indented(2, subject.lines)]),
        `  policyTypes: [${direction === "egress" ? "Egress" : "Ingress"}]`,
        `  ${direction}:`,
        `    - ${direction === "egress" ? "to" : "from"}:`,
        ...indented(8, peer.lines),
        "      ports:",
        `        - protocol: ${protocol}`,
        `          port: ${port}`,
      ].join("\n"),
    );
  }
  return { text: `${parts.join("\n---\n")}\n`, note: notes.join("; ") };
}

function nameOf(end: Endpoint): string {
  const name = end.kind === "pod" || end.kind === "node" ? end.name : (addressText(end, 4) ?? addressText(end, 6) ?? "outside");
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

/** As few labels as tell a pod from the others of its namespace; all of them where none does. */
function selectorOf(pod: Pod, { pods }: Snapshot): { readonly lines: readonly string[]; readonly others: number } {
  const neighbours = pods.filter((one) => one !== pod && one.namespace.name === pod.namespace.name);
  const labels = [...pod.labels].sort(([a], [b]) => (a < b ? -1 : 1));
  if (labels.length === 0) return { lines: ["{}"], others: neighbours.length };
  const sharing = (chosen: readonly (readonly [string, string])[]): number =>
    neighbours.filter((one) => chosen.every(([key, value]) => one.labels.get(key) === value)).length;
  const single = labels.map((label) => ({ label, others: sharing([label]) })).sort((a, b) => a.others - b.others)[0];
  const all = sharing(labels);
  const chosen = single !== undefined && single.others === all ? [single.label] : labels;
  return { lines: ["matchLabels:", ...chosen.map(([key, value]) => `  ${quoted(key)}: ${quoted(value)}`)], others: all };
}

function peerOf(
  other: Endpoint,
  own: Pod,
  snapshot: Snapshot,
  family: Flow["family"],
): { readonly lines: readonly string[]; readonly others: number } | string {
  if (other.kind === "pod" && nodeNameOf(other) === undefined) {
    const { lines, others } = selectorOf(other, snapshot);
    const pods = lines[0] === "{}" ? ["podSelector: {}"] : ["podSelector:", ...indented(2, lines)];
    if (other.namespace.name === own.namespace.name) return { lines: item(pods), others };
    const space = ["namespaceSelector:", "  matchLabels:", `    kubernetes.io/metadata.name: ${quoted(other.namespace.name)}`];
    return { lines: item([...space, ...pods]), others };
  }
  const address = addressText(other, family);
  if (address === undefined) return "the other end has no address yet";
  return { lines: item(["ipBlock:", `  cidr: ${address}/${family === 6 ? 128 : 32}`]), others: 0 };
}

function addressText(end: Endpoint, family: Flow["family"]): string | undefined {
  const address = addressIn(end, family);
  return address === undefined || address === "not-yet-assigned" ? undefined : formatAddress(address);
}

function item(lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `${i === 0 ? "- " : "  "}${line}`);
}

function indented(by: number, lines: readonly string[]): readonly string[] {
  return lines.map((line) => " ".repeat(by) + line);
}

/** Words that YAML takes for something else than text are quoted. */
function quoted(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|y|n|null)$/i.test(text) ? text : JSON.stringify(text);
}
