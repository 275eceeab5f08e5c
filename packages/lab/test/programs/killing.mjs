// Starts labs and kills them at random moments, from inside or outside; prints what was left after two seconds. It runs in a user
// namespace with room for two labs only: one that stayed would be missed by the ones behind it.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const [times = "3"] = process.argv.slice(2);
const busy = fileURLToPath(new URL("busy.mjs", import.meta.url));

/** Processes that carry this run's mark. @param {string} mark */
function processesOf(mark) {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark) && readlinkSync(`/proc/${pid}/exe`) !== "";
    } catch {
      return false;
    }
  });
}

for (let i = 0; i < Number(times); i++) {
  const mark = `NETPROOF_TEST_MARK=${process.pid}-${i}`;
  const child = spawn(process.execPath, [busy], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, NETPROOF_TEST_MARK: `${process.pid}-${i}` },
  });
  let said = "";
  child.stderr.on("data", (text) => (said += String(text)));
  await sleep(100 + Math.random() * 1400);
  const inside = processesOf(mark).filter((pid) => Number(pid) !== child.pid);
  const victim = i % 3 === 2 && inside.length > 0 ? Number(inside[Math.floor(Math.random() * inside.length)]) : child.pid;
  const earlyEnd = child.exitCode ?? child.signalCode;
  if (victim !== undefined) process.kill(victim, "SIGKILL");
  const killed = Date.now();
  // Whoever survives its lab ends by itself.
  while (Date.now() - killed < 2000 && processesOf(mark).length > 0) await sleep(20);
  const left = processesOf(mark);
  for (const pid of left) process.kill(Number(pid), "SIGKILL");
  if (left.length > 0 || earlyEnd !== null)
    process.stdout.write(`run ${i}: ${left.length} processes left, ended before ${earlyEnd}: ${said.slice(0, 500)}\n`);
}
process.stdout.write("done\n");
