import { answersOf } from "../workbench/answers.ts";
import { openSession } from "../workbench/session.ts";
import { serve } from "../workbench/serve.ts";

// A report says who may talk to whom and why; nobody writes in it.
serve((today, pause) => {
  const session = openSession(today);
  return { open: session.open, compare: session.compare, ...answersOf(session, pause) };
});
