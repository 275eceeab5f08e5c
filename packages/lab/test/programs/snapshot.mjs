import { read } from "@netproof/core";

/** Eight pods, of which some admit nobody. @param {readonly string[]} closed */
export async function snapshotOf(closed) {
  const pods = Array.from({ length: 8 }, (_, i) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "x", name: `p${i}`, labels: { app: `p${i}` } },
    spec: { containers: [{ name: "c" }] },
    status: { phase: "Running", podIP: `10.0.0.${i + 1}`, podIPs: [{ ip: `10.0.0.${i + 1}` }, { ip: `fd00::${i + 1}` }] },
  }));
  const policies = closed.map((app) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: "x", name: app },
    spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"] },
  }));
  const { snapshot } = await read([
    { name: "pods.json", text: JSON.stringify({ apiVersion: "v1", kind: "List", items: [...pods, ...policies] }) },
  ]);
  return snapshot;
}
