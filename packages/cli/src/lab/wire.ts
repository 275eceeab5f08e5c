import { rmSync, statSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { Refusal, type ExitCode } from "../refusal.ts";
import type { Entrance, HeldLab } from "./held.ts";
import { socketPath } from "./socket.ts";

type Request =
  | { readonly ask: "enter"; readonly arguments: Parameters<HeldLab["enter"]> }
  | { readonly ask: "trace"; readonly arguments: Parameters<HeldLab["trace"]> }
  | { readonly ask: "change"; readonly arguments: Parameters<HeldLab["change"]> }
  | { readonly ask: "down"; readonly arguments: readonly [] };

type Response =
  | { readonly result: unknown }
  | { readonly refused: { readonly message: string; readonly help: readonly string[]; readonly exitCode: ExitCode } };

/** Lets other commands of this user speak to a lab. `ended` comes true when one of them has asked for its end. */
export async function listenFor(lab: HeldLab): Promise<{ readonly ended: Promise<void>; close(): void }> {
  const other = await connectTo(socketPath);
  other?.destroy();
  if (other !== undefined) throw new Refusal("a lab is up already", "netproof lab down ends it");
  rmSync(socketPath, { force: true });
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const reply = async (socket: Socket, request: Request): Promise<void> => {
    socket.end(`${JSON.stringify(await answer(lab, request))}\n`);
    if (request.ask === "down") socket.on("close", end);
  };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => {
      void reply(socket, JSON.parse(line) as Request);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    // Made with the rights it has: there is no moment at which others could connect.
    const mask = process.umask(0o177);
    server.listen(socketPath, resolve);
    process.umask(mask);
  });
  return {
    ended,
    close: () => {
      server.close();
      rmSync(socketPath, { force: true });
    },
  };
}

async function answer(lab: HeldLab, request: Request): Promise<Response> {
  try {
    switch (request.ask) {
      case "enter":
        return { result: await lab.enter(...request.arguments) };
      case "trace":
        return { result: await lab.trace(...request.arguments) };
      case "change":
        return { result: await lab.change(...request.arguments) };
      case "down":
        return { result: null };
    }
  } catch (error) {
    if (error instanceof Refusal) return { refused: { message: error.message, help: error.help, exitCode: error.exitCode } };
    return { refused: { message: error instanceof Error ? error.message : String(error), help: [], exitCode: 3 } };
  }
}

/** The lab that `netproof lab up` holds, if there is one. */
export async function runningLab(): Promise<HeldLab | undefined> {
  const first = await connectTo(socketPath);
  if (first === undefined) return undefined;
  first.destroy();
  const ask = async (request: Request): Promise<unknown> => {
    const socket = await connectTo(socketPath);
    if (socket === undefined) throw new Refusal("the lab has ended", [], 3);
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const response = JSON.parse(line) as Response;
      if ("result" in response) return response.result;
      throw new Refusal(response.refused.message, response.refused.help, response.refused.exitCode);
    }
    throw new Refusal("the lab has ended", [], 3);
  };
  return {
    enter: async (...given) => (await ask({ ask: "enter", arguments: given })) as Entrance,
    trace: async (...given) => (await ask({ ask: "trace", arguments: given })) as string,
    change: async (...given) => (await ask({ ask: "change", arguments: given })) as string,
    down: async () => void (await ask({ ask: "down", arguments: [] })),
    [Symbol.asyncDispose]: async () => {},
  };
}

function connectTo(where: string): Promise<Socket | undefined> {
  // In a folder that all may write to, somebody else may have made a socket of this name.
  if (statSync(where, { throwIfNoEntry: false })?.uid !== process.getuid?.()) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect(where);
    socket.on("connect", () => resolve(socket));
    socket.on("error", () => resolve(undefined));
  });
}
