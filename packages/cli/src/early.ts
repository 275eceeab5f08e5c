import { existsSync } from "node:fs";
import { socketPath } from "./lab/socket.ts";

/**
 * Starts the lab's process for command lines that will most likely measure, while everything else is still being loaded: each takes a
 * tenth of a second or more. Nobody is told when it cannot start; whoever opens the lab is.
 */
export async function startEarlyFor(argv: readonly string[]): Promise<AsyncDisposable | undefined> {
  if (!willMeasure(argv)) return undefined;
  const { startEarly } = await import("@netproof/lab/early");
  return startEarly();
}

/** A guess from the words alone, before they are read: a wrong one costs a process that ends unused, or the time that was to be saved. */
export function willMeasure(argv: readonly string[]): boolean {
  if (process.platform !== "linux" || argv.some((word) => word === "--help" || word === "-h")) return false;
  const [command, verb] = argv.filter((word) => !word.startsWith("-"));
  const engines = argv.flatMap((word, i) =>
    word.startsWith("--engine=") ? [word.slice("--engine=".length)] : word === "--engine" ? [argv[i + 1] ?? ""] : [],
  );
  const asksLab = engines.some((list) => /(?:^|,)lab(?:$|[,:])/.test(list));
  switch (command) {
    case "run":
      return engines.length === 0 || asksLab;
    case "ask":
      return asksLab;
    case "lab":
      return (verb === "curl" || verb === "exec" || verb === "trace") && !existsSync(socketPath);
    default:
      return false;
  }
}
