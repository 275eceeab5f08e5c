/** stdout is the answer, stderr the talk. */
export function answer(text: string): void {
  if (text !== "") process.stdout.write(text);
}

export function talk(text: string): void {
  if (text !== "") process.stderr.write(text);
}

/** A reader that goes away (`| head`) ends the printing, not the command: it exits as it would have. A full disk is told. */
export function watchStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      process.exitCode = 2;
      if (stream === process.stdout) talk(`error: the answer cannot be written: ${error.message}\n`);
    });
  }
}

const interrupted = (): void => process.exit(130);

/** While input is awaited, Ctrl-C ends with 130 and prints nothing. */
export function exitOnInterrupt(): void {
  process.on("SIGINT", interrupted);
}

/** While something is calculated no listener would be called: the system ends the process at once, which shells report as 130. */
export function endOnInterrupt(): void {
  process.off("SIGINT", interrupted);
}
