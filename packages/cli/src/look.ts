import { asciiGlyphs, plainPaint, unicodeGlyphs, type Look, type Paint } from "@netproof/core/parts";
import { createRequire } from "node:module";
import path from "node:path";
import { isatty } from "node:tty";
import { pathToFileURL } from "node:url";
import { styleText } from "node:util";
import type { Options } from "./flags.ts";

/** Where the files behind printed names are: `policy1.yaml` to its full path. */
export type FullPaths = ReadonlyMap<string, string>;

/** How text looks on one stream. */
export function lookFor(stream: NodeJS.WriteStream & { readonly fd: number }, options: Options, paths: FullPaths = new Map()): Look {
  const terminal = isatty(stream.fd);
  const paint = wantsColour(options.color, terminal) ? colours : plainPaint;
  return {
    width: widthOf(stream, terminal),
    paint: terminal && paint !== plainPaint ? withLinks(paint, paths) : paint,
    glyphs: wantsAscii(options, terminal) ? asciiGlyphs : unicodeGlyphs,
    measure,
    terminal,
    full: options.full,
    headers: options.headers,
  };
}

/** How text looks in a file: plain, and nothing is cut. */
export function fileLook(options: Options): Look {
  return {
    ...lookFor(process.stdout, options),
    paint: plainPaint,
    glyphs: options.ascii ? asciiGlyphs : unicodeGlyphs,
    terminal: false,
    width: columnsWanted(),
  };
}

/** On a terminal between 60 and 120 columns; elsewhere what COLUMNS says, or 80. */
function widthOf(stream: NodeJS.WriteStream, terminal: boolean): number {
  const narrowest = 60;
  const widest = 120;
  return terminal ? Math.min(widest, Math.max(narrowest, stream.columns || 80)) : columnsWanted();
}

function columnsWanted(): number {
  const columns = Number(process.env["COLUMNS"]);
  return Number.isInteger(columns) && columns > 0 ? Math.max(60, columns) : 80;
}

/** The first that says something: `--color`, NO_COLOR, FORCE_COLOR, TERM=dumb, the terminal. CI decides nothing. */
function wantsColour(when: Options["color"], terminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  switch (when) {
    case "always":
      return true;
    case "never":
      return false;
    case "auto":
    case undefined:
  }
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return TERM !== "dumb" && terminal;
}

/** Glyphs outside ASCII are two cells wide, or absent, on these terminals. Pipes and files always get UTF-8. */
function wantsAscii({ ascii }: Options, terminal: boolean): boolean {
  if (ascii) return true;
  if (!terminal) return false;
  const { LC_ALL, LC_CTYPE, LANG, TERM, WT_SESSION, TERM_PROGRAM, ConEmuTask } = process.env;
  if (process.platform === "win32") return [WT_SESSION, TERM_PROGRAM, ConEmuTask].every((name) => name === undefined);
  const locale = [LC_ALL, LC_CTYPE, LANG].find((name) => name !== undefined && name !== "") ?? "";
  return TERM === "linux" || !/utf-?8/i.test(locale) || /^(?:zh|ja|ko)/i.test(locale);
}

/** ASCII and our own glyphs, each one cell wide. */
const plain = new RegExp(`^[\\u0020-\\u007e${Object.values(unicodeGlyphs).join("")}]*$`);

/** How many cells of a terminal a text fills. */
export function measure(text: string): number {
  return plain.test(text) ? text.length : widthOfAny()(text);
}

let stringWidth: ((text: string) => number) | undefined;

/** Loaded for the first text that needs it: it takes 30 ms, and most commands print none. */
function widthOfAny(): (text: string) => number {
  stringWidth ??= (createRequire(import.meta.url)("string-width") as { readonly default: (text: string) => number }).default;
  return stringWidth;
}

type Style = "bold" | "dim" | "red" | "yellow" | "magenta" | "cyan" | "underline";

function style(name: Style): (text: string) => string {
  return (text) => (text === "" ? "" : styleText(name, text, { validateStream: false }));
}

/** Sixteen colours, no background, no green: holding is quiet. */
const colours: Paint = {
  open: style("bold"),
  quiet: style("dim"),
  strong: style("bold"),
  error: style("red"),
  warning: style("yellow"),
  differs: style("magenta"),
  place: style("cyan"),
  changed: style("underline"),
};

/** Places lead to their files where the terminal knows links (OSC 8); the text stays the same. */
function withLinks(paint: Paint, paths: FullPaths): Paint {
  return {
    ...paint,
    place: (text) => {
      const painted = paint.place(text);
      const file = /^(?:--> )?(.+?)(?::\d+)*$/.exec(text)?.[1];
      const full = file === undefined ? undefined : paths.get(file);
      return full === undefined ? painted : `\u001b]8;;${pathToFileURL(path.resolve(full)).href}\u0007${painted}\u001b]8;;\u0007`;
    },
  };
}
