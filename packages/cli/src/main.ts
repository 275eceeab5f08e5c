import { versionText } from "./version.ts";

// The version is answered before anything else is loaded: scripts ask for it often.
const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "version")) {
  process.stdout.write(versionText());
} else {
  const { startEarlyFor } = await import("./early.ts");
  await using _ = await startEarlyFor(argv);
  const { start } = await import("./start.ts");
  process.exitCode = await start(argv);
}
