import type { Diagnostic } from "../text/diagnostic.ts";
import type { Span } from "../text/source.ts";
import type { Scalar } from "./scalars.ts";
import { say } from "./messages.ts";

/**
 * Text where it must stand. Anything else is an error that says: quote it (S19). Only a single `y` or `n` is taken for the text that it
 * looks like, with a warning: kubectl refuses it, but libraries of other languages write these letters without quotes and read them as text.
 */
export function textOrLetter(
  value: Scalar,
  at: Span,
  what: string,
): { readonly value: string | undefined; readonly diagnostic: Diagnostic | undefined } {
  if (typeof value === "string") return { value, diagnostic: undefined };
  const written = at.source.text.slice(at.start, at.end);
  const fix = [{ at, text: JSON.stringify(written) }];
  if (typeof value === "boolean" && /^[yYnN]$/.test(written)) {
    return { value: written, diagnostic: say("letter-boolean", at, { letter: written }, { fix }) };
  }
  const kind = typeof value === "boolean" ? "a boolean" : typeof value === "number" ? "a number" : "nothing";
  return { value: undefined, diagnostic: say("text-expected", at, { what, found: written, kind }, { fix }) };
}

/** Who writes one such letter writes many: the first in a file speaks for all. */
export function firstLetters(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = new Set<string>();
  return diagnostics.filter(({ code, at }) => {
    if (code !== "letter-boolean" || at === undefined) return true;
    const isFirst = !files.has(at.source.name);
    files.add(at.source.name);
    return isFirst;
  });
}
