import { tmpdir } from "node:os";
import path from "node:path";

/** Where the lab that is up is spoken to: a name per user, open to that user only. */
export const socketPath: string = path.join(process.env["XDG_RUNTIME_DIR"] ?? tmpdir(), `netproof-lab-${process.getuid?.() ?? 0}.sock`);
