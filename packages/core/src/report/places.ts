import type { Diagnostic } from "../text/diagnostic.ts";
import { lineStart, lineText, positionOf, spanOf, type Origin, type Part, type Span } from "../text/source.ts";
import type { Frame, FrameLine, Place, ReportDiagnostic } from "./types.ts";

export function placeOf(span: Span): Place {
  return { file: span.source.name, ...positionOf(span.source, span.start) };
}

export function placeOfOrigin(origin: Origin, part: Part = "entry"): Place {
  return placeOf(spanOf(origin, part));
}

/** A mark under some characters of a line; a span of several lines is marked on its first. */
export interface Mark {
  readonly span: Span;
  readonly label: string;
  readonly style: "primary" | "related";
}

/** The lines under the marks, in the file's order, from one source. */
export function frameOf(at: Span, title: string | undefined, marks: readonly Mark[]): Frame {
  const lines = new Map<number, FrameLine & { readonly marks: FrameLine["marks"][number][] }>();
  for (const mark of [...marks].sort((a, b) => a.span.start - b.span.start)) {
    const { source, start, end } = mark.span;
    const number = positionOf(source, start).line;
    const text = lineText(source, number);
    const offset = lineStart(source, number);
    const from = [...text.slice(0, start - offset)].length;
    const width = [...text.slice(start - offset, Math.max(end - offset, start - offset + 1))].length;
    const line = lines.get(number) ?? { number, text, marks: [] };
    line.marks.push({ start: from, end: from + Math.max(1, width), label: mark.label, style: mark.style });
    lines.set(number, line);
  }
  return { place: placeOf(at), title, lines: [...lines.values()].sort((a, b) => a.number - b.number) };
}

/** A diagnostic for a document: related places of the same file stand in the same frame, others in the help. */
export function reportDiagnostic(diagnostic: Diagnostic, kind: "input" | "finding"): ReportDiagnostic {
  const { at, code, severity, message } = diagnostic;
  const here = diagnostic.related.filter((related) => related.at.source === at?.source);
  const elsewhere = diagnostic.related.filter((related) => related.at.source !== at?.source);
  const marks: Mark[] =
    at === undefined || at.source.text === ""
      ? []
      : [
          { span: at, label: diagnostic.label ?? "", style: "primary" },
          ...here.map((related): Mark => ({ span: related.at, label: related.message, style: "related" })),
        ];
  const others = elsewhere.map((related) => {
    const { file, line } = placeOf(related.at);
    return `${related.message}: ${file}:${line}`;
  });
  const help = [...(diagnostic.help === undefined ? [] : [diagnostic.help]), ...others].join("; ");
  return { code, severity, kind, message, frame: at && frameOf(at, undefined, marks), help: help === "" ? undefined : help };
}
