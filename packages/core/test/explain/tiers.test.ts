import { describe, expect, test } from "vitest";
import { plainLook, presentExplain } from "../../src/index.ts";
import { read, type InputFile } from "../../src/read/read.ts";
import { explainFlow } from "../../src/report/explain.ts";
import { specCalculation } from "../../src/spec/engine.ts";
import { resolveFlows } from "../../src/usecase/flows.ts";

const pods: InputFile = {
  name: "pods.yaml",
  text: `
apiVersion: v1
kind: Pod
metadata: {namespace: mon, name: prometheus, labels: {app: prometheus}}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: cart, labels: {app: cart}}
status: {podIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: web, labels: {app: web}}
status: {podIP: 10.0.0.3}
`,
};

const tenants: InputFile = {
  name: "tenants.yaml",
  text: `apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata:
  name: tenants
spec:
  tier: Admin
  priority: 10
  subject:
    namespaces:
      matchLabels:
        kubernetes.io/metadata.name: shop
  # Monitoring is the team's own affair.
  ingress:
    - name: mon
      action: Pass
      from:
        - namespaces:
            matchLabels:
              kubernetes.io/metadata.name: mon
`,
};

const base: InputFile = {
  name: "base.yaml",
  text: `apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata:
  name: base
spec:
  tier: Baseline
  priority: 0
  subject:
    namespaces:
      matchLabels:
        kubernetes.io/metadata.name: shop
  ingress:
    - action: Accept
      name: own
      from:
        - namespaces:
            matchLabels:
              kubernetes.io/metadata.name: shop
    - action: Deny
      name: rest
      from:
        - namespaces: {}
`,
};

function policy(name: string, tier: "Admin" | "Baseline", priority: number, ingress: string): InputFile {
  const text = `apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: ${name}}
spec:
  tier: ${tier}
  priority: ${priority}
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}
  ingress:
  - ${ingress}
`;
  return { name: `${name}.yaml`, text };
}

function networkPolicy(name: string, spec: string): InputFile {
  return {
    name: `${name}.yaml`,
    text: `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: shop, name: ${name}}\nspec:\n${spec}`,
  };
}

const denyAll = policy("deny", "Admin", 5, "{name: all, action: Deny, from: [{namespaces: {}}]}");
const acceptAll = policy("accept", "Admin", 5, "{name: all, action: Accept, from: [{namespaces: {}}]}");
const open = networkPolicy("open", "  podSelector: {}\n  ingress:\n  - {}\n");
const closed = networkPolicy("closed", "  podSelector: {}\n");

async function explained(files: readonly InputFile[], from: string, to: string, port: number): Promise<string> {
  const { snapshot, diagnostics } = await read([pods, ...files]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const resolved = resolveFlows({ from, to, port, protocol: "TCP" }, { snapshot, outside: [], groups: [] });
  if (resolved.kind !== "flows") throw new Error(resolved.kind);
  const answers = resolved.flows.map(({ flow }) =>
    explainFlow(specCalculation(snapshot).answer(flow), { from, to, port: `${port}/TCP`, which: undefined }),
  );
  return presentExplain({ format: "netproof.explanation/1", stage: undefined, from, to, answers, notes: [] }, plainLook);
}

const late = policy("late", "Admin", 9, "{action: Accept, from: [{namespaces: {}}]}");
const older: InputFile = {
  name: "older.yaml",
  text: `apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: older}
spec:
  priority: 3
  subject: {namespaces: {}}
  ingress:
  - {name: all, action: Allow, from: [{namespaces: {}}]}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec:
  subject: {namespaces: {}}
  egress:
  - {action: Deny, to: [{namespaces: {}}]}
`,
};

describe("a flow through the tiers, one line for each", () => {
  test.each<readonly [title: string, files: readonly InputFile[], from: string, port: number, text: string]>([
    [
      "a Pass, and a Deny of the Baseline",
      [tenants, base],
      "mon/prometheus",
      9090,
      `
mon/prometheus → shop/cart 9090/TCP: deny
  egress  of mon/prometheus  allow  no policy isolates it here
  ingress of shop/cart       deny   by the Baseline tier
    Admin          tenants, priority 10, rule \`mon\`: Pass        tenants.yaml:14
    NetworkPolicy  no policy isolates it here
    Baseline       base, priority 0, rule \`rest\`: Deny              base.yaml:19
19 |     - action: Deny
   |       ^^^^^^^^^^^^ decides; without it the default would allow
`,
    ],
    [
      "a Deny that a NetworkPolicy would not have made",
      [denyAll, open],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: deny
  egress  of shop/web   allow  no policy isolates it here
  ingress of shop/cart  deny   by the Admin tier
    Admin          deny, priority 5, rule \`all\`: Deny                deny.yaml:9
9 |   - {name: all, action: Deny, from: [{namespaces: {}}]}
  |                 ^^^^^^^^^^^^ decides; without it shop/open would allow
`,
    ],
    [
      "one that it would have made too",
      [denyAll, closed],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: deny
  egress  of shop/web   allow  no policy isolates it here
  ingress of shop/cart  deny   by the Admin tier
    Admin          deny, priority 5, rule \`all\`: Deny                deny.yaml:9
9 |   - {name: all, action: Deny, from: [{namespaces: {}}]}
  |                 ^^^^^^^^^^^^ decides; shop/closed would deny as well
`,
    ],
    [
      "a Deny before an Accept of the same tier",
      [denyAll, late, closed],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: deny
  egress  of shop/web   allow  no policy isolates it here
  ingress of shop/cart  deny   by the Admin tier
    Admin          deny, priority 5, rule \`all\`: Deny                deny.yaml:9
9 |   - {name: all, action: Deny, from: [{namespaces: {}}]}
  |                 ^^^^^^^^^^^^ decides; without it cnp/late would allow
`,
    ],
    [
      "a Deny before an Accept of the Baseline",
      [denyAll, base],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: deny
  egress  of shop/web   allow  no policy isolates it here
  ingress of shop/cart  deny   by the Admin tier
    Admin          deny, priority 5, rule \`all\`: Deny                deny.yaml:9
9 |   - {name: all, action: Deny, from: [{namespaces: {}}]}
  |                 ^^^^^^^^^^^^ decides; without it the Baseline tier would
                                 allow
`,
    ],
    [
      "an Accept that a NetworkPolicy would not have made",
      [acceptAll, closed],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: allow
  egress  of shop/web   allow  no policy isolates it here
  ingress of shop/cart  allow  by the Admin tier
    Admin          accept, priority 5, rule \`all\`: Accept          accept.yaml:9
9 |   - {name: all, action: Accept, from: [{namespaces: {}}]}
  |                 ^^^^^^^^^^^^^^ decides; without it shop/closed would deny
`,
    ],
    [
      "no match in the Admin tier, and a NetworkPolicy that denies",
      [tenants, closed, base],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: deny
  egress  of shop/web   allow  no policy isolates it here
  ingress of shop/cart  deny   isolated by shop/closed, which has no ingress rule
    Admin          no rule of tenants matches
    NetworkPolicy  isolated by shop/closed, which has no ingress rule
4 | spec:                                                          closed.yaml:4
`,
    ],
    [
      "no match anywhere",
      [
        tenants,
        policy("odd", "Baseline", 0, "{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 81}}}]}"),
      ],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: allow
  egress  of shop/web   allow  no policy isolates it here
  ingress of shop/cart  allow  by default
    Admin          no rule of tenants matches
    NetworkPolicy  no policy isolates it here
    Baseline       no rule of odd matches
`,
    ],
    [
      "two policies of equal priority",
      [acceptAll, denyAll],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: undetermined
  egress  of shop/web   allow         no policy isolates it here
  ingress of shop/cart  undetermined  the Admin tier cannot be told
    Admin          cnp/accept, cnp/deny have equal priority and decide differently
    Admin          accept, priority 5, rule \`all\`: Accept          accept.yaml:9
    Admin          deny, priority 5, rule \`all\`: Deny                deny.yaml:9
`,
    ],
    [
      "the older kinds",
      [older],
      "shop/web",
      80,
      `
shop/web → shop/cart 80/TCP: deny
  egress  of shop/web   deny   by the Baseline tier
    NetworkPolicy  no policy isolates it here
    Baseline       default, rule egress[0]: Deny                   older.yaml:16
16 |   - {action: Deny, to: [{namespaces: {}}]}
   |      ^^^^^^^^^^^^ decides; without it the default would allow
  ingress of shop/cart  allow  by the Admin tier
    Admin          older, priority 3, rule \`all\`: Allow             older.yaml:8
8 |   - {name: all, action: Allow, from: [{namespaces: {}}]}
  |                 ^^^^^^^^^^^^^ decides; the default would allow as well
`,
    ],
  ])("%s", async (_, files, from, port, text) => {
    expect(`\n${await explained(files, from, "shop/cart", port)}`).toBe(text);
  });
});
