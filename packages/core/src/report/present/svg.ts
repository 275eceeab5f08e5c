import type { MatrixDocument, Report } from "../types.ts";
import { matrixPicture } from "./svg-matrix.ts";
import { reportPicture } from "./svg-report.ts";

/**
 * A document as a picture: SVG with its own style for light and dark, text as text, no script, nothing loaded. A report shows stages,
 * devices under test and intent; a matrix its numbered grid.
 */
export function presentSvg(document: MatrixDocument | Report): string {
  return document.format === "netproof.report/1" ? reportPicture(document) : matrixPicture(document);
}
