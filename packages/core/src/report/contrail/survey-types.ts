import type { RuleEndpoint } from "../../contrail/objects.ts";
import type { Place } from "../place.ts";

/** Contrail's objects at one stage, with what each rule decides of the flows of a view. */
export interface ContrailSurvey {
  readonly format: "netproof.contrail-survey/1";
  readonly stage: string | undefined;
  readonly profile: string;
  /** The port that was asked, `80/TCP`; undefined where all were. */
  readonly port: string | undefined;
  readonly applicationPolicySet: SurveyedSet;
  /** In the order of the walk. */
  readonly policies: readonly SurveyedPolicy[];
  readonly tags: readonly SurveyedTag[];
  readonly addressGroups: readonly SurveyedGroup[];
  readonly totals: SurveyTotals;
}

export interface SurveyedSet {
  /** `default-policy-management:k8s` */
  readonly name: string;
  readonly tags: readonly string[];
}

export interface SurveyedPolicy {
  /** As the reference has it: `00004.0`. */
  readonly sequence: string;
  readonly name: string;
  /** What kube-manager keeps it for: the three fixed ones, and one for each NetworkPolicy. */
  readonly role: "ingress-objects" | "network-policy" | "isolation" | "namespaces";
  /** `dev/policy1` */
  readonly networkPolicy: string | undefined;
  readonly decides: number;
  readonly rules: readonly SurveyedRule[];
}

export interface SurveyedRule {
  readonly sequence: string;
  readonly name: string;
  readonly action: "pass" | "deny";
  /** `tcp 80`, `udp 0-65535`, `any`. */
  readonly service: string;
  /** Tags are sorted, none stands twice. */
  readonly endpoint1: RuleEndpoint;
  readonly endpoint2: RuleEndpoint;
  /** For how many flows it is the rule that decides. */
  readonly decides: number;
  /** The rule before it that fits whatever it fits, so that no flow of any cluster comes to it. */
  readonly shadowedBy: { readonly policy: string; readonly rule: string } | undefined;
  /** The line of the manifest that it was made from. */
  readonly place: Place | undefined;
}

export interface SurveyedTag {
  readonly tag: string;
  /** `dev/web`: the pods that carry it. */
  readonly pods: readonly string[];
}

export interface SurveyedGroup {
  readonly name: string;
  readonly prefixes: readonly string[];
  /** The rules that name it. */
  readonly rules: readonly string[];
  readonly place: Place | undefined;
}

/** Every flow is in one of the last four. */
export interface SurveyTotals {
  readonly policies: number;
  readonly rules: number;
  /** A pair of endpoints with addresses of both families is two. */
  readonly flows: number;
  readonly decided: number;
  /** No rule matches, and the list ends in a deny. */
  readonly implicitDeny: number;
  /** No end has the application policy set. */
  readonly notEvaluated: number;
  readonly undetermined: number;
}

/** Between two rows of the view, by their ids; a row may stand for several endpoints. */
export interface DecidedFlows {
  readonly from: string;
  readonly to: string;
  readonly family: 4 | 6;
  readonly flows: number;
}
