import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { read, type Endpoint } from "@netproof/core/parts";
import { describe, expect, test } from "vitest";
import { createLab } from "../src/engine.ts";
import { noLab, skippedBecause } from "./lab.ts";

/** S14: a flow to a Service is a flow to an endpoint's target port; policies never see the Service. */
describe.skipIf(noLab !== undefined)(`Services by their own address${skippedBecause}`, () => {
  test.each(["10.96.0.10", "[fd96::10]"])("a real curl to %s meets the policy of the pods behind", async (host) => {
    const { snapshot } = await read([{ name: "shop.yaml", text: shop }]);
    await using lab = await createLab({ denyWith: "reject" }).open(snapshot);
    const pod = (name: string): Endpoint => snapshot.pods.find((one) => one.name === name) ?? expect.fail(`no pod ${name}`);
    const servers = ["web-1", "web-2"].flatMap((name) =>
      ([4, 6] as const).map((family) => ({ from: pod("client"), to: pod(name), family, protocol: "TCP" as const, port: 8080 })),
    );
    await lab.serve(servers);
    const pages = async (from: string, port: number, times: number): Promise<readonly string[]> => {
      const entered = await lab.enter(pod(from), host.startsWith("[") ? 6 : 4);
      if (typeof entered === "string") throw new Error(entered);
      const [program, ...words] = [...entered.command, "curl", "-m5", "-sS", `http://${host}:${port}/`];
      const calls = Array.from({ length: times }, () =>
        promisify(execFile)(program, words).then(
          ({ stdout }) => /Hostname = (\S+?)</.exec(stdout)?.[1] ?? stdout,
          (error: { readonly code: number }) => `exit ${error.code}`,
        ),
      );
      return [...new Set(await Promise.all(calls))].sort();
    };
    expect(await pages("client", 80, 40)).toEqual(["web-1", "web-2"]);
    expect(await pages("stranger", 80, 4)).toEqual(["exit 7"]);
    // The Service has this port and leads to one that the policy closes.
    expect(await pages("client", 81, 4)).toEqual(["exit 7"]);
  });
});

const pod = (name: string, node: string, number: number): string => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: dev, labels: { app: ${name.split("-")[0]} } }
spec: { nodeName: ${node}, containers: [{ name: c, ports: [{ name: http, containerPort: 8080 }] }] }
status: { phase: Running, podIP: 10.0.0.${number}, podIPs: [{ ip: 10.0.0.${number} }, { ip: "fd00::${number}" }] }
`;

const shop = `${pod("client", "n1", 1)}${pod("stranger", "n1", 2)}${pod("web-1", "n1", 3)}${pod("web-2", "n2", 4)}---
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: dev }
spec:
  clusterIP: 10.96.0.10
  clusterIPs: [10.96.0.10, "fd96::10"]
  selector: { app: web }
  ports: [{ name: http, port: 80, targetPort: http }, { name: admin, port: 81, targetPort: 9090 }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: dev }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: client } } }], ports: [{ port: 8080 }] }]
`;
