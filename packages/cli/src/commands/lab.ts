import { spawn, type StdioOptions } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { endpointName, type Endpoint } from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { loadLab } from "../lab/ask.ts";
import type { HeldLab } from "../lab/held.ts";
import { addressesText, buildLab, rulesText, type OwnLab } from "../lab/own.ts";
import { readablePage } from "../lab/page.ts";
import { socketPath } from "../lab/socket.ts";
import { listenFor, runningLab } from "../lab/wire.ts";
import { changesOf } from "../lab/changes.ts";
import { Done, Refusal, type ExitCode } from "../refusal.ts";
import { readSubject } from "../subject.ts";
import { answer, talk } from "../terminal.ts";

type Action = (options: Options, operands: readonly string[]) => Promise<ExitCode>;

const actions: Readonly<Record<string, Action>> = {
  doctor,
  up,
  curl,
  exec,
  shell,
  apply: (...given) => change("apply", ...given),
  delete: (...given) => change("delete", ...given),
  watch,
  trace,
  capture,
  rules,
  down,
};

export const labActions: readonly string[] = Object.keys(actions);

/** The same use case with real packets, without a cluster. */
export async function run(options: Options, [name, ...operands]: readonly string[]): Promise<ExitCode> {
  if (name === undefined) throw new Refusal("`lab` needs an action", labActions.join(", "));
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) throw new Refusal(`\`lab\` has no action \`${name}\``, labActions.join(", "));
  return action(options, operands);
}

/** Whether the lab can run here: each thing that it needs was tried, and what is missing has one remedy. */
async function doctor(): Promise<ExitCode> {
  const { diagnose } = await import("@netproof/lab");
  const { findings, canRun } = await diagnose();
  for (const finding of findings) answer(finding.ok ? `ok  ${finding.what}\n` : `no  ${finding.what}\n    remedy  ${finding.remedy}\n`);
  answer(canRun ? "The lab can run here: exit 0\n" : "The lab cannot run here, spec can: exit 3\n");
  return canRun ? 0 : 3;
}

async function rules(options: Options): Promise<ExitCode> {
  answer(await rulesText(await readSubject(options, "lab"), options));
  return 0;
}

/** Builds a lab and holds it until somebody ends it. */
async function up(options: Options): Promise<ExitCode> {
  const subject = await readSubject(options, "lab");
  if ((await runningLab()) !== undefined) throw new Refusal("a lab is up already", "netproof lab down ends it");
  await using lab = await buildLab(subject, options);
  const line = await listenFor(lab);
  await lab.session.session.own([socketPath]);
  try {
    answer(environment(lab));
    const interrupted = new Promise<ExitCode>((resolve) => {
      process.once("SIGINT", () => resolve(130));
      process.once("SIGTERM", () => resolve(130));
    });
    return await Promise.race([interrupted, line.ended.then((): ExitCode => 0)]);
  } finally {
    line.close();
  }
}

/** Measures again whenever a file changes. What cannot be read is told, and the lab stays as it was. */
async function watch(options: Options): Promise<ExitCode> {
  const subject = await readSubject(options, "lab");
  const interrupted = new AbortController();
  const changes = changesOf(subject.paths, interrupted.signal);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  try {
    await using lab = await buildLab(subject, options);
    answer(environment(lab));
    for await (const _ of changes) await followFiles(lab, options);
  } finally {
    interrupted.abort();
  }
  return 130;
}

async function followFiles(lab: OwnLab, options: Options): Promise<void> {
  try {
    answer(await lab.follow(await readSubject(options, "lab")));
  } catch (error) {
    if (error instanceof Refusal) talk(`error: ${error.message}\n`);
    else if (!(error instanceof Done)) throw error;
  }
}

function environment({ subject, session }: OwnLab): string {
  const { snapshot, outside } = subject.names;
  const ends: readonly Endpoint[] = [...snapshot.pods, ...outside.flatMap(({ externals }) => externals)];
  const rows = ends.map((end) => [
    end.kind === "pod" ? end.namespace.name : "outside",
    end.kind === "pod" ? end.name : endpointName(end),
    addressesText(end),
  ]);
  const table = [["NAMESPACE", "NAME", "ADDRESS"], ...rows];
  const widths = [0, 1].map((column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const hosts = ends.filter(({ kind }) => kind === "external").length;
  const { asked, answering } = session.session.servers;
  const name = [subject.useCase?.name ?? "the lab", ...(subject.stage === undefined ? [] : [`at ${subject.stage}`])].join(" ");
  const counts = `${snapshot.pods.length} pods, ${hosts} hosts, ${answering} of ${asked} servers answer`;
  return `${lines.join("\n")}\n\n${name} is up: ${counts}; Ctrl-C ends it\n`;
}

/** The lab that is up, or one made for this call. */
async function held(options: Options): Promise<HeldLab> {
  return (await runningLab()) ?? (await buildLab(await readSubject(options, "lab"), options));
}

async function mustRun(): Promise<HeldLab> {
  const lab = await runningLab();
  if (lab === undefined) throw new Refusal("no lab is up", "netproof lab up holds one, in another terminal");
  return lab;
}

/** curl's own words and exit code: they are what the chapter shows. */
async function curl(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [from, to, port] = callOf("curl", operands);
  await using lab = await held(options);
  const { command, source, target } = await lab.enter(from, { to, port });
  if (target === undefined) throw new Refusal(`\`${to}\` has no address in the lab`);
  const { curlWords } = await import("@netproof/lab");
  const { code, stdout } = await start([...command, ...curlWords(source, target)], ["ignore", "pipe", "inherit"]);
  answer(options.raw ? stdout : readablePage(stdout));
  return code;
}

async function exec(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [pod, ...program] = operands;
  if (pod === undefined || program.length === 0)
    throw new Refusal("`lab exec` needs a pod and a command", "netproof lab exec web -- ip address");
  await using lab = await held(options);
  const { command } = await lab.enter(pod);
  return (await start([...command, ...program], "inherit")).code;
}

function shell(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [pod, ...more] = operands;
  if (pod === undefined || more.length > 0) throw new Refusal("`lab shell` needs a pod", "netproof lab shell web");
  return exec(options, [pod, process.env["SHELL"] ?? "/bin/sh"]);
}

async function change(kind: "apply" | "delete", _options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [file, ...more] = operands;
  if (file === undefined || more.length > 0)
    throw new Refusal(`\`lab ${kind}\` needs one file with policies`, `netproof lab ${kind} policy.yaml`);
  await using lab = await mustRun();
  answer(await lab.change(kind, { name: file, text: textOf(file) }));
  return 0;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Refusal(`no file \`${file}\``);
  }
}

async function trace(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [from, to, port] = callOf("trace", operands);
  await using lab = await held(options);
  answer(await lab.trace({ from, to, port }));
  return 0;
}

/** Every packet of a pod as pcap, until Ctrl-C: only a lab that is up has traffic to show. */
async function capture({ output }: Options, operands: readonly string[]): Promise<ExitCode> {
  const [pod, ...more] = operands;
  const [file] = output;
  if (pod === undefined || more.length > 0 || file === undefined)
    throw new Refusal("`lab capture` needs a pod and a file", "netproof lab capture web -o web.pcap");
  await using lab = await mustRun();
  const { captureFile } = await loadLab();
  const { command } = await lab.enter(pod);
  const descriptor = openSync(file, "w");
  talk(`writing what comes and goes at ${pod} to ${file}; Ctrl-C ends it\n`);
  const { code } = await start([...command, process.execPath, captureFile], ["ignore", descriptor, "inherit"]);
  closeSync(descriptor);
  return code;
}

async function down(): Promise<ExitCode> {
  await using lab = await mustRun();
  await lab.down();
  return 0;
}

/** `FROM TO`, `FROM TO PORT`, `FROM TO:PORT`; 80 when no port is said. */
function callOf(action: string, [from, to, port, ...more]: readonly string[]): readonly [from: string, to: string, port: string] {
  if (from === undefined || to === undefined || more.length > 0)
    throw new Refusal(`\`lab ${action}\` needs FROM and TO`, `netproof lab ${action} client1-dev webserver-dev`);
  const [, name, behind] = /^([^:]+|\[.*\]):([^:]+)$/.exec(to) ?? [];
  if (port !== undefined || name === undefined || behind === undefined) return [from, to.replace(/^\[(.*)\]$/, "$1"), port ?? "80"];
  return [from, name.replace(/^\[(.*)\]$/, "$1"), behind];
}

/** Runs a program and passes its exit code on. */
async function start(
  [program = "", ...words]: readonly string[],
  stdio: StdioOptions,
): Promise<{ readonly code: ExitCode; readonly stdout: string }> {
  const child = spawn(program, words, { stdio });
  // Ctrl-C reaches the program as well; how it ends is how this command ends.
  const wait = (): void => {};
  process.on("SIGINT", wait);
  const pass = (): void => void child.kill("SIGTERM");
  process.on("SIGTERM", pass);
  let stdout = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const code = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      talk(`error: ${program} cannot be started: ${error.message}\n`);
      resolve(127);
    });
    child.on("close", (status, signal) => resolve(status ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
  process.off("SIGINT", wait);
  process.off("SIGTERM", pass);
  return { code: code as ExitCode, stdout };
}
