import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { emptySnapshot } from "@netproof/core/parts";
import { createLab } from "./engine.ts";
import { chooseWay, surroundings } from "./launch.ts";

/** One thing that the lab needs: it is there, or a sentence says what is wrong and one command how to mend it. */
export type Finding = { readonly ok: true; readonly what: string } | { readonly ok: false; readonly what: string; readonly remedy: string };

export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly canRun: boolean;
}

/** Finds out by doing whether the lab can run on this machine, cheapest first; the first thing that is missing ends it. */
export async function diagnose(): Promise<Diagnosis> {
  const found: string[] = [];
  const missing = (finding: Finding): Diagnosis => ({ findings: [...okOf(found), finding], canRun: false });
  if (process.platform !== "linux") {
    return missing(
      no(
        "the lab needs Linux: its pods are network namespaces",
        "run netproof in a Linux machine, for example with: limactl start && lima netproof lab doctor",
      ),
    );
  }
  try {
    createRequire(import.meta.url).resolve("koffi");
  } catch {
    return missing(no("koffi: the optional package is not installed", "npm install koffi@3.3.4"));
  }
  try {
    found.push(chooseWay().name);
  } catch (error) {
    return missing(namespaceFinding(messageOf(error)));
  }
  const nft = spawnSync("nft", ["--version"], { encoding: "utf8", env: surroundings() });
  if (nft.error !== undefined) return missing(no("nftables: the program nft is not installed", "sudo apt-get install nftables"));
  found.push(`nftables ${/\d[\d.]*/.exec(nft.stdout)?.[0] ?? ""}`.trim());
  try {
    await using session = await createLab({ denyWith: "reject" }).open(emptySnapshot);
    const { open, denied } = session.selfTest;
    const tested: Finding = { ok: true, what: `self-test TCP UDP SCTP: ${open} open, ${denied} rejected, all seen by the kernel` };
    return { findings: [...okOf([...found, "forwarding IPv4 IPv6"]), tested], canRun: true };
  } catch (error) {
    return missing(labFinding(messageOf(error)));
  }
}

/** Why the lab cannot run, in one line; undefined when nothing speaks against it. Cheap: nothing is built. */
export function obstacle(): string | undefined {
  if (process.platform !== "linux") return "it needs Linux";
  try {
    createRequire(import.meta.url).resolve("koffi");
  } catch {
    return "koffi is not installed";
  }
  try {
    chooseWay();
  } catch (error) {
    return namespaceFinding(messageOf(error)).what;
  }
  return spawnSync("nft", ["--version"], { env: surroundings() }).error === undefined ? undefined : "nftables is not installed";
}

function okOf(found: readonly string[]): readonly Finding[] {
  return found.length === 0 ? [] : [{ ok: true, what: found.join(", ") }];
}

function no(what: string, remedy: string): Finding {
  return { ok: false, what, remedy };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What `unshare` said (in English, as it is asked in the C locale). */
function namespaceFinding(said: string): Finding {
  if (/cannot be started/.test(said)) return no("user namespace: the program unshare is not installed", "sudo apt-get install util-linux");
  // No disk is full: the kernel counts namespaces, and the limit is reached or zero (man 7 namespaces).
  if (/No space left/.test(said)) {
    const limit = ["max_user_namespaces", "max_net_namespaces"].find((name) => setting(`user/${name}`) === "0") ?? "max_user_namespaces";
    return no(`user namespace: the limit user.${limit} is reached`, `sudo sysctl -w user.${limit}=10000`);
  }
  if (setting("kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return no("user namespace: uid map refused, AppArmor restricts it", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
  }
  if (setting("kernel/unprivileged_userns_clone") === "0")
    return no("user namespace: switched off for ordinary users", "sudo sysctl -w kernel.unprivileged_userns_clone=1");
  if (isFiltered()) {
    return no(
      "user namespace: the container's seccomp filter refuses it",
      "docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined …",
    );
  }
  return no(`user namespace: ${said}`, "run as root: sudo netproof lab doctor");
}

/** What went wrong while a lab was built and tried. */
function labFinding(said: string): Finding {
  const [, allowed] = /more files than the (\d+)/.exec(said) ?? [];
  if (allowed !== undefined) return no(`open files: a process may have ${allowed}, and even an empty lab needs more`, "ulimit -n 4096");
  if (/EROFS/.test(said)) return no("forwarding: /proc/sys is read-only here", "docker run --privileged …");
  if (/nf_tables|netlink|No such file or directory|Operation not supported|nft/i.test(said))
    return no(`nftables: ${said}`, "use a kernel with nf_tables (Linux 5.15 or newer with its inet family)");
  if (/veth/.test(said)) return no(`veth: ${said}`, "sudo modprobe veth");
  if (/No space left|ENOSPC/.test(said))
    return no("network namespaces: the limit user.max_net_namespaces is reached", "sudo sysctl -w user.max_net_namespaces=10000");
  return no(said, "netproof lab doctor, once more: a machine that is very busy may fail");
}

function setting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** 2 stands for a filter of system calls (man 5 proc). */
function isFiltered(): boolean {
  try {
    return /^Seccomp:\s*2$/m.test(readFileSync("/proc/self/status", "utf8"));
  } catch {
    return false;
  }
}
