import { openSync } from "node:fs";
import { closeFd, enterNamespace, leaveForNewNamespace } from "./libc.ts";

/** A network namespace, held by nothing but this descriptor: it is gone when the process is. */
export type Namespace = number;

const home: Namespace = openNamespace();

/** The namespace this thread is in. `/proc/thread-self` is right in a process namespace of our own, too. */
function openNamespace(): Namespace {
  return openSync("/proc/thread-self/ns/net", "r");
}

/**
 * Does something inside a namespace. It must be over when it returns: behind an `await` the thread is home again, and what others
 * do meanwhile would happen in the wrong place. Only sockets made here cross over; Node makes its own later, at home.
 */
export function inNamespace<T>(namespace: Namespace, action: () => T): T extends PromiseLike<unknown> ? never : T {
  enter(namespace);
  let result: T;
  try {
    result = action();
  } finally {
    if (!staysAway) enter(home);
  }
  if (result instanceof Promise) throw new Error("what is done in a namespace must not be a promise");
  return result as T extends PromiseLike<unknown> ? never : T;
}

/** Where this thread is. */
let here: Namespace = home;
let staysAway = false;
/** In a namespace that has no descriptor yet. */
const elsewhere = -1;

function enter(namespace: Namespace): void {
  if (namespace === here) return;
  enterNamespace(namespace);
  here = namespace;
}

/**
 * Does much in namespaces and comes home once, at the end: flows that begin in one place one after the other need no way home between
 * them, which is a system call each. It must be over when it returns.
 */
export function awayFromHome(action: () => void): void {
  staysAway = true;
  try {
    action();
  } finally {
    staysAway = false;
    enter(home);
  }
}

export function createNamespace(): Namespace {
  leaveForNewNamespace();
  here = elsewhere;
  try {
    return openNamespace();
  } finally {
    enter(home);
  }
}

/** Lets go of a namespace; the kernel takes it down when no socket is left in it. */
export function releaseNamespace(namespace: Namespace): void {
  closeFd(namespace);
}
