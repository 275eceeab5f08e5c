import { spawn, spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { clusterOf300 } from "./cluster.ts";
import { calculated, command, copyOf, dayOne, fixtures, folderWith, netproof, plainEnvironment, pods } from "./netproof.ts";

const lines = [
  `run ${calculated}`,
  `run ${calculated} --full`,
  "matrix",
  "list",
  "list --pairs",
  "explain client-qa webserver-dev 80 --stage policy1",
  "check",
  `run ${calculated} --quiet`,
];

describe("in pipes", () => {
  it.each(lines)("%s: no colour, no tab, no trailing blank, LF, one newline at the end, at most 80 columns", async (line) => {
    const { stdout, stderr } = await netproof(line, { cwd: dayOne });
    for (const never of ["\u001b", "\r", "\t", " \n"]) expect(stdout + stderr).not.toContain(never);
    expect(stdout).toMatch(/[^\n]\n$/);
    // A line of `list` has names of any length, and nothing but sentences wraps.
    const sentences = line.startsWith("list") ? [] : stdout.split("\n");
    expect(sentences.filter((text) => stringWidth(text) > 80)).toEqual([]);
  });

  it.each([60, 120])("%i columns", async (columns) => {
    const { stdout } = await netproof(`run ${calculated}`, { cwd: dayOne, env: { COLUMNS: String(columns) } });
    expect(Math.max(...stdout.split("\n").map((text) => stringWidth(text)))).toBeLessThanOrEqual(columns);
  });

  it("colour repeats: without its escapes it is the plain text", async () => {
    expect((await netproof(`run ${calculated} --color always`, { cwd: dayOne })).stdout).toContain("\u001b[1m");
    for (const line of [`run ${calculated}`, "matrix", "explain client-qa webserver-dev 80 --stage policy1"]) {
      const [plain, forced, always, none] = await Promise.all([
        netproof(line, { cwd: dayOne }),
        netproof(line, { cwd: dayOne, env: { FORCE_COLOR: "1" } }),
        netproof(`${line} --color always`, { cwd: dayOne, env: { NO_COLOR: "1" } }),
        netproof(`${line} --color never`, { cwd: dayOne, env: { FORCE_COLOR: "1" } }),
      ]);
      expect(stripVTControlCharacters(forced.stdout)).toBe(plain.stdout);
      expect(always.stdout).toBe(forced.stdout);
      expect(none.stdout).toBe(plain.stdout);
      // No green, no blue, no background, nothing bright.
      expect(forced.stdout.split("\u001b").filter((part) => /^\[(?:3[24]|4\d|9\d|10\d)m/.test(part))).toEqual([]);
    }
  });

  it("--ascii is ASCII, also of what other people wrote", async () => {
    const named = pods.replace("labels: { app: web }", "labels: { app: web } # 日本語 →");
    const cwd = folderWith({
      "pods.yaml": named,
      "web.yaml":
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: web, namespace: dev }\nspec:\n  podSelector: {}\n  wörter: [日本]\n",
    });
    const { code, stdout } = await netproof("check -f . --ascii", { cwd });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^[\u0020-\u007e\n]*$/);
    expect((await netproof(`run ${calculated} --ascii`, { cwd: dayOne })).stdout).toMatch(/^[\u0020-\u007e\n]*$/);
    expect((await netproof("explain client-qa webserver-dev 80 --ascii", { cwd: dayOne })).stdout).toContain("client-qa -> webserver-dev");
  });

  it("the same bytes in another language, zone, home and folder", async () => {
    const copy = path.join(folderWith({}), "elsewhere");
    cpSync(dayOne, copy, { recursive: true });
    for (const line of [
      `run ${calculated}`,
      `run ${calculated} -o json`,
      "list -o json",
      "explain client-qa webserver-dev 80",
      "matrix -o svg",
    ]) {
      const [here, there] = await Promise.all([
        netproof(line, { cwd: dayOne }),
        netproof(line, { cwd: copy, env: { LANG: "ja_JP.EUC-JP", LC_ALL: "tr_TR", TZ: "Asia/Tokyo", HOME: copy } }),
      ]);
      expect(there.stdout).toBe(here.stdout);
    }
  });

  it("the order of files changes nothing", async () => {
    const [one, other] = await Promise.all(
      ["-f all-in-one.yaml -f policy1.yaml", "-f policy1.yaml -f all-in-one.yaml"].map(async (files) =>
        netproof(`list -o json ${files}`, { cwd: dayOne }),
      ),
    );
    expect(other?.stdout).toBe(one?.stdout);
  });
});

describe("a matrix of 300 workloads", () => {
  it("becomes namespaces with counts and says how to zoom", async () => {
    const cwd = folderWith({ "cluster.json": JSON.stringify(clusterOf300()) });
    const { stdout } = await netproof("matrix -f cluster.json", { cwd });
    expect(stdout).toBe(`59,640 of 89,700 pairs are open, 53,104 of them on every port
300 workloads are too wide for 80 columns: open pairs per namespace instead
FROM, TO           1     2     3     4     5
1 ingress (4)      all   all   16    -     all
2 monitoring (10)  all   all   880   600   all
3 orders (88)      all   all   all   5,040 all
4 payments (60)    all   all   -     -     all
5 shop (138)       all   all   -     -     all
Zoom: --from ingress --to monitoring | -n ingress | --full -o csv
`);
    const zoomed = await netproof("matrix -f cluster.json --from orders --to payments", { cwd });
    expect(zoomed.stdout).toBe(`5,040 of 5,280 pairs are open, only on 8080/TCP
148 workloads are too wide for 80 columns: those that are alike share a row,
--full has all
FROM, TO                         3
1 orders-01 and 83 like it (84)  8080
2 orders-85 and 3 like it (4)    -
Columns: 3 ns/payments (60)
`);
  });
});

it("a reader that goes away is not told of it, and the exit code stays", () => {
  for (const [line, code] of [
    [`run ${calculated}`, 0],
    ["check -f ../../packages/cli/test/fixtures/broken", 2],
    ["list --pairs -o json", 0],
  ] as const) {
    const script = `set -o pipefail; "${process.execPath}" "${command}" ${line} | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: dayOne, encoding: "utf8", env: plainEnvironment });
    expect([stdout.trim(), stderr.replace(/^Coverage:.*\n/gm, "")]).toEqual([String(code), ""]);
  }
});

it("a full disk is said", () => {
  const script = `"${process.execPath}" "${command}" run ${calculated} > /dev/full`;
  const { status, stderr } = spawnSync("bash", ["-c", script], { cwd: dayOne, encoding: "utf8", env: plainEnvironment });
  expect([status, stderr]).toEqual([2, expect.stringContaining("error: the answer cannot be written")]);
});

it("Ctrl-C prints nothing and is 130", async () => {
  const child = spawn(process.execPath, [command, "list", "-f", "-"], { cwd: fixtures, env: plainEnvironment, stdio: "pipe" });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  child.kill("SIGINT");
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect([code, said]).toEqual([130, ""]);
});

const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

describe.runIf(hasScript)("on a terminal", () => {
  const onTerminal = (line: string, cwd: string, env: Readonly<Record<string, string>> = {}, columns = 80): string => {
    const quoted = `stty cols ${columns}; exec "${process.execPath}" "${command}" ${line}`;
    const { stdout } = spawnSync("script", ["-qec", quoted, "/dev/null"], {
      cwd,
      encoding: "utf8",
      env: { ...plainEnvironment, COLUMNS: undefined, TERM: "xterm", ...env },
    });
    return stdout.replaceAll("\r\n", "\n");
  };

  it("places are links to the whole path, and the text is that of a pipe", async () => {
    const shown = onTerminal("explain client-jtac webserver-dev 80 --stage policy1", dayOne);
    expect(shown).toContain(`\u001b]8;;file://${dayOne}/policy1.yaml\u0007`);
    const { stdout, stderr } = await netproof("explain client-jtac webserver-dev 80 --stage policy1", { cwd: dayOne });
    expect(stripVTControlCharacters(shown)).toBe(stdout + stderr);
  });

  it("NO_COLOR and TERM=dumb give none", () => {
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) expect(onTerminal("run", dayOne, env)).not.toContain("\u001b");
  });

  it("a terminal that has no such letters gets ASCII", () => {
    for (const env of [{ LANG: "C" }, { LANG: "zh_CN.UTF-8" }, { TERM: "linux" }])
      expect(onTerminal("explain client-qa webserver-dev 80", dayOne, env)).toContain("client-qa -> webserver-dev");
  });

  it("long tables end at 30 rows, long names are cut in the middle", () => {
    const folder = copyOf(dayOne);
    const shown = stripVTControlCharacters(onTerminal("run", folder, {}, 60));
    expect(Math.max(...shown.split(/[\r\n]/).map((text) => stringWidth(text)))).toBeLessThanOrEqual(60);
  });
});
