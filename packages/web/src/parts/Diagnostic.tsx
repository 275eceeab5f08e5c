import type { JSX } from "preact";
import type { ReportDiagnostic } from "@netproof/core/parts";
import { Glyph } from "./Glyph.tsx";
import { PlaceOf } from "./CodeFrame.tsx";
import { Prose } from "./flow.tsx";

/** What cannot be read, or what to look at: the sentence, the lines with the part underlined, and what to write. */
export function Diagnostic({
  diagnostic: { code, severity, message, frame, help },
}: {
  readonly diagnostic: ReportDiagnostic;
}): JSX.Element {
  return (
    <article class={`diagnostic diagnostic-${severity}`}>
      <header>
        <Glyph name={severity === "error" ? "violated" : "undetermined"} label={severity} />
        <Prose text={message} />
        <span class="quiet mono">{code}</span>
      </header>
      {frame !== undefined && (
        <>
          <PlaceOf file={frame.place.file} line={frame.place.line} />
          <div class="code">
            {frame.lines.map(({ number, text, marks }) => (
              <div key={number} class="diagnostic-line">
                <span class="quiet">{number}</span>
                <span>
                  {marked(text, marks)}
                  {marks
                    .map(({ label }) => label)
                    .filter((label) => label !== "")
                    .map((label) => (
                      <span key={label} class="diagnostic-label">
                        {" "}
                        {label}
                      </span>
                    ))}
                </span>
              </div>
            ))}
          </div>
        </>
      )}
      {help !== undefined && (
        <p class="diagnostic-help">
          <strong>help</strong> {help}
        </p>
      )}
    </article>
  );
}

function marked(
  text: string,
  marks: readonly { readonly start: number; readonly end: number; readonly style: "primary" | "related" }[],
): readonly JSX.Element[] {
  const parts: JSX.Element[] = [];
  let at = 0;
  for (const { start, end, style } of [...marks].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(
      <span key={at}>{text.slice(at, start)}</span>,
      <mark key={start} class={style}>
        {text.slice(start, Math.max(end, start + 1)) || " "}
      </mark>,
    );
    at = Math.max(end, start + 1);
  }
  parts.push(<span key="rest">{text.slice(at)}</span>);
  return parts;
}
