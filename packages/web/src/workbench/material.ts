import {
  bindNames,
  compareDiagnostics,
  emptyLedger,
  neededPaths,
  read,
  readUseCase,
  resolveStages,
  type BoundUseCase,
  type Diagnostic,
  type InputFile,
  type Ledger,
  type Snapshot,
  type UseCase,
} from "@netproof/core/parts";
import type { FileSummary } from "./protocol.ts";

/** What texts were read to: stages with a snapshot each, and everything there is to say about them. */
export interface Material {
  readonly bound: BoundUseCase | undefined;
  /** At least one; manifests alone are one stage without a name. */
  readonly stages: readonly MaterialStage[];
  readonly ledger: Ledger;
}

export interface MaterialStage {
  readonly name: string;
  readonly about: string | undefined;
  readonly snapshot: Snapshot;
  readonly files: readonly string[];
}

export interface MaterialRead {
  /** Undefined when there are errors: nothing can be judged. */
  readonly material: Material | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads all texts. The same `InputFile` gives the same objects again, so that an edit is found by identity. */
export async function readMaterial(files: readonly InputFile[]): Promise<MaterialRead> {
  const useCaseFile = files.find(isUseCase);
  const found = useCaseFile === undefined ? await readManifests(files) : await readStages(useCaseFile, files);
  const diagnostics = [...found.diagnostics].sort(compareDiagnostics);
  return { material: diagnostics.some(({ severity }) => severity === "error") ? undefined : found.material, diagnostics };
}

/** The file that names a network design: by its name, or by its first key. */
export function isUseCase({ name, text }: InputFile): boolean {
  return (
    /(?:^|\/)netproof\.(?:ya?ml|json)$/.test(name) || /^\s*["']?format["']?\s*:\s*["']?netproof\.use-case\//m.test(text.slice(0, 4096))
  );
}

/** What a file is, as far as its text tells without reading it closely. */
export function kindOf(file: InputFile): FileSummary["kind"] {
  if (isUseCase(file)) return "use-case";
  if (!/\.(?:ya?ml|json)$/.test(file.name)) return "other";
  return /^\s*["']?kind["']?\s*:\s*["']?(?:\w+NetworkPolicy|NetworkPolicy)\b/m.test(file.text) &&
    !/^kind: (?:Pod|Namespace)\b/m.test(file.text)
    ? "policies"
    : "manifests";
}

async function readManifests(files: readonly InputFile[]): Promise<MaterialRead> {
  const manifests = files.filter((file) => kindOf(file) !== "other");
  const { snapshot, diagnostics, ledger } = await read(manifests);
  const stage = { name: "", about: undefined, snapshot, files: manifests.map(({ name }) => name) };
  return { material: { bound: undefined, stages: [stage], ledger }, diagnostics };
}

async function readStages(file: InputFile, files: readonly InputFile[]): Promise<MaterialRead> {
  const { useCase, diagnostics } = await readUseCase(file);
  if (useCase === undefined) return { material: undefined, diagnostics };
  const given = filesOf(useCase, file.name, files);
  const resolved = await resolveStages(useCase, given, { available: files.map(({ name }) => name) });
  const all = [...diagnostics, ...resolved.diagnostics];
  if (all.some(({ severity }) => severity === "error")) return { material: undefined, diagnostics: all };
  const { bound, diagnostics: named } = bindNames(useCase, resolved.stages);
  const stages = resolved.stages.map(({ name, snapshot, declaration }) => ({
    name,
    about: declaration.about,
    snapshot,
    files: declaration.apply.flatMap(({ path }) => (given.get(path) ?? []).map((each) => each.name)),
  }));
  return {
    material: { bound, stages, ledger: resolved.stages.at(-1)?.ledger ?? emptyLedger },
    diagnostics: [...all, ...named],
  };
}

/** The files behind each path that a use case writes, relative to its own folder; a folder stands for the manifests right in it. */
function filesOf(useCase: UseCase, useCasePath: string, files: readonly InputFile[]): ReadonlyMap<string, readonly InputFile[]> {
  const folder = useCasePath.slice(0, useCasePath.lastIndexOf("/") + 1);
  const given = neededPaths(useCase).flatMap((written): [string, readonly InputFile[]][] => {
    const path = normal(`${folder}${written}`);
    const own = files.filter((file) => {
      const name = normal(file.name);
      if (name === path) return true;
      const parent = name.slice(0, Math.max(0, name.lastIndexOf("/")));
      return parent === path && /\.(?:ya?ml|json)$/.test(name) && !isUseCase(file);
    });
    return own.length === 0 ? [] : [[written, own]];
  });
  return new Map(given);
}

/** Without `.` and a slash at the end, and with `..` only in front: files may stand beside the folder of the use case. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
