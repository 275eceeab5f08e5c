import type { FunctionComponent, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { matrixForm } from "../matrix/form.ts";
import { DropTarget } from "../open/DropTarget.tsx";
import { hasPlace, serverTrouble } from "../host.ts";
import { useKeys } from "../state/keys.ts";
import type { ViewName } from "../state/location.ts";
import { spoken, useSpoken } from "../state/spoken.ts";
import { failure, currentFlow, go, goToStage, linkTrouble, opened, openExample, currentStage, subject, where } from "../state/store.ts";
import { flowText } from "../parts/flow.tsx";
import { KeysDialog, showKeys } from "./KeysDialog.tsx";
import { Panel } from "./Panel.tsx";
import { StageBar } from "./StageBar.tsx";
import { StatusBar } from "./StatusBar.tsx";
import { TopBar, places } from "./TopBar.tsx";

/** The views of a page, by their names; a report has few of them. */
export type Views = Readonly<Partial<Record<ViewName, FunctionComponent>>>;

export function App({ views }: { readonly views: Views }): JSX.Element {
  const view = hasPlace(where.value.view) ? where.value.view : "matrix";
  const isOpen = view !== "open" && subject.value !== undefined;
  useKeys({
    "[": () => goToStage(currentStage.value - 1),
    "]": () => goToStage(currentStage.value + 1),
    "?": () => showKeys(),
    "/": () => document.getElementById("ask")?.focus(),
    Escape: () => go({ keys: { flow: "", sel: "" } }),
    w: () => go({ keys: { panel: where.value.keys.panel === "wide" ? "" : "wide" } }, "replace"),
    o: () => turnFlow(),
    l: () => void navigator.clipboard.writeText(location.href),
    y: () => void (currentFlow.value && navigator.clipboard.writeText(flowText(currentFlow.value))),
    ...Object.fromEntries(places.map(({ view: place }, i) => [String(i + 1), () => hasPlace(place) && go({ view: place })])),
  });
  const View = views[isOpen ? view : "open"];
  useEffect(() => {
    document.title = titleOf(view);
  });
  return (
    <div class={`app view-${view} ${panelClass(view, isOpen)} ${isAsked() ? "panel-asked" : ""}`}>
      <a class="skip" href="#main" onClick={(event) => focusOn(event, "main")}>
        Skip to the content
      </a>
      {isOpen && hasPanel(view) && (
        <a class="skip" href="#panel" onClick={(event) => focusOn(event, "panel")}>
          Skip to the panel
        </a>
      )}
      <TopBar />
      {isOpen && <StageBar />}
      <main id="main" tabIndex={-1}>
        {serverTrouble.value !== undefined && (
          <p class="banner" role="alert">
            {serverTrouble.value}
          </p>
        )}
        {linkTrouble.value !== undefined && (
          <p class="banner" role="alert">
            {linkTrouble.value}
            <button type="button" class="button small" onClick={() => (linkTrouble.value = undefined)}>
              Close
            </button>
          </p>
        )}
        {failure.value !== undefined && <Failure text={failure.value} />}
        {View !== undefined && <View />}
      </main>
      {isOpen && hasPanel(view) && <Panel />}
      <StatusBar />
      {hasPlace("open") && <DropTarget />}
      <KeysDialog />
      <LiveRegion />
    </div>
  );
}

/** The editor and the tour have results of their own beside the text, and devices by stages their intent below. */
function hasPanel(view: ViewName): boolean {
  const hasOwn = view === "editor" || view === "tour" || (view === "matrix" && matrixForm.value === "stages");
  return !hasOwn || currentFlow.value !== undefined || (view === "matrix" && (where.value.keys.sel ?? "") !== "");
}

function panelClass(view: ViewName, isOpen: boolean): string {
  if (!isOpen || !hasPanel(view)) return "panel-none";
  const word = where.value.keys.panel;
  return word === "wide" ? "panel-wide" : word === "closed" && currentFlow.value === undefined ? "panel-closed" : "panel-narrow";
}

/** Something was chosen that the panel tells of: on a narrow screen it comes up as a sheet. */
function isAsked(): boolean {
  return currentFlow.value !== undefined || (where.value.keys.sel ?? "") !== "";
}

function Failure({ text }: { readonly text: string }): JSX.Element {
  const [first = ""] = text.split("\n");
  return (
    <div class="banner" role="alert">
      <strong>The calculation stopped.</strong> Your text is safe. {first}
      <button type="button" onClick={() => void navigator.clipboard.writeText(text)}>
        Copy the details
      </button>
      <button type="button" onClick={() => (hasPlace("open") ? void openExample("day-one") : location.reload())}>
        Restart
      </button>
    </div>
  );
}

/** The one region that speaks: here of the stage and what holds, elsewhere of what the views find. */
function LiveRegion(): JSX.Element {
  const about = subject.value;
  const stage = about?.stages[currentStage.value];
  const held = stage?.holds.filter((state) => state === "holds").length ?? 0;
  const text =
    about === undefined || stage === undefined || about.assertions.length === 0
      ? ""
      : `${stage.name}: ${held} of ${about.assertions.length} assertions hold`;
  useSpoken(text, "first");
  return (
    <div class="unseen" role="status" aria-live="polite">
      {spoken.value}
    </div>
  );
}

function turnFlow(): void {
  const now = currentFlow.value;
  if (now !== undefined) go({ keys: { flow: `${now.to}>${now.from}${now.port === undefined ? "" : `:${now.port}`}` } });
}

/** A link to a part of the page would change the place that the address holds. */
function focusOn(event: Event, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}

function titleOf(view: ViewName): string {
  const stage = subject.value?.stages[currentStage.value]?.name;
  const about =
    currentFlow.value === undefined ? (places.find((place) => place.view === view)?.label ?? "Open") : flowText(currentFlow.value);
  return [about, stage, opened.value?.name, "netproof"].filter((part) => part !== undefined && part !== "").join(" · ");
}
