/** What a command ends with. 70 is ours to mend: an internal error. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 70 | 130;

/** A command that cannot go on because of what it was asked: one sentence, what helps, and the exit code. No stack is ever shown of it. */
export class Refusal extends Error {
  readonly help: readonly string[];
  readonly exitCode: ExitCode;

  constructor(message: string, help: string | readonly string[] = [], exitCode: ExitCode = 2) {
    super(message);
    this.help = typeof help === "string" ? [help] : help;
    this.exitCode = exitCode;
  }
}

/** A command that has said everything already and only has to end. */
export class Done extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}
