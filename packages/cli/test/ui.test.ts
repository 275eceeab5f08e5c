import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const repository = path.resolve(import.meta.dirname, "../../..");

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** Node's own client sends any header, where `fetch` keeps some to itself. */
function call(
  address: URL,
  place: string,
  { headers = {}, body, method }: { readonly headers?: Record<string, string>; readonly body?: string; readonly method?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: address.hostname, port: address.port, path: place, method: method ?? (body === undefined ? "GET" : "POST"), headers },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("netproof ui", () => {
  let folder: string;
  let child: ChildProcess;
  let address: URL;
  let token: Record<string, string>;
  let said = "";

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "netproof-ui-"));
    cpSync(path.join(repository, "scenarios/day-one"), folder, { recursive: true });
    child = spawn(process.execPath, [path.join(repository, "packages/cli/bin/netproof.js"), "ui", folder], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
    address = await new Promise<URL>((resolve) =>
      child.stdout?.setEncoding("utf8").once("data", (text: string) => resolve(new URL(text.trim()))),
    );
    token = { "netproof-token": new URLSearchParams(address.hash.slice(1)).get("token") ?? "" };
  });
  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("listens on this machine alone, gives the page to anybody here and answers to nobody without the token", async () => {
    expect(address.hostname).toBe("127.0.0.1");
    const page = await call(address, "/");
    expect(page.status).toBe(200);
    expect(page.text).toContain('name="netproof-host" content="served"');
    expect(page.text).not.toContain(token["netproof-token"]);
    expect(page.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
    });
    expect(page.headers).not.toHaveProperty("access-control-allow-origin");
    expect((await call(address, "/page.js")).status).toBe(200);
    for (const place of ["/package.json", "/../package.json", "/%2e%2e/package.json", "/recording.json"]) {
      expect((await call(address, place)).status).toBe(404);
    }
    for (const place of ["/api/source", "/api/changes", "/api/lab"]) expect((await call(address, place)).status).toBe(401);
    expect((await call(address, "/api/source", { headers: { "netproof-token": "guess" } })).status).toBe(401);
    expect((await call(address, "/api/save", { body: "{}", headers: { "content-type": "application/json" } })).status).toBe(401);
  });

  test("refuses other hosts, other origins and what another site made a browser ask, even with the token", async () => {
    const asked = async (headers: Record<string, string>): Promise<number> =>
      (await call(address, "/api/source", { headers: { ...token, ...headers } })).status;
    expect(await asked({})).toBe(200);
    expect(await asked({ origin: `http://${address.host}`, "sec-fetch-site": "same-origin" })).toBe(200);
    expect(await asked({ host: "evil.example" })).toBe(421);
    expect(await asked({ host: `evil.example:${address.port}` })).toBe(421);
    expect(await asked({ origin: "http://evil.example" })).toBe(403);
    expect(await asked({ origin: "null" })).toBe(403);
    expect(await asked({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await asked({ "sec-fetch-site": "same-site" })).toBe(403);
  });

  test("changes nothing by GET, nor by a form, and takes no large body", async () => {
    const json = { ...token, "content-type": "application/json" };
    expect((await call(address, "/api/save", { headers: token })).status).toBe(404);
    expect((await call(address, "/api/lab/run", { headers: token })).status).toBe(404);
    expect((await call(address, "/api/save", { headers: { ...token, "content-type": "text/plain" }, body: "{}" })).status).toBe(415);
    expect((await call(address, "/api/save", { headers: json, body: "{" })).status).toBe(400);
    expect((await call(address, "/api/save", { headers: json, body: JSON.stringify({ path: 1, before: "", text: "" }) })).status).toBe(400);
    expect((await call(address, "/api/save", { headers: json, body: `"${"x".repeat(9 * 1024 * 1024)}"` })).status).toBe(413);
    expect((await call(address, "/api/lab/curl", { headers: json, body: '{"place":0}' })).status).toBe(409);
  });

  test("saves a file that it has open, and never over a text that the page has not seen", async () => {
    const file = path.join(folder, "policy1.yaml");
    const before = readFileSync(file, "utf8");
    const save = (saved: string, from: string, text: string): Promise<Reply> =>
      call(address, "/api/save", {
        headers: { ...token, "content-type": "application/json" },
        body: JSON.stringify({ path: saved, before: from, text }),
      });
    expect((await save("policy1.yaml", before, `# mine\n${before}`)).status).toBe(204);
    expect(readFileSync(file, "utf8")).toBe(`# mine\n${before}`);
    const stale = await save("policy1.yaml", before, "gone");
    expect([stale.status, stale.text]).toEqual([409, "policy1.yaml changed on disk since the page read it: look at both first"]);
    for (const foreign of ["../policy1.yaml", "README.md", "/etc/hostname"]) expect((await save(foreign, "", "x")).status).toBe(409);
    expect(readFileSync(file, "utf8")).toBe(`# mine\n${before}`);
  });

  test("tells what changes on disk: new texts, new files, and those that are gone", async () => {
    const lines: string[] = [];
    let wake = (): void => {};
    const next = async (): Promise<unknown> => {
      while (lines.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return JSON.parse(lines.shift() as string);
    };
    const stream = request({ host: address.hostname, port: address.port, path: "/api/changes", headers: token }, (response) => {
      response.setEncoding("utf8").on("data", (text: string) => {
        lines.push(...text.split("\n").filter((line) => line !== ""));
        wake();
      });
    });
    stream.on("error", () => {});
    stream.end();
    expect(await next()).toEqual({ alive: true });
    await new Promise((resolve) => setTimeout(resolve, 300));
    writeFileSync(path.join(folder, "policy2.yaml"), "# empty\n");
    expect(await next()).toEqual({ files: [{ path: "policy2.yaml", text: "# empty\n" }], gone: [] });
    rmSync(path.join(folder, "policy1.yaml"));
    expect(await next()).toEqual({ files: [], gone: ["policy1.yaml"] });
    stream.destroy();
  });

  test("ends with Ctrl-C and leaves nothing", async () => {
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(said).toContain(`netproof ui has ${folder} open; Ctrl-C ends it\n`);
  });
});
