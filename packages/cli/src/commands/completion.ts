import { nearest } from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { operandsOf } from "../operands.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { answer } from "../terminal.ts";

/** The script that makes a shell complete this command line. */
export async function run(_: Options, operands: readonly string[]): Promise<ExitCode> {
  const [shell = ""] = operandsOf(["bash|zsh|fish"], 1, operands, "completion");
  const script = scripts.get(shell);
  if (script === undefined) {
    const meant = nearest(shell, scripts.keys());
    throw new Refusal(
      `no script for \`${shell}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
      `there are ${[...scripts.keys()].join(", ")}`,
    );
  }
  answer(script);
  return 0;
}

export const shells: readonly string[] = ["bash", "zsh", "fish"];

/** Each asks `netproof __complete` with the words so far; where it has no answer, the shell offers files. */
const scripts: ReadonlyMap<string, string> = new Map([
  [
    "bash",
    `# source <(netproof completion bash)
_netproof() {
  local IFS=$'\\n'
  set -f
  COMPREPLY=($(netproof __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  set +f
}
complete -o default -F _netproof netproof
`,
  ],
  [
    "zsh",
    `#compdef netproof
# source <(netproof completion zsh)
_netproof() {
  local -a found
  found=("\${(@f)$(netproof __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _netproof netproof
`,
  ],
  [
    "fish",
    `# netproof completion fish | source
complete -c netproof -a '(netproof __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
  ],
]);
