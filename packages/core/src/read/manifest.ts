import type { Cidr } from "../net/cidr.ts";
import type { SourceDocument } from "../text/source.ts";

/** One file's text under the name the user knows it by (`policy1.yaml`, `<stdin>`), with `/` in it. It may begin with a byte-order mark. */
export interface InputFile {
  readonly name: string;
  readonly text: string;
}

/** One Kubernetes object as it stands in a document: the raw value, not yet defaulted, and who it is (S20). */
export interface ManifestObject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Undefined for cluster-scoped kinds; objects that name none belong to the namespace they are applied to (S4). */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly document: SourceDocument;
  /** Where the object stands in its document: "" or `items[3]`. */
  readonly path: string;
}

export interface ReadOptions {
  /** The pod network, of pods whose address is not yet assigned: an ipBlock wholly around or beside it can tell (S16). */
  readonly podCidrs?: readonly Cidr[];
  /** Kinds that are judged as if the cluster had none: `CiliumNetworkPolicy`, or `Kind.group` where two groups have the kind. */
  readonly assumeAbsent?: readonly string[];
  /** Texts that cannot be parsed or are not Kubernetes go to the ledger instead of being errors. A broken policy stays an error. */
  readonly skipUnreadable?: boolean;
  /** The namespace of namespaced objects that name none (S4); `default` when not given. */
  readonly defaultNamespace?: string;
}
