import type { Labels } from "../model/cluster.ts";
import type { Direction } from "../model/policy.ts";
import type { Origin } from "../text/source.ts";

/** The objects that kube-manager watches, with what it reads of them and how it reads it: not as Kubernetes means it. */
export type KubeObject = KubeNamespace | KubePod | KubePolicy | KubeIngress;

export interface KubeNamespace {
  readonly kind: "Namespace";
  readonly name: string;
  readonly labels: Labels;
  /** Undefined for a namespace that only appears through its objects. */
  readonly origin: Origin | undefined;
}

export interface KubePod {
  readonly kind: "Pod";
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly origin: Origin;
  /** kube-manager makes no interface for pods of the host's network, nor for those that have no node yet (rule P). */
  readonly network: "pods" | "host" | "not-scheduled";
}

export interface KubePolicy {
  readonly kind: "NetworkPolicy";
  readonly namespace: string;
  readonly name: string;
  readonly target: KubeSelector;
  /** In the order given, which is the order of the pass rules (rule O). */
  readonly types: readonly Direction[];
  readonly isolatesAt: Readonly<Record<Direction, Origin>>;
  readonly ingress: readonly KubeRule[];
  readonly egress: readonly KubeRule[];
  /** Equal texts, equal specs: kube-manager does nothing then (spec 3.1). */
  readonly text: string;
  readonly origin: Origin;
}

export interface KubeRule {
  /** None: everybody. */
  readonly peers: readonly KubePeer[];
  /** None: every service. */
  readonly ports: readonly KubePort[];
  readonly text: string;
  readonly origin: Origin;
}

/** One entry of `from` or `to`. Equal texts, equal entries: an index is the place of the first equal one (trap 1). */
export interface KubePeer {
  readonly namespaces: KubeSelector | undefined;
  readonly pods: KubeSelector | undefined;
  readonly block: { readonly cidr: string | undefined; readonly except: readonly string[] } | undefined;
  readonly text: string;
  readonly origin: Origin;
}

export interface KubeSelector {
  /** `{}`, in which nothing is written; `{matchLabels: {}}` is something else to kube-manager (trap 3). */
  readonly written: "nothing" | "something";
  readonly labels: ReadonlyMap<string, string>;
  readonly expressions: readonly KubeExpression[];
}

export interface KubeExpression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

export interface KubePort {
  /** Undefined: any protocol, and any port with it (D35). */
  readonly protocol: string | undefined;
  readonly port: number | string | undefined;
  readonly endPort: number | undefined;
  readonly origin: Origin;
}

export interface KubeIngress {
  readonly kind: "Ingress";
  readonly namespace: string;
  readonly name: string;
  /** Backend Services, the paths' first, then the default one; none when another controller is in charge of it. */
  readonly services: readonly string[];
  readonly origin: Origin;
}

/** What happens to a kube-manager. */
export type KubeEvent =
  | { readonly kind: "added" | "modified" | "deleted"; readonly object: KubeObject }
  /** It starts anew on the same configuration: all objects that exist are announced again, and the periodic check runs. */
  | { readonly kind: "restart"; readonly objects: readonly KubeObject[] }
  /** The rule of one Ingress and Service alone (rule K). */
  | { readonly kind: "ingress-rule"; readonly namespace: string; readonly ingress: string; readonly service: string };
