import type { PageFile } from "./protocol.ts";

/** The first 8 hexadecimal digits of the SHA-256 of all paths and texts: links name dropped files by it, never by their content. */
export async function hashOf(files: readonly PageFile[]): Promise<string> {
  const text = files.map(({ path, text: content }) => `${path}\0${content}\0`).join("");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest).slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
