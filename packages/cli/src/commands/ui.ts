import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createAdaptorServer } from "@hono/node-server";
import { presentDiagnostics, reportDiagnostic } from "@netproof/core/parts";
import type { Options } from "../flags.ts";
import { useCaseName, useCasePath } from "../input.ts";
import { lookFor } from "../look.ts";
import { operandsOf } from "../operands.ts";
import { readInput } from "../prepare.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { answer, talk } from "../terminal.ts";
import { uiApp } from "../ui/app.ts";
import { labHost } from "../ui/lab.ts";
import { openSource } from "../ui/source.ts";

/** The page with this machine behind it: files are watched and can be saved, and the lab can run. */
export async function run(options: Options, operands: readonly string[]): Promise<ExitCode> {
  const [file] = operandsOf(["FILE"], 0, operands, "ui");
  const page = pageFolder();
  const isNamed = file !== undefined || options.filename.length > 0 || options.kustomize !== undefined || existsSync(useCaseName);
  const opened = isNamed ? await openSource(options, file === undefined ? undefined : useCasePath(file)) : undefined;
  if (opened !== undefined && opened.source.now().files.length === 0) {
    const look = lookFor(process.stderr, options, opened.input.paths);
    talk(
      presentDiagnostics(
        opened.input.problems.map((problem) => reportDiagnostic(problem, "input")),
        look,
      ),
    );
    return 2;
  }
  const token = randomBytes(24).toString("base64url");
  const lab = labHost(async () => {
    if (opened === undefined) throw new Error("nothing is open");
    return readInput(await opened.source.read(), options);
  });
  let port = 0;
  const app = uiApp({
    token,
    isOwnHost: (host) => [`127.0.0.1:${port}`, `localhost:${port}`].includes(host),
    file: (name) => pageFile(page, name),
    source: opened?.source,
    lab,
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Refusal(`port ${options.listen ?? ""} of 127.0.0.1 is taken`, "without --listen a free one is found")
          : error,
      ),
    );
    server.listen(listenPort(options.listen), "127.0.0.1", resolve);
  });
  ({ port } = server.address() as AddressInfo);
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  answer(`http://127.0.0.1:${port}/#token=${token}\n`);
  talk(`netproof ui${opened === undefined ? "" : ` has ${opened.source.now().folder} open`}; Ctrl-C ends it\n`);
  await interrupted;
  server.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
  await lab.close();
  return 130;
}

function listenPort(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Refusal(`--listen is a port of 127.0.0.1, not \`${text}\``);
  return port;
}

/** Built by `npm run build`, or part of the package. */
function pageFolder(): string {
  const folder = path.dirname(fileURLToPath(import.meta.resolve("@netproof/web/page/index.html")));
  if (!existsSync(path.join(folder, "index.html"))) throw new Refusal("the page is not built", "npm run build");
  return folder;
}

const pageFiles: readonly string[] = [
  "index.html",
  "page.js",
  "page.css",
  "engine.js",
  "examples.js",
  "editor.js",
  "graphviz.js",
  "recording.js",
];

function pageFile(folder: string, name: string): string | undefined {
  if (!pageFiles.includes(name)) return undefined;
  const text = readFileSync(path.join(folder, name), "utf8");
  return name === "index.html" ? text.replace('name="netproof-host" content="disk"', 'name="netproof-host" content="served"') : text;
}
