import type { JSX } from "preact";
import type { FlowExplanation, SideExplanation, Verdict } from "@netproof/core/parts";
import { Name, shortName } from "../parts/flow.tsx";
import { rowNamed } from "../state/store.ts";

/** The way of a packet: out of one end, into the other. An open gate is a gap, a closed one a bar where the line ends. */
export function Gates({ explanation: { from, to, sides } }: { readonly explanation: FlowExplanation }): JSX.Element {
  const [egress, ingress] = sides;
  return (
    <section class="gates" aria-label={`egress ${egress.verdict}, ingress ${ingress.verdict}`}>
      <EndCard name={from} />
      <Line live={true} />
      <Gate side={egress} />
      <Line live={egress.verdict !== "deny"} />
      <Gate side={ingress} />
      <Line live={egress.verdict !== "deny" && ingress.verdict !== "deny"} head={true} />
      <EndCard name={to} />
    </section>
  );
}

function EndCard({ name }: { readonly name: string }): JSX.Element {
  const row = rowNamed(name.replace(/ \(.*\)$/, ""));
  return (
    <div class={`gate-end ${row?.underTest === true ? "under-test" : ""}`}>
      <strong>
        <Name text={shortName(name)} most={18} />
      </strong>
      {row !== undefined && (
        <span class="mono quiet">
          {row.kind === "pods" ? `${row.namespace} ` : ""}
          {row.addresses[0] ?? ""}
        </span>
      )}
    </div>
  );
}

function Line({ live, head = false }: { readonly live: boolean; readonly head?: boolean }): JSX.Element {
  return (
    <svg class={`gate-line ${live ? "live" : "dead"}`} viewBox="0 0 20 12" preserveAspectRatio="none" aria-hidden="true">
      <path d={head && live ? "M0 6H20M13 1 19 6 13 11" : "M0 6H20"} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

function Gate({ side: { direction, verdict, text } }: { readonly side: SideExplanation }): JSX.Element {
  return (
    <div class={`gate gate-${verdict}`}>
      <span class="gate-word">
        <strong>{direction}</strong> {verdict}
      </span>
      <svg width="14" height="46" viewBox="0 0 14 46" aria-hidden="true">
        <path d={barOf(verdict)} />
      </svg>
      <span class="gate-text">{text}</span>
    </div>
  );
}

function barOf(verdict: Verdict): string {
  return verdict === "deny" ? "M7 2V44" : "M7 2V15M7 31V44";
}
