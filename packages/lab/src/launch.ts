import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Message, Reply, Results, Task } from "./protocol.ts";

/** The lab cannot run on this machine, or has ended; the sentence says why. */
export class LabError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "LabError";
  }
}

/** The process that owns the namespaces, from outside. */
export interface Supervisor extends AsyncDisposable {
  /** The command before a program's own that runs it in a namespace which the lab's process holds by this descriptor. */
  enter(descriptor: number): readonly string[];
  run<T extends Task>(
    task: T,
    options?: { readonly signal?: AbortSignal; readonly progress?: (done: number) => void },
  ): Promise<Results[T["do"]]>;
}

/** The program that writes down the packets of the namespace it is started in. */
export const captureFile: string = fileURLToPath(new URL("../bin/capture.js", import.meta.url));

const supervisorFile: string = fileURLToPath(new URL("../bin/supervisor.js", import.meta.url));

/**
 * How a process comes into namespaces of its own, best first. A user namespace gives an ordinary user the rights that it takes, and
 * root the same surroundings. A process namespace ends everything with its first process; where it is refused, that process ends with
 * its parent (prctl), and what it has started by its own limits. Without user namespaces root does with a network namespace alone.
 */
export const ways: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  {
    name: "user namespace",
    command: ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
  },
  { name: "user namespace without a process namespace", command: ["unshare", "--user", "--map-root-user", "--net"] },
  { name: "root", command: ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"] },
];

/** nft stands where ordinary users do not look. */
export function surroundings(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [process.env["PATH"] ?? "", "/usr/sbin", "/sbin"].join(":"), LC_ALL: "C" };
}

let chosen: (typeof ways)[number] | undefined;

/** The best way that this machine allows, found by trying; otherwise what was said to the first one. */
export function chooseWay(): (typeof ways)[number] {
  let complaint: string | undefined;
  for (const way of chosen === undefined ? ways : []) {
    if (way.name === "root" && process.getuid?.() !== 0) continue;
    const [program = "", ...args] = way.command;
    const tried = spawnSync(program, [...args, "true"], { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"], env: surroundings() });
    if (tried.status === 0) {
      chosen = way;
      break;
    }
    complaint ??= tried.error === undefined ? tried.stderr.trim() : `unshare cannot be started: ${tried.error.message}`;
  }
  if (chosen === undefined) throw new LabError(complaint ?? "no namespace can be made");
  return chosen;
}

let early: Promise<Supervisor> | undefined;

/**
 * Starts the process of the next lab while its pods are still being read: both take a tenth of a second. What is wrong with it is told to
 * whoever opens that lab; where nobody does, it ends with this object.
 */
export function startEarly(): AsyncDisposable {
  const own = (early ??= begin());
  own.catch(() => {});
  return {
    [Symbol.asyncDispose]: async () => {
      if (early !== own) return;
      early = undefined;
      const supervisor = await own.catch(() => undefined);
      await supervisor?.[Symbol.asyncDispose]();
    },
  };
}

/** The process that owns the namespaces, started now or early. It ends with the object, and with this process. */
export function startSupervisor(): Promise<Supervisor> {
  const supervisor = early ?? begin();
  early = undefined;
  return supervisor;
}

/** It makes much garbage and keeps little: a small young generation costs it no time that could be measured, and saves a third of its memory. */
const lean = ["--max-semi-space-size=2"];

async function begin(): Promise<Supervisor> {
  const way = chooseWay();
  const [program = "", ...args] = way.command;
  const child = spawn(program, [...args, process.execPath, ...lean, supervisorFile], {
    stdio: ["pipe", "pipe", "pipe"],
    env: surroundings(),
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const waiting = new Map<number, Waiting>();
  let complaint = "";
  let gone: LabError | undefined;
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)));
  child.stdin.on("error", () => {});

  const ready = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const reply = JSON.parse(line) as Reply;
      if ("ready" in reply) resolve(reply.ready.pid);
      else settle(waiting, reply);
    });
    const fail = (error: LabError): void => {
      gone = error;
      reject(error);
      for (const { reject: refuse } of waiting.values()) refuse(error);
      waiting.clear();
    };
    child.on("error", (error) => fail(new LabError(`the lab cannot be started: ${error.message}`)));
    child.on("close", () => fail(new LabError(`the lab has ended: ${lastLines(complaint)}`)));
  });
  await ready;

  let lastId = 0;
  const tell = (message: Message): void => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  return {
    enter: (descriptor) => {
      const pid = holderBelow(child.pid ?? 0);
      const user = way.name === "root" ? [] : [`--user=/proc/${pid}/ns/user`, "--preserve-credentials"];
      return ["nsenter", ...user, `--net=/proc/${pid}/fd/${descriptor}`, "--"];
    },
    run: (task, { signal, progress } = {}) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (gone !== undefined) throw gone;
        const id = ++lastId;
        const cancel = (): void => tell({ id, cancel: true });
        signal?.addEventListener("abort", cancel, { once: true });
        waiting.set(id, {
          progress,
          resolve: (result) => resolve(result as Results[(typeof task)["do"]]),
          reject: (error) => reject(signal?.aborted === true ? (signal.reason as Error) : error),
          finished: () => signal?.removeEventListener("abort", cancel),
        });
        tell({ id, task });
      }),
    [Symbol.asyncDispose]: () => end(child, ended),
  };
}

/** `unshare` makes a process namespace by a child of its own; without one it has become the lab's process itself. */
function holderBelow(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return children === "" ? pid : Number(children.split(" ")[0]);
}

interface Waiting {
  readonly progress: ((done: number) => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly finished: () => void;
}

function settle(waiting: Map<number, Waiting>, reply: Exclude<Reply, { readonly ready: unknown }>): void {
  const one = waiting.get(reply.id);
  if (one === undefined) return;
  if ("progress" in reply) {
    one.progress?.(reply.progress);
    return;
  }
  waiting.delete(reply.id);
  one.finished();
  if ("error" in reply) one.reject(new LabError(reply.error));
  else one.resolve(reply.result);
}

/** Closing its input ends it; one that does not hear of it is killed. */
async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), 2000);
  await ended;
  clearTimeout(timer);
}

function lastLines(text: string): string {
  const lines = text
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines.find((line) => /Error|error|unshare/.test(line))?.trim() ?? lines.at(-1) ?? "without a word";
}
