import { readFileSync } from "node:fs";

/** How many files this process may have open at once. Node itself raises the soft limit to the hard one (man 2 getrlimit). */
export function openFilesAllowed(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return soft === undefined ? Infinity : Number(soft);
}
