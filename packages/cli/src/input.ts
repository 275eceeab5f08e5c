import { execFileSync } from "node:child_process";
import { readFileSync, statSync, type Stats } from "node:fs";
import path from "node:path";
import { neededPaths, readUseCase, spanOf, type Diagnostic, type InputFile, type Span, type UseCase } from "@netproof/core/parts";
import { listFiles, readFiles, readStandardInput, type Found } from "./files.ts";
import type { CommandName, Options } from "./flags.ts";
import type { FullPaths } from "./look.ts";
import { say } from "./messages.ts";
import { Refusal } from "./refusal.ts";

/** What a command line gives to judge: manifests alone, or a use case with the manifests it stands on. */
export type Input = ManifestInput | UseCaseInput;

export interface ManifestInput {
  readonly kind: "manifests";
  readonly files: readonly InputFile[];
  readonly problems: readonly Diagnostic[];
  readonly paths: FullPaths;
}

export interface UseCaseInput {
  readonly kind: "use-case";
  /** The file, as it was named on the command line. */
  readonly path: string;
  /** Undefined when it has errors. */
  readonly useCase: UseCase | undefined;
  /** By the path as written in the use case. */
  readonly files: ReadonlyMap<string, readonly InputFile[]>;
  readonly problems: readonly Diagnostic[];
  readonly paths: FullPaths;
}

export const useCaseName = "netproof.yaml";

/** Opens everything that -f and -k name; without either, the netproof.yaml of the folder. */
export async function openInput(options: Options, command: CommandName): Promise<Input> {
  const named = options.filename;
  if (named.length === 0 && options.kustomize === undefined) {
    if (isFile(useCaseName)) return openUseCase(useCaseName);
    throw nothingToRead(command);
  }
  const useCases = named.map(useCaseAt).filter((found) => found !== undefined);
  const [useCase] = useCases;
  if (useCase === undefined) return openManifests(options);
  if (named.length > 1 || options.kustomize !== undefined) {
    throw new Refusal(
      `the use case \`${useCase}\` names its manifests itself, nothing can stand beside it`,
      "add the others to its `topology` or `stages`",
    );
  }
  return openUseCase(useCase);
}

function nothingToRead(name: CommandName): Refusal {
  const command = name === "contrail" ? "contrail check" : name;
  const piped = `kubectl get ns,po,svc,netpol -A -o json | netproof ${command} -f -`;
  return new Refusal(`nothing to read: no ${useCaseName} here, and no -f`, [`netproof ${command} -f k8s/ -R`, piped]);
}

/** The use-case file that a path names: itself, or the netproof.yaml of a folder. */
function useCaseAt(named: string): string | undefined {
  if (named === "-") return undefined;
  const inside = `${named.replace(/\/+$/, "")}/${useCaseName}`;
  if (isFolder(named)) return isFile(inside) ? (named === "." ? useCaseName : inside) : undefined;
  if (/(?:^|\/)netproof\.(?:ya?ml|json)$/.test(slashed(named))) return isFile(named) ? named : undefined;
  return isFile(named) && /^\s*["']?format["']?\s*:\s*["']?netproof\.use-case\//m.test(beginning(named)) ? named : undefined;
}

async function openManifests(options: Options): Promise<ManifestInput> {
  const found: Found[] = [];
  const problems: Diagnostic[] = [];
  const streams: InputFile[] = [];
  for (const named of new Set(options.filename)) {
    if (named === "-") {
      const read = await readStandardInput("<stdin>");
      if ("file" in read) streams.push(read.file);
      else problems.push(read.problem);
    } else if (/^https?:\/\//.test(named)) problems.push(say("input-web-address", undefined, { path: named }));
    else {
      const listing = listFiles(slashed(named), named, options.recursive ? "recursive" : "own");
      found.push(...listing.files);
      problems.push(...listing.problems);
    }
  }
  if (options.kustomize !== undefined) {
    const built = kustomized(options.kustomize);
    if ("text" in built) streams.push(built);
    else problems.push(built);
  }
  const read = await readFiles(found);
  return { kind: "manifests", files: [...read.files, ...streams], problems: [...problems, ...read.problems], paths: pathsOf(found) };
}

/** What `kubectl kustomize DIR` prints. */
function kustomized(folder: string): InputFile | Diagnostic {
  if (!isFolder(folder)) return say("input-missing", undefined, { path: slashed(folder), meant: undefined });
  try {
    const text = execFileSync("kubectl", ["kustomize", folder], {
      encoding: "utf8",
      maxBuffer: 512 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { name: `<kustomize ${slashed(folder)}>`, text };
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    if (code === "ENOENT") return say("kustomize-missing", undefined, { path: slashed(folder) });
    const reason = (stderr ?? message).trim().split("\n")[0] ?? "";
    return say("kustomize-failed", undefined, { path: slashed(folder), reason: reason.replace(/^error: /, "") });
  }
}

/** Reads a use-case file and the manifests it needs. Files are named relative to it, as it names them. */
export async function openUseCase(named: string): Promise<UseCaseInput> {
  const name = path.basename(named);
  const folder = path.dirname(named);
  const opened = await readFiles(listFiles(name, named, "own").files);
  const [source] = opened.files;
  const nothing = { kind: "use-case", path: slashed(named), files: new Map(), paths: new Map([[name, named]]) } as const;
  if (source === undefined) {
    const unreadable = listFiles(slashed(named), named, "own").problems;
    return { ...nothing, useCase: undefined, problems: [...unreadable, ...opened.problems] };
  }
  const text = source.text.startsWith("\uFEFF") ? source.text.slice(1) : source.text;
  const { useCase, diagnostics } = await readUseCase({ name, text });
  if (useCase === undefined) return { ...nothing, useCase, problems: diagnostics };
  const files = new Map<string, readonly InputFile[]>();
  const problems: Diagnostic[] = [...diagnostics];
  const all: Found[] = [];
  for (const written of neededPaths(useCase)) {
    const listing = listFiles(slashed(written), path.resolve(folder, written), "own", placeOfPath(useCase, written));
    const manifests = listing.files.filter(({ full }) => path.resolve(full) !== path.resolve(named));
    const read = await readFiles(manifests);
    files.set(written, read.files);
    problems.push(...listing.problems, ...read.problems);
    all.push(...manifests);
  }
  return { kind: "use-case", path: slashed(named), useCase, files, problems, paths: new Map([...pathsOf(all), [name, named]]) };
}

/** Where the use case names a path, so that an objection to it stands there. */
function placeOfPath({ topology, stages }: UseCase, written: string): Span | undefined {
  const all = [...topology.from, ...stages.flatMap((stage) => [...stage.apply, ...stage.delete.filter((entry) => "path" in entry)])];
  const found = all.find((one) => one.path === written);
  return found && spanOf(found.origin, "value");
}

function pathsOf(found: readonly Found[]): FullPaths {
  return new Map(found.map(({ name, full }) => [name, full]));
}

function slashed(named: string): string {
  return process.platform === "win32" ? named.replaceAll("\\", "/") : named;
}

function isFolder(named: string): boolean {
  return statsAt(named)?.isDirectory() === true;
}

function isFile(named: string): boolean {
  return statsAt(named)?.isFile() === true;
}

/** Undefined for what is not there or cannot be seen: the listing says which. */
function statsAt(named: string): Stats | undefined {
  try {
    return statSync(named);
  } catch {
    return undefined;
  }
}

/** Enough of a file to see what it is; a file that cannot be opened is told when it is read. */
function beginning(named: string): string {
  try {
    return statSync(named).size > 1_000_000 ? "" : readFileSync(named, "utf8").slice(0, 4096);
  } catch {
    return "";
  }
}

/** A use case as an operand: the file, or the folder that holds it. */
export function useCasePath(named: string): string {
  if (!isFolder(named)) return named;
  const inside = named === "." ? useCaseName : `${named.replace(/\/+$/, "")}/${useCaseName}`;
  if (isFile(inside)) return inside;
  throw new Refusal(`\`${named}\` holds no ${useCaseName}`, `netproof init -f ${named} writes one`);
}
