import { contrail, contrailCommentary, type ContrailCalculation, type ContrailSession } from "@netproof/core/contrail";
import type { Answer, Commentary, Flow, Snapshot } from "@netproof/core/parts";
import type { MeasuredSession, Transcript } from "@netproof/lab";

/** Contrail's objects for a lab, snapshot after snapshot, as kube-manager would make them: what it remembers of earlier ones counts. */
export function contrailFirewall(before: readonly Snapshot[] = []): () => (snapshot: Snapshot) => Promise<ContrailCalculation> {
  return () => {
    let session: ContrailSession | undefined;
    const goTo = async (snapshot: Snapshot): Promise<ContrailCalculation> => {
      if (session === undefined) session = await contrail().open(snapshot);
      else await session.advance(snapshot);
      return session.calculation;
    };
    return async (snapshot) => {
      if (session === undefined) for (const earlier of before) await goTo(earlier);
      return goTo(snapshot);
    };
  };
}

/** A measured answer, and the walk of the same objects: it names what separates both from others. */
interface WithWalk extends Transcript {
  readonly walk: Answer;
}

/** Adds the walk of each flow to what was measured of it. */
export function withWalks(session: MeasuredSession, walks: () => ContrailCalculation): MeasuredSession {
  return {
    ...session,
    get snapshot() {
      return session.snapshot;
    },
    get tried() {
      return session.tried;
    },
    get remark() {
      return session.remark;
    },
    get watched() {
      return session.watched;
    },
    get calculation() {
      const { calculation } = session;
      const walked = walks();
      return {
        ...calculation,
        answer: (flow: Flow): Answer<WithWalk> => {
          const answer = calculation.answer(flow);
          return { ...answer, evidence: { ...answer.evidence, walk: walked.answer(flow) } };
        },
      };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** What the packets met, and the deviation that the walk of the same flow names: only where both came to the same verdict. */
export const packetCommentary: Commentary = {
  summary: (answer) => {
    const { seen, causes } = answer.evidence as WithWalk;
    const decided = causes.findLast(({ kind }) => kind === "firewall-rule" || kind === "list-end");
    const rule = decided?.kind === "firewall-rule" ? `${decided.firewall.rule.name} of ${decided.firewall.policy.name}` : "no rule";
    const words = { open: "opened", rejected: "rejected", silent: "dropped" } as const;
    const what = seen.kind in words ? words[seen.kind as keyof typeof words] : seen.kind;
    return `${what}, the kernel saw ${rule}`;
  },
  separates: (other, otherEngine, own) => {
    const { walk } = own.evidence as WithWalk;
    return walk.verdict === own.verdict ? contrailCommentary.separates(other, otherEngine, walk) : undefined;
  },
};
