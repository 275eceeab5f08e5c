import type { ListDocument, ListRule } from "@netproof/core/parts";

/** What a first use case is made from. */
export interface Starter {
  readonly name: string;
  /** Manifests, relative to the file that is written. */
  readonly from: readonly string[];
  /** Policies that come with the second stage; empty where they cannot be told apart from the rest. */
  readonly apply: readonly string[];
  readonly policies: number;
  /** Namespaces that have a group of their name. */
  readonly groups: readonly string[];
  /** What is open now. */
  readonly list: ListDocument;
  readonly assumeAbsent: readonly string[];
  readonly podCidrs: readonly string[];
}

/** With more rules than this nobody would read the rows. */
const mostRows = 100;

/** A use case that holds as it stands, with comments where its author goes on. */
export function starterText(starter: Starter): string {
  return [head(starter), topology(starter), names(starter), intent(starter), stages(starter), engines].join("\n");
}

function head({ name }: Starter): string {
  return `# Written by \`netproof init\`: it states what is open today. Make it say what should be open.
# \`netproof run\` judges it; \`netproof schema --write\` gives editors completion.
format: netproof.use-case/1
name: ${quoted(name)}
`;
}

function topology({ from, podCidrs }: Starter): string {
  const network = podCidrs.length === 0 ? "" : `  podCidr: [${podCidrs.map(quoted).join(", ")}]\n`;
  return `topology:
  from:
${from.map((file) => `    - ${quoted(file)}\n`).join("")}${network}  # outside:
  #   office: 192.0.2.10
  # about:
  #   NAMESPACE/WORKLOAD: what it is for
`;
}

function names({ groups, assumeAbsent }: Starter): string {
  const absent = assumeAbsent.length === 0 ? "" : `assumeAbsent: [${assumeAbsent.map(quoted).join(", ")}]\n`;
  const own =
    groups.length === 0
      ? "# groups:\n#   clients: [web, api]\n"
      : `groups:\n${groups.map((name) => `  ${quoted(name)}: ns/${name}\n`).join("")}`;
  return `${own}# focus: [WORKLOAD]            what every view centres on\n${absent}`;
}

function intent({ list: { rules } }: Starter): string {
  const told = rules.filter(({ verdict }) => verdict === "allow");
  // A row speaks of both families: what only one of them has cannot be stated, and then the rest cannot be closed.
  const inOneFamily = told.some(({ family }) => family !== undefined);
  if (told.length > mostRows || inOneFamily) {
    const why = inOneFamily ? "What is open differs between IPv4 and IPv6" : `${told.length} rules are open`;
    return `# ${why}: \`netproof list\` shows it. State what you care about:
# intent:
#   - about: who may reach the database
#     onlyFrom: { to: DATABASE, from: [WEB] }
# rest: deny                   closes everything that no row names
`;
  }
  if (told.length === 0) return "# Nothing is open: any flow that opens is a finding.\nrest: deny\n";
  return `intent:
  - about: what is open today
    rows:
${told.map((rule) => `      - ${rowOf(rule)}\n`).join("")}# Everything else is closed today and should stay so.
rest: deny
`;
}

function rowOf({ from, to, ports }: ListRule): string {
  return quoted(`${from.join(", ")} -> ${to.join(", ")}${ports === "all" ? "" : ` ${ports}`} allow`);
}

function stages({ apply, policies }: Starter): string {
  if (apply.length === 0) return `stages:\n  - name: now\n${policies === 0 ? "  # - name: guarded\n  #   apply: policy.yaml\n" : ""}`;
  return `stages:
  - name: before
    about: no policy, everything is open
    intent: unmet
  - name: now
    apply:
${apply.map((file) => `      - ${quoted(file)}\n`).join("")}`;
}

const engines = `# Who is asked. With \`spec, contrail\` every difference in a Contrail cluster is told, too.
engines: { run: spec }
`;

/** Plain where YAML takes it for nothing else; letters that a terminal obeys or that turn text around are escaped. */
function quoted(text: string): string {
  const isPlain = /^[A-Za-z][\w./-]*(?:(?:, | -> | )[\w./-]+)*$/.test(text) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escaped);
}

/** As JSON and YAML both read it, also beyond the first 65,536 letters. */
function escaped(letter: string): string {
  return Array.from({ length: letter.length }, (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");
}
