import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parseAddress, read, type Endpoint } from "@netproof/core/parts";
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

  test.each(["10.96.0.10", "fd96::10"])("UDP to %s", async (host) => {
    const { snapshot } = await read([{ name: "shop.yaml", text: shop }]);
    await using lab = await createLab({ denyWith: "reject" }).open(snapshot);
    const pod = (name: string): Endpoint => snapshot.pods.find((one) => one.name === name) ?? expect.fail(`no pod ${name}`);
    const family = host.includes(":") ? 6 : 4;
    await lab.serve(["web-1", "web-2"].map((name) => ({ from: pod("client"), to: pod(name), family, protocol: "UDP", port: 5353 })));
    const call = `
      const socket = require("node:dgram").createSocket("udp${family}");
      const end = (text) => { process.stdout.write(text); process.exit(0); };
      socket.on("message", (text) => end("answered " + String(text).split(" ")[1]));
      socket.on("error", ({ code }) => end(code));
      setTimeout(() => end("silence"), 3000);
      socket.connect(53, "${host}", () => socket.send("netproof\\n"));`;
    const ask = async (from: string): Promise<string> => {
      const entered = await lab.enter(pod(from), family);
      if (typeof entered === "string") throw new Error(entered);
      const [program, ...words] = [...entered.command, process.execPath, "-e", call];
      return (await promisify(execFile)(program, words)).stdout;
    };
    expect(await ask("client")).toBe(family === 4 ? "answered 10.0.0.1\n" : "answered fd00:0:0:0:0:0:0:1\n");
    // What is rejected comes back as an error or, as Node asks for none, not at all.
    expect(await ask("stranger")).toMatch(/^(?:silence|E\w+)$/);
  });

  test.each(["10.96.0.10", "fd96::10"])("SCTP to %s", async (host) => {
    const { snapshot } = await read([{ name: "shop.yaml", text: shop }]);
    await using lab = await createLab({ denyWith: "reject" }).open(snapshot);
    const pod = (name: string): Endpoint => snapshot.pods.find((one) => one.name === name) ?? expect.fail(`no pod ${name}`);
    const address = parseAddress(host) ?? expect.fail(host);
    const { family } = address;
    const protocol = "SCTP" as const;
    await lab.serve(["web-1", "web-2"].map((name) => ({ from: pod("client"), to: pod(name), family, protocol, port: 5000 })));
    const answers = await lab.ask(
      ["client", "stranger"].map((name) => ({ from: pod(name), to: { kind: "external", address }, family, protocol, port: 132 }) as const),
    );
    // The kernel notes the endpoint behind, so what the client has seen is what there is to compare.
    expect(answers.map(({ evidence }) => evidence.seen.kind)).toEqual(["open", "rejected"]);
  });

  test("a Service without a selector leads to the endpoints of its slices", async () => {
    const { snapshot } = await read([{ name: "shop.yaml", text: `${shop}${byHand}` }]);
    await using lab = await createLab({ denyWith: "reject" }).open(snapshot);
    const pod = (name: string): Endpoint => snapshot.pods.find((one) => one.name === name) ?? expect.fail(`no pod ${name}`);
    await lab.serve([{ from: pod("client"), to: pod("web-2"), family: 4, protocol: "TCP", port: 8080 }]);
    const entered = await lab.enter(pod("client"), 4);
    if (typeof entered === "string") throw new Error(entered);
    const [program, ...words] = [...entered.command, "curl", "-m5", "-sS", "http://10.96.0.11:8000/"];
    const pages = await Promise.all(Array.from({ length: 8 }, () => promisify(execFile)(program, words)));
    expect(new Set(pages.map(({ stdout }) => /Hostname = (\S+?)</.exec(stdout)?.[1]))).toEqual(new Set(["web-2"]));
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
  ports:
    - { name: http, port: 80, targetPort: http }
    - { name: admin, port: 81, targetPort: 9090 }
    - { name: names, port: 53, targetPort: 5353, protocol: UDP }
    - { name: calls, port: 132, targetPort: 5000, protocol: SCTP }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: dev }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: client } } }], ports: [{ port: 8080 }, { port: 5353, protocol: UDP }, { port: 5000, protocol: SCTP }] }]
`;

const byHand = `---
apiVersion: v1
kind: Service
metadata: { name: by-hand, namespace: dev }
spec: { clusterIP: 10.96.0.11, ports: [{ name: http, port: 8000 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: by-hand-1, namespace: dev, labels: { kubernetes.io/service-name: by-hand } }
addressType: IPv4
ports: [{ name: http, port: 8080, protocol: TCP }]
endpoints: [{ addresses: [10.0.0.4], conditions: { ready: true } }]
`;
