import type { Workbench } from "./protocol.ts";
import type { Pause } from "./survey.ts";

/** One call of the page: a method of the workbench by its name. */
export interface Call {
  readonly id: number;
  readonly method: keyof Workbench;
  readonly parameters: readonly unknown[];
}

export type Reply =
  | { readonly id: number; readonly answer: unknown }
  /** The workbench failed, which no text of a user makes it do. */
  | { readonly id: number; readonly failure: string }
  /** How far a long survey has come, 0 to 1. */
  | { readonly share: number };

/** Makes this worker one that answers what a page asks; a report's page asks less. */
export function serve(open: (today: string, pause: Pause) => Partial<Workbench>): void {
  const workbench = open(new Date().toISOString().slice(0, 10), async (share) => {
    self.postMessage({ share } satisfies Reply);
    // A turn of the event loop: calls that have come meanwhile begin.
    await new Promise((resolve) => setTimeout(resolve));
  });
  self.addEventListener("message", ({ data: { id, method, parameters } }: MessageEvent<Call>) => {
    const call = workbench[method] as (...all: readonly unknown[]) => Promise<unknown>;
    call(...parameters).then(
      (answer) => self.postMessage({ id, answer } satisfies Reply),
      (error: unknown) =>
        self.postMessage({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Reply),
    );
  });
}
