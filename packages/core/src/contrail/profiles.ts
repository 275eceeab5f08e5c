/** Which kube-manager is meant: the translation has changed over the years (spec section 8). */
export type ProfileName = "2021-11" | "2020-09" | "opensdn-2026-04";

/** What one version of kube-manager makes of what others read differently. */
export interface Profile {
  readonly name: ProfileName;
  /** The source it was taken from, for reports. */
  readonly source: string;
  /** `last-value`: In and NotIn are read alike, the last value of a key counts (rule L). */
  readonly expressions: "ignored" | "last-value";
  /** A namespaceSelector that begins with NotIn (rule Q). */
  readonly namespaceNotIn: "as-any-expression" | "deny-then-everybody";
  readonly emptyPodSelector: "everybody" | "own-namespace";
  readonly emptyNamespaceSelector: "everybody" | "no-entry";
  /** Whether the podSelector of a peer that has a namespaceSelector as well means its own namespace all the same. */
  readonly podSelectorBesideNamespaces: "own-namespace" | "any-namespace";
  /** `/` in the labels of a peer; in a target it is never escaped (rule T), on an interface always (rule P). */
  readonly slashInPeers: "kept" | "escaped";
  readonly sctp: "fails" | "accepted";
  /** What becomes of the tag when a label is taken off a pod (D46). */
  readonly tagOfRemovedLabel: "stays" | "goes";
  /** How many hexadecimal digits a tag's number has. */
  readonly tagIdDigits: 8 | 12;
}

const tungstenFabric: Profile = {
  name: "2021-11",
  source: "tf-controller 6a674397 (2024-03-26); translation code last changed 1c8803f4 (2021-11-11)",
  expressions: "last-value",
  namespaceNotIn: "deny-then-everybody",
  emptyPodSelector: "own-namespace",
  emptyNamespaceSelector: "no-entry",
  podSelectorBesideNamespaces: "any-namespace",
  slashInPeers: "escaped",
  sctp: "accepted",
  tagOfRemovedLabel: "stays",
  tagIdDigits: 8,
};

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  "2021-11": tungstenFabric,
  "2020-09": {
    ...tungstenFabric,
    name: "2020-09",
    source: "tf-controller 152051d7 (2020-09-12)",
    expressions: "ignored",
    namespaceNotIn: "as-any-expression",
    emptyPodSelector: "everybody",
    emptyNamespaceSelector: "everybody",
    podSelectorBesideNamespaces: "own-namespace",
    slashInPeers: "kept",
    sctp: "fails",
  },
  "opensdn-2026-04": {
    ...tungstenFabric,
    name: "opensdn-2026-04",
    source: "OpenSDN-io/tf-controller fbb63bcd (2026-04-30), with 150298d1 (2026-04-14)",
    tagOfRemovedLabel: "goes",
    tagIdDigits: 12,
  },
};

export const defaultProfile: ProfileName = "2021-11";

export const profileNames: readonly ProfileName[] = ["2021-11", "2020-09", "opensdn-2026-04"];

/** The profile of this name, or of a text that names its source (`tf-controller 152051d7 (2020-09-12)`); undefined when it is neither. */
export function profileNamed(text: string): Profile | undefined {
  const written = text.trim();
  const byName = profileNames.find((name) => written === name || written.startsWith(`${name}:`));
  if (byName !== undefined) return profiles[byName];
  return profileNames.map((name) => profiles[name]).find(({ source }) => written === source || sharesCommit(written, source));
}

function sharesCommit(text: string, source: string): boolean {
  const commits = source.match(/\b[0-9a-f]{8}\b/g) ?? [];
  return commits.some((commit) => text.includes(commit));
}
