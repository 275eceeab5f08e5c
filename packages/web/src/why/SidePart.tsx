import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SideExplanation, WrittenPart } from "@netproof/core/parts";
import { CodeFrame, PlaceOf, type LitLines } from "../parts/CodeFrame.tsx";
import { Glyph } from "../parts/Glyph.tsx";

/** Rules that did not match and are shown before somebody asks for the others. */
const mostRules = 3;
/** A rule of this many lines is shown whole, so that it can be read. */
const wholeRule = 16;

/** One direction: what its end says, the tiers that were asked, and the manifest with what decides lit. */
export function SidePart({ side }: { readonly side: SideExplanation }): JSX.Element {
  const [all, setAll] = useState(false);
  const { direction, of, verdict, text, tiers, written } = side;
  const rules = written.filter(({ role }) => role === "rule").length;
  const shown = all ? written : firstRules(written, mostRules);
  const files = [...new Set(shown.map(({ file }) => file))];
  return (
    <div class="why-side">
      <p class="why-side-head">
        <Glyph name={verdict} />
        <span>
          <strong>{direction}</strong> of <span class="mono">{of}</span>: <strong>{verdict}</strong>
          <br />
          <span class="quiet">{text}</span>
        </span>
      </p>
      {tiers.length > 0 && (
        <ol class="why-tiers">
          {tiers.map((tier) => (
            <li key={`${tier.tier} ${tier.text}`}>
              <strong>{tier.tier}</strong> {tier.text} {tier.place !== undefined && <PlaceOf {...tier.place} />}
            </li>
          ))}
        </ol>
      )}
      {side.decides?.marks.map(({ label }) => (
        <p key={label} class="quiet">
          {label}
        </p>
      ))}
      {files.map((file) => {
        const own = shown.filter((part) => part.file === file);
        const deciding = own.find(({ role }) => role === "rule") ?? own[0];
        return (
          <div key={file}>
            {deciding !== undefined && (
              <p class="code-place">
                <PlaceOf file={file} line={deciding.first} />
              </p>
            )}
            <CodeFrame file={file} lit={own.flatMap(litOf)} />
          </div>
        );
      })}
      {rules > mostRules && !all && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          {rules - mostRules} more {rules - mostRules === 1 ? "rule" : "rules"} that {rules - mostRules === 1 ? "does" : "do"} not match
        </button>
      )}
    </div>
  );
}

function litOf({ role, first, last, text }: WrittenPart): readonly LitLines[] {
  switch (role) {
    case "selects":
      return [{ first, last, tone: "subject", text }];
    case "isolates":
      return [{ first, last, tone: "plain", text: `and ${text}` }];
    case "matches":
      return [{ first, last, tone: "matches", text, mark: "tick" }];
    case "misses":
      // The words say which part failed; its kind stands before the colon.
      return [{ first, last, tone: "misses", text: text.replace(/^\w+: /, ""), mark: "cross" }];
    case "rule":
      return last - first < wholeRule ? [{ first, last, tone: "plain" }] : [{ first, last: first, tone: "plain" }];
  }
}

/** What stands before the rules, and the rules that were nearest. */
function firstRules(written: readonly WrittenPart[], most: number): readonly WrittenPart[] {
  let rules = 0;
  return written.filter(({ role }) => {
    if (role === "rule") rules += 1;
    return rules <= most;
  });
}
