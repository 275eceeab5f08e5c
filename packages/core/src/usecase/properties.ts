import type { Pod } from "../model/cluster.ts";
import { directions, type Direction, type NetworkPolicy } from "../model/policy.ts";
import { allPorts } from "../net/ports.ts";
import { policyText } from "../reach/why.ts";
import { selects } from "../semantics/selector.ts";
import type { BrokenSubject, Paths } from "./results.ts";
import { openness, type Surface } from "./surface.ts";
import type { Property, Row } from "./types.ts";
import type { Point, Universe } from "./universe.ts";

/** Pods and policies that break a property which is not about pairs; `unsure` where something unread might mend it. */
export function subjectsOf(
  statement: Row | Property,
  universe: Universe,
): { readonly subjects: readonly BrokenSubject[]; readonly unsure: boolean } {
  switch (statement.kind) {
    case "everythingIsolated":
      return unisolated(statement, universe);
    case "noUnusedPolicy":
      return { subjects: unusedPolicies(statement, universe), unsure: false };
    default:
      return { subjects: [], unsure: false };
  }
}

/** Host-network pods are their node, which no policy selects (S10); they are not asked. An unread policy might isolate. */
function unisolated(
  by: Property & { readonly kind: "everythingIsolated" },
  universe: Universe,
): { readonly subjects: readonly BrokenSubject[]; readonly unsure: boolean } {
  const { policies, unread } = universe.stage.snapshot;
  const points = by.of === "any" ? universe.points : [...universe.membersOf(by.of).points];
  const subjects = points.flatMap((point): BrokenSubject[] => {
    if (point.kind !== "pod" || point.endpoint.hostNetwork) return [];
    const pod = point.endpoint;
    const open = directions.filter(
      (direction) => by.directions.includes(direction) && !policies.some((policy) => isolates(policy, pod, direction)),
    );
    return open.length === 0 ? [] : [{ kind: "not-isolated", by, pod, directions: open }];
  });
  const isUnsure = (subject: BrokenSubject): boolean =>
    subject.kind === "not-isolated" && unread.some(({ scope }) => scope === "cluster" || scope.namespace === subject.pod.namespace.name);
  return { subjects: subjects.filter((subject) => !isUnsure(subject)), unsure: subjects.some(isUnsure) };
}

/** Cluster-wide policies are asked too; no policy selects a host-network pod. */
function unusedPolicies(by: Property & { readonly kind: "noUnusedPolicy" }, universe: Universe): readonly BrokenSubject[] {
  const { policies, clusterPolicies, pods } = universe.stage.snapshot;
  const own = pods.filter(({ hostNetwork }) => !hostNetwork);
  const unused = policies.filter(
    (policy) => !own.some((pod) => pod.namespace.name === policy.name.namespace && selects(policy.subject, pod.labels)),
  );
  const unusedOfCluster = clusterPolicies.filter(({ subject: { namespaces, pods: selected } }) => {
    const isSubject = ({ namespace, labels }: Pod): boolean =>
      (namespaces === "every" || selects(namespaces, namespace.labels)) && (selected === "every" || selects(selected, labels));
    return !own.some(isSubject);
  });
  return [...unused, ...unusedOfCluster].map(({ name, origin }) => {
    const [namespace = "", short = ""] = policyText(name).split("/");
    return { kind: "unused-policy", by, policy: { name: { namespace, name: short }, origin } };
  });
}

function isolates(policy: NetworkPolicy, pod: Pod, direction: Direction): boolean {
  return policy[direction] !== undefined && policy.name.namespace === pod.namespace.name && selects(policy.subject, pod.labels);
}

/** How `to` is reached, for the line that shows it. */
export function pathsOf({ to, via, label }: Property & { readonly kind: "through" }, universe: Universe, surface: Surface): Paths {
  const targets = universe.targetsOf(to, allPorts).groups.flatMap(({ points }) => [...points]);
  const ways = [...universe.membersOf(via).points];
  const reaches = (from: Point, ends: readonly Point[]): boolean =>
    ends.some((end) => {
      const cell = surface.cellOf(from, end);
      return cell !== undefined && openness(cell) === "open";
    });
  const others = universe.points.filter((point) => !targets.includes(point));
  return {
    label,
    to: targets,
    direct: others.filter((point) => reaches(point, targets)),
    through: ways
      .filter((way) => reaches(way, targets))
      .map((way) => ({ via: way, from: others.filter((point) => !ways.includes(point) && reaches(point, [way])) })),
  };
}
