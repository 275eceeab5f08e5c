import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root; every command here runs in it. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Installed programs by their scripts, which this very Node can run: no shell is needed, on any platform. */
export const installed = {
  tsc: "node_modules/typescript/bin/tsc",
  oxlint: "node_modules/oxlint/bin/oxlint",
  oxfmt: "node_modules/oxfmt/bin/oxfmt",
  knip: "node_modules/knip/bin/knip.js",
};

/**
 * Runs a Node script on this terminal.
 * @param {readonly string[]} command the script and its arguments
 * @returns {Promise<number>} its exit code, 128 + n if signal n ended it
 */
export async function runHere(command) {
  return (await run(process.execPath, command, "inherit")).code;
}

/**
 * Runs a Node script and keeps what it says.
 * @param {readonly string[]} command the script and its arguments
 */
export function runQuietly(command) {
  return run(process.execPath, command, "pipe");
}

/** Runs npm and keeps what it says. @param {readonly string[]} args */
export function npm(args) {
  // On Windows npm is a script that only a shell starts.
  return run("npm", args, "pipe", process.platform === "win32");
}

/** Runs apt-get without any question. @param {readonly string[]} args */
export function aptGet(args) {
  process.env["DEBIAN_FRONTEND"] ??= "noninteractive";
  return run("apt-get", args, "pipe");
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {"inherit" | "pipe"} output
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(program, args, output, shell = false) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["inherit", output, output], shell });
    let said = "";
    const listen = (/** @type {string} */ text) => (said += text);
    child.stdout?.setEncoding("utf8").on("data", listen);
    child.stderr?.setEncoding("utf8").on("data", listen);
    // Ctrl-C reaches the child as well: one that has the terminal decides how it ends, and this process then reports its exit code.
    const wait = () => {};
    if (output === "inherit") process.on("SIGINT", wait);
    child.on("error", (error) => resolve({ code: 127, output: `${program} cannot be started: ${error.message}` }));
    child.on("close", (code, signal) => {
      process.off("SIGINT", wait);
      resolve({ code: code ?? 128 + constants.signals[signal ?? "SIGTERM"], output: said });
    });
  });
}
