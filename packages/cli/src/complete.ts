import { contrailMessages, deviations, dumpMessages, profileNames } from "@netproof/core/contrail";
import { readMessages, useCaseMessages } from "@netproof/core/parts";
import { readCommandLine } from "./arguments.ts";
import { shells } from "./commands/completion.ts";
import { contrailActions } from "./commands/contrail.ts";
import { engineNames } from "./engines.ts";
import { commandNames, flagsOf, isCommandName, type CommandName, type Flag } from "./flags.ts";
import { formatsOf } from "./formats.ts";
import { messages } from "./messages.ts";
import { prepare, type Prepared } from "./prepare.ts";

/** What may stand in place of the last word. Nothing, where the shell should offer files. */
export async function completions(words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const command = before.find(isCommandName);
  const found = await candidates(command, before, current);
  return [...new Set(found)].filter((word) => word.startsWith(current)).sort();
}

async function candidates(command: CommandName | undefined, before: readonly string[], current: string): Promise<readonly string[]> {
  const flags = flagsOf[command ?? "run"];
  const last = before.at(-1) ?? "";
  const open = flags.find(({ long, short, value }) => value !== undefined && (last === `--${long}` || last === `-${short}`));
  if (open !== undefined) return valuesOf(open, command ?? "run", before);
  if (current.startsWith("-")) return ["--help", ...flags.filter(({ hidden }) => hidden !== true).map(({ long }) => `--${long}`)];
  switch (command) {
    case undefined:
      return commandNames;
    case "explain":
      return endpoints(before, current);
    case "contrail": {
      const action = contrailActions.find((name) => before.includes(name));
      if (action === undefined) return contrailActions;
      return action === "explain" ? endpoints(before, current) : [];
    }
    case "completion":
      return shells;
    case "help":
      return [
        ...commandNames,
        ...[readMessages, useCaseMessages, contrailMessages, dumpMessages, messages].flatMap((catalogue) => Object.keys(catalogue)),
        ...deviations.map(({ id }) => id),
      ];
    default:
      return [];
  }
}

async function valuesOf({ long }: Flag, command: CommandName, before: readonly string[]): Promise<readonly string[]> {
  switch (long) {
    case "output":
      return command in formatsOf ? formatsOf[command as keyof typeof formatsOf] : [];
    case "engine":
      return engineNames;
    case "profile":
      return profileNames;
    case "color":
      return ["always", "auto", "never"];
    case "stage": {
      const material = await materialOf(before);
      return material?.kind === "use-case" ? material.bound.stages.map(({ name }) => name) : [];
    }
    case "namespace": {
      const material = await materialOf(before);
      return snapshotOf(material)?.namespaces.map(({ name }) => name) ?? [];
    }
    case "from":
    case "to":
      return endpoints(before, "");
    default:
      return [];
  }
}

/** Names of the ends that a question may have: outside points, groups, pods and workloads, short where that is enough. */
async function endpoints(before: readonly string[], current: string): Promise<readonly string[]> {
  const material = await materialOf(before);
  const snapshot = snapshotOf(material);
  if (snapshot === undefined || material === undefined) return [];
  const useCase = material.kind === "use-case" ? material.bound.useCase : undefined;
  const own = [...(useCase?.outside ?? []), ...(useCase?.groups ?? [])].map(({ name }) => name);
  const pods = snapshot.pods.map((pod) => ({ name: pod.workload?.name ?? pod.name, space: pod.namespace.name }));
  const names = pods.map(({ name, space }) => (current.includes("/") ? `${space}/${name}` : name));
  const services = snapshot.services.map((service) => `svc/${service.name}.${service.namespace.name}`);
  return [...own, ...names, ...(current.startsWith("svc/") ? services : [])];
}

/** What the words so far would read; nothing where that fails. */
async function materialOf(before: readonly string[]): Promise<Prepared["material"] | undefined> {
  try {
    const isFlag = before.at(-1)?.startsWith("-") === true;
    const { options, command } = readCommandLine(isFlag ? before.slice(0, -1) : before);
    // A key press must not wait for standard input or another program.
    if (options.filename.includes("-") || options.kustomize !== undefined) return undefined;
    return (await prepare(options, command ?? "run")).material;
  } catch {
    return undefined;
  }
}

function snapshotOf(
  material: Prepared["material"] | undefined,
): Extract<Prepared["material"], { kind: "snapshot" }>["snapshot"] | undefined {
  return material?.kind === "snapshot" ? material.snapshot : material?.bound.stages.at(-1)?.snapshot;
}
