import { hostKind } from "./host.ts";
import { render } from "preact";
import { loadChunk } from "./chunks.ts";
import { App } from "./shell/App.tsx";
import { openServed } from "./state/served.ts";
import { openExample, where } from "./state/store.ts";

const { source } = where.value;
// The two scripts that the first verdict waits for are fetched side by side.
if (source !== "" || hostKind === "served") void loadChunk("engine");
render(<App />, document.body);
if (source === "local" || (source === "" && hostKind === "served")) void openServed();
else if (source !== "" && !source.startsWith("files-")) void openExample(source, "stay");
