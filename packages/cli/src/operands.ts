import type { CommandName } from "./flags.ts";
import { Refusal } from "./refusal.ts";

/** The operands of a command: `required` of these names must be there, none beyond them. */
export function operandsOf(
  names: readonly string[],
  required: number,
  operands: readonly string[],
  command: CommandName,
  action?: string,
): readonly string[] {
  const said = action === undefined ? command : `${command} ${action}`;
  const usage = `netproof ${said} ${names.map((name, i) => (i < required ? name : `[${name}]`)).join(" ")}`.trim();
  const [missing] = names.slice(operands.length, required);
  if (missing !== undefined) throw new Refusal(`\`${said}\` needs ${missing}`, usage);
  const beyond = operands[names.length];
  if (beyond !== undefined)
    throw new Refusal(
      `\`${beyond}\` is one word too many for \`${said}\``,
      names.length === 0 ? `-f ${beyond} reads a file or folder` : usage,
    );
  return operands;
}
