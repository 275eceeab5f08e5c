import { asciiGlyphs, unicodeGlyphs } from "@netproof/core/parts";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { measure } from "../src/look.ts";

test.each([...Object.values(unicodeGlyphs), ...Object.values(asciiGlyphs), "a → b", "日本", "e\u0301", "🧑‍💻", "—", ""])(
  "`%s` is as wide as it is on a terminal",
  (text) => {
    expect(measure(text)).toBe(stringWidth(text));
  },
);
