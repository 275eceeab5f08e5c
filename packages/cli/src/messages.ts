import { sayer, type CodePage, type MessageEntry, type Say } from "@netproof/core/parts";

/** What each message speaks of. */
export interface InputParameters {
  readonly "input-missing": { readonly path: string; readonly meant: string | undefined };
  readonly "input-unreadable": { readonly path: string; readonly reason: string };
  readonly "input-not-a-file": { readonly path: string; readonly what: string };
  readonly "input-link-loop": { readonly path: string; readonly above: string | undefined };
  readonly "input-too-large": { readonly megabytes: string; readonly limit: number; readonly largest: string };
  readonly "folder-without-manifests": { readonly path: string; readonly below: boolean };
  readonly "nothing-read": { readonly files: number };
  readonly "input-empty": { readonly path: string };
  readonly "input-web-address": { readonly path: string };
  readonly "kustomize-missing": { readonly path: string };
  readonly "kustomize-failed": { readonly path: string; readonly reason: string };
  readonly "skipped-under-strict": { readonly what: string; readonly why: string; readonly places: readonly string[] };
  readonly "flows-unreadable": { readonly problem: string; readonly help: string | undefined };
  readonly "flow-invalid": { readonly flow: string; readonly problem: string; readonly help: string | undefined };
}

type Catalogue = { readonly [Code in keyof InputParameters]: MessageEntry<InputParameters[Code]> };

function page(title: string, explanation: string, file: string, text: string): CodePage {
  return { title, explanation, example: { file, text } };
}

/** Every sentence about input that could not be opened, or that asks what cannot be asked. */
export const messages: Catalogue = {
  "input-missing": {
    severity: "error",
    message: ({ path, meant }) => `no file or folder \`${path}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    page: page(
      "A file that is not there",
      "Names are relative to the folder in which netproof runs; those in a use-case file, to that file.",
      "command",
      "netproof list -f manifets/\n",
    ),
  },
  "input-unreadable": {
    severity: "error",
    message: ({ path, reason }) => `\`${path}\` cannot be read: ${reason}`,
    page: page(
      "A file or folder that cannot be read",
      "What cannot be read may hold a policy, so nothing is judged without it.",
      "command",
      "netproof list -f /root/secret.yaml\n",
    ),
  },
  "input-not-a-file": {
    severity: "error",
    message: ({ path, what }) => `\`${path}\` is ${what}, and no file`,
    page: page(
      "Something that is no file",
      "Pipes without a writer, sockets and devices would be waited for without end. `-f -` reads standard input.",
      "command",
      "netproof list -f /dev/zero\n",
    ),
  },
  "input-link-loop": {
    severity: "error",
    message: ({ path, above }) =>
      above === undefined ? `\`${path}\`: its links lead in a circle` : `\`${path}\` is a link to \`${above}\`, which holds it`,
    page: page(
      "A link that leads in a circle",
      "Following it would read the same files without end.",
      "command",
      "ln -s . k8s/again; netproof list -f k8s -R\n",
    ),
  },
  "input-too-large": {
    severity: "error",
    message: ({ megabytes, limit }) => `the input has ${megabytes} MB, more than the ${limit} MB that are read`,
    help: ({ largest }) => `the largest is ${largest}; a dump needs only: kubectl get ns,po,svc,netpol -A -o json`,
    page: page(
      "Too much input",
      "Nothing is read before its size is known, so that a wrong file does not eat the machine.",
      "command",
      "netproof list -f disk.img\n",
    ),
  },
  "folder-without-manifests": {
    severity: "error",
    message: ({ path }) => `\`${path}\` holds no *.yaml, *.yml or *.json`,
    help: ({ below }) => (below ? "folders below it do: -R reads them, too" : undefined),
    page: page(
      "A folder without manifests",
      "An empty answer about a wrong folder would look as if everything were fine.",
      "command",
      "netproof list -f src/\n",
    ),
  },
  "nothing-read": {
    severity: "error",
    message: ({ files }) => `${files === 1 ? "the file holds" : `the ${files} files hold`} no Kubernetes object`,
    page: page(
      "Nothing was read",
      "An answer about nothing would look as if everything were fine.",
      "web.yaml",
      "# nothing but a comment\n",
    ),
  },
  "input-empty": {
    severity: "error",
    message: ({ path }) => `\`${path}\` is empty`,
    page: page(
      "Nothing came in",
      "The command before the pipe has printed nothing: perhaps it failed.",
      "command",
      "kubectl get netpol -A -o json | netproof list -f -\n",
    ),
  },
  "input-web-address": {
    severity: "error",
    message: ({ path }) => `\`${path}\` is an address of the web, and netproof opens no connection`,
    help: ({ path }) => `curl -sSL ${path} | netproof … -f -`,
    page: page(
      "A web address",
      "netproof reads files and standard input only: what it judges does not depend on a network.",
      "command",
      "netproof list -f https://example.com/policy.yaml\n",
    ),
  },
  "kustomize-missing": {
    severity: "error",
    message: ({ path }) => `-k ${path} needs kubectl, and there is none in PATH`,
    help: ({ path }) => `with kustomize: kustomize build ${path} | netproof … -f -`,
    page: page(
      "kubectl is missing",
      "`-k DIR` is what `kubectl kustomize DIR` prints, so it needs kubectl.",
      "command",
      "netproof list -k overlays/prod\n",
    ),
  },
  "kustomize-failed": {
    severity: "error",
    message: ({ path, reason }) => `kubectl kustomize ${path} failed: ${reason}`,
    page: page("kustomize failed", "The message is kubectl's own.", "command", "netproof list -k overlays/prod\n"),
  },
  "skipped-under-strict": {
    severity: "error",
    message: ({ what, why }) => `${what} was skipped: ${why}`,
    help: ({ places }) =>
      places.length === 0 ? undefined : `${places.slice(0, 3).join(", ")}${places.length > 3 ? ` and ${places.length - 3} more` : ""}`,
    page: page(
      "Something was skipped under --strict",
      "With --strict everything in the input must take part; what was only assumed may stay.",
      "command",
      "netproof check -f k8s/ --strict\n",
    ),
  },
  "flows-unreadable": {
    severity: "error",
    message: ({ problem }) => problem,
    help: ({ help }) => help,
    page: page(
      "Flows that cannot be read",
      "`ask` takes CSV with a header of from, to, port and protocol (and perhaps family), in any order, or a JSON array of objects with these keys.",
      "flows.csv",
      "source,target,port\nclient,web,80\n",
    ),
  },
  "flow-invalid": {
    severity: "error",
    message: ({ flow, problem }) => `${flow}: ${problem}`,
    help: ({ help }) => help,
    page: page(
      "A flow that cannot be asked",
      "Every flow is one question with one answer: two ends that exist, a port from 1 to 65535, TCP, UDP or SCTP.",
      "flows.csv",
      "from,to,port,protocol\nclient,web,99999,TCP\n",
    ),
  },
};

export const say: Say<Catalogue> = sayer(messages);
