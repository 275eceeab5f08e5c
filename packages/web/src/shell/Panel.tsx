import type { JSX } from "preact";
import { ManyPanel } from "../matrix/ManyPanel.tsx";
import { ChangesPanel } from "../design/ChangesPanel.tsx";
import { currentOverlays } from "../design/overlays.ts";
import { currentFlow, currentStage, where } from "../state/store.ts";
import { RulePanel } from "../objects/RulePanel.tsx";
import { WhyPanel } from "../why/WhyPanel.tsx";
import { EndpointPanel } from "./EndpointPanel.tsx";
import { IntentPanel } from "./IntentPanel.tsx";
import { PanelEdge, panelWidth } from "./PanelEdge.tsx";

/**
 * Beside every place: why a flow is what it is; without one the endpoint that is selected, else what this stage changed, where
 * changes are drawn, or the intent.
 */
export function Panel(): JSX.Element {
  const selected = currentFlow.value;
  const { sel } = where.value.keys;
  const many = sel?.includes(">") === true ? sel : undefined;
  const rule = /^rule:(.+)$/.exec(sel ?? "")?.[1];
  const row = /^row:(.+)$/.exec(where.value.keys.sel ?? "")?.[1];
  const isChanging = where.value.view === "design" && currentStage.value > 0 && currentOverlays.value.changes;
  return (
    <aside
      id="panel"
      class="panel"
      tabIndex={-1}
      style={panelWidth.value === undefined ? {} : { width: `${panelWidth.value}px` }}
      aria-label={selected === undefined ? (row ?? (many === undefined ? "Intent" : "Selection")) : "Why"}
    >
      <PanelEdge />
      <div class="panel-body">
        {selected !== undefined ? (
          <WhyPanel flow={selected} />
        ) : rule !== undefined ? (
          <RulePanel name={rule} />
        ) : many !== undefined ? (
          <ManyPanel text={many} />
        ) : row !== undefined ? (
          <EndpointPanel name={row} />
        ) : isChanging ? (
          <ChangesPanel />
        ) : (
          <IntentPanel />
        )}
      </div>
    </aside>
  );
}
