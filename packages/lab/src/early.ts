/** What the command line loads before everything else: Node's own modules and no others. */
export { startEarly } from "./launch.ts";
