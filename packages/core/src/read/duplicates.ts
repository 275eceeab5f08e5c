import type { Diagnostic } from "../text/diagnostic.ts";
import { useOf } from "./kinds.ts";
import { spanAt } from "./kubernetes.ts";
import type { ManifestObject } from "./manifest.ts";
import { say } from "./messages.ts";
import { objectKey, objectTitle } from "./objects.ts";
import { whatMattersOfPod } from "./pods.ts";
import { fieldAt, fieldOf, sameValue, type Fields } from "./value.ts";

/**
 * One object per name (S20). The same content twice is a note, different content an error with both places, after which the later one is
 * kept, as a cluster would. Kinds that cannot change a verdict may stand as often as they like.
 */
export function withoutRepetitions(objects: readonly ManifestObject[]): {
  readonly objects: readonly ManifestObject[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const kept = new Map<string, ManifestObject>();
  const others: ManifestObject[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const object of objects) {
    if (useOf(object.group, object.kind).use === "none") {
      others.push(object);
      continue;
    }
    const key = objectKey(object);
    const before = kept.get(key);
    if (before === undefined) kept.set(key, object);
    else if (before !== object) {
      const related = [{ at: spanAt({ object: before }, "", "entry"), message: "the first" }];
      const code = sameContent(before, object) ? "object-repeated" : "object-conflict";
      diagnostics.push(say(code, spanAt({ object }, "", "entry"), { title: objectTitle(object) }, { related }));
      if (code === "object-conflict") kept.set(key, object);
    }
  }
  return { objects: [...kept.values(), ...others], diagnostics };
}

/** Of a pod only that may have been read which matters. */
function whatMatters({ group, kind, value }: ManifestObject): Fields {
  return group === "" && kind === "Pod" ? whatMattersOfPod(value as Fields) : (value as Fields);
}

/** What people write, and of pods, nodes and Services also what the cluster found out; not what a server adds for itself. */
function sameContent(a: ManifestObject, b: ManifestObject): boolean {
  const [left, right] = [whatMatters(a), whatMatters(b)];
  const ignored = ["apiVersion", "kind", "metadata", ...(["Pod", "Node", "Service"].includes(a.kind) ? [] : ["status"])];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)].filter((key) => !ignored.includes(key)));
  const labels = (value: Fields): ReturnType<typeof fieldAt> => fieldAt(value, "metadata", "labels") ?? undefined;
  return sameValue(labels(left), labels(right)) && [...keys].every((key) => sameValue(fieldOf(left, key), fieldOf(right, key)));
}
