import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { obstacle } from "@netproof/lab";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, dayOne, folderWith, netproof, plainEnvironment } from "./netproof.ts";

const noLab = obstacle();
const skippedBecause = noLab === undefined ? "" : ` (skipped, no lab: ${noLab})`;

describe.skipIf(noLab !== undefined)(`netproof lab${skippedBecause}`, () => {
  /** A name of its own for the lab that is up, so that nobody else's is spoken to. */
  const env = { XDG_RUNTIME_DIR: undefined as string | undefined };
  const lab = (line: string | readonly string[]) => netproof(line, { cwd: dayOne, env });

  describe("without one that is up", () => {
    beforeAll(() => {
      env.XDG_RUNTIME_DIR = path.join(dayOne, "nowhere");
    });

    test("doctor says what was tried", async () => {
      const { code, stdout, stderr } = await lab("lab doctor");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout.replace(/\d\.\d+\.\d+/, "N")).toBe(
        "ok  user namespace, nftables N, forwarding IPv4 IPv6\nok  self-test TCP UDP SCTP: 6 open, 12 rejected, all seen by the kernel\nThe lab can run here: exit 0\n",
      );
    });

    test.each(["run", "run --drop"])("%s asks the lab as well", async (line) => {
      const { code, stdout, stderr } = await lab(line);
      expect([code, stderr]).toEqual([0, ""]);
      const text = stdout.replaceAll("\n", " ");
      expect(text).toContain("lab: 8 of 8 servers answer locally");
      expect(text).toContain("3 engines: 269 of 270 answers agree");
    });

    test("Contrail's rules show its deviation with packets", async () => {
      const { code, stdout } = await lab("run --engine spec,contrail,lab,lab:contrail");
      expect(code).toBe(0);
      await expect(stdout).toMatchFileSnapshot("expected/packets.txt");
      expect(stdout).toMatch(/\n {4}lab:contrail {2}allow {2}opened, the kernel saw dev-egress-policy2-allow-all-0\n/);
      const curl = "lab curl dbserver-dev webserver-dev --stage db-mistake";
      expect((await lab(curl)).code).toBe(7);
      expect((await lab(`${curl} --engine lab:contrail`)).stdout).toContain("Hostname = webserver-dev\n");
      const trace = await lab("lab trace client-qa webserver-dev 80 --stage policy1 --engine lab:contrail");
      expect(trace.stdout).toMatch(
        / {4}no {5}ip saddr 10\.47\.255\.229 ip daddr 10\.47\.255\.234, 80\/TCP policy1\.yaml:17, policy1\.yaml:24\n/,
      );
      expect(trace.stdout).toContain("  ingress  the packet does not come to dev/webserver-dev\n");
      const rules = await lab("lab rules --stage policy1 --engine lab:contrail");
      expect(rules.stdout).toMatch(/meta mark set 0x\w+ return {2}# policy1\.yaml:15, policy1\.yaml:24\n/);
    });

    test("curl calls a Service by its own address", async () => {
      const call = "-f ../../packages/cli/test/fixtures/service.yaml";
      const open = await lab(`lab curl client svc/shop ${call}`);
      expect([open.code, open.stdout]).toEqual([0, expect.stringMatching(/IP address = 10\.0\.0\.2\nHostname = web\n$/)]);
      const rejected = await lab(`lab curl stranger svc/shop ${call}`);
      expect([rejected.code, rejected.stderr]).toEqual([
        7,
        expect.stringMatching(/^curl: \(7\) Failed to connect to 10\.96\.0\.10 port 80/),
      ]);
    });

    test.each(["", " --drop"])("ask --engine lab%s", async (drop) => {
      const { stdout } = await lab(`ask --flows ../../packages/cli/test/fixtures/flows.csv --stage policy1 --engine lab${drop}`);
      expect(stdout.split("\n").map((row) => row.split(/ {2,}/)[3])).toEqual(["VERDICT", "allow", "deny", "allow", undefined]);
    });

    test("where it cannot run, `run` says so and goes on; by name it is exit 3", () => {
      const inside = (line: string) => {
        const script = `echo 0 > /proc/sys/user/max_user_namespaces; echo 0 > /proc/sys/user/max_net_namespaces; exec "$0" "${command}" ${line}`;
        const words = ["--user", "--map-root-user", "--mount", "sh", "-c", script, process.execPath];
        return spawnSync("unshare", words, { cwd: dayOne, encoding: "utf8", env: { ...plainEnvironment, ...env } });
      };
      const skipped = inside("run");
      expect([skipped.status, skipped.stderr]).toEqual([0, ""]);
      expect(skipped.stdout.replaceAll("\n", " ")).toContain("lab skipped: user namespace: the limit user.max_user_namespaces is reached");
      expect(skipped.stdout).toContain("2 engines: 269 of 270 answers agree");
      const named = inside("run --engine spec,lab");
      expect([named.status, named.stdout]).toEqual([3, ""]);
      expect(named.stderr).toContain("error: the engine `lab` cannot run here: user namespace: ");
    });

    test("curl brings the page, or ends as curl does", async () => {
      const open = await lab("lab curl client1-dev webserver-dev --stage policy1");
      const heading = `${" ".repeat(37)}Hello\n`;
      expect(open).toEqual({
        code: 0,
        stderr: "",
        stdout: `${heading}This page is served by a pod\nIP address = 10.47.255.234\nHostname = webserver-dev\n`,
      });
      const rejected = await lab("lab curl client-qa webserver-dev --stage policy1");
      expect([rejected.code, rejected.stdout]).toEqual([7, ""]);
      expect(rejected.stderr).toMatch(/^curl: \(7\) Failed to connect to 10\.47\.255\.234 port 80/);
      const raw = await lab("lab curl cent222 webserver-dev:80 --raw --stage policy1");
      expect(raw.stdout).toContain("<!-- client 10.169.25.20 -->");
    });

    test("exec passes words and exit code on", async () => {
      const ended = await lab(["lab", "exec", "client-qa", "--stage", "policy1", "--", "sh", "-c", "ip -br -4 addr show eth0; exit 9"]);
      expect([ended.code, ended.stdout.includes("10.47.255.230/32")]).toEqual([9, true]);
    });

    test("trace of an address asks in its family, and a named port is decided by the rule that has it", async () => {
      const pod = (name: string, i: number): string =>
        `- {apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: dev, labels: {app: ${name}}}, spec: {containers: [{name: c, ports: [{name: web, containerPort: 7000}]}]}, status: {podIP: 10.0.0.${i}, podIPs: [{ip: 10.0.0.${i}}, {ip: "fd00::${i}"}]}}`;
      const policy =
        "- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: own, namespace: dev}, spec: {podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: b}}}], ports: [{port: web}, {port: 53, protocol: UDP}]}]}}";
      const cwd = folderWith({ "pods.yaml": ["apiVersion: v1", "kind: List", "items:", pod("a", 1), pod("b", 2), policy].join("\n") });
      const traced = async (to: string): Promise<string> => (await netproof(`lab trace dev/a ${to} 7000 -f pods.yaml`, { cwd })).stdout;
      expect(await traced("fd00::2")).toBe(
        [
          "fd00::1 → fd00::2 7000/TCP: open",
          "  egress   chain e_1 of dev/a",
          "    no     ip6 daddr fd00::2, 53/UDP                                         pods.yaml:6",
          "    allow  ip6 daddr fd00::2, declared by fd00::1 7000/TCP, fd00::2 7000/TCP pods.yaml:6",
          "  ingress  no chain of dev/b: nothing isolates it",
          "",
        ].join("\n"),
      );
      expect((await traced("dev/b")).split("\n")[0]).toBe("10.0.0.1 → 10.0.0.2 7000/TCP: open");
      expect(await traced("dev/a")).toBe("10.0.0.1 → 10.0.0.1 7000/TCP: open\n  what a pod sends to itself meets no chain\n");
    });

    test("trace shows the rules with their lines", async () => {
      const { stdout } = await lab("lab trace client-qa webserver-dev 80 --stage policy1");
      expect(stdout).toBe(`10.47.255.230 → 10.47.255.234 80/TCP: rejected at dev/webserver-dev, ingress
  egress   no chain of qa/client-qa: nothing isolates it
  ingress  chain i_2 of dev/webserver-dev
    no     ip saddr 10.169.25.20, 80/TCP                      policy1.yaml:15
    no     ip saddr 10.47.255.229, 80/TCP                     policy1.yaml:17
    no     ip saddr 10.47.255.232, 80/TCP                     policy1.yaml:20
    deny   everything else                                    policy1.yaml:11
`);
    });

    test("rules have their lines", async () => {
      const { stdout } = await lab("lab rules --stage policy1");
      expect(stdout).toContain("goto deny_ingress  # policy1.yaml:11\n");
    });

    test.each([
      ["lab", "error: `lab` needs an action\n"],
      ["lab crul", "error: `lab` has no action `crul`\n"],
      ["lab curl client1-dev", "error: `lab curl` needs FROM and TO\n"],
      ["lab curl client-q webserver-dev", "error: no endpoint `client-q`"],
      ["lab exec client-qa", "error: `lab exec` needs a pod and a command\n"],
      ["lab apply policy2.yaml", "error: no lab is up\n"],
      ["lab down", "error: no lab is up\n"],
      ["run --engine spec --drop", "error: --drop is how the lab says no, and no lab is asked\n"],
      ["ask --flows flows.csv --drop", "error: --drop is how the lab says no, and no lab is asked\n"],
    ])("%s", async (line, words) => {
      const { code, stderr } = await lab(line);
      expect([code, stderr.slice(0, words.length)]).toEqual([2, words]);
    });
  });

  test("watch measures again when a file changes, and tells what cannot be read", async () => {
    const copy = mkdtempSync(path.join(tmpdir(), "netproof-watch-"));
    cpSync(dayOne, copy, { recursive: true });
    const policy = path.join(copy, "policy1.yaml");
    const watching = spawn(process.execPath, [command, "lab", "watch", "--stage", "policy1"], { cwd: copy, env: { ...plainEnvironment } });
    let said = "";
    for (const stream of [watching.stdout, watching.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    const until = async (words: string): Promise<void> => {
      while (!said.includes(words)) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until("is up:");
    const text = readFileSync(policy, "utf8");
    writeFileSync(policy, `${text}garbage: [\n`);
    await until("error[yaml-invalid]");
    writeFileSync(policy, text.replace("10.169.25.20/32", "10.169.25.21/32"));
    await until("1 of 54 pairs open, 1 of 54 pairs close\n  opens    cent333 → webserver-dev");
    const ended = new Promise((resolve) => watching.on("close", resolve));
    watching.kill("SIGINT");
    expect(await ended).toBe(130);
    rmSync(copy, { recursive: true });
  });

  describe("with one that is up", () => {
    let up: ReturnType<typeof spawn>;
    let said = "";
    beforeAll(async () => {
      env.XDG_RUNTIME_DIR = mkdtempSync(path.join(tmpdir(), "netproof-lab-"));
      up = spawn(process.execPath, [command, "lab", "up", "--stage", "policy1", "--drop"], {
        cwd: dayOne,
        env: { ...plainEnvironment, ...env },
      });
      up.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
      while (!said.includes("is up:")) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    afterAll(() => {
      up.kill("SIGKILL");
      rmSync(env.XDG_RUNTIME_DIR ?? "", { recursive: true, force: true });
    });

    test("it tells its pods, keeps them through changes, and says which pairs changed", async () => {
      expect(said).toContain("qa         client-qa      10.47.255.230\n");
      expect(said).toContain("day-one at policy1 is up: 6 pods, 2 hosts, 8 of 8 servers answer; Ctrl-C ends it\n");
      const applied = await lab("lab apply policy2.yaml");
      expect(applied.stdout.replace(/\d+ ms/, "N ms").split("\n")[0]).toBe(
        "enforced after N ms, new connections only: 6 of 54 pairs close",
      );
      const deleted = await lab("lab delete policy2.yaml");
      expect(deleted.stdout).toContain("6 of 54 pairs open");
      const again = await lab("lab delete policy2.yaml");
      expect([again.code, again.stderr]).toEqual([
        2,
        "error: `dev/policy2` cannot be deleted: no such policy is in force\n  = help: in force: dev/policy1\n",
      ]);
      const dropped = await lab("lab curl client-qa webserver-dev");
      expect([dropped.code, dropped.stderr.replace(/\d+ milli/, "N milli")]).toEqual([
        28,
        "curl: (28) Connection timed out after N milliseconds\n",
      ]);
    });

    test("capture writes what comes and goes at a pod", async () => {
      const file = path.join(env.XDG_RUNTIME_DIR ?? "", "web.pcap");
      const words = [command, "lab", "capture", "webserver-dev", "-o", file];
      const capturing = spawn(process.execPath, words, { cwd: dayOne, env: { ...plainEnvironment, ...env }, stdio: "ignore" });
      while (!existsSync(file) || statSync(file).size < 24) await new Promise((resolve) => setTimeout(resolve, 20));
      await lab("lab curl client1-dev webserver-dev");
      capturing.kill("SIGTERM");
      await new Promise((resolve) => capturing.on("close", resolve));
      const pcap = readFileSync(file);
      expect(pcap.readUInt32LE(0)).toBe(0xa1b2c3d4);
      expect(pcap.includes("GET / HTTP/1.1")).toBe(true);
      expect(pcap.includes("Hostname = webserver-dev")).toBe(true);
    });

    test("a second one is refused, a text that is no policy too, and `down` ends it", async () => {
      expect((await lab("lab up")).stderr).toContain("error: a lab is up already");
      const file = path.join(env.XDG_RUNTIME_DIR ?? "", "later.yaml");
      writeFileSync(file, "kind: ConfigMap\napiVersion: v1\nmetadata: { name: x }\n");
      expect((await lab(["lab", "apply", file])).stderr).toContain("holds no policy");
      const ended = new Promise((resolve) => up.on("close", resolve));
      expect((await lab("lab down")).code).toBe(0);
      expect(await ended).toBe(0);
    });
  });
});
