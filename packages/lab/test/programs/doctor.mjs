// What the doctor says where this program runs.
import { diagnose } from "../../dist/index.js";

process.stdout.write(`${JSON.stringify(await diagnose())}\n`);
