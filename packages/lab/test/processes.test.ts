import { describe, expect, test } from "vitest";
import { noLab, skippedBecause } from "./lab.ts";
import { program, run, runAfter } from "./run.ts";
import { clusters } from "./soak.ts";

describe.skipIf(noLab !== undefined)(`the lab's processes${skippedBecause}`, () => {
  test("SIGKILL at any moment leaves no process and no namespace", async () => {
    const times = String(clusters(4, 50));
    const { stdout, stderr } = await runAfter("echo 40 > /proc/sys/user/max_net_namespaces", "killing.mjs", times);
    expect(stdout + stderr).toBe("done\n");
  }, 300_000);

  test.each([200, 512])("with %i open files allowed, servers make way for others, and none is missed", async (files) => {
    const { stdout, stderr } = await runAfter(`ulimit -n ${files}`, "ports.mjs");
    expect(stderr).toBe("");
    const counts = Object.fromEntries(
      ["TCP", "UDP", "SCTP"].flatMap((protocol) => [
        [`p1 ${protocol} deny`, 410],
        [`p2 ${protocol} allow`, 410],
      ]),
    );
    expect(JSON.parse(stdout)).toEqual({ counts, servers: { asked: 2, answering: 2 } });
  });

  test.skipIf(process.getuid?.() !== 0)("an ordinary user measures what root measures", async () => {
    const [root, nobody] = [
      await run(process.execPath, [program("verdicts.mjs")]),
      await run(process.execPath, [program("verdicts.mjs")], 65_534),
    ];
    expect(nobody).toEqual(root);
    expect(root.code).toBe(0);
    expect(root.stdout.split("\n").filter((line) => line.endsWith(" deny"))).toHaveLength(2 * 7 * 6);
  });
});
