import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { WalkExplanation } from "@netproof/core/parts";
import { PlaceOf } from "../parts/CodeFrame.tsx";
import { counted } from "../parts/counted.ts";

/** Contrail's walk: policies in sequence up to the first rule that matches, and what would have decided behind it. */
export function WalkPart({ walk: { steps, tags, ending, from, to } }: { readonly walk: WalkExplanation }): JSX.Element {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (name: string): void => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  const deciding = steps.find(({ outcome }) => outcome === "decides")?.rule;
  return (
    <>
      <ol class="walk">
        {steps.map(({ sequence, policy, outcome, missed, rule }) => {
          const key = `${sequence} ${policy}`;
          const isOpen = open.has(key);
          return (
            <li key={key} class={`walk-step walk-${outcome}`}>
              <div class="walk-policy">
                <span class="mono quiet">{sequence.padStart(5, "0")}.0</span>
                <span class="mono walk-name">{policy}</span>
                {missed.length > 0 ? (
                  <button type="button" class="link" aria-expanded={isOpen} onClick={() => toggle(key)}>
                    {rule === undefined ? `${counted(missed.length, "rule")}, no match` : `${counted(missed.length, "rule")} before`}
                  </button>
                ) : (
                  <span class="quiet">{outcome === "not-reached" ? "not reached" : outcome === "decides" ? "first rule" : "no rules"}</span>
                )}
              </div>
              {isOpen &&
                missed.map((one) => (
                  <div key={one.rule} class="walk-rule walk-missed">
                    <span class="mono quiet">{one.sequence.padStart(5, "0")}</span>
                    <span class="mono walk-name">{one.rule}</span>
                    <span class="quiet">{one.because.join(", ")}</span>
                  </div>
                ))}
              {rule !== undefined && (
                <div class={`walk-rule walk-${outcome} walk-${rule.action}`}>
                  <span class="mono">{rule.sequence.padStart(5, "0")}</span>
                  <span class="mono walk-name">{rule.name}</span>
                  <span>{outcomeText(outcome, rule.action)}</span>
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {ending !== undefined && <p class="quiet">{ending}</p>}
      {deciding !== undefined && (
        <p class="quiet walk-from">
          {deciding.place === undefined ? "A rule that Contrail makes for itself" : "Made from "}
          {deciding.place !== undefined && <PlaceOf {...deciding.place} />}
        </p>
      )}
      <dl class="walk-tags">
        {[
          { name: from, own: tags.from },
          { name: to, own: tags.to },
        ].map(({ name, own }, i) => (
          <div key={i}>
            <dt class="mono">{name}</dt>
            <dd class="tags">
              {own.length === 0 ? (
                <span class="quiet">no tags</span>
              ) : (
                own.map((tag) => (
                  <code key={tag} class="tag">
                    {tag}
                  </code>
                ))
              )}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function outcomeText(outcome: string, action: "pass" | "deny"): string {
  switch (outcome) {
    case "decides":
      return `${action}, first match`;
    case "in-doubt":
      return `would ${action}, if the address is in its block`;
    default:
      return `would ${action}`;
  }
}
