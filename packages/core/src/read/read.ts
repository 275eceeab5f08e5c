import type { Cidr } from "../net/cidr.ts";
import type { Namespace, Node, Pod, Service, Snapshot } from "../model/cluster.ts";
import type { Ledger } from "../model/ledger.ts";
import type { Diagnostic } from "../text/diagnostic.ts";
import type { Origin, SourceDocument } from "../text/source.ts";

/** One file's text under the name the user knows it by (`policy1.yaml`, `<stdin>`), with `/` in it. */
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
