import { execFileSync } from "node:child_process";
import { chmodSync, symlinkSync, truncateSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { command, copyOf, dayOne, folderWith, netproof, plainEnvironment, pods, policy } from "./netproof.ts";

describe("where manifests come from", () => {
  const pairs = "FROM        TO       PORTS\ndev/client  dev/web  80/TCP";
  const line = "list --pairs --from client --to web";

  it("a file, several, a folder, folders below it, and standard input", async () => {
    const cwd = folderWith({ "pods.yaml": pods, "policies/web.yml": policy, "policies/notes.txt": "not read" });
    const dump = pods + "---\n" + policy;
    const lines: readonly (readonly [string, string | undefined])[] = [
      [`${line} -f pods.yaml -f policies/web.yml`, undefined],
      [`${line} -f pods.yaml -f policies`, undefined],
      [`${line} -f pods.yaml -f policies/`, undefined],
      [`${line} -f . -R`, undefined],
      [`${line} -Rf .`, undefined],
      [`${line} -f -`, dump],
      [`${line} -f pods.yaml -f -`, policy],
    ];
    const ended = await Promise.all(
      lines.map(async ([words, input]) => netproof(words, { cwd, ...(input === undefined ? {} : { input }) })),
    );
    for (const [i, { code, stdout }] of ended.entries())
      expect([code, stdout.split("\n").slice(0, 2).join("\n")], lines[i]?.[0]).toEqual([0, pairs]);
  });

  it("the same file by two ways is read once", async () => {
    const cwd = folderWith({ "k8s/all.yaml": pods + "---\n" + policy });
    const { code, stdout } = await netproof("check -f k8s -f k8s/all.yaml -f ./k8s/all.yaml", { cwd });
    expect([code, stdout]).toEqual([0, "Coverage: the whole file was analysed\nno error: exit 0\n"]);
  });

  it("a byte-order mark, CRLF and UTF-16 with its mark keep places right", async () => {
    const text = policy.replace("port: 80", "port: 99999").replaceAll("\n", "\r\n");
    const utf16 = Buffer.from(`\uFEFF${text}`, "utf16le");
    const cwd = folderWith({ "a.yaml": `\uFEFF${text}`, "b.yaml": utf16, "c.yaml": Buffer.from(utf16).swap16() });
    const ended = await Promise.all(["a", "b", "c"].map(async (name) => netproof(`check -f ${name}.yaml`, { cwd })));
    for (const [i, { code, stdout }] of ended.entries()) {
      expect(code).toBe(2);
      expect(stdout).toContain(`--> ${["a", "b", "c"][i]}.yaml:9:23\n9 |       ports: [{ port: 99999 }]\n`);
      expect(stdout).not.toContain("\r");
    }
  });

  it("a pipe that something writes into, as shells make for <(…)", async () => {
    const cwd = folderWith({ "pods.yaml": pods, "web.yaml": policy });
    const { code, stdout } = netproofInBash(`$NP ${line} -f pods.yaml -f <(cat web.yaml)`, cwd);
    expect([code, stdout.split("\n").slice(0, 2).join("\n")]).toEqual([0, pairs]);
  });

  it("what kubectl kustomize builds; without kubectl that is said", async () => {
    const folder = folderWith({
      "base/kustomization.yaml": "resources: [pods.yaml, web.yaml]\n",
      "base/pods.yaml": pods,
      "base/web.yaml": policy,
      "bin/kubectl":
        '#!/bin/sh\n[ "$1" = kustomize ] || exit 1\n[ -f "$2/pods.yaml" ] && cat "$2/pods.yaml" && echo --- && cat "$2/web.yaml" && exit 0\necho "error: no such thing" >&2; exit 1\n',
      "broken/kustomization.yaml": "",
    });
    chmodSync(path.join(folder, "bin/kubectl"), 0o755);
    const withKubectl = { cwd: folder, env: { PATH: `${folder}/bin:${process.env["PATH"]}` } };
    const built = await netproof(`${line} -k base`, withKubectl);
    expect([built.code, built.stdout.split("\n").slice(0, 2).join("\n")]).toEqual([0, pairs]);
    const failed = await netproof("list -k broken", withKubectl);
    expect([failed.code, failed.stderr.split("\n")[0]]).toEqual([
      2,
      "error[kustomize-failed]: kubectl kustomize broken failed: no such thing",
    ]);
    const without = await netproof("list -k base", { cwd: folder, env: { PATH: "/nowhere" } });
    expect([without.code, without.stderr.split("\n")[0]]).toEqual([
      2,
      "error[kustomize-missing]: -k base needs kubectl, and there is none in PATH",
    ]);
  });

  it("a use case: its file under any name, its folder, the folder one is in", async () => {
    const folder = copyOf(dayOne);
    const ended = await Promise.all([
      netproof("matrix", { cwd: folder }),
      netproof("matrix -f .", { cwd: folder }),
      netproof("matrix -f netproof.yaml", { cwd: folder }),
      netproof(["matrix", "-f", folder]),
      netproof(["matrix", "-f", `${folder}/`]),
      netproof(["matrix", "-f", path.join(folder, "netproof.yaml")]),
    ]);
    for (const { code, stdout } of ended) expect([code, stdout]).toEqual([0, ended[0].stdout]);
    expect(ended[0].stdout).toMatch(/^db-mistake: 38 of 54 pairs are open/);
  });
});

describe("what cannot be read is exit 2 and says why, all of it at once", () => {
  it.each([
    ["a missing file", "check -f pods.yml", "error[input-missing]: no file or folder `pods.yml`, did you mean `pods.yaml`?"],
    ["a missing folder", "list -f nowhere/k8s", "error[input-missing]: no file or folder `nowhere/k8s`"],
    ["a folder without manifests", "list -f src", "error[folder-without-manifests]: `src` holds no *.yaml, *.yml or *.json"],
    ["manifests below it only", "list -f above", "  = help: folders below it do: -R reads them, too"],
    ["an empty file", "check -f empty.yaml", "error[nothing-read]: "],
    ["a binary file", "check -f binary.yaml", "error[file-binary]: "],
    ["a device", "check -f /dev/zero", "error[input-not-a-file]: `/dev/zero` is a device, and no file"],
    ["nothing on standard input", "check -f -", "error[input-empty]: `<stdin>` is empty"],
    ["a web address", "check -f https://example.com/policy.yaml", "error[input-web-address]: "],
    ["a link to itself", "check -f loop.yaml", "error[input-link-loop]: `loop.yaml`: its links lead in a circle"],
    ["a folder that holds itself", "check -f circle -R", "error[input-link-loop]: `circle/again` is a link to `circle`, which holds it"],
    ["a pipe without a writer", "check -f pipe", "error[input-not-a-file]: `pipe` is a pipe into which nothing writes, and no file"],
    ["a pipe in a folder", "check -f pipes", "error[input-not-a-file]: `pipes/a.yaml` is a pipe, and no file"],
    ["too much", "check -f large.yaml", "error[input-too-large]: the input has 600 MB, more than the 512 MB that are read"],
    ["a Kustomization", "check -f kustomization", "error[kustomization]: "],
    [
      "a use case beside manifests",
      "check -f pods.yaml -f case",
      "error: the use case `case/netproof.yaml` names its manifests itself, nothing can stand beside it",
    ],
    [
      "a use case that names a missing file",
      "check -f case",
      "error[input-missing]: no file or folder `pods.yml`\n  --> netproof.yaml:3:19\n",
    ],
    ["nothing at all", "matrix", "error: nothing to read: no netproof.yaml here, and no -f"],
    ["run on manifests", "run pods.yaml", "error["],
    ["run on a folder of manifests", "run src", "error: `src` holds no netproof.yaml"],
  ])("%s", async (_, line, said) => {
    const cwd = folderWith({
      "pods.yaml": pods,
      "src/main.ts": "",
      "above/below/pods.yaml": pods,
      "empty.yaml": "",
      "binary.yaml": Buffer.from([0, 1, 2, 3, 0, 0, 0, 255]),
      "circle/pods.yaml": pods,
      "large.yaml": "",
      "pipes/pods.yaml": pods,
      "kustomization/kustomization.yaml": "resources: [a.yaml]\n",
      "case/netproof.yaml": "format: netproof.use-case/1\nname: case\ntopology: { from: pods.yml }\nstages: [now]\n",
    });
    symlinkSync("loop.yaml", path.join(cwd, "loop.yaml"));
    symlinkSync(".", path.join(cwd, "circle/again"));
    truncateSync(path.join(cwd, "large.yaml"), 600 * 1024 * 1024);
    execFileSync("mkfifo", [path.join(cwd, "pipe"), path.join(cwd, "pipes/a.yaml")]);
    const { code, stdout, stderr } = await netproof(line, { cwd });
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(said);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
  });

  it("files and folders without permission", async () => {
    const cwd = folderWith({ "secret.yaml": policy, "closed/a.yaml": pods });
    chmodSync(cwd, 0o755);
    chmodSync(path.join(cwd, "secret.yaml"), 0);
    chmodSync(path.join(cwd, "closed"), 0);
    const anybody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const { code, stdout } = await netproof("check -f secret.yaml -f closed", { cwd, ...anybody });
    chmodSync(path.join(cwd, "closed"), 0o755);
    expect([code, stdout]).toEqual([
      2,
      "error[input-unreadable]: `closed` cannot be read: no permission\nerror[input-unreadable]: `secret.yaml` cannot be read: no permission\n2 errors, nothing was judged: exit 2. netproof help CODE explains one\n",
    ]);
  });

  it("the twenty-first error is a count", async () => {
    const cwd = folderWith(
      Object.fromEntries(
        Array.from({ length: 23 }, (_, i) => [
          `p${i + 10}.yaml`,
          policy.replace("name: web", `name: web-${i}`).replace("policyTypes: [Ingress]", "policyTypes: [ingress]"),
        ]),
      ),
    );
    const { code, stdout } = await netproof("check -f .", { cwd });
    expect(code).toBe(2);
    expect(stdout.match(/^error\[/gm)).toHaveLength(20);
    expect(stdout).toMatch(/\nand \d+ more: --full prints them all\n/);
    const full = await netproof("check -f . --full", { cwd });
    expect(full.stdout.match(/^error\[policy-type-unknown/gm)).toHaveLength(23);
  });

  it("--skip-unreadable leaves out what is no Kubernetes, and the ledger names it", async () => {
    const cwd = folderWith({
      "pods.yaml": pods,
      "values.yaml": "replicas: 3\n",
      "chart/templates/web.yaml": "metadata:\n  name: {{ .Values.name }}\n",
    });
    const refused = await netproof("check -f . -R", { cwd });
    expect([refused.code, refused.stdout.match(/^error\[[\w-]+\]/gm)]).toEqual([2, ["error[helm-template]", "error[not-kubernetes]"]]);
    const skipped = await netproof("check -f . -R --skip-unreadable --ledger", { cwd });
    expect(skipped.code).toBe(0);
    expect(skipped.stdout).toMatch(/skipped +1 +Helm template/);
    expect(skipped.stdout).toMatch(/skipped +1 +Helm values/);
  });
});

function netproofInBash(script: string, cwd: string): { readonly code: number; readonly stdout: string } {
  try {
    const stdout = execFileSync("bash", ["-c", script], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...plainEnvironment, NP: command },
    });
    return { code: 0, stdout };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, stdout };
  }
}
