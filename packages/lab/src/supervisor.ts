import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { createLoop } from "./probe/loop.ts";
import type { Order, Tried } from "./probe/order.ts";
import { probe, type Tables } from "./probe/prober.ts";
import { createServers } from "./probe/servers.ts";
import type { LoadedRules, Message, Reply, Task } from "./protocol.ts";
import { forgetConnections } from "./sys/conntrack.ts";
import { dieWithParent } from "./sys/libc.ts";
import { createNamespace, inNamespace, releaseNamespace } from "./sys/netns.ts";
import { addressBytes } from "./sys/socket-address.ts";
import { runNft } from "./world/nft.ts";
import { createWorld } from "./world/world.ts";

/**
 * The process that owns the namespaces. It lives as long as its standard input: when the process outside is gone, however it ended,
 * so is this one, and with it every namespace, as nothing but its descriptors holds them.
 */

dieWithParent();
const loop = createLoop();
const world = createWorld();
const servers = createServers(loop);
let rules: LoadedRules | undefined;
/** The loop while nobody takes turns of it; undefined before it has to serve on its own. */
let resting: ReturnType<typeof loop.rest> | undefined;
const cancelled = new Map<number, AbortController>();

const input = createInterface({ input: process.stdin });
let files: readonly string[] = [];
input.on("close", end);
process.stdout.on("error", end);
/** Tasks are done one after the other. */
let queue: Promise<void> = Promise.resolve();
input.on("line", (line) => {
  const message = JSON.parse(line) as Message;
  if ("cancel" in message) {
    cancelled.get(message.id)?.abort();
    return;
  }
  cancelled.set(message.id, new AbortController());
  queue = queue.then(() => answer(message.id, message.task));
});
say({ ready: { pid: process.pid } });

async function answer(id: number, task: Task): Promise<void> {
  const { signal } = cancelled.get(id) ?? new AbortController();
  try {
    signal.throwIfAborted();
    await resting?.stop();
    say({ id, result: await carryOut(task, signal, (progress) => say({ id, progress })) });
  } catch (error) {
    say({ id, error: error instanceof Error ? error.message : String(error) });
  } finally {
    if (resting !== undefined) resting = loop.rest();
    cancelled.delete(id);
  }
}

function end(): void {
  for (const file of files) rmSync(file, { force: true });
  process.exit(0);
}

function say(reply: Reply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

async function carryOut(task: Task, signal: AbortSignal, progress: (done: number) => void): Promise<unknown> {
  switch (task.do) {
    case "add":
      world.add(task.places);
      return null;
    case "remove":
      for (const id of task.ids) servers.forget(id);
      loop.turn(0);
      world.remove(task.ids);
      return null;
    case "rules":
      return load(task.rules);
    case "probe":
      return tryOut(task.orders, tablesOf(rules), signal, progress);
    case "listen":
      return tryOut(task.orders, undefined, signal, progress);
    case "check":
      return check(task.text);
    case "own":
      files = task.files;
      return null;
    case "serve":
      for (const { to, target, protocol, port } of task.orders) {
        const place = world.places.get(to);
        if (place !== undefined) servers.serve(place, addressBytes(target), protocol, port);
      }
      resting ??= { stop: async () => {} };
      return { namespaces: [...world.places].map(([id, { namespace }]) => [id, namespace]) };
  }
}

function tryOut(
  orders: readonly Order[],
  tables: Tables | undefined,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<readonly Tried[]> {
  const denyMarks = new Set(rules?.denyMarks);
  return probe(loop, world, servers, tables, orders, {
    denyWith: rules?.denyWith ?? "reject",
    isDeny: (mark) => denyMarks.has(mark),
    signal,
    progress,
  });
}

function tablesOf(loaded: LoadedRules | undefined): Tables | undefined {
  return loaded && { table: loaded.table, routers: loaded.routers };
}

/** Puts rules in force, router by router. What is under way is forgotten, so that it meets them as if it were new. */
async function load(next: LoadedRules): Promise<{ readonly milliseconds: number }> {
  let milliseconds = 0;
  for (const { place, transactions } of next.routers) {
    const namespace = world.places.get(place)?.namespace;
    if (namespace === undefined) throw new Error(`there is no router ${place}`);
    for (const [i, text] of transactions.entries()) {
      const started = performance.now();
      await runNft(namespace, text);
      if (i === transactions.length - 1) milliseconds = Math.max(milliseconds, performance.now() - started);
    }
    inNamespace(namespace, forgetConnections);
  }
  rules = next;
  return { milliseconds };
}

/** Asks nft whether it would take a text, in a namespace that is empty. */
async function check(text: string): Promise<null> {
  const namespace = createNamespace();
  try {
    await runNft(namespace, text, ["-c"]);
  } finally {
    releaseNamespace(namespace);
  }
  return null;
}
