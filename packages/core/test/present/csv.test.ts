import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { presentCsv } from "../../src/report/present/csv.ts";
import { safeText } from "../../src/report/present/escape.ts";
import { asked, dayOne, list, matrix } from "./documents.ts";
import { holdsHidden, hostileText, tainted } from "./hostile.ts";

/** RFC 4180, and nothing more forgiving. */
function records(text: string): readonly (readonly string[])[] {
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => {
      expect(line).toMatch(/^(?:[^",]*|"(?:[^"]|"")*")(?:,(?:[^",]*|"(?:[^"]|"")*"))*$/);
      return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare);
    });
}

describe("CSV", () => {
  test("list", () => {
    expect(presentCsv(list)).toBe(`from,to,ports,because
client1-dev ns/jtac cent222,webserver-dev,80/TCP,dev/policy1 ingress[0]
webserver-dev,dbserver-dev,80/TCP,dev/policy1 egress[0]
clients,clients,all,not isolated
clients,dbserver-dev,all,not isolated
dbserver-dev,clients,all,not isolated
`);
  });

  test("list says with the ports what nobody can tell and what only one family has", () => {
    const [first] = list.rules;
    const rules = [
      { ...first, verdict: "undetermined" as const, ports: "53/UDP 80/TCP" },
      { ...first, family: 6 as const },
    ];
    expect(records(presentCsv({ ...list, rules })).map((row) => row[2])).toEqual(["ports", "?53/UDP 80/TCP", "v6:80/TCP"]);
  });

  test("matrix has every pair, closed ones too", () => {
    const [head, ...rows] = records(presentCsv(matrix));
    expect(head).toEqual(["from", "to", "ports", "undetermined", "family", "engine"]);
    expect(rows).toHaveLength(54);
    expect(rows).toContainEqual(["qa/client-qa", "dev/webserver-dev", "-", "-", "", "spec"]);
  });

  test("ask", () => {
    expect(presentCsv(asked)).toBe(`from,to,port,protocol,family,verdict,because
client1-dev,webserver-dev,80,TCP,4,allow,dev/policy1 ingress[0].from[2]
10.169.25.21,webserver-dev,80,TCP,4,deny,"dev/policy1, no rule allows"
`);
  });

  test("run", () => {
    const [head, ...rows] = records(presentCsv(dayOne));
    expect(head).toEqual(["stage", "engine", "from", "to", "ports", "undetermined", "breaks", "family"]);
    expect(rows).toHaveLength(5 * 54);
    expect(rows).toContainEqual(["policy1", "spec", "dev/client2-dev", "dev/dbserver-dev", "all", "-", "I3", ""]);
    expect(
      ["before", "policy1", "db-guarded", "db-silent", "db-mistake"].map(
        (stage) => rows.filter((row) => row[0] === stage && row[6] !== "").length,
      ),
    ).toEqual([20, 12, 6, 0, 6]);
  });

  test("without headers one line less", () => {
    expect(`from,to,ports,because\n${presentCsv(list, { headers: false })}`).toBe(presentCsv(list));
  });

  test("formulas are texts", () => {
    const { rules } = list;
    const names = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", " =1", "＝1"];
    const cells = records(presentCsv({ ...list, rules: names.map((name) => ({ ...rules[0], from: [name] })) }, { headers: false })).map(
      ([from]) => from,
    );
    expect(cells).toEqual(["'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(1)", "' =1", "' =1", "'＝1"]);
  });

  test("hostile names stay in their cells", () => {
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1, maxLength: 4 }), (names) => {
        const rules = names.map((name) => ({ ...list.rules[0], from: [name], because: name }));
        const text = presentCsv({ ...list, rules });
        const [, ...rows] = records(text);
        expect(rows.map((row) => row.map((cell) => cell.replace(/^'/, "")))).toEqual(
          names.map((name) => [safeText(name).replace(/^'/, ""), "webserver-dev", "80/TCP", safeText(name).replace(/^'/, "")]),
        );
        expect(rows.flat().filter((cell) => cell !== "-" && /^\s*[=+\-@]/.test(cell))).toEqual([]);
        expect(holdsHidden(text)).toBe(false);
      }),
    );
  });

  test.each([matrix, list, asked, dayOne])("every record of document %# has the columns of its head, whatever it holds", (document) => {
    fc.assert(
      fc.property(hostileText, (tail) => {
        const [head, ...rows] = records(presentCsv(tainted(document, tail)));
        expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]));
      }),
      { numRuns: 20 },
    );
  });
});
