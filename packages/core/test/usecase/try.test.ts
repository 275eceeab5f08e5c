import { test } from "vitest";
import { readUseCase } from "/work/main/packages/core/src/usecase/read.ts";
import { messages } from "/work/main/packages/core/src/usecase/messages.ts";
import { placeText } from "/work/main/packages/core/src/text/source.ts";
test("x", async () => {
  for (const [code, { page }] of Object.entries(messages)) {
    const { diagnostics } = await readUseCase({ name: page.example.file, text: page.example.text });
    console.log((diagnostics.some((d) => d.code === code) ? "   " : diagnostics.length ? "!! " : "-- ") + code + "\n" + diagnostics.map((d) => `      ${d.at ? placeText(d.at,"with-column") + " " + JSON.stringify(d.at.source.text.slice(d.at.start, d.at.end)) : "-"} ${d.code}: ${d.message} | ${d.label ?? ""} | ${d.help ?? ""}`).join("\n"));
  }
});
