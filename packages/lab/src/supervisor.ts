import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { createHeld } from "./probe/held.ts";
import { createLoop } from "./probe/loop.ts";
import type { Order, Tried, Turning } from "./probe/order.ts";
import { probe, readNotes, type Tables } from "./probe/prober.ts";
import { emptied } from "./nft/render.ts";
import { TooFewFiles } from "./probe/room.ts";
import { createServers } from "./probe/servers.ts";
import { watchStart } from "./probe/start.ts";
import { whileChanging } from "./probe/switch.ts";
import type { HeldSeen, LoadedRules, Message, Reply, Results, Task } from "./protocol.ts";
import { forgetConnections } from "./sys/conntrack.ts";
import { dieWithParent, errno, SystemError } from "./sys/libc.ts";
import { createNamespace, inNamespace, releaseNamespace } from "./sys/netns.ts";
import { runNft } from "./world/nft.ts";
import { createWorld, type BuiltPlace } from "./world/world.ts";

/**
 * The process that owns the namespaces. It lives as long as its standard input: when the process outside is gone, however it ended,
 * so is this one, and with it every namespace, as nothing but its descriptors holds them.
 */

dieWithParent();
const loop = createLoop();
const world = createWorld();
const servers = createServers(loop, placeAt);
const held = createHeld(loop);
let heldOrders: readonly Order[] = [];
let rules: LoadedRules | undefined;
/** When the places that were added last began to exist. */
let born = performance.now();
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
    say({ id, error: messageOf(error) });
  } finally {
    if (resting !== undefined) resting = loop.rest();
    cancelled.delete(id);
  }
}

/** Too many open files is no fault of the call that met it first. */
function messageOf(error: unknown): string {
  const isFull =
    error instanceof SystemError ? error.errno === errno.EMFILE : (error as NodeJS.ErrnoException | undefined)?.code === "EMFILE";
  return (isFull ? new TooFewFiles() : (error as Error)).message;
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
      born = performance.now();
      return null;
    case "remove":
      for (const id of task.ids) servers.forget(id);
      loop.turn(0);
      world.remove(task.ids);
      return null;
    case "rules":
      return load(task.rules, task.keep, task.turnings);
    case "hold":
      keepServing(task.orders);
      heldOrders = task.orders;
      held.open(task.orders, placeAt);
      return heldSeen();
    case "greet":
      held.greet();
      return heldSeen();
    case "release":
      held.close();
      heldOrders = [];
      return null;
    case "forget":
      for (const { place } of rules?.routers ?? []) inNamespace(placeAt(place).namespace, forgetConnections);
      return null;
    case "start": {
      keepServing(task.orders);
      const openings = watchStart(loop, placeAt, task.orders, born);
      const noted = readNotes(tablesOf(rules), placeAt);
      return openings.map((opening, i) => ({ ...opening, noted: noted(task.orders[i] as Order) }));
    }
    case "probe":
      if (task.anew === true) await forgetNotes();
      return tryOut(task.orders, task.home === true, signal, progress);
    case "check":
      return check(task.text);
    case "own":
      files = task.files;
      return null;
    case "serve":
      keepServing(task.orders);
      resting ??= { stop: async () => {} };
      return { namespaces: [...world.places].map(([id, { namespace }]) => [id, namespace]) };
  }
}

/** Servers that answer from now on, whatever else is tried. */
function keepServing(orders: readonly Order[]): void {
  for (const order of orders) servers.serve(order).stays = true;
}

function tryOut(orders: readonly Order[], home: boolean, signal: AbortSignal, progress: (done: number) => void): Promise<readonly Tried[]> {
  const denyMarks = new Set(rules?.denyMarks);
  return probe(loop, world, servers, tablesOf(rules), orders, {
    home,
    denyWith: rules?.denyWith ?? "reject",
    isDeny: (mark) => denyMarks.has(mark),
    signal,
    progress,
  });
}

/** The sets of witnesses are read whole: of many flows, those that were told make way for the next ones. */
async function forgetNotes(): Promise<void> {
  for (const { place, doubts } of rules?.routers ?? []) await runNft(placeAt(place).namespace, emptied(rules?.table ?? "", doubts));
}

function tablesOf(loaded: LoadedRules | undefined): Tables | undefined {
  return loaded && { table: loaded.table, routers: loaded.routers };
}

function placeAt(id: number): BuiltPlace {
  const place = world.places.get(id);
  if (place === undefined) throw new Error(`there is no place ${id}`);
  return place;
}

/** What is silent is waited for until a rule is seen to deny it, or longer than TCP takes to send a packet three times. */
function heldSeen(): readonly HeldSeen[] {
  const denyMarks = new Set(rules?.denyMarks);
  const read = (): readonly HeldSeen[] => {
    const seen = held.heard(100);
    const noted = readNotes(tablesOf(rules), placeAt);
    return seen.map((one, i) => ({ seen: one, noted: noted(heldOrders[i] as Order) }));
  };
  const isOpen = ({ seen, noted }: HeldSeen): boolean =>
    seen.kind === "silent" && ![noted.egress, noted.ingress].some((mark) => mark !== undefined && denyMarks.has(mark));
  const until = performance.now() + longestSilence;
  let all = read();
  while (all.some(isOpen) && performance.now() < until) all = read();
  return all;
}

const longestSilence = 3000;

/** Puts rules in force and tells when they were seen to be. What is under way is forgotten, unless it shall be kept. */
async function load(next: LoadedRules, keep: boolean, turnings: readonly Turning[]): Promise<Results["rules"]> {
  let milliseconds = 0;
  for (const { order } of turnings) servers.serve(order);
  const change = async (): Promise<void> => {
    milliseconds = await loadAll(next, keep);
  };
  if (turnings.length === 0) await change();
  const turned = turnings.length === 0 ? [] : await whileChanging(loop, placeAt, turnings, change);
  rules = next;
  return { milliseconds, turned: turned.map((after) => after ?? null) };
}

/** Router by router; how many milliseconds the slowest last transaction took. */
async function loadAll(next: LoadedRules, keep: boolean): Promise<number> {
  let milliseconds = 0;
  for (const { place, transactions } of next.routers) {
    const namespace = world.places.get(place)?.namespace;
    if (namespace === undefined) throw new Error(`there is no router ${place}`);
    for (const [i, text] of transactions.entries()) {
      const started = performance.now();
      await runNft(namespace, text);
      if (i === transactions.length - 1) milliseconds = Math.max(milliseconds, performance.now() - started);
    }
    if (!keep) inNamespace(namespace, forgetConnections);
  }
  return milliseconds;
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
