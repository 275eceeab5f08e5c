import type { Place } from "../place.ts";

/** `contrail objects`: the list that every end of the cluster walks. As JSON it is printed in the configuration API's own words instead. */
export interface ContrailObjects {
  readonly cluster: string;
  readonly stage: string | undefined;
  readonly profile: string;
  /** Of the whole list, whatever is shown of it. */
  readonly totals: { readonly policies: number; readonly rules: number };
  readonly policies: readonly ContrailPolicy[];
}

export interface ContrailPolicy {
  /** `4` for the reference `00004.0`. */
  readonly sequence: string;
  readonly name: string;
  readonly rules: readonly ContrailRule[];
}

export interface ContrailRule {
  readonly sequence: string;
  readonly name: string;
  readonly action: "pass" | "deny";
  /** `tcp 80`, `udp 0-65535`, `any`. */
  readonly service: string;
  /** `app=web namespace=dev`, `10.0.0.0/8`, `any`. */
  readonly from: string;
  readonly to: string;
  readonly place: Place | undefined;
}

/** `contrail explain`: the walk of a packet through the list, once for each case that a question stands for. */
export interface ContrailExplanation {
  readonly format: "netproof.contrail-explanation/1";
  readonly stage: string | undefined;
  readonly profile: string;
  readonly from: string;
  readonly to: string;
  readonly answers: readonly ContrailWalk[];
  readonly notes: readonly string[];
}

export interface ContrailWalk {
  readonly from: string;
  readonly to: string;
  /** `80/TCP`, `ICMP`. */
  readonly port: string;
  readonly family: 4 | 6;
  readonly verdict: "allow" | "deny" | "undetermined";
  /** The tags of each end, as agents know them. */
  readonly tags: { readonly from: readonly string[]; readonly to: readonly string[] };
  /** The policies with rules that were visited, in order. */
  readonly steps: readonly ContrailStep[];
  /** Where no rule decides: why it ends as it does. */
  readonly ending: string | undefined;
}

export interface ContrailStep {
  readonly sequence: string;
  readonly policy: string;
  readonly outcome: "no-match" | "decides" | "in-doubt" | "not-reached";
  /** Rules that were visited and did not match, with what they missed. */
  readonly missed: readonly { readonly sequence: string; readonly rule: string; readonly because: readonly string[] }[];
  /** The rule that decides, that would with another address, or that would if the walk came to it. */
  readonly rule:
    | { readonly sequence: string; readonly name: string; readonly action: "pass" | "deny"; readonly place: Place | undefined }
    | undefined;
}
