import { render } from "preact";
import { App } from "./shell/App.tsx";
import { failure, openExample, where } from "./state/store.ts";

const { source } = where.value;
render(<App />, document.body);
if (source !== "" && !source.startsWith("files-") && source !== "local") void openExample(source);
else if (source.startsWith("files-")) failure.value = undefined;
