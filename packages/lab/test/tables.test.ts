import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labTables } from "./more-tables.ts";
import { createLab, type LabSession } from "../src/engine.ts";
import { noLab, skippedBecause } from "./lab.ts";
import { failuresIn, snapshotOf } from "./rows.ts";

/** The rules of the API, judged by packets: the same tables by which the text of the API was turned into code. */
describe.skipIf(noLab !== undefined)(`rule tables with packets${skippedBecause}`, () => {
  let session: LabSession;
  beforeAll(async () => {
    session = await createLab({ denyWith: "reject" }).open(await snapshotOf(labTables[0]));
  });
  afterAll(() => session[Symbol.asyncDispose]());

  test.each(labTables.map((table) => [`${table.rule} ${table.title}`, table] as const))("%s", async (_name, table) => {
    await session.advance(await snapshotOf(table));
    expect(await failuresIn(session, table)).toEqual([]);
  });
});
