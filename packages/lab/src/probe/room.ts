import { openFilesAllowed } from "../sys/open-files.ts";

/** How many servers may be open at once, and how many flows under way. */
export interface Room {
  readonly servers: number;
  readonly flows: number;
}

/** A place holds its namespace and a way to its links. */
const perPlace = 2;
/** A flow holds its own socket and its server's end, and the one before it may not be closed yet. */
const perFlow = 3;
/** Fewer than a server's queue has room for, so that no queue looks like a policy. */
const mostFlows = 1024;
/** For nft's input and output, what is watched across a change, and this process itself. */
const spare = 128;
const least = 32;

/** What this many places, and servers that stay, leave of the files that this process may open. */
export function roomBeside(places: number, staying: number, allowed: number = openFilesAllowed()): Room {
  const free = allowed - perPlace * places - staying - spare;
  if (free < least) throw new TooFewFiles(allowed);
  const flows = Math.max(1, Math.min(mostFlows, Math.floor(free / (2 * perFlow))));
  return { servers: free === Infinity ? Infinity : free - perFlow * flows, flows };
}

/** What stands in the lab at once needs more files than a process may open here. */
export class TooFewFiles extends Error {
  constructor(allowed: number = openFilesAllowed()) {
    super(
      `this lab needs more files than the ${allowed} that a process may open here (each pod takes ${perPlace}, each server that stays 1): ` +
        "raise the limit with `ulimit -n`, or give it fewer pods",
    );
    this.name = "TooFewFiles";
  }
}
