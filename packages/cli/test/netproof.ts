import { spawn, type SpawnOptions } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const root: string = fileURLToPath(new URL("../../..", import.meta.url));
export const fixtures: string = fileURLToPath(new URL("fixtures", import.meta.url));
export const dayOne: string = path.join(root, "scenarios/day-one");
export const command: string = path.join(root, "packages/cli/bin/netproof.js");

/** For what a `run` prints: without it, a machine that can measure prints more than one that cannot. */
export const calculated = "--engine spec,contrail";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Circumstances {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What stands on standard input; without it, it is empty. */
  readonly input?: string | Buffer;
  readonly uid?: number;
}

/** Runs the built command as a user would. `line` is split at blanks; a list is taken as it is. */
export async function netproof(
  line: string | readonly string[],
  { cwd = fixtures, env = {}, input = "", uid }: Circumstances = {},
): Promise<Ended> {
  const words = typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line;
  const options: SpawnOptions = { cwd, env: { ...plainEnvironment, ...env }, stdio: "pipe", ...(uid === undefined ? {} : { uid }) };
  const child = spawn(process.execPath, [command, ...words], options);
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

/** Nothing that changes how text looks. */
export const plainEnvironment: Readonly<Record<string, string | undefined>> = {
  ...process.env,
  COLUMNS: "80",
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
  GITHUB_ACTIONS: undefined,
  NETPROOF_DEBUG: undefined,
  LANG: "C.UTF-8",
};

/** A folder for one test, with these files in it. */
export function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "netproof-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

/** A copy of a scenario that a test may change. */
export function copyOf(folder: string): string {
  const copy = folderWith({});
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Two pods and a policy that lets `client` in to `web` on 80/TCP. */
export const pods = `apiVersion: v1
kind: Namespace
metadata: { name: dev }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: dev, labels: { app: web } }
spec: { containers: [{ name: web, image: web, ports: [{ name: http, containerPort: 80 }] }] }
status: { podIP: 10.0.0.1 }
---
apiVersion: v1
kind: Pod
metadata: { name: client, namespace: dev, labels: { app: client } }
spec: { containers: [{ name: client, image: client }] }
status: { podIP: 10.0.0.2 }
`;

export const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: dev }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress]
  ingress:
    - from: [{ podSelector: { matchLabels: { app: client } } }]
      ports: [{ port: 80 }]
`;
