import { expect, it } from "vitest";
import { calculated, dayOne, fixtures, netproof } from "./netproof.ts";

// What the commands print, line by line, as files that a person reads: `npx vitest run packages/cli -u` writes them anew.
const transcripts: readonly (readonly [file: string, folder: string, lines: readonly string[]])[] = [
  ["run", dayOne, [`run ${calculated}`, `run ${calculated} --quiet`, `run ${calculated} --stage policy1 --full`]],
  [
    "engines",
    dayOne,
    [
      "run --engine spec --quiet",
      "run --engine contrail --stage policy1",
      "matrix --engine spec,contrail",
      "matrix --engine spec,contrail --stage policy1 --from clients --to webserver-dev",
      "explain dbserver-dev webserver-dev 80 --engine spec,contrail",
      "explain client-qa webserver-dev 80 --stage policy1 --engine spec,contrail",
      "explain dbserver-dev webserver-dev --engine spec,contrail",
      "explain client1-dev webserver-dev 80 --stage policy1 --engine contrail",
      "list --engine contrail --stage policy1",
      "ask --flows ../../packages/cli/test/fixtures/flows.csv --stage policy1 --engine contrail",
      "list --engine spec,contrail",
      "run --engine spec,contrial",
      "run --engine live",
    ],
  ],
  [
    "matrix",
    dayOne,
    ["matrix --stage policy1", "matrix --stage policy1 --port 80/TCP", "matrix --from clients --to webserver-dev,dbserver-dev"],
  ],
  [
    "list",
    dayOne,
    ["list --stage policy1", "list --stage policy1 --pairs -o wide", "list --stage policy1 -o csv", "list --stage policy1 --elsewhere"],
  ],
  [
    "ask",
    dayOne,
    [
      "ask --flows ../../packages/cli/test/fixtures/flows.csv --stage policy1",
      "ask --flows ../../packages/cli/test/fixtures/flows.csv --stage policy1 -o json",
    ],
  ],
  [
    "explain",
    dayOne,
    [
      "explain client-qa webserver-dev 80 --stage policy1",
      "explain client-jtac webserver-dev 80 --stage policy1",
      "explain client1-dev webserver-dev --stage policy1",
      "explain 10.169.25.21 webserver-dev:80 --stage policy1",
      "explain dbserver-dev any-other",
    ],
  ],
  [
    "shop",
    fixtures,
    [
      "explain web cart 8080 -f shop",
      "explain web svc/cart 80 -f shop --assume-absent CiliumNetworkPolicy",
      "explain web nowhere 80 -f shop",
      "list -f shop",
      "list -f shop --assume-absent CiliumNetworkPolicy",
      "matrix -f shop",
      "check -f shop --ledger",
      "check -f shop --strict",
    ],
  ],
  ["broken", fixtures, ["check -f broken", "matrix -f broken", "help except-outside"]],
  [
    "help",
    fixtures,
    ["--help", ...["run", "matrix", "list", "explain", "ask", "check", "init", "schema", "completion"].map((name) => `${name} --help`)],
  ],
];

it.each(transcripts)("%s", async (file, cwd, lines) => {
  const parts = await Promise.all(
    lines.map(async (line) => {
      const { code, stdout, stderr } = await netproof(line, { cwd });
      const talk = stderr.replace(/^(?=.)/gm, "2> ");
      return `$ netproof ${line}${code === 0 ? "" : `    # exit ${code}`}\n${stdout}${talk}`;
    }),
  );
  await expect(parts.join("\n")).toMatchFileSnapshot(`expected/${file}.txt`);
});
