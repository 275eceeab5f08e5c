import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { read } from "@netproof/core/parts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sharedFolder } from "../../core/test/shared.ts";
import { createLab, type LabSession } from "../src/engine.ts";
import { flowsOf, noLab, skippedBecause, type Asked } from "./lab.ts";
import { soaking } from "./soak.ts";

interface Case {
  readonly manifests: readonly string[];
  readonly probes: readonly (Asked & { readonly expect: "allow" | "deny"; readonly tags?: readonly string[] })[];
}

const shared = sharedFolder();
/** `npm test` takes every so manieth case of the long suites, `npm run soak` all. */
const every = { "k8s-e2e": 3, cyclonus: 4, recipes: 1, field: 1 };

/** The public suites send packets in their own clusters; here they are sent again. */
describe.skipIf(noLab !== undefined || shared === undefined)(`public suites with packets${skippedBecause}`, () => {
  for (const denyWith of ["reject", "drop"] as const) {
    describe(`deny with ${denyWith}`, () => {
      let session: LabSession;
      beforeAll(async () => {
        const { snapshot } = await read([]);
        session = await createLab({ denyWith }).open(snapshot);
      });
      afterAll(() => session[Symbol.asyncDispose]());

      for (const [suite, step] of Object.entries(every)) {
        const folder = path.join(shared ?? "", "cases", suite);
        const files = shared === undefined ? [] : readdirSync(path.join(folder, "cases")).sort();
        const some = files.filter((_, i) => soaking || (denyWith === "reject" ? i % step === 0 : i % (4 * step) === 0));
        test.each(some)(`${suite} %s`, async (file) => {
          const one = JSON.parse(readFileSync(path.join(folder, "cases", file), "utf8")) as Case;
          const { snapshot } = await read(one.manifests.map((name) => ({ name, text: readFileSync(path.join(folder, name), "utf8") })));
          await session.advance(snapshot);
          // Tagged probes differ by the network plugin and are never scored.
          const probes = one.probes.filter(({ tags = [] }) => tags.length === 0);
          const asked = probes.flatMap((probe) => flowsOf(probe, snapshot).map((flow) => ({ probe, flow })));
          const answers = await session.ask(asked.map(({ flow }) => flow));
          const wrong = asked.flatMap(({ probe, flow }, i) => {
            const { verdict, evidence } = answers[i];
            const text = `${probe.from} -> ${probe.to} ${probe.port}/${probe.protocol} IPv${flow.family}`;
            return verdict === probe.expect
              ? []
              : [`${text}: ${verdict} (${evidence.seen.kind}, ${evidence.problem}), expected ${probe.expect}`];
          });
          expect(wrong).toEqual([]);
        });
      }
    });
  }
});
