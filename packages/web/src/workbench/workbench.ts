import { answersOf } from "./answers.ts";
import type { Workbench } from "./protocol.ts";
import { openSession } from "./session.ts";
import type { Pause } from "./survey.ts";
import { toolsOf } from "./tools.ts";

/** The workbench over texts in memory. `today` (YYYY-MM-DD) is the day by which deviations expire. */
export function openWorkbench(today: string, pause: Pause = () => Promise.resolve()): Workbench {
  const session = openSession(today);
  const { open, edit, keep, compare } = session;
  return { open, edit, keep, compare, ...answersOf(session, pause), ...toolsOf(session) };
}
