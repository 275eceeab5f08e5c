import { readPort, type OnePort, type PortNames } from "@netproof/core/parts";
import { Refusal } from "./refusal.ts";

/** The one port of --port. */
export function onePort(text: string, names: PortNames): OnePort {
  const read = readPort(text, names);
  if ("problem" in read) throw new Refusal(read.problem, read.help ?? []);
  if (read.length > 1)
    throw new Refusal(
      `\`${text}\` means several ports`,
      `say which: ${read.map(({ port, protocol }) => `${port}/${protocol}`).join(", ")}`,
    );
  return read[0];
}
