import { hostKind } from "./host.ts";
import { render } from "preact";
import { App } from "./shell/App.tsx";
import { openServed } from "./state/served.ts";
import { openExample, where } from "./state/store.ts";

const { source } = where.value;
render(<App />, document.body);
if (source === "local" || (source === "" && hostKind === "served")) void openServed();
else if (source !== "" && !source.startsWith("files-")) void openExample(source);
