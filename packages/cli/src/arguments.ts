import { nearest } from "@netproof/core/parts";
import { existsSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { clusterFlags, commandNames, flagsOf, isCommandName, type CommandName, type Flag, type Options } from "./flags.ts";
import { Refusal } from "./refusal.ts";

/** A command line, understood. */
export interface CommandLine {
  /** `undefined`: none was named. */
  readonly command: CommandName | undefined;
  readonly operands: readonly string[];
  readonly options: Options;
  readonly help: boolean;
}

/** Commands of later versions: naming one is answered with that. */
const laterCommands: readonly string[] = ["diff", "lint", "generate"];

/** Reads a command line. The command may stand before or behind flags, as kubectl's. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { name, rest } = splitCommand(argv);
  const command = name === undefined ? undefined : knownCommand(name);
  const { operands, options, help } = parse(command ?? "run", rest);
  const cluster = clusterFlags.find((flag) => options[camelCase(flag)] !== undefined);
  if (cluster !== undefined && !help) throw clusterRefusal(cluster, command);
  return { command, operands, options: settled(options), help };
}

function splitCommand(argv: readonly string[]): { readonly name: string | undefined; readonly rest: readonly string[] } {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === "--") break;
    if (!word.startsWith("-") || word === "-") return { name: word, rest: [...argv.slice(0, i), ...argv.slice(i + 1)] };
    if (takesNextWord(word)) i++;
  }
  return { name: undefined, rest: argv };
}

const allFlags: readonly Flag[] = Object.values(flagsOf).flat();

/** `-n dev` and `--namespace dev`, but not `-ndev`, `-n=dev`, `--namespace=dev`. */
function takesNextWord(word: string): boolean {
  if (word.startsWith("--")) return allFlags.some(({ long, value }) => value !== undefined && word === `--${long}`);
  // Of several short flags in one word (`-Rf`), only the last can take the next word; one before it takes the rest of this one.
  const letters = word.slice(1);
  const first = [...letters].findIndex((letter) => allFlags.some(({ short, value }) => short === letter && value !== undefined));
  return first >= 0 && first === letters.length - 1;
}

function knownCommand(name: string): CommandName {
  if (isCommandName(name)) return name;
  if (laterCommands.includes(name)) throw new Refusal(`\`${name}\` is not in this version of netproof`);
  if (existsSync(name)) throw new Refusal(`no command \`${name}\``, `netproof run ${name}`);
  const meant = nearest(name, commandNames);
  throw new Refusal(
    `no command \`${name}\`${meant === undefined ? "" : `, did you mean \`${meant}\`?`}`,
    meant === undefined ? "netproof --help lists the commands" : [],
  );
}

type RawOptions = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

function parse(
  command: CommandName,
  words: readonly string[],
): { readonly operands: readonly string[]; readonly options: RawOptions; readonly help: boolean } {
  const parser = new Command(command).exitOverride().helpOption(false).argument("[operands...]").allowExcessArguments(true);
  parser.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  parser.addOption(new Option("-h, --help"));
  for (const flag of flagsOf[command]) parser.addOption(optionOf(flag));
  try {
    parser.parse(
      words.flatMap((word) => asCommanderTakesIt(word, flagsOf[command])),
      { from: "user" },
    );
  } catch (error) {
    if (error instanceof CommanderError) throw refusalOf(error, command);
    throw error;
  }
  const { help, ...options } = parser.opts<Record<string, string | string[] | boolean | undefined>>();
  return { operands: parser.args, options, help: help === true };
}

function optionOf({ long, short, value, many }: Flag): Option {
  const option = new Option(`${short === undefined ? "" : `-${short}, `}--${long}${value === undefined ? "" : ` <${value}>`}`);
  return many === true ? option.argParser((next: string, before: readonly string[] | undefined) => [...(before ?? []), next]) : option;
}

/** kubectl also takes `-o=json` and `--recursive=true`. */
function asCommanderTakesIt(word: string, flags: readonly Flag[]): readonly string[] {
  if (/^-[A-Za-z]=/.test(word)) return [word.slice(0, 2) + word.slice(3)];
  const [, name, truth] = /^--([\w-]+)=(true|false)$/.exec(word) ?? [];
  const isSwitch = flags.some(({ long, value }) => long === name && value === undefined);
  if (!isSwitch) return [word];
  return truth === "true" ? [`--${name}`] : [];
}

function refusalOf({ code, message }: CommanderError, command: CommandName): Refusal {
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? "";
  if (code === "commander.optionMissingArgument") {
    const long = /--([\w-]+)/.exec(quoted)?.[1];
    const flag = flagsOf[command].find((candidate) => candidate.long === long);
    return new Refusal(`\`--${long}\` needs a value: --${long} ${flag?.value ?? "VALUE"}`);
  }
  if (code !== "commander.unknownOption") return new Refusal(message.replace(/^error: /, ""));
  const [word = quoted] = quoted.split("=");
  const own = flagsOf[command];
  const meant = nearest(word.replace(/^-+/, ""), [...own.filter(({ hidden }) => hidden !== true).map(({ long }) => long), "help"]);
  const others = commandNames.filter((name) => flagsOf[name].some(({ long, short }) => word === `--${long}` || word === `-${short}`));
  if (others.length > 0)
    return new Refusal(`\`${command}\` has no flag \`${word}\`, \`${others.join("`, `")}\` ${others.length === 1 ? "has" : "have"}`);
  return new Refusal(
    `no flag \`${word}\`${meant === undefined ? "" : `, did you mean \`--${meant}\`?`}`,
    meant === undefined ? `netproof ${command} --help lists its flags` : [],
  );
}

function clusterRefusal(flag: string, name: CommandName | undefined): Refusal {
  const command = name === "contrail" ? "contrail check" : name;
  return new Refusal(
    `\`--${flag}\`: netproof asks no cluster, pipe what kubectl says`,
    `kubectl get ns,po,svc,netpol -A -o json${flag === "kubeconfig" || flag === "context" || flag === "cluster" || flag === "as" ? ` --${flag} …` : ""} | netproof ${command ?? "matrix"} -f -`,
  );
}

/** Lists may be written with commas or by repeating the flag; what was not said has its default. */
function settled(raw: RawOptions): Options {
  const list = (name: string): readonly string[] => (raw[name] as readonly string[] | undefined) ?? [];
  const commas = (name: string): readonly string[] =>
    list(name).flatMap((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    );
  const text = (name: string): string | undefined => raw[name] as string | undefined;
  const on = (name: string): boolean => raw[name] === true;
  return {
    filename: list("filename"),
    recursive: on("recursive"),
    kustomize: text("kustomize"),
    namespace: on("allNamespaces") ? undefined : text("namespace"),
    allNamespaces: on("allNamespaces"),
    selector: text("selector"),
    stage: text("stage"),
    podCidr: commas("podCidr"),
    assumeAbsent: commas("assumeAbsent"),
    skipUnreadable: on("skipUnreadable"),
    strict: on("strict"),
    ledger: on("ledger"),
    engine: commas("engine"),
    output: list("output"),
    outputFile: text("outputFile"),
    headers: raw["headers"] !== false,
    full: on("full"),
    color: colour(text("color")),
    ascii: on("ascii"),
    quiet: on("quiet"),
    from: commas("from"),
    to: commas("to"),
    port: text("port"),
    pairs: on("pairs"),
    elsewhere: on("elsewhere"),
    flows: text("flows"),
    today: text("today"),
    policy: text("policy"),
    profile: text("profile"),
    events: text("events"),
    policySet: text("policySet"),
    all: on("all"),
    force: on("force"),
    write: on("write"),
    drop: on("drop"),
    raw: on("raw"),
    listen: text("listen"),
  };
}

function colour(when: string | undefined): Options["color"] {
  if (when === undefined || when === "always" || when === "auto" || when === "never") return when;
  throw new Refusal(`--color is always, auto or never, not \`${when}\``);
}

function camelCase(long: string): string {
  return long.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
