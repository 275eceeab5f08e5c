import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markdownCell, safeText } from "../../src/report/present/escape.ts";
import { presentMarkdown } from "../../src/report/present/markdown.ts";
import { asked, checked, dayOne, explained, list, matrix, matrixOf, pod } from "./documents.ts";
import { holdsHidden, hostileText, tainted } from "./hostile.ts";

/** Every table, as lines of cells. */
function tables(markdown: string): readonly (readonly (readonly string[])[])[] {
  return outsideFences(markdown)
    .split("\n\n")
    .filter((part) => part.startsWith("|"))
    .map((part) => part.trimEnd().split("\n").map(cells));
}

function cells(line: string): readonly string[] {
  expect(line).toMatch(/^\| .*\|$/);
  return line
    .slice(1, -1)
    .split(/(?<!\\)(?:\\\\)*\|/)
    .map((cell) => cell.trim());
}

/** Code frames stand between fences that are longer than any in them. */
function outsideFences(markdown: string): string {
  return markdown.replace(/^(`{3,})text\n[^]*?\n\1$/gm, "");
}

describe("Markdown of a run", () => {
  const text = presentMarkdown(dayOne);

  test("begins with the result and ends with what was judged", () => {
    expect(text).toMatch(/^## day-one: the design holds at 1 of 5 stages, as declared\n/);
    expect(text).toMatch(/\nCoverage: all of 6 files analysed\n\n\*\*54 pairs at 5 stages, engine spec: .*: exit 0\*\*\n$/);
  });

  test("has the stages, the intent, and a table per device under test and direction", () => {
    const [stages, intent, ...grid] = tables(text);
    expect(stages.map((row) => row.slice(2).join(" "))).toEqual([
      "Open pairs Break the intent Intent",
      "--: --: ---",
      "54 of 54 20 unmet, as declared",
      "44 of 54 12 unmet, as declared",
      "38 of 54 6 unmet, as declared",
      "32 of 54 0 met",
      "38 of 54 6 unmet, as declared",
    ]);
    expect(intent).toContainEqual([
      "I3",
      "dbserver-dev (customer data): only through webserver-dev, on 80/TCP",
      "**7 pairs !**",
      "**6 pairs !**",
      "holds",
      "holds",
      "holds",
    ]);
    expect(grid.map(([head]) => head[0])).toEqual([
      "**→ webserver-dev**",
      "**→ dbserver-dev**",
      "**webserver-dev →**",
      "**dbserver-dev →**",
    ]);
    expect(grid[0]).toContainEqual(["client1-dev", "all **!**", "80", "80", "80", "80"]);
    expect(grid[0]).toContainEqual(["client2-dev", "all **!**", "\\-", "\\-", "\\-", "\\-"]);
  });

  test("tells what each stage changed, where, and what it breaks", () => {
    expect(text).toContain(`### 2 policy1: 10 pairs close, 4 narrow to 80/TCP

- narrows client1-dev client-jtac cent222 → webserver-dev (\`policy1.yaml:14\`)
- closes the 4 others → webserver-dev (\`policy1.yaml:11\`)
- narrows webserver-dev → dbserver-dev (\`policy1.yaml:27\`)
- closes webserver-dev → clients (6) (\`policy1.yaml:12\`)
- **violated** I3 by 6 pairs: client1-dev → dbserver-dev 80/TCP, not isolated
- **violated** I4 by 6 pairs: dbserver-dev → client1-dev 80/TCP, not isolated
- data: directly from clients (6), 3 of them also through webserver-dev
`);
  });

  test("findings stand below the headline, in a fence", () => {
    const failed = presentMarkdown({
      ...dayOne,
      findings: checked.diagnostics,
      conclusion: { ...dayOne.conclusion, findings: 1, exitCode: 1 },
    });
    expect(failed).toMatch(/^## day-one: .*, 1 finding\n\n.*\n\n```text\nerror\[port-name-invalid\]: `80` in quotes/);
  });
});

describe("Markdown of the other documents", () => {
  test("matrix", () => {
    const [table] = tables(presentMarkdown(matrix));
    expect(table[0]).toEqual(["From, to", "1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(table[5]).toEqual(["4 client-qa", "all", "all", "all", "", "all", "all", "\\-", "all"]);
  });

  test("a matrix with too many rows is told by those that nothing tells apart, or by namespaces", () => {
    const many = Array.from({ length: 60 }, (_, i) => pod(`ns${i % 3}`, `web${i}`, `10.0.0.${i}`));
    const pairs = (open: (from: number, to: number) => boolean) =>
      many.flatMap((from, i) =>
        many.flatMap((to, j) =>
          from === to
            ? []
            : [{ from: from.id, to: to.id, family: undefined, allow: open(i, j) ? "80/TCP" : "-", undetermined: "-", pairs: 1 }],
        ),
      );
    const alike = presentMarkdown(
      matrixOf(
        undefined,
        many,
        pairs((_, to) => to % 3 === 0),
      ),
    );
    expect(alike).toContain("60 rows are too many: rows that are alike share one");
    const mixed = presentMarkdown(
      matrixOf(
        undefined,
        many,
        pairs((from, to) => from < to),
      ),
    );
    expect(mixed).toContain("60 rows are too many: open pairs per namespace instead");
    expect(tables(mixed)[0]).toHaveLength(2 + 3);
  });

  test("list", () => {
    const text = presentMarkdown(list);
    expect(tables(text)[0][2]).toEqual([
      "client1-dev<br>ns/jtac<br>cent222",
      "webserver-dev",
      "80/TCP",
      "dev/policy1 ingress\\[0\\]",
      "`policy1.yaml:14`",
    ]);
    expect(text).toContain("\n- **clients**: client1-dev, client2-dev,");
  });

  test("ask", () => {
    expect(tables(presentMarkdown(asked))[0][3]).toEqual([
      "10.169.25.21",
      "webserver-dev",
      "80/TCP",
      "**deny**",
      "dev/policy1, no rule allows",
    ]);
  });

  test("explanation", () => {
    const text = presentMarkdown(explained);
    expect(text).toContain("### client-qa → webserver-dev 80/TCP at policy1: deny\n");
    expect(text).toContain("^^^^^^^^^^^^^^^ address: 10.47.255.230 is outside\n```");
    expect(text).toContain("### client1-dev → webserver-dev at policy1: allow on 80/TCP only\n");
  });

  test("check", () => {
    const text = presentMarkdown(checked);
    expect(text).toMatch(/^## 1 error in 1 file, nothing was judged\n/);
    expect(tables(text)[0]).toContainEqual(["skipped", "1", "CiliumNetworkPolicy", "undetermined: shop/\\*", "`cnp.yaml:1`"]);
  });
});

describe("Markdown of hostile names", () => {
  test.each([
    ["a|b", "a\\|b"],
    ["<script>", "&lt;script&gt;"],
    ["@team", "@&#8203;team"],
    ["see #12", "see #&#8203;12"],
    ["https://a.example", "https:&#8203;//a.example"],
    ["- a", "\\- a"],
    ["1. a", "1\\. a"],
    ["10.0.0.1", "10.0.0.1"],
    ["a\nb", "a\\\\u\\{a\\}b"],
    ["$x$", "&#36;x&#36;"],
  ])("%j", (text, escaped) => {
    expect(markdownCell(text)).toBe(escaped);
  });

  test("a text is read as itself", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const read = markdownCell(text).replace(
          /\\([!-/:-@[-`{-~])|&(lt|gt|amp|#36|#8203);/g,
          (_, letter?: string, entity?: string) => letter ?? { lt: "<", gt: ">", amp: "&", "#36": "$", "#8203": "" }[entity ?? ""] ?? "",
        );
        expect(read).toBe(safeText(text).trim());
      }),
    );
  });

  test.each([matrix, list, asked, explained, checked, dayOne])(
    "document %# keeps its tables, and holds no HTML but line breaks",
    (document) => {
      fc.assert(
        fc.property(hostileText, (tail) => {
          const text = presentMarkdown(tainted(document, tail));
          for (const table of tables(text)) expect(new Set(table.map((row) => row.length))).toEqual(new Set([table[0].length]));
          expect(outsideFences(text).replaceAll("<br>", "")).not.toMatch(/</);
          expect(holdsHidden(text)).toBe(false);
        }),
        { numRuns: 15 },
      );
    },
  );
});
