import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { presentHtml } from "../../src/report/present/html.ts";
import { dayOne } from "./documents.ts";
import { hostileText, tainted } from "./hostile.ts";

const tags = new Set(
  "html head meta title style body nav strong ol ul li a p main h1 h2 h3 span b section figure svg g rect path circle text tspan use defs symbol line polygon polyline pattern desc table thead tbody tr th td caption article pre em clipPath".split(
    " ",
  ),
);

function tagsOf(html: string): readonly string[] {
  return [...html.replace(/<style>[^]*?<\/style>/g, "").matchAll(/<\/?([A-Za-z][\w-]*)/g)].map(([, name = ""]) => name);
}

describe("the report as a file", () => {
  test("a use case without an intent breaks none", () => {
    const stages = dayOne.stages.map((stage) => ({ ...stage, intent: "not-judged" as const, broken: [] }));
    const page = presentHtml({ ...dayOne, stages, assertions: [] }, []);
    expect(page).toContain('<p class="">no intent declared</p>');
    expect(page).not.toContain("! undetermined");
  });

  test("cites lines of sources that are shown, and says why others are not", () => {
    const html = presentHtml(dayOne, [
      { name: "policy1.yaml", text: "a: 1\nb: <2>\n", why: undefined },
      { name: "secret.yaml", text: undefined, why: "not shown: it holds a Secret or a ConfigMap" },
    ]);
    expect(html).toContain('<span id="source-0-line-2"><span class="n">2</span>b: &lt;2&gt;</span>');
    expect(html).toContain("<h3>secret.yaml</h3><p>not shown: it holds a Secret or a ConfigMap</p>");
    expect(html).not.toContain("<script");
    expect(html).toBe(
      presentHtml(dayOne, [
        { name: "policy1.yaml", text: "a: 1\nb: <2>\n", why: undefined },
        { name: "secret.yaml", text: undefined, why: "not shown: it holds a Secret or a ConfigMap" },
      ]),
    );
  });

  test("what it is explored with ends no element, and its policy lets in those scripts alone", () => {
    const files = [{ path: "</script>.yaml", text: "a: '</script><script>alert(1)</script><!--'\n" }];
    const explore = { start: "start()", scripts: "'sha256-a' 'sha256-b'", packed: "#!=", source: { name: "x", files } };
    const html = presentHtml(dayOne, [], explore);
    expect(html.match(/<script|<\/script>|<!--/g)).toEqual(["<script", "</script>", "<script", "</script>", "<script", "</script>"]);
    const [, written = ""] = /<script type="application\/json" id="explore-files">(.*)<\/script>/.exec(html) ?? [];
    expect(JSON.parse(written)).toEqual({ name: "x", files });
    expect(html).toContain("script-src 'sha256-a' 'sha256-b'; worker-src blob:;");
    expect(presentHtml(dayOne, [], "It cannot be explored: so.")).toContain("runs no script. It cannot be explored: so.</p>");
  });

  test("no name of a cluster becomes markup", () => {
    const plain = new Set(tagsOf(presentHtml(dayOne, [])));
    fc.assert(
      fc.property(hostileText, (text) => {
        const html = presentHtml(tainted(dayOne, text), [{ name: `${text}.yaml`, text: `kind: ${text}\n`, why: undefined }]);
        for (const name of tagsOf(html)) if (!plain.has(name)) expect(tags).toContain(name);
        expect(html).not.toMatch(/<script|<img|<iframe| on\w+=/i);
      }),
      { numRuns: 60 },
    );
  });
});
