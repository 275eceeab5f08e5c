import type { JSX } from "preact";
import { hostKind } from "../host.ts";
import { counted } from "../parts/counted.ts";
import { Glyph } from "../parts/Glyph.tsx";
import { useTally } from "../state/answers.ts";
import { opened, currentPort, currentStage, subject } from "../state/store.ts";
import { showCoverage, CoverageDialog } from "./CoverageDialog.tsx";
import { showKeys } from "./KeysDialog.tsx";

export function StatusBar(): JSX.Element {
  const about = subject.value;
  return (
    <footer class="statusbar">
      {about !== undefined && (
        <>
          <span>
            {counted(about.counts.workloads + about.counts.outside + about.counts.nodes, "endpoint")} ·{" "}
            {counted(about.counts.namespaces, "namespace")}
            {about.counts.outside > 0 && ` · ${counted(about.counts.outside, "outside point")}`}
          </span>
          <Judged />
          <button type="button" class="link" onClick={showCoverage}>
            {about.coverage.ledger.skipped.length > 0 && <Glyph name="undetermined" size={13} />} Coverage:{" "}
            <strong>{about.coverage.text}</strong>
          </button>
          <CoverageDialog coverage={about.coverage} />
        </>
      )}
      <span>
        <svg class="lock" width="11" height="13" viewBox="0 0 11 13" aria-hidden="true">
          <path d="M2 6V4a3.5 3.5 0 0 1 7 0v2h1v6.5H1V6zM3.5 6h4V4a2 2 0 0 0-4 0z" fill="currentColor" />
        </svg>{" "}
        {hostKind === "served" ? `netproof ui on ${location.hostname}` : "Nothing leaves this browser"}
      </span>
      <span class="spring" />
      {opened.value !== undefined && (
        <button type="button" class="link" onClick={showKeys}>
          <kbd>?</kbd> keys
        </button>
      )}
    </footer>
  );
}

function Judged(): JSX.Element {
  const tally = useTally(currentStage.value, "spec", currentPort.value);
  if (tally === undefined) return <span>judging</span>;
  return (
    <span data-took={tally.took.toFixed(1)}>
      {counted(tally.counts.pairs, "flow")} judged in {Math.max(1, Math.round(tally.took))} ms
    </span>
  );
}
