// npm start: sets up what is missing, then runs the chapter's use case and shows where to go on.
import { runHere } from "./lib/process.mjs";
import { setUp } from "./lib/setup.mjs";

const next = `
Next: why client-qa is kept out, who reaches whom as rules, the same as a matrix
  cd scenarios/day-one
  npx netproof explain client-qa webserver-dev 80 --stage policy1
  npx netproof list --stage policy1
  npx netproof matrix --stage policy1`;

if ((await setUp("use")) === undefined) {
  process.exitCode = await runHere(["packages/cli/bin/netproof.js", "run", "scenarios/day-one"]);
  if (process.exitCode === 0) console.log(next);
} else {
  process.exitCode = 1;
}
