import type { CodePage } from "../text/diagnostic.ts";

/** The user's text in a message: in backticks, and not longer than a line. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return `\`${line.length > 60 ? `${line.slice(0, 59)}…` : line}\``;
}

export function didYouMean(meant: string | undefined): string | undefined {
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}

/** `Allow or Deny`, `Accept, Deny or Pass`. */
export function either(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join("") : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

export function page(title: string, explanation: string, file: string, text: string): CodePage {
  return { title, explanation, example: { file, text } };
}

/** `a ClusterNetworkPolicy`, `an AdminNetworkPolicy`. */
export function article(noun: string): string {
  return `${/^[AEIOU]/i.test(noun) ? "an" : "a"} ${noun}`;
}
