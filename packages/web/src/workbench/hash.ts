import type { PageFile } from "./protocol.ts";

/** Of all paths and texts: links name dropped files by it, never by their content. */
export function hashOf(files: readonly PageFile[]): Promise<string> {
  return digestOf(files.map(({ path, text }) => `${path}\0${text}\0`).join(""));
}

/** The first 8 hexadecimal digits of a text's SHA-256. */
export async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest).slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
