import type { Workbench } from "./protocol.ts";
import type { Call, Reply } from "./serve.ts";

/** The workbench in a worker of its own, so that the page stays quick whatever is calculated. `onStop` is told once if the worker fails. */
export function startWorkbench(script: string, onStop: (problem: string) => void, onProgress: (share: number) => void): Workbench {
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const waiting = new Map<number, { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void }>();
  let last = 0;
  const stop = (problem: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(problem));
    waiting.clear();
    onStop(problem);
  };
  worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    if ("share" in data) {
      onProgress(data.share);
      return;
    }
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("answer" in data) one?.resolve(data.answer);
    else {
      one?.reject(new Error(data.failure));
      stop(data.failure);
    }
  });
  worker.addEventListener("error", ({ message }) => stop(message));
  const call =
    (method: keyof Workbench) =>
    (...parameters: readonly unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        worker.postMessage({ id: last, method, parameters } satisfies Call);
      });
  return new Proxy({}, { get: (_, method) => call(method as keyof Workbench) }) as Workbench;
}
