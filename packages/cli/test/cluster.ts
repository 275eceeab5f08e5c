type Labels = Readonly<Record<string, string>>;

/**
 * A List of 300 pods in five namespaces. `orders` lets in itself, `ingress` to four of its pods, and metrics;
 * `payments` lets in 84 pods of `orders`, and metrics; the other three are open.
 */
export function clusterOf300(): object {
  const sizes: Readonly<Record<string, number>> = { ingress: 4, monitoring: 10, orders: 88, payments: 60, shop: 138 };
  let address = 0;
  const pods = Object.entries(sizes).flatMap(([namespace, size]) =>
    Array.from({ length: size }, (_, i) => {
      const name = `${namespace}-${String(i + 1).padStart(2, "0")}`;
      const labels: Labels = namespace === "orders" ? (i < 84 ? { pays: "yes" } : { front: "yes" }) : { app: namespace };
      address += 1;
      return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, labels },
        spec: { containers: [{ name: "main", image: "main" }] },
        status: { podIP: `10.1.${Math.floor(address / 250)}.${(address % 250) + 1}` },
      };
    }),
  );
  const from = (namespace: string, labels: Labels = {}): object => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
  });
  const rule = (peer: object, port?: number): object => ({ from: [peer], ...(port === undefined ? {} : { ports: [{ port }] }) });
  const policy = (namespace: string, name: string, podSelector: object, ingress: readonly object[]): object => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec: { podSelector, policyTypes: ["Ingress"], ingress },
  });
  const policies = [
    policy("orders", "inside", {}, [rule({ podSelector: {} }), rule(from("monitoring"), 9090)]),
    policy("orders", "front", { matchLabels: { front: "yes" } }, [rule(from("ingress"), 8080)]),
    policy("payments", "orders", {}, [rule(from("orders", { pays: "yes" }), 8080), rule(from("monitoring"), 9090)]),
  ];
  const namespaces = Object.keys(sizes).map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  return { apiVersion: "v1", kind: "List", items: [...namespaces, ...pods, ...policies] };
}
