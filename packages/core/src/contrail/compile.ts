import type { KubeEvent, KubeObject } from "./kube-objects.ts";
import { startKubeManager } from "./kube-manager.ts";
import type { Configuration } from "./objects.ts";
import type { Profile } from "./profiles.ts";

/** What a kube-manager makes of these objects when they come to it in this order, on an empty configuration. */
export function compileObjects(objects: readonly KubeObject[], profile: Profile, cluster?: string): Configuration {
  return compileEvents(
    objects.map((object) => ({ kind: "added", object })),
    profile,
    cluster,
  );
}

/** What a kube-manager has made after these events. */
export function compileEvents(events: readonly KubeEvent[], profile: Profile, cluster?: string): Configuration {
  const manager = startKubeManager(profile, cluster);
  for (const event of events) manager.receive(event);
  return manager.configuration();
}
