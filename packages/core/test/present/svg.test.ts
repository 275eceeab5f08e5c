import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { presentSvg } from "../../src/report/present/svg.ts";
import { dayOne, difference, endpoints, matrix, matrixOf, pairsAt, pod } from "./documents.ts";
import { holdsHidden, hostileText, tainted } from "./hostile.ts";
import { elementsOf, parseXml, textOf, type XmlElement } from "./xml.ts";

function titles(svg: string): readonly string[] {
  return elementsOf(parseXml(svg))
    .filter(({ name }) => name === "title")
    .map(textOf);
}

function texts(svg: string): readonly string[] {
  return elementsOf(parseXml(svg))
    .filter(({ name }) => name === "text")
    .map((element) => textOf({ ...element, children: element.children.filter((child) => typeof child === "string") }));
}

/** Words that are drawn with a class, in reading order. */
function textsOf(svg: string, className: string): readonly string[] {
  return elementsOf(parseXml(svg))
    .filter(({ attributes }) => attributes["class"] === className)
    .map(textOf);
}

describe("the picture of a run", () => {
  const svg = presentSvg(dayOne);

  test("each pair at each stage has its sentence, with the assertion it breaks", () => {
    const sentences = [...new Set(titles(svg).filter((title) => title.includes(" → ")))];
    expect(sentences).toContain("client1-dev → webserver-dev at 2 policy1: 80/TCP");
    expect(sentences).toContain("client-qa → webserver-dev at 2 policy1: nothing is open");
    expect(sentences).toContain("dbserver-dev → cent333 at 5 db-mistake: every port, breaks I4");
    const broken = (stage: number) => sentences.filter((title) => title.includes(` at ${stage} `) && title.includes(", breaks ")).length;
    expect([1, 2, 3, 4, 5].map(broken)).toEqual([20, 12, 6, 0, 6]);
  });

  test("counts the open pairs of each device and stage", () => {
    const counts = textsOf(svg, "np-bold").filter((text) => /^\d+$/.test(text));
    expect(counts.join(" ")).toBe("7 3 3 3 3 7 7 1 1 1 7 1 1 1 1 7 6 6 0 6");
  });

  test("says in words what each colour says", () => {
    const words = texts(svg);
    for (const word of ["every port", "only 80/TCP", "nothing", "breaks the intent", "holds", "changed"]) expect(words).toContain(word);
    expect(words).not.toContain("undetermined");
    expect(words).not.toContain("engines differ");
  });

  test("tells readers that do not see it what it shows", () => {
    const root = parseXml(svg);
    expect(root.attributes).toMatchObject({ role: "img", "aria-label": "day-one: the design holds at 1 of 5 stages, as declared" });
    const description = elementsOf(root).find(({ name }) => name === "desc") as XmlElement;
    expect(textOf(description)).toContain("Stage 2 policy1: 44 of 54 pairs are open, 12 pairs break the intent.");
  });

  test("fits a README, has both schemes of colours and loads nothing", () => {
    expect(parseXml(svg).attributes["width"]).toBe("880");
    expect(svg).toContain("@media (prefers-color-scheme:dark)");
    expect(svg).not.toMatch(/href|url\((?!#)|@import|<script|<foreignObject|\son\w+=/);
    expect(presentSvg(dayOne)).toBe(svg);
  });

  test("engines that differ, and what nobody can tell, have their marks", () => {
    const [first, ...others] = dayOne.stages;
    const [survey] = first.surveys;
    const rows = survey.rows.map((row, i) => (i === 5 ? { ...row, allow: "-", undetermined: "all" } : row));
    const [from, to] = [rows[6].from, rows[6].to];
    const stage = { ...first, surveys: [{ ...survey, rows }], differences: [difference([from], [to])] };
    const both = presentSvg({ ...dayOne, engines: ["spec", "contrail"], stages: [stage, ...others] });
    expect(texts(both)).toContain("undetermined");
    expect(texts(both)).toContain("engines differ");
    expect(titles(both).filter((title) => title.endsWith(", engines differ"))).toHaveLength(1);
  });

  test("a name that is too long is cut, and its title holds the whole", () => {
    const name = "a-name-of-sixty-three-letters-which-is-the-most-that-kubernetes-ha";
    const renamed = {
      ...dayOne,
      endpoints: endpoints.map((endpoint) => (endpoint.id === "dev/client1-dev" ? { ...endpoint, name } : endpoint)),
    };
    const cut = texts(presentSvg(renamed)).filter((text) => text.startsWith("a-name"));
    expect(cut.some((text) => text.includes("…"))).toBe(true);
    expect(titles(presentSvg(renamed))).toContain(name);
  });

  test("a long name of the use case is cut, the result never", () => {
    const name = "a-use-case-with-a-very-long-name-".repeat(4);
    const [title] = texts(presentSvg({ ...dayOne, name }));
    expect(title).toMatch(/^a-use-.*….*: the design holds at 1 of 5 stages, as declared$/);
  });

  test("without a device under test, more rows than can be drawn are said and not drawn", () => {
    const rows = Array.from({ length: 40 }, (_, i) => pod("dev", `web${i}`, `10.0.0.${i}`));
    expect(texts(presentSvg({ ...dayOne, endpoints: rows, focus: [] }))).toContain(
      "40 rows and no device under test: the grid is left out",
    );
  });
});

describe("the picture of a matrix", () => {
  test("numbers lead from columns to rows", () => {
    const words = texts(presentSvg(matrix));
    expect(words.slice(0, 2)).toEqual(["policy1: 44 of 54 pairs are open", "40 on every port, 4 only on 80/TCP"]);
    expect(words).toContain("8 dbserver-dev");
    expect(titles(presentSvg(matrix))).toContain("client-qa → webserver-dev: nothing is open");
  });

  test("with a port asked, cells are verdicts", () => {
    const asked = presentSvg({
      ...matrix,
      port: "80/TCP",
      pairs: matrix.pairs.map((pair) => ({ ...pair, allow: pair.allow === "-" ? "-" : "80/TCP" })),
    });
    expect(new Set(textsOf(asked, "np-cell"))).toEqual(new Set(["allow"]));
    expect(new Set(textsOf(asked, "np-none"))).toEqual(new Set(["deny"]));
  });

  test("where only some pairs were asked about, columns without a row are named below", () => {
    const words = texts(presentSvg({ ...matrix, pairs: matrix.pairs.filter(({ from }) => from === "dev/dbserver-dev") }));
    expect(words.filter((word) => /^\d .*-|^\d cent/.test(word))).toEqual([
      "8 dbserver-dev",
      "1 client1-dev",
      "2 client2-dev",
      "3 client-jtac",
      "4 client-qa",
      "5 cent222",
      "6 cent333",
      "7 webserver-dev",
    ]);
  });

  test("too many rows become namespaces with counts", () => {
    const rows = Array.from({ length: 80 }, (_, i) => pod(`ns${i % 4}`, `web${i}`, `10.0.0.${i}`));
    const pairs = rows.flatMap((from, i) =>
      rows.flatMap((to, j) =>
        from === to ? [] : [{ from: from.id, to: to.id, family: undefined, allow: i < j ? "80/TCP" : "-", undetermined: "-", pairs: 1 }],
      ),
    );
    const words = texts(presentSvg(matrixOf(undefined, rows, pairs)));
    expect(words).toContain("80 rows are too many: open pairs per namespace instead");
    expect(words).toContain("1 ns0 (20)");
  });
});

describe("hostile names", () => {
  const small = matrixOf(
    "policy1",
    endpoints.slice(5),
    pairsAt("policy1").filter(
      ({ from, to }) => endpoints.slice(5).some(({ id }) => id === from) && endpoints.slice(5).some(({ id }) => id === to),
    ),
  );

  test.each([dayOne, small])("picture %# stays well-formed and inert", (document) => {
    fc.assert(
      fc.property(hostileText, (tail) => {
        const svg = presentSvg(tainted(document, tail));
        const elements = elementsOf(parseXml(svg));
        expect(
          elements.filter(
            ({ name }) =>
              !["svg", "title", "desc", "style", "defs", "pattern", "rect", "line", "g", "text", "path", "circle"].includes(name),
          ),
        ).toEqual([]);
        expect(elements.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => /^on|href/.test(name))).toEqual([]);
        expect(holdsHidden(svg)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test.each(["<script>alert(1)</script>", "]]>", '" onload="x', "&amp;", "\u001b[31m\u202e", "\ufffe\ud800", "</style>", "<!--"])(
    "%j is shown as text",
    (name) => {
      const svg = presentSvg(tainted(small, name));
      expect(titles(svg).some((title) => title.includes("webserver-dev"))).toBe(true);
    },
  );
});
