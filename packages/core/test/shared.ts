import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The folder with test data of public suites, beside the repository; NETPROOF_SHARED names another place. Without it a suite that needs
 * it is skipped and says so; where CI is set it must be there.
 */
export function sharedFolder(): string | undefined {
  const folder = process.env["NETPROOF_SHARED"] ?? fileURLToPath(new URL("../../../../shared", import.meta.url));
  if (existsSync(folder)) return folder;
  if (process.env["CI"]) throw new Error(`the shared test data is missing: ${folder} (set NETPROOF_SHARED)`);
  process.stderr.write(`skipped: no shared test data in ${folder} (set NETPROOF_SHARED)\n`);
  return undefined;
}
