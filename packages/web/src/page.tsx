import { hostKind } from "./host.ts";
import { render } from "preact";
import { loadChunk } from "./chunks.ts";
import { DesignView } from "./design/DesignView.tsx";
import { EditorView } from "./editor/EditorView.tsx";
import { LabView } from "./lab/LabView.tsx";
import { MatrixView } from "./matrix/MatrixView.tsx";
import { ObjectsView } from "./objects/ObjectsView.tsx";
import { OpenView } from "./open/OpenView.tsx";
import { App } from "./shell/App.tsx";
import { openServed } from "./state/served.ts";
import { openExample, where } from "./state/store.ts";
import { TourView } from "./tour/TourView.tsx";

const views = {
  design: DesignView,
  matrix: MatrixView,
  editor: EditorView,
  objects: ObjectsView,
  lab: LabView,
  tour: TourView,
  open: OpenView,
};

const { source } = where.value;
// The two scripts that the first verdict waits for are fetched side by side.
if (source !== "" || hostKind === "served") void loadChunk("engine");
render(<App views={views} />, document.body);
if (source === "local" || (source === "" && hostKind === "served")) void openServed();
else if (source !== "" && !source.startsWith("files-")) void openExample(source, "stay");
