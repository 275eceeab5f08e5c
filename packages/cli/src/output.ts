import { randomBytes } from "node:crypto";
import { lstatSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { nearest, type Look } from "@netproof/core/parts";
import type { Options } from "./flags.ts";
import { fileLook, lookFor, type FullPaths } from "./look.ts";
import { Refusal } from "./refusal.ts";
import { answer } from "./terminal.ts";

/** The ways a command can say its answer, by the names of `-o`. Only what is asked for is made. */
export type Formats = Readonly<Record<string, (look: Look) => string | Promise<string>>>;

/** Where the answer goes: to stdout in one format, and to files in others. */
export interface Wanted {
  readonly format: string;
  /** Of `--output-file`. */
  readonly file: string | undefined;
  readonly copies: readonly { readonly format: string; readonly file: string }[];
}

/** What `-o` and `--output-file` ask for, before anything is read, so that a misspelled format costs no minute. */
export function wantedOutput(options: Options, known: readonly string[]): Wanted {
  const check = (format: string): string => {
    if (known.includes(format)) return format;
    const meant = nearest(format, known);
    throw new Refusal(
      `no format \`${format}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
      `-o takes ${known.join(", ")}`,
    );
  };
  const plain = options.output.filter((text) => !text.includes("="));
  const copies = options.output
    .filter((text) => text.includes("="))
    .map((text) => {
      const [format = "", ...file] = text.split("=");
      if (file.join("=") === "") throw new Refusal(`\`-o ${text}\` names no file`, `-o ${format}=FILE writes one, -o ${format} prints`);
      return { format: check(format), file: file.join("=") };
    });
  if (plain.length > 1) throw new Refusal(`-o ${plain.join(" and -o ")}: one can be printed`, `-o FORMAT=FILE writes further ones`);
  return { format: check(plain[0] ?? "table"), file: options.outputFile, copies };
}

/** Prints the answer and writes the copies. Everything is made before anything is written. */
export async function writeAnswer(wanted: Wanted, formats: Formats, options: Options, paths: FullPaths = new Map()): Promise<void> {
  const make = async (format: string, look: Look): Promise<string> => {
    const text = await (formats[format] as Formats[string])(look);
    return options.ascii ? onlyAscii(text) : text;
  };
  const files = await Promise.all(wanted.copies.map(async ({ format, file }) => ({ file, text: await make(format, fileLook(options)) })));
  if (wanted.file === undefined) answer(await make(wanted.format, lookFor(process.stdout, options, paths)));
  else files.push({ file: wanted.file, text: await make(wanted.format, fileLook(options)) });
  for (const { file, text } of files) writeWhole(file, text);
}

/** Writes a file so that nobody ever sees half of it. Devices and pipes (`/dev/stdout`) are written as they are. */
export function writeWhole(file: string, text: string): void {
  try {
    const target = realTarget(file);
    if (target === undefined) {
      writeFileSync(file, text);
      return;
    }
    const draft = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString("hex")}`);
    try {
      writeFileSync(draft, text, { flag: "wx" });
      renameSync(draft, target);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  } catch (error) {
    throw new Refusal(`\`${file}\` cannot be written: ${reasonOf(error)}`);
  }
}

/** The regular file that is or would be written, links followed; undefined for a device or pipe. */
function realTarget(file: string): string | undefined {
  // Follows links that can be followed; throws where they lead in a circle.
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined)
    return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true
      ? path.resolve(path.dirname(file), readlinkSync(file))
      : file;
  return found.isFile() || found.isDirectory() ? realpathSync(file) : undefined;
}

/** What the system objected to, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    EACCES: "no permission",
    EPERM: "no permission",
    EISDIR: "it is a folder",
    ELOOP: "its links lead in a circle",
    EMFILE: "too many open files",
    ENAMETOOLONG: "the name is too long",
    ENOENT: "its folder does not exist",
    ENOSPC: "no space is left",
    ENOTDIR: "a part of the path is no folder",
    EROFS: "the disk is read-only",
  };
  return (code === undefined ? undefined : known[code]) ?? message;
}

/** With `--ascii` names and quoted lines, too, keep to letters that every terminal has. */
export function onlyAscii(text: string): string {
  const words: Readonly<Record<string, string>> = { "→": "->", "≠": "#", "…": "...", "«": '"', "»": '"', "–": "-" };
  return text.replace(/[\u0080-\u{10ffff}]/gu, (letter) => words[letter] ?? `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
}
