import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The path of a program of these tests; it runs what was built. */
export function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url));
}

export async function run(command: string, args: readonly string[], uid?: number): Promise<Ended> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...(uid === undefined ? {} : { uid, gid: uid }) });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

/** Runs a program in a user namespace of its own, after what a shell does there as its root. */
export function runAfter(preparation: string, file: string, ...args: readonly string[]): Promise<Ended> {
  return run("unshare", [
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    `${preparation} && exec "$0" "$@"`,
    process.execPath,
    program(file),
    ...args,
  ]);
}
