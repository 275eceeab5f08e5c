/** A small page as a terminal shows it: headings in the middle of 80 columns, paragraphs as lines. */
export function readablePage(html: string): string {
  const body = /<body>([\s\S]*)<\/body>/.exec(html)?.[1] ?? html;
  return body
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/<h1>(.*?)<\/h1>/g, (_, text: string) => `${" ".repeat(Math.max(0, Math.floor((80 - text.length) / 2)))}${text}`)
    .replaceAll(/<[^>]+>/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}
