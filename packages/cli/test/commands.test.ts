import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { calculated, copyOf, dayOne, fixtures, folderWith, netproof, pods, policy, root } from "./netproof.ts";

const clusterWithWorkload = `${pods}---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: dev }
spec:
  replicas: 3
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec: { containers: [{ name: api, image: api, ports: [{ name: grpc, containerPort: 9000 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: dev }
spec: { selector: { app: api }, ports: [{ name: grpc, port: 90, targetPort: grpc }] }
---
apiVersion: v1
kind: Service
metadata: { name: away, namespace: dev }
spec: { ports: [{ port: 80 }] }
`;

/** Two pods of one ReplicaSet, of which one is labelled so that the policy selects it. */
const unlike = ["a", "b"]
  .map(
    (name) => `apiVersion: v1
kind: Pod
metadata:
  name: db-${name}
  namespace: dev
  labels: { app: db, part: ${name} }
  ownerReferences: [{ apiVersion: apps/v1, kind: StatefulSet, name: db, uid: x, controller: true }]
spec: { containers: [{ name: db, image: db }] }
status: { podIP: 10.0.1.${name === "a" ? 1 : 2} }
`,
  )
  .join("---\n");

const closesOne = policy.replace("name: web", "name: db").replace("app: web", "part: a");

describe("run", () => {
  it("a declaration taken away is exit 1, and says why", async () => {
    const folder = copyOf(dayOne);
    const file = path.join(folder, "netproof.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace(/(name: policy1\n.*\n.*\n) {4}intent: unmet\n/, "$1"));
    const { code, stdout } = await netproof(`run ${calculated}`, { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nfinding\[stage-unmet\]: .*policy1.*\n {2}--> netproof\.yaml:\d+:\d+\n/);
    expect(stdout).toMatch(/1 finding: exit 1\n$/);
    const annotated = await netproof(["run", "-q", "--engine", "spec", folder], {
      env: { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: path.dirname(folder) },
    });
    expect(annotated.stderr).toMatch(
      new RegExp(`^::error file=${path.basename(folder)}/netproof\\.yaml,line=\\d+,col=\\d+,title=stage-unmet::[^\\n]+\\n$`),
    );
  });

  it("a kind that was not read is exit 4, and 0 when it is said to be absent", async () => {
    const folder = copyOf(dayOne);
    const unread = readFileSync(path.join(fixtures, "shop/cnp.yaml"), "utf8").replace("namespace: shop", "namespace: qa");
    writeFileSync(path.join(folder, "all-in-one.yaml"), `${readFileSync(path.join(folder, "all-in-one.yaml"), "utf8")}---\n${unread}`);
    const judged = await netproof(`run ${calculated}`, { cwd: folder });
    expect([judged.code, judged.stdout]).toEqual([4, expect.stringMatching(/undetermined: exit 4\n$/)]);
    expect((await netproof(`run ${calculated} --assume-absent CiliumNetworkPolicy`, { cwd: folder })).code).toBe(0);
  });

  it("errors are the report, with exit 2; as data nothing is printed", async () => {
    const folder = copyOf(dayOne);
    writeFileSync(
      path.join(folder, "policy1.yaml"),
      readFileSync(path.join(folder, "policy1.yaml"), "utf8").replace("cidr: 10.169.25.20/32", "cidr: 10.169.25.20/33"),
    );
    const table = await netproof(`run ${calculated}`, { cwd: folder });
    expect([table.code, table.stderr]).toEqual([2, ""]);
    expect(table.stdout).toMatch(/^error\[cidr-invalid\]: [^]*\n1 error in 1 file, nothing was judged: exit 2\./);
    const json = await netproof(`run ${calculated} -o json -o csv=report.csv`, { cwd: folder });
    expect([json.code, json.stdout, existsSync(path.join(folder, "report.csv"))]).toEqual([2, "", false]);
    expect(json.stderr).toContain("error[cidr-invalid]");
  });

  it("by file, by folder, by -f, and without a command", async () => {
    const ended = await Promise.all([
      netproof("run", { cwd: dayOne }),
      netproof("", { cwd: dayOne }),
      netproof("run netproof.yaml", { cwd: dayOne }),
      netproof(["run", dayOne]),
      netproof(["run", "-f", dayOne]),
    ]);
    for (const { code, stdout } of ended) expect([code, stdout]).toEqual([0, ended[0].stdout]);
  });

  it("the numbers of the chapter", async () => {
    const { stdout } = await netproof(`run ${calculated} -o json`, { cwd: dayOne });
    const report = JSON.parse(stdout) as { stages: { totals: { open: number; pairs: number }; broken: { pairs: number }[] }[] };
    expect(report.stages.map(({ totals }) => [totals.open, totals.pairs])).toEqual([
      [54, 54],
      [44, 54],
      [38, 54],
      [32, 54],
      [38, 54],
    ]);
    expect(report.stages.map(({ broken }) => broken.reduce((sum, { pairs }) => sum + pairs, 0))).toEqual([20, 12, 6, 0, 6]);
    const full = await netproof(`run ${calculated} --full`, { cwd: dayOne });
    const grid = full.stdout.split("\n\n")[3] ?? "";
    expect(grid.match(/[\w-]!/g)?.length).toBe(20 + 12 + 6 + 0 + 6);
  });

  it("every printed place exists and holds what is quoted", async () => {
    const { stdout } = await netproof(`run ${calculated}`, { cwd: dayOne });
    const places = [...stdout.matchAll(/ ([\w-]+\.yaml):(\d+)$/gm)];
    expect(places.length).toBeGreaterThan(6);
    for (const [, file = "", line] of places)
      expect(readFileSync(path.join(dayOne, file), "utf8").split("\n")[Number(line) - 1]).toMatch(/\S/);
  });
});

describe("ask", () => {
  const flows = [
    { from: "dev/client", to: "dev/web", port: 80, protocol: "TCP" },
    { from: "ip:10.9.9.9", to: "web", port: 80, protocol: "TCP" },
    { from: "client", to: "svc/api", port: 90, protocol: "TCP" },
    { from: "client", to: "deploy/api", port: "9000", protocol: "tcp", family: 4 },
    { from: "10.0.0.2", to: "web", port: 80, protocol: "TCP" },
    { from: "client", to: "svc/away", port: 80, protocol: "TCP" },
  ];
  const verdicts = ["allow", "deny", "allow", "allow", "allow", "undetermined"];
  const csv = `protocol,port,to,from\r\n${flows.map((flow) => `${flow.protocol},"${flow.port}",${flow.to},${flow.from}\r\n`).join("")}`;

  it("JSON and CSV, from a file and from standard input, in the same order", async () => {
    const cwd = folderWith({
      "all.yaml": `${clusterWithWorkload}---\n${policy}`,
      "flows.json": JSON.stringify(flows),
      "flows.csv": `\uFEFF${csv}`,
    });
    const ended = await Promise.all([
      netproof("ask --flows flows.json -f all.yaml -o json", { cwd }),
      netproof("ask --flows flows.csv -f all.yaml -o json", { cwd }),
      netproof("ask --flows - -f all.yaml -o json", { cwd, input: JSON.stringify(flows) }),
    ]);
    for (const { code, stdout } of ended) {
      const answers = JSON.parse(stdout) as {
        verdict: string;
        from: string;
        family: number;
        why: { ingress: { reason: string; question?: string } };
      }[];
      expect([code, answers.map(({ verdict }) => verdict)]).toEqual([0, verdicts]);
      expect(answers.map(({ from }) => from)).toEqual(flows.map(({ from }) => from));
      expect(answers[0]?.why.ingress).toEqual({
        places: ["all.yaml:44"],
        policies: ["dev/web"],
        reason: "rule-allows",
        rules: ["dev/web ingress[0].from[0]"],
      });
      expect(answers[5]?.why.ingress).toMatchObject({ reason: "undetermined", question: "endpoints-unknown" });
    }
  });

  it("every bad flow is told by its index, all at once, exit 2", async () => {
    const bad = [
      flows[0],
      { from: "nobody", to: "web", port: 80, protocol: "TCP" },
      { from: "client", to: "web", port: 0, protocol: "TCP" },
      { from: "client", port: 80, protocol: "TCP" },
      { from: "client", to: "web", port: 80, protocol: "ICMP" },
      { from: "svc/api", to: "web", port: 80, protocol: "TCP" },
      { from: "client", to: "svc/api", port: 91, protocol: "TCP" },
      7,
    ];
    const cwd = folderWith({ "all.yaml": clusterWithWorkload, "flows.json": JSON.stringify(bad) });
    const { code, stdout, stderr } = await netproof("ask --flows flows.json -f all.yaml -o json", { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.match(/^error\[flow-invalid\]: \[\d\], flow \d of 8/gm)).toHaveLength(7);
    expect([...stderr.matchAll(/\[(\d)\], flow \d of 8/g)].map(([, index]) => Number(index))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(stderr).toContain("no endpoint `nobody`");
  });

  it("CSV rows are told with their line; a wrong header is refused", async () => {
    const cwd = folderWith({
      "all.yaml": pods,
      "flows.csv": 'from,to,port,protocol\nclient,web,80,TCP\n\n"client",nobody,80,TCP\n',
      "bad.csv": "source,to,port,protocol\n",
      "near.csv": "from,to,port,protocol,famly\nclient,web,80,TCP,4\n",
      "none.json": "[]",
      "half.json": '[{"from": "a"',
    });
    const [row, header, near, none, half] = await Promise.all(
      ["flows.csv", "bad.csv", "near.csv", "none.json", "half.json"].map(async (file) =>
        netproof(`ask --flows ${file} -f all.yaml`, { cwd }),
      ),
    );
    expect([row?.code, row?.stderr]).toEqual([2, expect.stringContaining("[1] (flows.csv:4), flow 2 of 2: no endpoint `nobody`")]);
    expect([header?.code, header?.stderr]).toEqual([2, expect.stringContaining("`bad.csv`: its header has no from")]);
    expect([near?.code, near?.stderr]).toEqual([2, expect.stringMatching(/its header has `famly`,\s+did you mean `family`\?/)]);
    expect([none?.code, none?.stderr]).toEqual([2, expect.stringContaining("it holds no flows")]);
    expect([half?.code, half?.stderr]).toEqual([2, expect.stringContaining("this is no JSON")]);
  });

  it("nothing of a file of flows is lost in silence", async () => {
    const head = "from,to,port,protocol";
    const cwd = folderWith({
      "all.yaml": pods,
      "twice.csv": "from,to,port,port,protocol\nclient,web,80,443,TCP\n",
      "more.csv": `${head}\nclient,web,80,TCP,4\nclient,web,80,TCP,,\n`,
      "open.csv": `${head}\nclient,"web,80,TCP\nclient,web,80,TCP\n`,
      "key.json": JSON.stringify([{ from: "client", to: "web", port: 80, protocol: "TCP", familly: 6 }]),
      "keys.json": '[\n{"from": "client", "to": "web", "port": 80, "protocol": "TCP", "port": 443}]',
      // What is somebody's own is left alone.
      "own.csv": `${head},ticket,ticket\nclient,web,80,TCP,17,18\n`,
      "own.json": JSON.stringify([{ from: "client", to: "web", port: 80, protocol: "TCP", ticket: { from: 1 } }]),
    });
    const asked = (file: string) => netproof(`ask --flows ${file} -f all.yaml --color never`, { cwd });
    for (const [file, problem] of [
      ["twice.csv", "its header has `port` twice"],
      ["more.csv", "[0] (more.csv:2), flow 1 of 2: it has 5 fields, and the header names 4"],
      ["open.csv", "[0] (open.csv:2), flow 1 of 2: it begins a field with a quote that is never closed"],
      ["key.json", "[0], flow 1 of 1: it has `familly`, did you mean `family`?"],
      ["keys.json", "line 2: `port` stands twice in one flow"],
    ] as const) {
      const { code, stdout, stderr } = await asked(file);
      expect([code, stdout, stderr.replace(/\s+/g, " ")]).toEqual([2, "", expect.stringContaining(problem)]);
    }
    expect([(await asked("own.csv")).code, (await asked("own.json")).code]).toEqual([0, 0]);
  });

  it("pods of a workload that do not agree have no one answer", async () => {
    const cwd = folderWith({
      "all.yaml": `${pods}---\n${unlike}---\n${closesOne}`,
      "flows.json": JSON.stringify([{ from: "web", to: "sts/db", port: 80, protocol: "TCP" }]),
      "same.json": JSON.stringify([{ from: "client", to: "sts/db", port: 80, protocol: "TCP" }]),
    });
    const [differ, agree] = await Promise.all(
      ["flows.json", "same.json"].map(async (file) => netproof(`ask --flows ${file} -f all.yaml`, { cwd })),
    );
    expect([differ?.code, differ?.stderr]).toEqual([
      2,
      expect.stringMatching(/its pods do not agree: name a pod\n.*dev\/db-a: deny, dev\/db-b: allow/),
    ]);
    expect([agree?.code, agree?.stdout.split("\n")[1]]).toEqual([0, expect.stringMatching(/^client +sts\/db +80\/TCP +allow/)]);
    const explained = await netproof("explain web sts/db 80 -f all.yaml", { cwd });
    expect(explained.stdout).toMatch(/^web → db-a 80\/TCP: deny\n[^]*\nweb → db-b 80\/TCP: allow\n/);
  });
});

describe("explain", () => {
  it.each([
    ["client web:80", "client → web 80/TCP: allow\n"],
    ["client web 80/tcp", "client → web 80/TCP: allow\n"],
    ["client web http", "client → web 80/TCP: allow\n"],
    ["client web 53/UDP", "client → web 53/UDP: deny\n"],
    ["client svc/api.dev:90", "client → svc/api.dev 90/TCP, which is api 9000/TCP: allow\n"],
    ["client svc/api", "client → svc/api 90/TCP, which is api 9000/TCP: allow\n"],
    ["client svc/away 80", "client → svc/away 80/TCP: undetermined\n"],
    ["client [2001:db8::5]:443", "error: `dev/client` and `2001:db8::5` have no addresses in IPv4\n"],
    ["2001:db8::5 api 9000", "2001:db8::5 → api 9000/TCP: allow\n"],
    ["8.8.8.8 po/web.dev 80", "8.8.8.8 → po/web.dev 80/TCP: deny\n"],
    ["client 10.0.0.1:80", "  = note: 10.0.0.1 is dev/web\n"],
    ["api api 9000", "api → api 9000/TCP: allow\n"],
    ["web web 80", "  egress  of dev/web  allow  a pod may always reach itself\n"],
    ["client api", "client → api: allow on every port\n"],
  ])("%s", async (ends, said) => {
    const cwd = folderWith({ "all.yaml": clusterWithWorkload, "web.yaml": policy });
    const { stdout, stderr } = await netproof(`explain ${ends} -f .`, { cwd });
    expect(stdout + stderr).toContain(said);
  });
});

describe("init", () => {
  it.each([
    ["pods and policies apart", { "k8s/pods.yaml": pods, "k8s/web.yaml": policy }, "-f k8s", ["before", "now"]],
    ["one file for all", { "all.yaml": `${pods}---\n${policy}` }, "-f all.yaml", ["now"]],
    ["no policies", { "pods.yaml": clusterWithWorkload }, "-f pods.yaml", ["now"]],
    ["a workload whose pods differ", { "a/pods.yaml": `${pods}---\n${unlike}`, "a/b/db.yaml": closesOne }, "-f a -R", ["before", "now"]],
    [
      "a folder that is mostly not Kubernetes",
      { "pods.yaml": pods, "values.yaml": "a: 1\n", "policies/web.yaml": policy },
      "-f . -R --skip-unreadable",
      ["before", "now"],
    ],
  ])("%s: what it writes holds", async (_, files, flags, stages) => {
    const cwd = folderWith(files);
    const made = await netproof(`init ${flags}`, { cwd });
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining("wrote netproof.yaml; next: netproof run\n")]);
    const judged = await netproof(`run ${calculated} -o json`, { cwd });
    expect([judged.code, judged.stderr]).toEqual([0, ""]);
    expect((JSON.parse(judged.stdout) as { stages: { name: string }[] }).stages.map(({ name }) => name)).toEqual(stages);
    const opened = await netproof(`run ${calculated}`, { cwd });
    expect(opened.stdout).toMatch(/everything is as declared: exit 0\n$/);
  });

  it("a policy that is taken away later is a finding", async () => {
    const cwd = folderWith({ "all.yaml": `${pods}---\n${policy}` });
    await netproof("init -f all.yaml", { cwd });
    writeFileSync(path.join(cwd, "all.yaml"), pods);
    expect((await netproof(`run ${calculated}`, { cwd })).code).toBe(1);
  });

  it("writes over nothing, names what it cannot name, and prints with -o -", async () => {
    const cwd = folderWith({ "pods.yaml": pods, "netproof.yaml": "mine\n", "policy.yaml": policy });
    const [there, stdin, kustomize, empty, printed] = await Promise.all([
      netproof("init -f pods.yaml", { cwd }),
      netproof("init -f -", { cwd, input: pods }),
      netproof("init -k .", { cwd }),
      netproof("init -f policy.yaml -o x.yaml", { cwd }),
      netproof("init -f pods.yaml -o -", { cwd }),
    ]);
    expect([there.code, there.stderr]).toEqual([
      2,
      "error: `netproof.yaml` is there already\n  = help: --force writes over it, -o FILE writes another\n",
    ]);
    expect(readFileSync(path.join(cwd, "netproof.yaml"), "utf8")).toBe("mine\n");
    for (const { code } of [stdin, kustomize, empty]) expect(code).toBe(2);
    expect([printed.code, printed.stdout]).toEqual([0, expect.stringMatching(/^# Written by `netproof init`/)]);
    expect((await netproof("init -f pods.yaml --force", { cwd })).code).toBe(0);
  });
});

describe("schema", () => {
  it("prints it, and writes it beside a use case", async () => {
    const folder = copyOf(dayOne);
    const [printed, written] = await Promise.all([netproof("schema"), netproof(["schema", "--write", folder])]);
    expect(JSON.parse(printed.stdout)).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#", type: "object" });
    expect([written.code, readFileSync(path.join(folder, "netproof.schema.json"), "utf8")]).toEqual([0, printed.stdout]);
  });
});

describe("completion", () => {
  it.each([
    [["ex"], "explain"],
    [["explain", "client-q"], "client-qa"],
    [["explain", "client-qa", "webs"], "webserver-dev"],
    [["matrix", "--stage", "db-s"], "db-silent"],
    [["matrix", "--port-"], ""],
    [["matrix", "--no"], "--no-headers"],
    [["list", "-o", "me"], "mermaid"],
    [["list", "-n", "q"], "qa"],
    [["list", "-f", ""], ""],
    [["completion", "f"], "fish"],
    [["help", "except-o"], "except-outside"],
    [["explain", "-f", "nowhere", "x"], ""],
  ])("%j", async (words, found) => {
    const { code, stdout, stderr } = await netproof(["__complete", ...words], { cwd: dayOne });
    expect([code, stdout, stderr]).toEqual([0, found === "" ? "" : `${found}\n`, ""]);
  });

  it("the script of bash completes", async () => {
    const script = `netproof() { "${process.execPath}" "${path.join(root, "packages/cli/bin/netproof.js")}" "$@"; }
source <(netproof completion bash); COMP_WORDS=(netproof matrix --stage db-); COMP_CWORD=3; _netproof; echo "\${COMPREPLY[@]}"`;
    expect(execFileSync("bash", ["-c", script], { cwd: dayOne, encoding: "utf8" })).toBe("db-guarded db-mistake db-silent\n");
  });
});

describe("help", () => {
  it("every page fits a screen and names flags that exist", async () => {
    const names = ["", "run", "matrix", "list", "explain", "ask", "check", "init", "schema", "completion"];
    const pages = await Promise.all(names.map(async (name) => netproof(`help ${name}`)));
    for (const [i, { code, stdout }] of pages.entries()) {
      expect(code).toBe(0);
      expect(stdout.split("\n").length).toBeLessThanOrEqual(24);
      expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
      const flags = names[i] === "" ? [] : [...new Set(stdout.match(/--[a-z][\w-]*/g) ?? [])];
      const known = (await netproof(["__complete", names[i] ?? "", "--"])).stdout.split("\n");
      for (const flag of flags) expect(known, `netproof ${names[i]} ${flag}`).toContain(flag);
    }
  });
});

it("--version is answered at once", async () => {
  const manifest = JSON.parse(readFileSync(path.join(root, "packages/cli/package.json"), "utf8")) as { version: string };
  const { code, stdout } = await netproof("--version");
  expect([code, stdout]).toEqual([0, `netproof ${manifest.version}\n`]);
});
