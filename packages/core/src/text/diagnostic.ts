import type { Span } from "./source.ts";

export type Severity = "error" | "warning" | "note";

/** A further place that belongs to a diagnostic («the block» that an `except` is not inside of). */
export interface Related {
  readonly at: Span;
  readonly message: string;
}

/** A text change that mends what a diagnostic objects to. */
export interface Edit {
  readonly at: Span;
  readonly text: string;
}

/**
 * Something to tell the user about a text, at a place. Reading returns these and never throws (invariant 2).
 * `code` is a word that never changes its meaning; `netproof help CODE` prints its page.
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  /** States what is wrong: lower case, the user's text in backticks. */
  readonly message: string;
  /** Undefined when there is no text to point into (a file that is not there). */
  readonly at: Span | undefined;
  /** What stands beside the caret: what was expected, or what the mistake would have done. */
  readonly label?: string;
  readonly related: readonly Related[];
  /** Proposes what to do. */
  readonly help?: string;
  readonly fix?: readonly Edit[];
}

/** What `netproof help CODE` tells about one code. */
export interface CodePage {
  readonly title: string;
  /** Why this is a mistake and what it would have done. */
  readonly explanation: string;
  /** A text that has the mistake, and the name of the file it would stand in; the generated page and a test use it. */
  readonly example: { readonly file: string; readonly text: string };
}

/** One entry of a message catalogue: the words of a code, made from typed parameters in one place. */
export interface MessageEntry<Parameters> {
  readonly severity: Severity;
  message(parameters: Parameters): string;
  label?(parameters: Parameters): string;
  help?(parameters: Parameters): string | undefined;
  readonly page: CodePage;
}

/** Gives an entry its parameter type where a catalogue is written. */
export function entry<Parameters>(words: MessageEntry<Parameters>): MessageEntry<Parameters> {
  return words;
}

type Catalogue = Readonly<Record<string, MessageEntry<never>>>;
type ParametersOf<C extends Catalogue, Code extends keyof C> = Parameters<C[Code]["message"]>[0];

/** The function that makes diagnostics of one catalogue: `say("cidr-invalid", span, { text })`. */
export type Say<C extends Catalogue> = <Code extends keyof C & string>(
  code: Code,
  at: Span | undefined,
  parameters: ParametersOf<C, Code>,
  more?: { readonly related?: readonly Related[]; readonly help?: string; readonly fix?: readonly Edit[] },
) => Diagnostic;

export function sayer<C extends Catalogue>(catalogue: C): Say<C> {
  return (code, at, parameters, more = {}) => {
    const words = catalogue[code] as unknown as MessageEntry<typeof parameters>;
    const label = words.label?.(parameters);
    const help = more.help ?? words.help?.(parameters);
    return {
      code,
      severity: words.severity,
      message: words.message(parameters),
      at,
      related: more.related ?? [],
      ...(label === undefined ? {} : { label }),
      ...(help === undefined ? {} : { help }),
      ...(more.fix === undefined ? {} : { fix: more.fix }),
    };
  };
}

/** By severity, then file, then place: the order in which they are printed. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    compareTexts(a.at?.source.name ?? "", b.at?.source.name ?? "") ||
    (a.at?.start ?? 0) - (b.at?.start ?? 0) ||
    compareTexts(a.code, b.code) ||
    compareTexts(a.message, b.message)
  );
}

const severities: readonly Severity[] = ["error", "warning", "note"];

/** Orders by code units: the same on every machine, whatever its locale. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
