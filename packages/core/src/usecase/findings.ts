import { placeText, spanOf, type Span } from "../text/source.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import { hasExpired } from "./deviations.ts";
import { say } from "./messages.ts";
import type { BoundUseCase } from "./names.ts";
import { stageNameSpan } from "./read.ts";
import type { AssertionResult, BrokenSubject, StageResult, StatementResult, Witness } from "./results.ts";

/** What makes a run fail at one stage, at its places in the use-case file. */
export function stageFindings({
  stage,
  intent,
  expect,
  deviations,
}: Pick<StageResult, "stage" | "intent" | "expect" | "deviations">): readonly Diagnostic[] {
  const { name } = stage;
  const findings: Diagnostic[] = [];
  const at = stageNameSpan(stage.declaration);
  if (intent.declared === "unmet") {
    // What holds only because a deviation excuses it does not hold.
    const excused = deviations.some(({ status }) => status === "used");
    if (intent.status === "met" && !excused) findings.push(say("stage-met", intentSpan(stage) ?? at, { stage: name }));
  } else {
    if (intent.status === "unmet")
      findings.push(
        say("stage-unmet", at, {
          stage: name,
          breaks: breaksText(intent.broken, subjectsOf(intent.assertions)),
          detail: detailText(intent.assertions),
        }),
      );
    // Where the intent is known not to hold, its warnings and reasons are known not to.
    findings.push(...intent.assertions.flatMap(({ statements }) => [...warnings(statements, name), ...reasons(statements, name)]));
  }
  for (const { assertion, broken, breaks, subjects, witness, statements } of expect?.assertions ?? []) {
    if (breaks > 0 || subjects.length > 0) {
      const what = "kind" in assertion ? "`rest`" : "this row";
      findings.push(
        say("row-violated", "kind" in assertion ? spanOf(assertion.origin, "entry") : spanOf(assertion.origin, "value"), {
          stage: name,
          what,
          breaks: breaksText(broken === 0 ? breaks : broken, subjects),
          witness: witnessText(witness),
        }),
      );
    }
    findings.push(...warnings(statements, name), ...reasons(statements, name));
  }
  return findings;
}

/** Deviations that have expired, and those that are needed at none of their stages, of engines that ran. */
export function deviationFindings(
  { useCase }: BoundUseCase,
  results: readonly StageResult[],
  today: string | undefined,
): readonly Diagnostic[] {
  return useCase.deviations.flatMap((deviation): Diagnostic[] => {
    const own = results.flatMap(({ deviations }) => deviations).filter((each) => each.deviation === deviation);
    const { id, engine, expires, origin } = deviation;
    if (own.length > 0 && hasExpired(deviation, today)) {
      return [say("deviation-expired", origin.document.locate(`${origin.path}.expires`, "value"), { id, expires: expires ?? "" })];
    }
    const judged = own.filter(({ status }) => status !== "not-judged");
    const needed = judged.some(({ status }) => status === "used");
    return judged.length === 0 || needed ? [] : [say("deviation-unused", spanOf(origin, "entry"), { id, engine })];
  });
}

/** `client1-dev → dbserver-dev 80/TCP`, by way of others where only a chain leads there. */
function witnessText(witness: Witness | undefined): string {
  if (witness === undefined) return "";
  const { from, to, flows, fault } = witness;
  const last = flows[flows.length - 1] as Witness["flows"][0];
  const names = [from, ...fault.chain, to].map(({ name }) => name).join(" → ");
  return `${names} ${last.port}/${last.protocol}`;
}

function warnings(statements: readonly StatementResult[], stage: string): readonly Diagnostic[] {
  return statements.flatMap(({ statement, status, breaks, witness }) =>
    statement.kind === "row" && statement.severity === "warning" && status === "violated"
      ? [say("row-warned", spanOf(statement.origin, "value"), { stage, breaks: breaksText(breaks, []), witness: witnessText(witness) })]
      : [],
  );
}

function reasons(statements: readonly StatementResult[], stage: string): readonly Diagnostic[] {
  return statements.flatMap(({ statement, because }) => {
    if (because?.status !== "differs") return [];
    const { document, path } = statement.origin;
    const { stated, decidedBy, witness } = because;
    return [
      say("because-differs", document.locate(`${path}.because`, "value"), { stage, stated, decidedBy, witness: witnessText(witness) }),
    ];
  });
}

function subjectsOf(assertions: readonly AssertionResult[]): readonly BrokenSubject[] {
  return assertions.flatMap(({ subjects }) => subjects);
}

/** `12 pairs break it`; pods and policies of properties that are not about pairs are counted apart. */
function breaksText(pairs: number, subjects: readonly BrokenSubject[]): string {
  const pods = subjects.filter(({ kind }) => kind === "not-isolated").length;
  const policies = subjects.length - pods;
  const parts = [
    pairs === 0 ? "" : pairs === 1 ? "1 pair breaks it" : `${pairs} pairs break it`,
    pods === 0 ? "" : pods === 1 ? "1 pod is not isolated" : `${pods} pods are not isolated`,
    policies === 0 ? "" : policies === 1 ? "1 policy selects no pod" : `${policies} policies select no pod`,
  ];
  return parts.filter((part) => part !== "").join(" and ");
}

/** `I3 by 6 pairs, I4 by 6: client1-dev → dbserver-dev 80/TCP`: the witness is that of the first. */
function detailText(assertions: readonly AssertionResult[]): string {
  const broken = assertions.filter(({ broken: pairs, subjects }) => pairs > 0 || subjects.length > 0);
  const parts = broken.map(({ id, broken: pairs, subjects }, i) => {
    if (pairs === 0) return `${id} by ${subjects.length} ${subjectWord(subjects)}`;
    return `${id} by ${pairs}${i === 0 ? (pairs === 1 ? " pair" : " pairs") : ""}`;
  });
  const [first] = broken;
  const shown = first?.broken === 0 ? subjectText(first.subjects[0]) : witnessText(first?.witness);
  return `${parts.join(", ")}: ${shown}`;
}

function subjectWord(subjects: readonly BrokenSubject[]): string {
  const word = subjects[0]?.kind === "unused-policy" ? ["policy", "policies"] : ["pod", "pods"];
  return (subjects.length === 1 ? word[0] : word[1]) ?? "";
}

function subjectText(subject: BrokenSubject | undefined): string {
  switch (subject?.kind) {
    case "not-isolated":
      return `${subject.pod.namespace.name}/${subject.pod.name} is not isolated in ${subject.directions.join(" and ")}`;
    case "unused-policy":
      return `${subject.policy.name.namespace}/${subject.policy.name.name} selects no pod (${placeText(spanOf(subject.policy.origin))})`;
    case undefined:
      return "";
  }
}

/** Where a stage says `intent: unmet`. */
function intentSpan({ declaration: { origin } }: StageResult["stage"]): Span | undefined {
  return origin.path === "" ? undefined : origin.document.locate(`${origin.path}.intent`, "entry");
}
