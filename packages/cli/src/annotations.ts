import path from "node:path";
import { annotationProperty, annotationText, type ReportDiagnostic } from "@netproof/core/parts";
import type { FullPaths } from "./look.ts";
import { talk } from "./terminal.ts";

/** In GitHub's CI, findings and errors come once more at the end, where its pages pick them up. */
export function annotate(diagnostics: readonly ReportDiagnostic[], paths: FullPaths): void {
  if (process.env["GITHUB_ACTIONS"] !== "true") return;
  talk(diagnostics.map((diagnostic) => annotation(diagnostic, paths)).join(""));
}

function annotation({ code, severity, message, frame, help }: ReportDiagnostic, paths: FullPaths): string {
  const command = severity === "note" ? "notice" : severity;
  const label = frame?.lines.flatMap(({ marks }) => marks).find(({ style }) => style === "primary")?.label ?? "";
  const text = [message, label, help ?? ""].filter((part) => part !== "").join("; ");
  const place =
    frame === undefined
      ? []
      : [`file=${annotationProperty(fromRoot(frame.place.file, paths))}`, `line=${frame.place.line}`, `col=${frame.place.column}`];
  return `::${command} ${[...place, `title=${annotationProperty(code)}`].join(",")}::${annotationText(text)}\n`;
}

/** Annotations name files from the root of the repository. */
function fromRoot(file: string, paths: FullPaths): string {
  const full = path.resolve(paths.get(file) ?? file);
  return path
    .relative(process.env["GITHUB_WORKSPACE"] ?? process.cwd(), full)
    .split(path.sep)
    .join("/");
}
