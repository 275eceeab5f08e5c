import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { presentMermaid } from "../../src/report/present/mermaid.ts";
import { dayOne, list, matrix, matrixOf, outside, pairsAt, pod, totalsOf } from "./documents.ts";
import { holdsHidden, hostileText, tainted } from "./hostile.ts";

const label = String.raw`"(?:[^"\x00-\x1f#;<>&\`[\]{}|\\]|#\d+;|<br>)*"`;
/** Every line that may stand in such a graph. */
const grammar = new RegExp(
  `^(?:flowchart LR|  %% [^{}]*|  subgraph s\\d+\\[${label}\\]| {2,4}(?:n\\d+|more)\\[${label}\\](?::::test)?|  end|  n\\d+ <?(?:-->|-\\.->)\\|${label}\\| n\\d+|  classDef test stroke-width:3px)$`,
);

function expectGraph(text: string): void {
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n")) expect(line).toMatch(grammar);
}

describe("Mermaid", () => {
  test("a list: groups and names are nodes, rules are arrows", () => {
    expect(presentMermaid(list)).toBe(`flowchart LR
  n0["client1-dev"]
  n1["webserver-dev"]
  n2["ns/jtac"]
  n3["cent222"]
  n4["dbserver-dev"]
  n5["clients<br>client1-dev<br>client2-dev<br>client-jtac<br>client-qa<br>cent222<br>cent333"]
  n0 -->|"80/TCP"| n1
  n2 -->|"80/TCP"| n1
  n3 -->|"80/TCP"| n1
  n1 -->|"80/TCP"| n4
  n5 -->|"all"| n5
  n5 -->|"all"| n4
  n4 -->|"all"| n5
`);
  });

  test("few arrows: every endpoint in the box of its namespace", () => {
    const rows = [pod("dev", "web", "10.0.0.1"), pod("dev", "db", "10.0.0.2"), outside("cent", "192.0.2.1")];
    const pairs = [
      { from: "dev/web", to: "dev/db", family: undefined, allow: "80/TCP", undetermined: "-", pairs: 1 },
      { from: "dev/db", to: "dev/web", family: undefined, allow: "-", undetermined: "-", pairs: 1 },
      { from: "cent", to: "dev/web", family: undefined, allow: "-", undetermined: "all", pairs: 1 },
    ];
    expect(presentMermaid(matrixOf(undefined, rows, pairs))).toBe(`flowchart LR
  subgraph s0["dev"]
    n0["web"]
    n1["db"]
  end
  subgraph s1["outside"]
    n2["cent"]
  end
  n0 -->|"80/TCP"| n1
  n2 -.->|"#63;all"| n0
`);
  });

  test("many arrows: endpoints that nothing tells apart share a node, and it says so", () => {
    expect(presentMermaid(dayOne)).toBe(`flowchart LR
  %% stage 5 db-mistake
  %% endpoints that nothing tells apart share a node
  subgraph s0["dev"]
    n2["webserver-dev"]:::test
    n3["dbserver-dev"]:::test
  end
  n0["dev/client1-dev<br>jtac/client-jtac<br>cent222"]
  n1["dev/client2-dev<br>qa/client-qa<br>cent333"]
  n0 -->|"all"| n0
  n0 <-->|"all"| n1
  n0 -->|"80/TCP"| n2
  n1 -->|"all"| n1
  n2 -->|"80/TCP"| n3
  n3 -->|"all #33;"| n0
  n3 -->|"all #33;"| n1
  classDef test stroke-width:3px
`);
  });

  test("a pair that was not asked about merges nobody", () => {
    const pairs = pairsAt("policy1").filter(({ from, to }) => from !== "dev/client1-dev" || to !== "dev/dbserver-dev");
    expect(presentMermaid({ ...matrix, pairs })).toContain('["client1-dev"]');
  });

  test("more than can be drawn: namespaces, the strongest arrows, and how many were left out", () => {
    const rows = Array.from({ length: 90 }, (_, i) => pod(`ns${i % 30}`, `web${i}`, `10.0.0.${i}`));
    const pairs = rows.flatMap((from, i) =>
      rows.flatMap((to, j) =>
        from === to
          ? []
          : [
              {
                from: from.id,
                to: to.id,
                family: undefined,
                allow: (i * j) % 7 < 3 ? `${80 + (i % 5)}/TCP` : "-",
                undetermined: "-",
                pairs: 1,
              },
            ],
      ),
    );
    const text = presentMermaid({ ...matrixOf(undefined, rows, pairs), totals: totalsOf(pairs) });
    expectGraph(text);
    expect(text).toContain("  %% 90 rows are too many to draw: a node is a namespace\n");
    const left = /  %% left out: (\d+) arrows\n/.exec(text)?.[1];
    expect(text).toContain(`  more["left out: ${left} arrows"]\n`);
    expect(text.match(/->\|/g)).toHaveLength(120);
  });

  test.each([matrix, list, dayOne])("hostile names of document %# stay in their labels", (document) => {
    fc.assert(
      fc.property(hostileText, (tail) => {
        const text = presentMermaid(tainted(document, tail));
        expectGraph(text);
        expect(holdsHidden(text)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });
});
