import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { pack, unpack } from "../src/report/packing.ts";

test("every text comes back, of any length, and its letters end no script", async () => {
  const texts = ["", "a", "netproof", "→ ≠ ✓ \u0000 \u{1f512}", ..."0123456789".split("").map((digit, i) => digit.repeat(i * 37))];
  const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256);
  texts.push(Array.from(bytes, (byte) => String.fromCharCode(byte * 151)).join(""));
  for (const text of texts) {
    const packed = pack(deflateRawSync(text));
    expect(packed).toMatch(/^[!#-;=-w]*$/);
    expect(await unpack(packed)).toBe(text);
  }
});
