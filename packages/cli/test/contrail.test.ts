import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { dayOne, fixtures, folderWith, netproof, pods, policy, root } from "./netproof.ts";

// What the commands print, line by line, as a file that a person reads: `npx vitest run packages/cli -u` writes it anew.
const transcript: readonly (readonly [folder: string, lines: readonly string[]])[] = [
  [
    dayOne,
    [
      "contrail objects --stage policy1",
      "contrail objects --stage policy1 --policy policy1 -o json",
      "contrail objects -n qa -o yaml",
      "contrail explain client-qa webserver-dev 80 --stage policy1",
      "contrail explain client-qa webserver-dev 80 --stage policy1 --all",
      "contrail explain dbserver-dev webserver-dev 80",
      "contrail explain client1-dev webserver-dev icmp --stage policy1",
      "contrail explain clients webserver-dev http --stage policy1",
      "contrail explain client-qa webserver-dev 80 --stage before -o json",
      "contrail check",
      "contrail check --stage db-silent",
      "contrail import ../../packages/cli/test/fixtures/contrail/drift.json --stage db-guarded",
      "contrail import ../../packages/cli/test/fixtures/contrail/drift.json --stage db-guarded --policy-set other",
      "contrail import",
      "contrail import nowhere.json",
    ],
  ],
  [
    fixtures,
    [
      "contrail objects -f broken",
      "contrail explain web svc/cart 80 -f shop",
      "contrail check -f shop",
      "contrail check -f shop --assume-absent CiliumNetworkPolicy",
      "contrail import broken -f shop",
      "contrail --help",
      "help D37",
    ],
  ],
];

it("prints", async () => {
  const all = transcript.flatMap(([cwd, lines]) => lines.map((line) => ({ cwd, line })));
  const parts: string[] = [];
  for (const { cwd, line } of all) {
    const { code, stdout, stderr } = await netproof(line, { cwd });
    parts.push(`$ netproof ${line}${code === 0 ? "" : `    # exit ${code}`}\n${stdout}${stderr.replace(/^(?=.)/gm, "2> ")}`);
  }
  await expect(parts.join("\n")).toMatchFileSnapshot("expected/contrail.txt");
});

it("docs/contrail.md shows what the commands print", async () => {
  const page = readFileSync(path.join(root, "docs/contrail.md"), "utf8");
  const { stdout: objects } = await netproof("contrail objects --stage policy1 --policy policy1", { cwd: dayOne });
  expect(page).toContain(`\`\`\`\n${objects}\`\`\``);
  for (const [, block = ""] of page.matchAll(/```\n(\$ netproof [^`]*)```/g)) {
    const [line = "", ...lines] = block.split("\n");
    const command = line.replace("$ netproof ", "").replace("drift.json", `${path.relative(dayOne, fixtures)}/contrail/drift.json`);
    const { stdout } = await netproof(command, { cwd: dayOne });
    expect(lines.join("\n")).toBe(stdout.replaceAll(/\S*\/(?=drift\.json)/g, ""));
  }
});

const isolated = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace: "a", name: "p" },
  spec: { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Ingress"] },
};
const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a", labels: {} } };
const web = { apiVersion: "v1", kind: "Pod", metadata: { namespace: "a", name: "web", labels: { app: "web" } }, spec: { nodeName: "n" } };

describe("contrail objects", () => {
  it("takes a bare array as an API server has handed it out", async () => {
    const withProtocol = { ...isolated, spec: { ...isolated.spec, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] } };
    const cwd = folderWith({ "input.json": JSON.stringify([namespace, web, withProtocol]) });
    const { stdout, code } = await netproof("contrail objects -f input.json -o json --policy p", { cwd });
    const [own, deny] = JSON.parse(stdout) as Policy[];
    expect([code, own?.name, deny?.rules.map(({ name }) => name)]).toEqual([0, "k8s-a-p", ["a-ingress-p-denyall"]]);
    // A missing protocol is any protocol here, and TCP in a manifest.
    expect(own?.rules).toEqual([
      {
        sequence: "00000.0",
        name: "a-ingress-p-0-podSelector-0-0",
        action: "pass",
        service: { protocol: "any", dst_ports: [80, 80] },
        endpoint_1: { tags: ["namespace=a"] },
        direction: ">",
        endpoint_2: { tags: ["app=web", "namespace=a"] },
      },
    ]);
    const served = folderWith({ "p.json": JSON.stringify(withProtocol) });
    const { stdout: fromManifest } = await netproof("contrail objects -f p.json -o json --policy p", { cwd: served });
    expect((JSON.parse(fromManifest) as Policy[])[0]?.rules[0]?.service.protocol).toBe("tcp");
  });

  it("lets events make the objects, and a profile be named by its source", async () => {
    const egress = { ...isolated, spec: { ...isolated.spec, policyTypes: ["Ingress", "Egress"] } };
    const events = [
      { type: "ADDED", object: namespace },
      { type: "ADDED", object: egress },
      { type: "MODIFIED", object: isolated },
    ];
    const cwd = folderWith({ "input.json": JSON.stringify([namespace, isolated]), "events.json": JSON.stringify(events) });
    const profile = ["--profile", "tf-controller 152051d7 (2020-09-12)"];
    const { stdout, stderr } = await netproof([..."contrail objects -f input.json --events events.json".split(" "), ...profile], { cwd });
    expect(stdout).toMatch(/^k8s \(profile 2020-09\): 4 policies, 4 rules,/);
    expect(stdout).toContain("a-egress-p-default-deny-all");
    expect(stderr).toContain("contrail 2020-09");
    const without = await netproof("contrail objects -f input.json", { cwd });
    expect(without.stdout).not.toContain("a-egress-p-default-deny-all");
  });

  it("compiles what Kubernetes would refuse, and says what Contrail refuses", async () => {
    const outside = policy.replace(
      "{ podSelector: { matchLabels: { app: client } } }",
      "{ ipBlock: { cidr: 10.0.0.0/8, except: [11.0.0.0/8] } }",
    );
    const named = policy.replace("name: web, namespace", "name: named, namespace").replace("port: 80", "port: http");
    const cwd = folderWith({ "all.yaml": `${pods}---\n${outside}---\n${named}` });
    const { code, stdout, stderr } = await netproof("contrail objects -f all.yaml", { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain("dev-ingress-web-0-ipBlock-0-11.0.0.0/8-0");
    expect(stdout).not.toContain("k8s-dev-named");
    expect(stderr).toMatch(/^warning\[except-outside\]/m);
    expect(stderr).toMatch(/^warning\[contrail-refused\]: Contrail refuses dev\/named/m);
    expect(stderr).not.toMatch(/^error/m);
  });

  it("has the rules of Kubernetes Ingress objects, and policies in creation order", async () => {
    const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { namespace: dev, name: front }
spec: { defaultBackend: { service: { name: web, port: { number: 80 } } } }
`;
    const dated = (name: string, time: string): string =>
      policy.replace("name: web, namespace: dev", `name: ${name}, namespace: dev, creationTimestamp: "2026-01-0${time}T00:00:00Z"`);
    const cwd = folderWith({ "all.yaml": [pods, dated("late", "2"), dated("early", "1"), ingress].join("---\n") });
    const { stdout } = await netproof("contrail objects -f all.yaml", { cwd });
    expect(stdout).toContain("k8s-Ingress-dev-front-web");
    expect(stdout.indexOf("k8s-dev-early")).toBeLessThan(stdout.indexOf("k8s-dev-late"));
  });

  it("never is wider than the terminal but for a name, whatever the names", async () => {
    const long = "a".repeat(60);
    const cwd = folderWith({ "all.yaml": `${pods}---\n${policy.replace("name: web, namespace", `name: ${long}, namespace`)}` });
    const { stdout } = await netproof("contrail objects -f all.yaml", { cwd });
    const wide = stdout.split("\n").filter((line) => line.length > 80);
    expect(wide.filter((line) => !/^ +\d+ {2}\S+$/.test(line))).toEqual([]);
    expect(stdout).not.toMatch(/[ \t]$/m);
  });
});

interface Policy {
  readonly name: string;
  readonly rules: readonly { readonly name: string; readonly service: { readonly protocol: string } }[];
}

describe("contrail check", () => {
  it("takes a use case as an operand, and tells CI", async () => {
    const { code, stdout, stderr } = await netproof(["contrail", "check", dayOne], {
      env: { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: root },
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^finding\[D3\]/);
    expect(stderr).toMatch(/^::error file=scenarios\/day-one\/policy2-mistake\.yaml,line=22,col=7,title=D3::/m);
  });

  it("finds nothing in policies that Contrail takes as they are", async () => {
    const cwd = folderWith({ "all.yaml": `${pods}---\n${policy}` });
    const { code, stdout } = await netproof("contrail check -f all.yaml", { cwd });
    expect([code, stdout]).toEqual([0, "the policy does the same in Contrail: exit 0\n"]);
  });

  it("is plain data with -o json", async () => {
    const { stdout } = await netproof("contrail check -o json", { cwd: dayOne });
    const document = JSON.parse(stdout) as { readonly findings: readonly object[] };
    expect(document).toMatchObject({
      format: "netproof.contrail-check/1",
      stage: "db-mistake",
      profile: "2021-11",
      exitCode: 1,
      totals: { policies: 2, differing: 1, moreOpen: 1, moreClosed: 0, undetermined: 0 },
      findings: [
        {
          deviation: "D3",
          effect: "more-open",
          policies: ["dev/policy2", "dev/policy1"],
          witness: { from: "dbserver-dev", to: "webserver-dev", ports: "all" },
        },
      ],
    });
  });
});

describe("what cannot be asked is exit 2 and a sentence", () => {
  it.each([
    ["contrail", "`contrail` needs an action"],
    ["contrail objcts", "`contrail` has no `objcts`, did you mean `objects`?"],
    ["contrail objects more -f shop", "`more` is one word too many for `contrail objects`"],
    ["contrail objects -f shop --profile 2021-10", "no profile `2021-10`, did you mean `2021-11`?"],
    ["contrail objects -f shop --policy crat", "no policy `crat`, did you mean `cart`?"],
    ["contrail objects -f shop -n shp", "no namespace `shp`, did you mean `shop`?"],
    ["contrail objects -f shop --stage x", "--stage x: manifests alone have no stages"],
    ["contrail objects -f shop --events shop/pods.yaml", "--events: `shop/pods.yaml` is no JSON array"],
    ["contrail objects -f shop --strict", "--strict: `contrail objects` compiles whatever is there"],
    ["contrail objects -f nowhere", "no file or folder `nowhere`"],
    ["contrail explain web", "`contrail explain` needs TO"],
    ["contrail explain web cart", "`contrail explain` needs PORT[/PROTOCOL]"],
    ["contrail explain web crat 80 -f shop", "no endpoint `crat`, did you mean `cart`"],
    ["contrail explain web cart http -f shop", "`http` is no port"],
    ["contrail check -f broken", "nothing was judged: exit 2"],
    ["contrail check shop -f shop", "one of them names what is checked"],
    ["contrail check", "nothing to read"],
  ])("%s", async (line, sentence) => {
    const { code, stdout, stderr } = await netproof(line);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.replace(/\s+/g, " ")).toContain(sentence);
    expect(stderr).not.toMatch(/internal|at .*\.js/);
  });

  it.each([
    ["[1]", "entry 0 of the array is no Kubernetes object"],
    ['[{"kind": ', "json-invalid"],
  ])("an array that is none: %s", async (text, sentence) => {
    const { code, stderr } = await netproof("contrail objects -f input.json", { cwd: folderWith({ "input.json": text }) });
    expect([code, stderr.includes(sentence)]).toEqual([2, true]);
  });

  it("an event of an unknown type", async () => {
    const cwd = folderWith({ "input.json": "[]", "events.json": '[{"type": "ADED", "object": {}}]' });
    const { code, stderr } = await netproof("contrail objects -f input.json --events events.json", { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining("event 0 of `events.json` has the type `ADED`, did you mean `ADDED`?")]);
  });
});
