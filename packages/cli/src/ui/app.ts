import { timingSafeEqual } from "node:crypto";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { stream } from "hono/streaming";
import type { DiskChange, LabEvent, LabPlace, LabRequest, SaveRequest } from "@netproof/web/wire";
import type { LabHost } from "./lab.ts";
import type { Source } from "./source.ts";

/** What the page is served from. */
export interface UiParts {
  /** Made anew at each start: who does not know it gets the page, and no answer. */
  readonly token: string;
  /** `127.0.0.1:41234` and its other names. Other hosts are refused: a foreign name that leads here is an attack. */
  isOwnHost(host: string): boolean;
  /** A file of the page by its name, or undefined. */
  file(name: string): string | undefined;
  /** Undefined where nothing was named: then the page opens what is dropped on it. */
  readonly source: Source | undefined;
  readonly lab: LabHost;
}

/** The largest body that is taken, in bytes: a file that is saved. */
const mostBody = 8 * 1024 * 1024;
/** A line that says only that the server lives, so often in milliseconds. */
const heartbeat = 15_000;

/**
 * The server of `netproof ui`. It speaks to its own page alone: the address must be its own (no rebinding), the origin, too, no other
 * site may have made the browser ask, and everything but the page's own files needs the token. What changes something is a POST.
 */
export function uiApp({ token, isOwnHost, file, source, lab }: UiParts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const host = context.req.header("host") ?? "";
    if (!isOwnHost(host)) return context.text("this server answers to its own address alone", 421);
    const origin = context.req.header("origin");
    const site = context.req.header("sec-fetch-site");
    if ((origin !== undefined && origin !== `http://${host}`) || site === "cross-site" || site === "same-site")
      return context.text("another site may not ask here", 403);
    return next();
  });
  app.use(
    secureHeaders({
      // The page carries its own policy; this one also keeps it out of frames.
      contentSecurityPolicy: { frameAncestors: ["'none'"] },
      xFrameOptions: "DENY",
      referrerPolicy: "no-referrer",
      strictTransportSecurity: false,
    }),
  );
  app.use("/api/*", async (context, next) => {
    if (!isSame(context.req.header("netproof-token") ?? "", token))
      return context.text("this page has no token: open the address that netproof ui printed", 401);
    if (context.req.method === "POST" && !/^application\/json\b/.test(context.req.header("content-type") ?? ""))
      return context.text("a JSON body is expected", 415);
    context.header("cache-control", "no-store");
    return next();
  });
  app.use("/api/*", bodyLimit({ maxSize: mostBody, onError: (context) => context.text("at most 8 MB are taken", 413) }));

  app.get("/api/source", (context) => context.json(source?.now() ?? null));

  app.get("/api/changes", (context) =>
    lines(context, async (tell: (change: DiskChange | { readonly alive: true }) => void, signal) => {
      tell({ alive: true });
      const beat = setInterval(() => tell({ alive: true }), heartbeat);
      try {
        if (source === undefined) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        else for await (const change of source.changes(signal)) tell(change);
      } finally {
        clearInterval(beat);
      }
    }),
  );

  app.post("/api/save", async (context) => {
    const body = await bodyOf<SaveRequest>(context, { path: "string", before: "string", text: "string" });
    if (body === undefined) return context.text("path, before and text are expected", 400);
    if (source === undefined) return context.text("netproof ui has no file open", 409);
    const refusal = source.save(body);
    return refusal === undefined ? context.body(null, 204) : context.text(refusal, 409);
  });

  app.get("/api/lab", async (context) => context.json(await lab.state()));

  app.post("/api/lab/run", async (context) => {
    const body = await bodyOf<LabRequest>(context, { stage: "string", denyWith: "string", port: "string", ends: "strings" });
    const ways: readonly string[] = ["reject", "drop"];
    if (body === undefined || !ways.includes(body.denyWith))
      return context.text("stage, denyWith (reject or drop), port and ends are expected", 400);
    if (source === undefined) return context.text("netproof ui has no file open: start it with a folder", 409);
    return lines(context, (tell: (event: LabEvent) => void, signal) => lab.run(body, signal, tell));
  });

  for (const action of ["curl", "again"] as const) {
    app.post(`/api/lab/${action}`, async (context) => {
      const body = await bodyOf<LabPlace>(context, { place: "number" });
      if (body === undefined) return context.text("place is expected", 400);
      const answer = await lab[action](body.place);
      return typeof answer === "string" ? context.text(answer, 409) : context.json(answer);
    });
  }

  app.get("/:name{[a-z.]*}", (context) => {
    const name = context.req.param("name") || "index.html";
    const text = file(name);
    if (text === undefined) return context.text("no such file", 404);
    return context.body(text, 200, { "content-type": typeOf(name), "cache-control": "no-cache" });
  });
  app.notFound((context) => context.text("no such address", 404));
  app.onError((error, context) => context.text(error.message, 500));
  return app;
}

/** A stream of JSON values, one per line, until the task ends or nobody listens any more. */
function lines(context: Context, task: (tell: (value: object) => void, signal: AbortSignal) => Promise<void>): Response {
  context.header("content-type", "application/x-ndjson");
  return stream(context, async (out) => {
    const listening = new AbortController();
    out.onAbort(() => listening.abort());
    // Each line waits for the one before it.
    let written: Promise<unknown> = Promise.resolve();
    const tell = (value: object): void => {
      written = written.then(() => out.write(`${JSON.stringify(value)}\n`)).catch(() => undefined);
    };
    await task(tell, listening.signal);
    await written;
  });
}

/** The body where its values are of these types. */
async function bodyOf<T>(
  context: Context,
  types: Readonly<Record<keyof T & string, "string" | "number" | "strings">>,
): Promise<T | undefined> {
  const body: unknown = await context.req.json().catch(() => undefined);
  if (typeof body !== "object" || body === null) return undefined;
  const values = body as Readonly<Record<string, unknown>>;
  return Object.entries(types).every(([name, type]) => (type === "strings" ? isTexts(values[name]) : typeof values[name] === type))
    ? (body as T)
    : undefined;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function typeOf(name: string): string {
  if (name.endsWith(".html")) return "text/html; charset=utf-8";
  return name.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
}
