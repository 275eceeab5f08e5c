import { render } from "preact";
import { App } from "../shell/App.tsx";
import { MatrixView } from "../matrix/MatrixView.tsx";
import { linkTrouble, opened, openSource, subject } from "../state/store.ts";
import type { Explored } from "./start.ts";

/** What a report becomes when somebody explores it: the matrix and why, over the files that the run read. */
const { source } = globalThis as unknown as Explored;
render(<App views={{ matrix: MatrixView }} />, document.body);
void explore();

async function explore(): Promise<void> {
  await openSource(source, "report", "stay");
  // The run could read them, so this is a fault; nobody shall look at an empty page.
  if (subject.value === undefined)
    linkTrouble.value = `The files of this report cannot be read here: ${opened.value?.problems[0]?.message ?? "nothing says why"}.`;
}
