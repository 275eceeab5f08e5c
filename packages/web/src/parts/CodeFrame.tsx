import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { hasPlace } from "../host.ts";
import { go, texts } from "../state/store.ts";

/** Lines that stand out, counted from 1, both included. */
export interface LitLines {
  readonly first: number;
  readonly last: number;
  readonly tone: "subject" | "matches" | "misses" | "deviation" | "changed" | "plain";
  /** Said at the right edge of the last line. */
  readonly text?: string;
  readonly mark?: "tick" | "cross";
}

/** Opens a line in the editor. */
export function goToLine(file: string, first: number, last: number = first): void {
  go({ view: "editor", keys: { line: `${file}:${first}${last > first ? `-${last}` : ""}` } });
}

/** `policy1.yaml:13`, a way into the editor; only words where the text is not open here. */
export function PlaceOf({ file, line }: { readonly file: string; readonly line: number }): JSX.Element {
  const place = `${file}:${line}`;
  if (!texts.value.has(file) || !hasPlace("editor")) return <span class="mono quiet">{place}</span>;
  return (
    <button type="button" class="link mono" title={`Open ${place} in the editor`} onClick={() => goToLine(file, line)}>
      {place}
    </button>
  );
}

/** A line that is longer than this is cut: a dump may stand on one. */
const mostLetters = 240;

/** The lines of a manifest that decide, with what each does; what lies between is folded and opens on click. */
export function CodeFrame({ file, lit }: { readonly file: string; readonly lit: readonly LitLines[] }): JSX.Element {
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  const text = texts.value.get(file);
  if (text === undefined || lit.length === 0) return <></>;
  const lines = text.split(/\r\n|\n|\r/);
  const shown = new Set(lit.flatMap(({ first, last }) => range(first, last)));
  const rows: JSX.Element[] = [];
  const numbers = [...shown].sort((a, b) => a - b);
  numbers.forEach((number, i) => {
    const before = numbers[i - 1];
    if (before !== undefined && before + 1 < number) {
      const gap = range(before + 1, number - 1);
      if (gap.length === 1 || unfolded.has(before))
        rows.push(...gap.map((one) => <CodeLine key={one} number={one} text={lines[one - 1] ?? ""} />));
      else
        rows.push(
          <button
            key={`gap ${before}`}
            type="button"
            class="code-gap"
            aria-label={`Show lines ${before + 1} to ${number - 1}`}
            onClick={() => setUnfolded(new Set([...unfolded, before]))}
          >
            ⋯
          </button>,
        );
    }
    const parts = lit.filter(({ first, last }) => first <= number && number <= last);
    // The narrowest part that covers the line gives it its look.
    const part = parts.reduce<LitLines | undefined>(
      (best, one) => (best === undefined || sizeOf(one) <= sizeOf(best) ? one : best),
      undefined,
    );
    const said = parts.filter((one) => one.last === number && one.text !== undefined && one.text !== "");
    rows.push(<CodeLine key={number} number={number} text={lines[number - 1] ?? ""} part={part} said={said} />);
  });
  return (
    <div class="code" role="group" aria-label={`${file}, lines ${numbers[0] ?? 0} to ${numbers.at(-1) ?? 0}`}>
      {rows}
    </div>
  );
}

function CodeLine({
  number,
  text,
  part,
  said = [],
}: {
  readonly number: number;
  readonly text: string;
  readonly part?: LitLines | undefined;
  readonly said?: readonly LitLines[];
}): JSX.Element {
  return (
    <div class={`code-line tone-${part?.tone ?? "plain"}`}>
      <span class="code-number" aria-hidden="true">
        {number}
      </span>
      <span class="code-body">
        <YamlText text={text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text} />
        {said.map((one) => (
          <span key={one.text} class={`code-said said-${one.tone}`}>
            {one.mark !== undefined && (
              <svg width="9" height="9" viewBox="0 0 9 9" aria-hidden="true">
                <path d={one.mark === "tick" ? "M1 5 3.4 7.4 8 1.6" : "M1.4 1.4 7.6 7.6M7.6 1.4 1.4 7.6"} />
              </svg>
            )}
            {one.text}
          </span>
        ))}
      </span>
    </div>
  );
}

/** Two colours, for keys and for values. */
function YamlText({ text }: { readonly text: string }): JSX.Element {
  const [, lead = "", key = "", rest = ""] = /^(\s*(?:- +)*-?)((?:"[^"]*"|'[^']*'|[^\s#:"'{[][^:#]*):(?=\s|$))?(.*)$/s.exec(text) ?? [];
  return (
    <span class="code-text">
      {lead}
      {key !== "" && <span class="code-key">{key}</span>}
      {rest !== "" && <span class={rest.trimStart().startsWith("#") ? "code-comment" : "code-value"}>{rest}</span>}
    </span>
  );
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

function sizeOf({ first, last }: LitLines): number {
  return last - first;
}
