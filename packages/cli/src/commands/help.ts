import { nearest, readMessages, safeText, useCaseMessages, type CodePage } from "@netproof/core/parts";
import { isCommandName, type Options } from "../flags.ts";
import { helpText } from "../help.ts";
import { messages } from "../messages.ts";
import { operandsOf } from "../operands.ts";
import { Refusal, type ExitCode } from "../refusal.ts";
import { answer } from "../terminal.ts";

/** The help of a command, or the page of a diagnostic's code. */
export async function run(_: Options, operands: readonly string[]): Promise<ExitCode> {
  const [word] = operandsOf(["COMMAND|CODE"], 0, operands, "help");
  if (word === undefined || isCommandName(word)) {
    answer(helpText(word));
    return 0;
  }
  const page = codePages.get(word);
  if (page === undefined) {
    const meant = nearest(word, [...codePages.keys()]);
    throw new Refusal(
      `no command or code \`${word}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
      "a code is the word in brackets: error[except-outside]",
    );
  }
  answer(pageText(word, page));
  return 0;
}

const codePages: ReadonlyMap<string, CodePage> = new Map(
  [readMessages, useCaseMessages, messages].flatMap((catalogue) =>
    Object.entries(catalogue).map(([code, { page }]) => [code, page as CodePage] as const),
  ),
);

function pageText(code: string, { title, explanation, example }: CodePage): string {
  const lines = example.text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => `    ${safeText(line)}`.trimEnd());
  return `${code}: ${title}\n${filled(explanation, 80)}\n\n${example.file}\n${lines.join("\n")}\n`;
}

/** Breaks prose at blanks. */
function filled(prose: string, width: number): string {
  const lines: string[] = [];
  for (const word of prose.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}
