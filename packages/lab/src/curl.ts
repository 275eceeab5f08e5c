import { spawn } from "node:child_process";
import type { Flow } from "@netproof/core/parts";
import type { LabSession } from "./engine.ts";

/** What a person sees who calls curl: its words, what it printed, and how it ended (28: nothing came back, 7: rejected). */
export interface CurlTranscript {
  /** `curl -m5 http://10.47.255.234/` */
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Where curl is sent: `10.47.255.234` or `[fd00::1]`, and a port. */
export interface CurlTarget {
  readonly host: string;
  readonly port: number;
}

/** The words of a call as the chapter makes it: five seconds, no proxy, from one address. */
export function curlWords(source: string, { host, port }: CurlTarget): readonly string[] {
  return ["curl", "-m5", "-sS", "--noproxy", "*", "--interface", source, curlUrl({ host, port })];
}

/** Calls with a real curl from where the flow begins. A sentence where the lab has no place for an end. */
export async function curl(session: LabSession, { from, to, family, protocol, port }: Flow): Promise<CurlTranscript | string> {
  if (protocol !== "TCP") return `curl speaks TCP, not ${protocol}`;
  await session.serve([{ from, to, family, protocol, port }]);
  const entered = await session.enter(from, family);
  if (typeof entered === "string") return entered;
  const spot = session.layout.spotOf(to, family);
  if (typeof spot === "string") return spot;
  const target: CurlTarget = { host: family === 6 ? `[${spot.address}]` : spot.address, port };
  const [program = "", ...words] = [...entered.command, ...curlWords(entered.address, target)];
  const started = performance.now();
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exitCode = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      stderr += `${program} cannot be started: ${error.message}\n`;
      resolve(127);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
  return { command: `curl -m5 ${curlUrl(target)}`, exitCode, stdout, stderr, milliseconds: performance.now() - started };
}

function curlUrl({ host, port }: CurlTarget): string {
  return `http://${host}${port === 80 ? "" : `:${port}`}/`;
}
