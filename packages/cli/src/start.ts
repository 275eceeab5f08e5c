import { safeText } from "@netproof/core/parts";
import { readCommandLine, type CommandLine } from "./arguments.ts";
import type { CommandName, Options } from "./flags.ts";
import { Done, Refusal, type ExitCode } from "./refusal.ts";
import { answer, talk, watchStreams } from "./terminal.ts";

/** A command: what it answers goes to stdout, how it ends is its exit code. */
export interface Command {
  run(options: Options, operands: readonly string[]): Promise<ExitCode>;
}

/** Each command's file is loaded only when it is the one. */
const load: Readonly<Record<CommandName, () => Promise<Command>>> = {
  run: () => import("./commands/run.ts"),
  matrix: () => import("./commands/matrix.ts"),
  list: () => import("./commands/list.ts"),
  explain: () => import("./commands/explain.ts"),
  ask: () => import("./commands/ask.ts"),
  check: () => import("./commands/check.ts"),
  contrail: () => import("./commands/contrail.ts"),
  lab: () => import("./commands/lab.ts"),
  ui: () => import("./commands/ui.ts"),
  init: () => import("./commands/init.ts"),
  schema: () => import("./commands/schema.ts"),
  completion: () => import("./commands/completion.ts"),
  help: () => import("./commands/help.ts"),
};

/** Runs a command line. A user's mistake becomes a sentence and an exit code, ours a line that says how to report it. */
export async function start(argv: readonly string[]): Promise<ExitCode> {
  watchStreams();
  try {
    if (argv[0] === "__complete") return await complete(argv.slice(1));
    return await dispatch(readCommandLine(argv));
  } catch (error) {
    if (error instanceof Done) return error.exitCode;
    if (error instanceof Refusal) {
      talk(`error: ${safeText(error.message)}\n${error.help.map((line) => `  = help: ${safeText(line)}\n`).join("")}`);
      return error.exitCode;
    }
    // The lab's errors are sentences about this machine. Their class is in a package that is loaded only when it is needed.
    if (error instanceof Error && error.name === "LabError") {
      talk(`error: ${safeText(error.message)}\n  = help: netproof lab doctor\n`);
      return 3;
    }
    return internalError(error);
  }
}

/** Asked by the scripts of `netproof completion`: the words so far, the last one unfinished. */
async function complete(words: readonly string[]): Promise<ExitCode> {
  const { completions } = await import("./complete.ts");
  answer((await completions(words)).map((word) => `${word}\n`).join(""));
  return 0;
}

async function dispatch({ command, operands, options, help }: CommandLine): Promise<ExitCode> {
  if (help) {
    const { helpText } = await import("./help.ts");
    answer(helpText(command));
    return 0;
  }
  if (command === undefined) {
    const { runOrExamples } = await import("./commands/default.ts");
    return runOrExamples(options);
  }
  const module = await load[command]();
  return module.run(options, operands);
}

/** EX_SOFTWARE of sysexits.h: no other exit code of ours can be taken for it. */
const internal = 70;

function internalError(error: unknown): ExitCode {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const [line = ""] = message.split("\n");
  talk(
    `error: netproof itself has failed: ${line}\n  = help: please report it, with the command and what NETPROOF_DEBUG=1 adds: exit ${internal}\n`,
  );
  if (process.env["NETPROOF_DEBUG"] === "1") talk(`${stack ?? message}\n`);
  return internal;
}
