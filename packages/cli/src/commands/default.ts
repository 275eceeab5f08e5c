import { existsSync } from "node:fs";
import type { Options } from "../flags.ts";
import { useCaseName } from "../input.ts";
import type { ExitCode } from "../refusal.ts";
import { talk } from "../terminal.ts";
import { run } from "./run.ts";

/** No command: a use case in the folder is run; without one there is nothing to judge, and a moved file must not turn CI green. */
export async function runOrExamples(options: Options): Promise<ExitCode> {
  if (options.filename.length > 0 || options.kustomize !== undefined || existsSync(useCaseName)) return run(options, []);
  talk(examples);
  return 2;
}

const examples = `No netproof.yaml here. netproof proves what network policies do; try
  netproof list -f k8s/ -R                          who can reach whom, as rules
  kubectl get ns,po,svc,netpol -A -o json | netproof matrix -f -
  netproof init -f k8s/ -R                       writes netproof.yaml, then: run
`;
