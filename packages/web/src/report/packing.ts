/*
 * Deflated, four bytes as five letters: a report stays text that editors and mail leave alone, and is a quarter larger than its bytes where
 * base64 would make it a third. The letters are those from `#` to `w`, with `!` in the place of `<`, which could end a script.
 */

const base = 85;

/** A text as letters. `deflate` is Node's or the browser's, raw. */
export function pack(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
    let value = ((a * 256 + b) * 256 + c) * 256 + d;
    let five = "";
    for (let i = 0; i < 5; i++) {
      five = letter(value % base) + five;
      value = Math.floor(value / base);
    }
    // Of fewer than four bytes one letter more than there are.
    text += five.slice(0, Math.min(4, bytes.length - at) + 1);
  }
  return text;
}

/** The text that was deflated and packed. */
export async function unpack(letters: string): Promise<string> {
  const stream = new Blob([bytesOf(letters.trim())]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
}

function bytesOf(letters: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil(letters.length / 5) * 4);
  let length = 0;
  for (let at = 0; at < letters.length; at += 5) {
    const count = Math.min(5, letters.length - at);
    let value = 0;
    // What is missing counts as the highest digit, so that rounding down gives the bytes that there are.
    for (let i = 0; i < 5; i++) value = value * base + (i < count ? digit(letters.charCodeAt(at + i)) : base - 1);
    for (let i = 0; i < count - 1; i++) bytes[length++] = Math.floor(value / 256 ** (3 - i)) % 256;
  }
  return bytes.slice(0, length);
}

const first = "#".charCodeAt(0);
const lessThan = "<".charCodeAt(0);

function letter(value: number): string {
  const code = first + value;
  return code === lessThan ? "!" : String.fromCharCode(code);
}

function digit(code: number): number {
  return (code === "!".charCodeAt(0) ? lessThan : code) - first;
}
