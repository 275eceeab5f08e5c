import { render } from "preact";
import { App } from "../shell/App.tsx";
import { MatrixView } from "../matrix/MatrixView.tsx";
import { openSource } from "../state/store.ts";
import type { Explored } from "./start.ts";

/** What a report becomes when somebody explores it: the matrix and why, over the files that the run read. */
const { source } = globalThis as unknown as Explored;
render(<App views={{ matrix: MatrixView }} />, document.body);
void openSource(source, "report", "stay");
