import type { CommandName } from "./flags.ts";

/** The help of a command; the first screen without one. Each fits a screen of 80 columns. */
export function helpText(command: CommandName | undefined): string {
  return command === undefined || command === "help" ? overview : pages[command];
}

const overview = `Usage: netproof COMMAND [FLAGS]     proves what Kubernetes network policies do
  run [FILE]                judge a use case by stages; the default command
  matrix, list              who can reach whom: as a table, as rules
  explain FROM TO [PORT]    one flow: verdict, deciding lines, near misses
  ask --flows FILE          many flows at once
  contrail, lab             as Contrail would enforce; with real packets
  ui [FILE]                 the page, in a browser of this machine
  check, init, schema, completion, help CODE
Input   -f FILE|DIR|-  -R  -k DIR  -n NAMESPACE  -A  -l SELECTOR  --stage NAME
Output  -o FORMAT  --output-file FILE  --no-headers  --full  --color  --ascii
Exit    0 holds, answered  1 findings  2 usage, input  3 engine  4 undetermined
`;

const pages: Readonly<Record<Exclude<CommandName, "help">, string>> = {
  run: `Usage: netproof run [FILE] [FLAGS]
FILE is a use case or its folder; without it the netproof.yaml that is here.
  --engine LIST     spec contrail lab; default: FILE's, or all that can
                    lab:contrail: packets against Contrail's rules
  --stage NAME      stop after this stage       --today DATE  expires deviations
  --full            every pair, unfolded        -q, --quiet   one line per stage
  -o FORMAT[=FILE]  table json yaml csv markdown mermaid svg html
  --strict          what was left out fails     --ledger      what was read
  --drop            the lab denies in silence, as many plugins do
  --all             the lab probes every pair, not one of each pair of classes
Exit    0 as declared  1 findings  2 input  3 engine cannot run  4 undetermined
`,
  matrix: `Usage: netproof matrix -f FILE|DIR|- [FLAGS]
Who can reach whom: a row opens to a column what the cell says.
  --port 80[/TCP]   verdicts of one port        --stage NAME  default: the last
  -n NAMESPACE, -l SELECTOR                     flows with an end inside
  --from ENDS, --to ENDS                        names, groups, ns/NAME, address
  --full            all rows and columns, whatever their width
  --engine LIST     spec (default), contrail, or both: differences are marked
  -o FORMAT[=FILE]  table wide json yaml csv markdown mermaid svg
`,
  list: `Usage: netproof list -f FILE|DIR|- [FLAGS]
Who can reach whom, as few rules; what no rule says is closed.
  --pairs           one line per pair, for grep, sort and diff
  --elsewhere       the rest of the outside, too, where a use case is read
  -n NAMESPACE, -l SELECTOR                     flows with an end inside
  --from ENDS, --to ENDS                        names, groups, ns/NAME, address
  --stage NAME      default: the last
  -o FORMAT[=FILE]  table wide json yaml csv markdown mermaid
`,
  explain: `Usage: netproof explain FROM TO [PORT[/PROTOCOL]] [FLAGS]
One flow: both directions, the deciding lines, and what each rule missed.
Without a port all ports are told; TO:PORT is taken, too ([IPv6]:PORT).
  FROM, TO          web  dev/web  deploy/web -n dev  svc/web.dev  10.0.0.5
                    an outside point or group of the use case
  --stage NAME      default: the last           --full        every near miss
  --engine LIST     spec (default), contrail, or both below each other
  -o FORMAT[=FILE]  table json yaml markdown
`,
  ask: `Usage: netproof ask --flows FILE|- -f FILE|DIR|- [FLAGS]
Many flows at once, answered in their order: CSV with a header, or JSON.
  from,to,port,protocol                       [{"from": "dev/client",
  dev/client,dev/web,80,TCP                     "to": "10.0.0.5",
  10.0.0.5,svc/web.dev,8080,TCP                 "port": 53, "protocol": "UDP"}]
A further key, family (4 or 6), chooses the address family.
  --engine NAME     spec (default), contrail, lab; --drop: denied in silence
  --stage NAME      default: the last
  -o FORMAT[=FILE]  table json yaml csv markdown; json is an array in that order
`,
  contrail: `Usage: netproof contrail ACTION -f FILE|DIR|- [FLAGS]
What Contrail (Tungsten Fabric, OpenSDN) makes of the policies; not Juniper CN2.
  objects                   firewall policies and rules in the order of the walk
    --policy NAME, -n NAMESPACE                 only what was made for these
    --events FILE           objects made by what happened, as a watch tells it
  explain FROM TO PORT      the walk of a packet, the rule and line that decide
    --all                   what each rule missed; PORT may be ICMP
  check [FILE]              policies that Contrail enforces otherwise, and why
  import DUMP...            drift of the API's objects: missing, changed, moved
    --policy-set NAME       which cluster, where the dump holds several
  --profile NAME    2021-11 (default)  2020-09  opensdn-2026-04
  --stage NAME      default: the last
  -o FORMAT[=FILE]  table json yaml; json of objects is as the API names things
Exit    0 the same, answered  1 findings, drift  2 input  4 undetermined
`,
  lab: `Usage: netproof lab ACTION [FLAGS]
Pods as network namespaces of this machine, real packets, no cluster.
  doctor                    whether the lab can run here, and what to do
  up                        holds a lab for the others; Ctrl-C ends it
  curl FROM TO[:PORT]       a real curl -m5; --raw: the page as it is
  exec POD -- COMMAND       a program where a pod is; shell POD: a shell
  watch                     measures again as files change
  apply FILE, delete FILE   policies of the lab that is up, and what changes
  trace FROM TO[:PORT]      the rules that a packet meets, with their lines
  capture POD -o FILE       its packets as pcap, until Ctrl-C
  rules                     the rules of nftables, with their lines
  down                      ends the lab that is up
  --stage NAME              default: the last
  --drop                    deny in silence, as many plugins do
  --engine lab:contrail     with the rules that Contrail makes of the policies
`,
  ui: `Usage: netproof ui [FILE] -f FILE|DIR|- [FLAGS]
The page with this machine behind it: prints the address to open. It follows
the files on disk, saves what is edited, and runs stages with real packets.
  --listen PORT     of 127.0.0.1; without it a free one is found
The address holds a token of this start, and other machines are not answered.
`,
  check: `Usage: netproof check [FILE] -f FILE|DIR|- [FLAGS]
Validates manifests and use cases and judges nothing: all errors at once.
  --ledger          all that was read, skipped and assumed
  --strict          what was skipped is an error
  --skip-unreadable leaves out what is no Kubernetes manifest
  -o FORMAT[=FILE]  table json yaml markdown
Exit    0 no error  2 errors             netproof help CODE explains an error
`,
  init: `Usage: netproof init -f FILE|DIR [FLAGS]
Writes a netproof.yaml to begin with: it states what is open now.
  -o FILE           another file; - prints it   --force       writes over it
  -R                with the folders below
`,
  schema: `Usage: netproof schema [--write] [FILE]
Prints the JSON Schema of use-case files, for completion and checks in editors.
  --write           writes netproof.schema.json beside the use case FILE
`,
  completion: `Usage: netproof completion bash|zsh|fish
Prints a script that completes commands, flags, formats, stages and names.
  bash  source <(netproof completion bash)
  zsh   source <(netproof completion zsh)
  fish  netproof completion fish | source
`,
};
