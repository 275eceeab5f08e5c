// npm start: sets up what is missing, then runs the chapter's use case and shows where to go on.
import { runHere } from "./lib/process.mjs";
import { setUp } from "./lib/setup.mjs";

const next = `
Next: why client-qa is kept out, what Contrail makes of it, a real curl
  cd scenarios/day-one
  npx netproof explain client-qa webserver-dev 80 --stage policy1
  npx netproof contrail objects --stage policy1
  npx netproof lab curl client1-dev webserver-dev --stage policy1`;

if ((await setUp("use")) === undefined) {
  process.exitCode = await runHere(["packages/cli/bin/netproof.js", "run", "scenarios/day-one"]);
  if (process.exitCode === 0) console.log(next);
} else {
  process.exitCode = 1;
}
