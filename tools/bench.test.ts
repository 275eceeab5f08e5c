import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const dist = path.join(root, "packages/core/dist");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "netproof-peer-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/**
 * A stand-in that speaks as `netpol-analyzer list` does, and judges pair by pair and port by port with `semantics/`. `spoilt` is what it does
 * to its lines before it prints them.
 */
function standIn(name: string, spoilt: string): string {
  const program = path.join(folder, name);
  const code = `#!${process.execPath}
import { readFileSync } from "node:fs";
import path from "node:path";
import { judge, read, rulebook, verdictOf } from ${JSON.stringify(path.join(dist, "index.js"))};
const [command, , flag, inputs] = process.argv.slice(2);
if (command !== "list" || flag !== "--dirpath") process.exit(3);
const text = readFileSync(path.join(inputs, "cluster.json"), "utf8");
const { snapshot } = await read([{ name: "cluster.json", text }]);
const owners = new Map();
for (const { kind, metadata } of JSON.parse(text).items) {
  const [owner] = metadata.ownerReferences ?? [];
  if (kind !== "Pod") continue;
  const pod = snapshot.pods.find((own) => own.name === metadata.name && own.namespace.name === metadata.namespace);
  const title = metadata.namespace + "/" + owner.name + "[" + owner.kind + "]";
  if (!owners.has(title)) owners.set(title, pod);
}
const rules = rulebook(snapshot);
// Every number that a policy of the profile may mean, and one that none does; between them nothing changes.
const numbers = { TCP: [1, 53, 443, 3306, 5432, 6379, 5672, 8080, 8443, 9000, 9090, 9153, 9187, 15672, 30000], UDP: [1, 53, 7946], SCTP: [1] };
const lines = ["0.0.0.0-255.255.255.255[External] => kube-system/kube-dns-0[Deployment] : All Connections"];
for (const [from, a] of owners) {
  for (const [to, b] of owners) {
    if (from === to) continue;
    const parts = Object.entries(numbers).flatMap(([protocol, known]) => {
      const cuts = [...new Set([...known, ...known.map((port) => port + 1), 32768])].sort((x, y) => x - y);
      const open = (port) => verdictOf(judge(rules, { from: a, to: b, family: 4, protocol, port })) === "allow";
      const ranges = cuts.flatMap((first, i) => (open(first) ? [[first, (cuts[i + 1] ?? 65536) - 1]] : []));
      const joined = ranges.reduce((all, [first, last]) => (all.at(-1)?.[1] === first - 1 ? [...all.slice(0, -1), [all.at(-1)[0], last]] : [...all, [first, last]]), []);
      return joined.length === 0 ? [] : [protocol + " " + joined.map(([first, last]) => (first === last ? first : first + "-" + last)).join()];
    });
    const all = parts.join() === "TCP 1-65535,UDP 1-65535,SCTP 1-65535";
    if (parts.length > 0) lines.push(from + " => " + to + " : " + (all ? "All Connections" : parts.join()));
  }
}
const spoil = ${spoilt};
console.log(spoil(lines).join("\\n"));
`;
  writeFileSync(`${program}.mjs`, code, { mode: 0o755 });
  return `${program}.mjs`;
}

function compared(program: string): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, "bench/bench.mjs"), "XS", "--peer", `netpol-analyzer=${program}`],
    {
      encoding: "utf8",
    },
  );
  return { code: status, output: stdout + stderr };
}

describe("a peer beside netproof", () => {
  test("that says the same is timed and compared pair by pair", () => {
    const { code, output } = compared(standIn("same", "(lines) => lines"));
    expect(output).toMatch(/netpol-analyzer [\d.]+ s, [\d.]+ times as long/);
    expect(output).toContain("  1332 pairs of owners compared, 0 differ, 0 unknown");
    expect(code).toBe(0);
  });

  test("that leaves one pair out and opens one differs in these", () => {
    const { code, output } = compared(
      standIn("other", '(lines) => [...lines.slice(0, 40), ...lines.slice(41), lines[1].replace(/ : .*/, " : SCTP 7")]'),
    );
    expect(output).toContain("  1332 pairs of owners compared, 2 differ, 0 unknown");
    expect(output).toContain(", the peer nothing");
    expect(output).toContain(", the peer 7/SCTP");
    expect(code).toBe(1);
  });

  test("that breaks has no result", () => {
    const { code, output } = compared(standIn("broken", "() => process.exit(5)"));
    expect(output).toMatch(/netpol-analyzer has no result after [\d.]+ s: ended with 5/);
    expect(code).toBe(1);
  });
});
