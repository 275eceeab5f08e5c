import { existsSync, readFileSync, readdirSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { copyOf, dayOne, fixtures, folderWith, netproof, pods, policy } from "./netproof.ts";

describe("a mistake is answered with the nearest name and exit 2", () => {
  it.each([
    ["explian", "error: no command `explian`, did you mean `explain`?\n"],
    ["matrix --prot 80", "error: no flag `--prot`, did you mean `--port`?\n"],
    ["explain client-q cent222", "error: no endpoint `client-q`, did you mean `client-qa` (pod of qa)?\n"],
    ["matrix --flows x", "error: `matrix` has no flag `--flows`, `ask` has\n"],
    ["matrix -f", "error: `--filename` needs a value: --filename FILE\n"],
    [
      "matrix --stage polcy1",
      "error: no stage `polcy1`, did you mean `policy1`?\n  = help: the stages are before, policy1, db-guarded, db-silent, db-mistake\n",
    ],
    ["list -o jsn", "error: no format `jsn`, did you mean `json`?\n  = help: -o takes table, wide, json, yaml, csv, markdown, mermaid\n"],
    ["explain -o svg a b", "error: no format `svg`\n  = help: -o takes table, wide, json, yaml, markdown\n"],
    ["list -o json -o csv", "error: -o json and -o csv: one can be printed\n  = help: -o FORMAT=FILE writes further ones\n"],
    ["matrix --engine spce", "error: no engine `spce`, did you mean `spec`?\n"],
    ["matrix --color green", "error: --color is always, auto or never, not `green`\n"],
    ["matrix --port 99999", "error: port `99999` is not between 1 and 65535\n"],
    ["matrix --port 80/ICMP", "error: `ICMP` is no protocol of network policies\n  = help: TCP, UDP, SCTP\n"],
    ["matrix -l =x", "error: -l `=x`: `=x` is no condition on labels\n"],
    ["matrix -n dev -l app=client-qa", "error: -l `app=client-qa` selects no pod in `dev`\n"],
    ["matrix -n devv", "error: no namespace `devv`, did you mean `dev`?\n"],
    ["matrix --from nobody", "error: no endpoint `nobody`\n"],
    ["matrix --pod-cidr 10.0.0.0/33", "error: --pod-cidr `10.0.0.0/33` is no network\n"],
    ["explain client-qa", "error: `explain` needs TO\n  = help: netproof explain FROM TO [PORT[/PROTOCOL]]\n"],
    ["explain a b 80 c", "error: `c` is one word too many for `explain`\n"],
    ["matrix k8s/", "error: `k8s/` is one word too many for `matrix`\n  = help: -f k8s/ reads a file or folder\n"],
    ["explain client-qa webserver-dev eighty", "error: `eighty` is no port\n  = help: a number, or http\n"],
    ["run --today tomorrow", "error: --today `tomorrow` is no day\n  = help: a day is YYYY-MM-DD\n"],
    ["run . -f .", "error: a use case is named once\n"],
    ["ask", "error: `ask` needs --flows FILE\n"],
    ["completion bsh", "error: no script for `bsh`, did you mean `bash`?\n"],
    ["help xcept-outside", "error: no command or code `xcept-outside`, did you mean `except-outside`?\n"],
    ["contrail", "error: `contrail` needs an action\n  = help: netproof contrail objects|explain|check|import\n"],
    ["lint", "error: `lint` is not in this version of netproof\n"],
    [".", "error: no command `.`\n  = help: netproof run .\n"],
    ["check -f \u001b[31mred", "error[input-missing]: no file or folder `\\u{1b}[31mred`\n"],
  ])("netproof %s", async (line, said) => {
    const { code, stdout, stderr } = await netproof(line, { cwd: dayOne });
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(said);
    expect(stdout + stderr).not.toContain("\u001b");
  });

  it("without anything to judge", async () => {
    const { code, stdout, stderr } = await netproof("", { cwd: folderWith({}) });
    expect([code, stdout, stderr.split("\n")[0]]).toEqual([2, "", "No netproof.yaml here. netproof proves what network policies do; try"]);
  });
});

it("flags that need a cluster say what to pipe instead", async () => {
  for (const flag of ["--context prod", "--cluster prod", "--kubeconfig x", "--as me"]) {
    const { code, stderr } = await netproof(`matrix ${flag}`);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/asks no cluster[^]*kubectl get ns,po,svc,netpol -A -o json .*\| netproof matrix -f -\n$/),
    ]);
  }
});

it("an engine that exists elsewhere and not here is exit 3", async () => {
  for (const name of ["live", "spec,live"]) expect((await netproof(`matrix --engine ${name}`, { cwd: dayOne })).code).toBe(3);
  expect((await netproof("matrix --engine spec", { cwd: dayOne })).code).toBe(0);
});

it("every form that kubectl takes", async () => {
  const same = [
    "list -o json -n dev -f .",
    "list -ojson -ndev -f.",
    "list -o=json -n=dev -f=.",
    "list --output json --namespace dev --filename .",
    "list --output=json --namespace=dev --filename=.",
    "-n dev list -ojson",
    "list --recursive=false -o json -n dev",
  ];
  const ended = await Promise.all(same.map(async (line) => netproof(line, { cwd: dayOne })));
  for (const [i, { code, stdout }] of ended.entries()) expect([code, stdout], same[i]).toEqual([0, ended[0]?.stdout]);
  const [all, both] = await Promise.all(["list -o json", "list -o json -n qa -A"].map(async (line) => netproof(line, { cwd: dayOne })));
  expect(both?.stdout).toBe(all?.stdout);
});

describe("what is selected", () => {
  it.each([
    ["-n qa", "14"],
    ["-l app=client-qa", "14"],
    ["-l 'app in (client-qa,client-jtac)'", "26"],
    ["--from client-qa", "7"],
    ["--to ns/dev", "28"],
    ["--from qa --to jtac", "1"],
    ["--from cent222 --to any", "6"],
  ])("matrix %s", async (flags, pairs) => {
    const words = ["matrix", "--stage", "before", ...(flags.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""))];
    const { code, stdout } = await netproof(words, { cwd: dayOne });
    expect([code, stdout.split("\n")[0]?.split(" pairs ")[0]]).toEqual([0, pairs === "1" ? "before: 1 of 1" : `before: all ${pairs}`]);
  });
});

describe("-o and files", () => {
  it("-o FORMAT=FILE writes further ones, --output-file the plain one, and nothing half", async () => {
    const folder = copyOf(dayOne);
    const { code, stdout } = await netproof("matrix -o csv=m.csv -o json=m.json -o svg=m.svg", { cwd: folder });
    expect([code, stdout.split("\n")[0]]).toEqual([0, expect.stringContaining("db-mistake: 38 of 54")]);
    expect(JSON.parse(readFileSync(path.join(folder, "m.json"), "utf8"))).toMatchObject({ format: "netproof.matrix/1" });
    expect(readFileSync(path.join(folder, "m.csv"), "utf8")).toMatch(/^from,to,/);
    const plain = await netproof("matrix -o table --output-file m.txt --color always", { cwd: folder });
    expect([plain.code, plain.stdout, readFileSync(path.join(folder, "m.txt"), "utf8")]).toEqual([0, "", stdout]);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("a link stays one, a device is written as it is, a folder that is missing is said", async () => {
    const folder = copyOf(dayOne);
    symlinkSync("target.json", path.join(folder, "link.json"));
    const [link, device, missing] = await Promise.all(
      ["-o json=link.json", "-o csv --output-file /dev/null", "-o json=no/where.json"].map(async (flags) =>
        netproof(`matrix ${flags}`, { cwd: folder }),
      ),
    );
    expect(link?.code).toBe(0);
    expect(existsSync(path.join(folder, "target.json"))).toBe(true);
    expect([device?.code, statSync("/dev/null").isCharacterDevice()]).toEqual([0, true]);
    expect([missing?.code, missing?.stderr]).toEqual([
      2,
      expect.stringContaining("error: `no/where.json` cannot be written: its folder does not exist"),
    ]);
  });

  it("every format of every command: only the document on stdout, sorted keys, format first", async () => {
    const lines = [
      "run",
      "matrix",
      "list",
      "explain client-qa webserver-dev 80",
      "check",
      "ask --flows ../../packages/cli/test/fixtures/flows.csv",
    ];
    for (const line of lines) {
      const [json, yaml, markdown] = await Promise.all(
        ["json", "yaml", "markdown"].map(async (format) => netproof(`${line} -o ${format}`, { cwd: dayOne })),
      );
      expect(() => JSON.parse(json?.stdout ?? "") as unknown).not.toThrow();
      expect(json?.stdout).toMatch(line.startsWith("ask") ? /^\[\n {2}\{\n {4}"family": 4,/ : /^\{\n {2}"format": "netproof\./);
      expect(yaml?.stdout).not.toBe("");
      expect(markdown?.stdout).not.toBe("");
      expect([json, yaml, markdown].map((ended) => ended?.code)).toEqual([0, 0, 0]);
    }
  });

  it("--no-headers drops the line of heads", async () => {
    const [heads, none] = await Promise.all(
      ["list --pairs", "list --pairs --no-headers"].map(async (line) => netproof(line, { cwd: dayOne })),
    );
    expect(none?.stdout).toBe(heads?.stdout.slice(heads.stdout.indexOf("\n") + 1));
  });
});

describe("the ledger", () => {
  it("--strict fails on what was skipped, not on what was assumed", async () => {
    const cwd = folderWith({
      "pods.yaml": pods,
      "web.yaml": policy.replace("  policyTypes: [Ingress]\n", ""),
      "more/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m, namespace: dev }\n",
    });
    expect((await netproof("list -f . --strict", { cwd })).code).toBe(0);
    for (const line of ["list -f . -R --strict", "check -f . -R --strict"]) {
      const { code, stdout, stderr } = await netproof(line, { cwd });
      expect([code, stdout + stderr]).toEqual([2, expect.stringContaining("error[skipped-under-strict]: ConfigMap was skipped")]);
    }
  });

  it("--ledger prints it whole: of reports on stdout, else beside the answer", async () => {
    const check = await netproof("check -f shop --ledger", { cwd: fixtures });
    const list = await netproof("list -f shop --ledger", { cwd: fixtures });
    expect(check.stdout).toMatch(/skipped +1 +ConfigMap/);
    expect(list.stderr).toMatch(/skipped +1 +ConfigMap/);
    expect((await netproof("run --ledger", { cwd: dayOne })).stdout).toMatch(/\nread +11 +Namespace 3, Pod 6, NetworkPolicy 2\n/);
  });
});
