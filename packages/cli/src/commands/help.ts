import { contrailMessages, deviation, deviations, dumpMessages, type DeviationId } from "@netproof/core/contrail";
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
  const page = codePages.get(word) ?? deviationPage(word);
  if (page === undefined) {
    const meant = nearest(word, [...codePages.keys(), ...deviations.map(({ id }) => id)]);
    throw new Refusal(
      `no command or code \`${word}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
      "a code is the word in brackets: error[except-outside]",
    );
  }
  answer(pageText(word, page));
  return 0;
}

const codePages: ReadonlyMap<string, CodePage> = new Map(
  [readMessages, useCaseMessages, contrailMessages, dumpMessages, messages].flatMap((catalogue) =>
    Object.entries(catalogue).map(([code, { page }]) => [code, page as CodePage] as const),
  ),
);

/** A deviation of Contrail, with the cluster that shows it. */
function deviationPage(id: string): CodePage | undefined {
  const known = deviation(id as DeviationId);
  if (known === undefined) return undefined;
  const { title, kubernetes, contrail, workaround, example } = known;
  const shown =
    example === undefined
      ? ""
      : `# ${example.from} to ${example.to} ${example.port}/${example.protocol}: Kubernetes ${example.kubernetes}, Contrail ${example.contrail}\n${example.manifests}`;
  return {
    title,
    explanation: `Kubernetes: ${kubernetes} Contrail: ${contrail} Instead: ${workaround}`,
    example: { file: "example.yaml", text: shown },
  };
}

function pageText(code: string, { title, explanation, example }: CodePage): string {
  const lines = example.text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => `    ${safeText(line)}`.trimEnd());
  const head = `${code}: ${title}\n${filled(explanation, 80)}\n`;
  // Some deviations show themselves in no cluster of pods and addresses.
  if (example.text === "") return head;
  return `${head}\n${example.file}\n${lines.join("\n")}\n`;
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
