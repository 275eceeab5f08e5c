import { describe, expect, test } from "vitest";
import type { Diagnosis } from "../src/doctor.ts";
import { noLab, skippedBecause } from "./lab.ts";
import { run, runAfter, program, type Ended } from "./run.ts";

/** Machines that lack something, made on one that does not. */
describe.skipIf(noLab !== undefined)(`the lab's doctor${skippedBecause}`, () => {
  test("a machine that has everything", async () => {
    expect(diagnosisOf(await run(process.execPath, [program("doctor.mjs")]))).toEqual({
      findings: [
        { ok: true, what: expect.stringMatching(/^user namespace, nftables \d\.\d+\.\d+, forwarding IPv4 IPv6$/) as string },
        { ok: true, what: "self-test TCP UDP SCTP: 6 open, 12 rejected, all seen by the kernel" },
      ],
      canRun: true,
    });
  });

  test("the kernel's limit of network namespaces is reached: no disk is full", async () => {
    const { findings } = diagnosisOf(await runAfter("echo 0 > /proc/sys/user/max_net_namespaces", "doctor.mjs"));
    const what = "user namespace: the limit user.max_net_namespaces is reached";
    expect(findings).toEqual([{ ok: false, what, remedy: "sudo sysctl -w user.max_net_namespaces=10000" }]);
  });

  test("where only user namespaces are forbidden, root does without one", async () => {
    const { findings, canRun } = diagnosisOf(await runAfter("echo 0 > /proc/sys/user/max_user_namespaces", "doctor.mjs"));
    expect([findings[0]?.what, canRun]).toEqual([expect.stringMatching(/^root, nftables/), true]);
  });

  test("too few files may be open", async () => {
    const { findings } = diagnosisOf(await runAfter("ulimit -n 100", "doctor.mjs"));
    const what = "open files: a process may have 100, and even an empty lab needs more";
    expect(findings.at(-1)).toEqual({ ok: false, what, remedy: "ulimit -n 4096" });
  });

  test("/proc/sys is read-only, as in a container", async () => {
    const { findings } = diagnosisOf(
      await runAfter("mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys", "doctor.mjs"),
    );
    expect(findings.at(-1)).toEqual({ ok: false, what: "forwarding: /proc/sys is read-only here", remedy: "docker run --privileged …" });
  });
});

function diagnosisOf({ stdout, stderr }: Ended): Diagnosis {
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Diagnosis;
}
