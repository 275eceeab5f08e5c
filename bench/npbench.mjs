// Generates clusters of realistic shape, `npbench-v1`: the same profile gives the same objects, byte for byte.
// node bench/npbench.mjs PROFILE [--fat] writes a List as `kubectl get -o json` would to stdout. Fat pods hold what real ones hold besides.
import { pathToFileURL } from "node:url";

/** @typedef {{ namespaces: number, pods: number, policies: number, catalog: number, teams: number, blocks: number }} Profile */

/** @type {Readonly<Record<string, Profile>>} */
export const profiles = {
  XS: { namespaces: 10, pods: 100, policies: 30, catalog: 20, teams: 4, blocks: 10 },
  S: { namespaces: 100, pods: 1_000, policies: 300, catalog: 50, teams: 10, blocks: 40 },
  SM: { namespaces: 200, pods: 2_500, policies: 750, catalog: 60, teams: 12, blocks: 80 },
  M: { namespaces: 500, pods: 10_000, policies: 2_500, catalog: 100, teams: 25, blocks: 200 },
  R: { namespaces: 604, pods: 5_413, policies: 13_678, catalog: 100, teams: 40, blocks: 500 },
  L: { namespaces: 1_000, pods: 100_000, policies: 10_000, catalog: 200, teams: 40, blocks: 1_000 },
  XL: { namespaces: 5_000, pods: 1_000_000, policies: 100_000, catalog: 300, teams: 100, blocks: 5_000 },
};

/** Ordered pairs of different pods with some open port, distinct sets of ports among them, and workloads; as the generator's authors counted. */
export const golden = {
  XS: { pairs: 4_121n, sets: 8, workloads: 34 },
  S: { pairs: 94_313n, sets: 17, workloads: 318 },
  SM: { pairs: 422_908n, sets: 26, workloads: 756 },
  M: { pairs: 7_017_808n, sets: 31, workloads: 2_719 },
  R: { pairs: 1_690_711n, sets: 70, workloads: 1_732 },
  L: { pairs: 727_182_227n, sets: 76, workloads: 23_845 },
  XL: { pairs: 79_250_861_773n, sets: 250, workloads: 233_768 },
};

const systemNamespaces = ["kube-system", "monitoring", "ingress-nginx"];
const specials = ["kube-dns", "prometheus", "ingress-nginx"];
const tiers = ["frontend", "backend", "db", "cache", "queue"];
const replicas = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 5, 5, 8, 10, 20];

/** @typedef {{ name: string, number: number, protocol: string }} Port */
/** @typedef {{ name: string, app: string, kind: string, labels: Record<string, string>, ports: readonly Port[], pods: number, hashes: readonly [string, string | undefined] }} Workload */

/** @type {Readonly<Record<string, readonly Port[]>>} */
const portsOfTier = {
  frontend: [tcp("http", 8080), tcp("metrics", 9090)],
  backend: [tcp("http", 8080), tcp("grpc", 9000), tcp("metrics", 9090)],
  db: [tcp("sql", 5432), tcp("metrics", 9187)],
  cache: [tcp("redis", 6379)],
  queue: [tcp("amqp", 5672), tcp("mgmt", 15672), { name: "gossip", number: 7946, protocol: "UDP" }],
};
const dnsPorts = [{ name: "dns", number: 53, protocol: "UDP" }, tcp("dns-tcp", 53), tcp("metrics", 9153)];

/** @typedef {keyof typeof golden} ProfileName */

/**
 * The objects of a profile, namespaces first, then pods, then policies.
 * @param {ProfileName} name @param {{ fat?: boolean }} [options]
 * @returns {{ namespaces: object[], pods: object[], policies: object[], workloads: number }}
 */
export function generate(name, options = {}) {
  const { pods, ...others } = generateLazily(name, options);
  return { ...others, pods: [...pods] };
}

/**
 * The same with one pod at a time, since a million of them as Kubernetes objects are more than most machines have room for.
 * @param {ProfileName} name @param {{ fat?: boolean }} [options]
 * @returns {{ namespaces: object[], pods: Iterable<object>, policies: object[], workloads: number }}
 */
export function generateLazily(name, { fat = false } = {}) {
  const profile = profiles[name];
  if (profile === undefined) throw new Error(`no profile ${name}: ${Object.keys(profiles).join(", ")}`);
  const random = source(1);
  const namespaces = Array.from({ length: profile.namespaces }, (_, i) => namespace(i, profile, random));
  const weights = namespaces.map(() => 0.2 + 6 * random.f() ** 3);
  const workloads = workloadsOf(namespaces, weights, profile, random);
  return {
    namespaces: namespaces.map(({ name: own, labels }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: own, labels } })),
    pods: podsOf(namespaces, workloads, fat),
    policies: policiesOf(namespaces, workloads, profile),
    workloads: workloads.reduce((sum, own) => sum + own.length, 0),
  };
}

/** mulberry32. @param {number} seed */
function source(seed) {
  let a = seed;
  const f = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (/** @type {number} */ n) => Math.floor(f() * n);
  return { f, int, /** @template T @param {readonly T[]} list @returns {T} */ pick: (list) => /** @type {T} */ (list[int(list.length)]) };
}

/** @typedef {ReturnType<typeof source>} Random */

/** @param {number} i @param {Profile} profile @param {Random} random @returns {{ name: string, labels: Record<string, string> }} */
function namespace(i, { teams }, random) {
  const system = systemNamespaces[i];
  if (system !== undefined) return { name: system, labels: { "kubernetes.io/metadata.name": system, system: "true" } };
  const name = `ns-${String(i).padStart(4, "0")}`;
  const labels = {
    "kubernetes.io/metadata.name": name,
    env: /** @type {string} */ (["dev", "qa", "stage", "prod"][i % 4]),
    team: `team-${random.int(teams)}`,
  };
  return { name, labels: random.f() < 0.1 ? { ...labels, pci: "true" } : labels };
}

/**
 * @param {readonly ReturnType<typeof namespace>[]} namespaces @param {readonly number[]} weights @param {Profile} profile @param {Random} random
 * @returns {Workload[][]}
 */
function workloadsOf(namespaces, weights, { pods, catalog }, random) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let remaining = pods;
  return namespaces.map(({ labels }, i) => {
    const share = i === namespaces.length - 1 ? remaining : Math.round((/** @type {number} */ (weights[i]) / total) * pods);
    let budget = Math.min(Math.max(1, share), remaining);
    remaining -= budget;
    /** @type {Workload[]} */
    const own = [];
    for (let k = 0; budget > 0; k++) {
      const special = k === 0 ? specials[i] : undefined;
      const drawnCount = random.pick(replicas);
      const count = Math.min(budget, special === undefined ? drawnCount : 2);
      own.push(workload(k, special, count, labels, catalog, random));
      budget -= count;
    }
    return own;
  });
}

/** @param {number} k @param {string | undefined} special @param {number} pods @param {Record<string, string>} namespaceLabels @param {number} catalog @param {Random} random @returns {Workload} */
function workload(k, special, pods, namespaceLabels, catalog, random) {
  const entry = Math.min(catalog - 1, Math.floor(catalog ** random.f() - 1));
  const app = special ?? `svc-${entry}`;
  const tier = special === undefined ? /** @type {string} */ (tiers[(7 * entry + 3) % 5]) : "backend";
  const stateful = special === undefined && (tier === "db" || tier === "queue") && random.f() < 0.6;
  const name = `${app}-${k}`;
  /** @type {Record<string, string>} */
  const labels = {
    "app.kubernetes.io/name": app,
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/managed-by": "Helm",
    "app.kubernetes.io/part-of": `suite-${entry % 12}`,
    app,
    tier,
    version: `v${1 + random.int(3)}`,
  };
  if (special === "kube-dns") labels["k8s-app"] = "kube-dns";
  for (const key of ["env", "team"]) if (namespaceLabels[key] !== undefined) labels[key] = namespaceLabels[key];
  if (random.f() < 0.05) labels["batch"] = "nightly";
  const hash = () => random.int(2 ** 32).toString(36);
  const hash0 = hash();
  const hash1 = random.f() < 0.05 ? hash() : undefined;
  const ports = special === "kube-dns" ? dnsPorts : /** @type {readonly Port[]} */ (portsOfTier[tier]);
  return { name, app, kind: stateful ? "StatefulSet" : "Deployment", labels, ports, pods, hashes: [hash0, hash1] };
}

/** @param {readonly { name: string }[]} namespaces @param {readonly (readonly Workload[])[]} workloads @param {boolean} fat @returns {Generator<object>} */
function* podsOf(namespaces, workloads, fat) {
  let number = 0;
  for (const [i, own] of workloads.entries()) {
    for (const one of own) {
      for (let j = 0; j < one.pods; j++) {
        number++;
        const slim = pod(/** @type {{ name: string }} */ (namespaces[i]).name, one, j, number);
        yield fat ? fattened(slim, number) : slim;
      }
    }
  }
}

/** @param {string} namespaceName @param {Workload} workload @param {number} j @param {number} number */
function pod(namespaceName, { name, kind, labels, ports, hashes: [hash0, hash1] }, j, number) {
  const hash = hash1 !== undefined && j % 2 === 1 ? hash1 : hash0;
  const stateful = kind === "StatefulSet";
  const podName = stateful ? `${name}-${j}` : `${name}-${hash}-${j}`;
  const more = stateful
    ? {
        "statefulset.kubernetes.io/pod-name": podName,
        "apps.kubernetes.io/pod-index": String(j),
        "controller-revision-hash": `${name}-${hash0}`,
      }
    : { "pod-template-hash": hash };
  const owner = stateful
    ? { apiVersion: "apps/v1", kind, name, controller: true }
    : { apiVersion: "apps/v1", kind: "ReplicaSet", name: `${name}-${hash}`, controller: true };
  const ip = `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName, namespace: namespaceName, labels: { ...labels, ...more }, ownerReferences: [owner] },
    spec: {
      containers: [
        {
          name: "main",
          ports: ports.map(({ name: portName, number: containerPort, protocol }) => ({ name: portName, containerPort, protocol })),
        },
      ],
    },
    status: { phase: "Running", podIP: ip, podIPs: [{ ip }] },
  };
}

/**
 * What a pod of a real cluster holds besides, about 4.9 KB: annotations (one with quotes, braces, brackets and backslashes), environment,
 * probes, mounts, volumes, tolerations, conditions, and the status of its container.
 * @param {ReturnType<typeof pod>} slim @param {number} number
 */
function fattened({ metadata, spec, status, ...head }, number) {
  const uid = (/** @type {number} */ n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const time = "2026-11-20T08:15:30Z";
  const probe = (/** @type {string} */ path) => ({
    httpGet: { path, port: 8080, scheme: "HTTP" },
    initialDelaySeconds: 10,
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  const config = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    rules: [{ match: "^/(v1|v2)/.*\\.json$", 'quoted "name"': "{[brackets]}" }],
  });
  const image = `registry.example.org/platform/${metadata.name.slice(0, 20)}`;
  const [container] = spec.containers;
  return {
    ...head,
    metadata: {
      ...metadata,
      uid: uid(number),
      resourceVersion: String(1_000_000 + number),
      creationTimestamp: time,
      generateName: metadata.name.slice(0, -1),
      annotations: {
        "checksum/config": "3f2b8c1d9e7a6054f1e2d3c4b5a69788766554433221100ffeeddccbbaa99887",
        "example.org/config": config,
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9090",
        "sidecar.example.org/status": "injected",
        "kubectl.kubernetes.io/restartedAt": time,
      },
    },
    spec: {
      ...spec,
      containers: [
        {
          ...container,
          image: `${image}:1.4.${number % 50}`,
          imagePullPolicy: "IfNotPresent",
          env: Array.from({ length: 14 }, (_, i) =>
            i % 4 === 0
              ? {
                  name: `SETTING_${i}`,
                  valueFrom: { configMapKeyRef: { name: `${metadata.name.slice(0, 16)}-config`, key: `setting.${i}` } },
                }
              : { name: `SETTING_${i}`, value: `value-${i}-of-${metadata.namespace}` },
          ),
          resources: { limits: { cpu: "500m", memory: "512Mi" }, requests: { cpu: "100m", memory: "128Mi" } },
          livenessProbe: probe("/healthz"),
          readinessProbe: probe("/readyz"),
          volumeMounts: [
            { name: "config", mountPath: "/etc/app", readOnly: true },
            { name: "cache", mountPath: "/var/cache/app" },
            { name: "kube-api-access", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
          ],
          terminationMessagePath: "/dev/termination-log",
          terminationMessagePolicy: "File",
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
          },
        },
      ],
      volumes: [
        { name: "config", configMap: { name: `${metadata.name.slice(0, 16)}-config`, defaultMode: 420 } },
        { name: "cache", emptyDir: {} },
        {
          name: "kube-api-access",
          projected: {
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
              { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
              { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
            ],
            defaultMode: 420,
          },
        },
      ],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      serviceAccountName: "default",
      serviceAccount: "default",
      nodeName: undefined,
      securityContext: {},
      schedulerName: "default-scheduler",
      tolerations: [
        { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
        { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
      ],
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
    },
    status: {
      ...status,
      conditions: ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
        type,
        status: "True",
        lastProbeTime: null,
        lastTransitionTime: time,
      })),
      hostIP: `192.168.${(number >>> 8) & 255}.${number & 255}`,
      startTime: time,
      containerStatuses: [
        {
          name: "main",
          state: { running: { startedAt: time } },
          lastState: {},
          ready: true,
          restartCount: number % 3,
          image: `${image}:1.4.${number % 50}`,
          imageID: `${image}@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
          containerID: `containerd://${String(number).padStart(64, "0")}`,
          started: true,
        },
      ],
      qosClass: "Burstable",
    },
  };
}

/** @param {readonly ReturnType<typeof namespace>[]} namespaces @param {readonly (readonly Workload[])[]} workloads @param {Profile} profile */
function policiesOf(namespaces, workloads, { policies: wanted, teams, blocks }) {
  const random = source(2);
  const pool = Array.from({ length: blocks }, () => block(random));
  /** @type {object[]} */
  const policies = [];
  const add = (/** @type {number} */ i, /** @type {object} */ spec) => {
    const name = `policy-${policies.length}`;
    policies.push({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace: namespaces[i]?.name }, spec });
  };
  for (let i = 3; i < namespaces.length && policies.length < 0.4 * wanted; i++) {
    const x = random.f();
    if (x < 0.6) add(i, { podSelector: {}, policyTypes: ["Ingress"] });
    else if (x < 0.8) {
      add(i, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
      const dns = {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      };
      add(i, {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [
          {
            to: [dns],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
        ],
      });
    }
  }
  while (policies.length < wanted) {
    let i = 0;
    do i = 3 + Math.floor(random.f() ** 1.5 * (namespaces.length - 3));
    while ((workloads[i] ?? []).length === 0);
    add(i, drawn(/** @type {readonly Workload[]} */ (workloads[i]), namespaces[i]?.labels["env"], { teams, pool }, random));
  }
  return policies;
}

/** @param {Random} random */
function block(random) {
  const length = random.pick([8, 12, 16, 16, 20, 24, 24, 24, 28, 32, 32, 32]);
  let base = (random.int(2 ** 32) & (length === 0 ? 0 : -1 << (32 - length))) >>> 0;
  if (base >>> 24 === 0) base = (base | (1 << 24)) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (base >>> shift) & 255).join(".")}/${length}`;
}

/** @param {readonly Workload[]} workloads @param {string | undefined} env @param {{ teams: number, pool: readonly string[] }} profile @param {Random} random */
function drawn(workloads, env, { teams, pool }, random) {
  const chosen = random.pick(workloads);
  const x = random.f();
  const subject = { matchLabels: { app: chosen.app } };
  const port = (/** @type {Workload} */ { ports }) => {
    const { name, number, protocol } = random.pick(ports);
    return { protocol, port: random.f() < 0.3 ? name : number };
  };
  const app = () => ({ podSelector: { matchLabels: { app: random.pick(workloads).app } } });
  const ingress = (/** @type {object} */ podSelector, /** @type {object[]} */ from, /** @type {object[] | undefined} */ ports) => ({
    podSelector,
    policyTypes: ["Ingress"],
    ingress: [{ from, ...(ports === undefined ? {} : { ports }) }],
  });
  const egress = (/** @type {object[]} */ to, /** @type {object[]} */ ports) => ({
    podSelector: subject,
    policyTypes: ["Egress"],
    egress: [{ to, ports }],
  });
  const ipBlock = () => ({ ipBlock: { cidr: random.pick(pool) } });
  if (x < 0.35) {
    const from = [app()];
    if (random.f() < 0.3) from.push(app());
    const ports = [port(chosen)];
    if (random.f() < 0.3) ports.push(port(chosen));
    return ingress(subject, from, ports);
  }
  if (x < 0.5) {
    const namespaceSelector = { matchLabels: { env, team: `team-${random.int(teams)}` } };
    const podSelector = { matchLabels: { tier: random.pick(tiers) } };
    return ingress(subject, [{ namespaceSelector, podSelector }], [port(chosen)]);
  }
  if (x < 0.6) {
    const other = random.pick(workloads);
    return egress([{ podSelector: { matchLabels: { app: other.app } } }], [port(other)]);
  }
  if (x < 0.72) {
    if (random.f() < 0.4)
      return egress([{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "169.254.169.254/32"] } }], [{ protocol: "TCP", port: 443 }]);
    const to = [ipBlock()];
    if (random.f() < 0.5) to.push(ipBlock());
    /** @type {object[]} */
    const ports = [{ protocol: "TCP", port: random.pick([443, 5432, 3306, 8443]) }];
    if (random.f() < 0.2) ports.push({ protocol: "TCP", port: 30000, endPort: 32767 });
    return egress(to, ports);
  }
  if (x < 0.77) return ingress(subject, [ipBlock()], [port(chosen)]);
  const byName = (/** @type {string} */ name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
  if (x < 0.83) {
    const prometheus = { namespaceSelector: byName("monitoring"), podSelector: { matchLabels: { app: "prometheus" } } };
    return ingress({}, [prometheus], [{ protocol: "TCP", port: "metrics" }]);
  }
  if (x < 0.88)
    return ingress(
      { matchLabels: { tier: "frontend" } },
      [{ namespaceSelector: byName("ingress-nginx") }],
      [{ protocol: "TCP", port: 8080 }],
    );
  if (x < 0.92) return ingress({}, [{ podSelector: {} }], undefined);
  if (x < 0.97) {
    const both = [random.pick(tiers), random.pick(tiers)];
    const podSelector = {
      matchExpressions: [
        { key: "tier", operator: "In", values: both },
        { key: "batch", operator: "DoesNotExist" },
      ],
    };
    const from = {
      namespaceSelector: { matchExpressions: [{ key: "env", operator: "NotIn", values: ["dev", "qa"] }] },
      podSelector: {
        matchExpressions: [
          { key: "version", operator: "NotIn", values: ["v1"] },
          { key: "tier", operator: "Exists" },
        ],
      },
    };
    return ingress(podSelector, [from], [port(chosen)]);
  }
  return ingress(subject, [{ namespaceSelector: {} }], [{ protocol: "TCP", port: 443 }]);
}

/** @param {string} name @param {number} number @returns {Port} */
function tcp(name, number) {
  return { name, number, protocol: "TCP" };
}

/**
 * The List as text, object by object, since the largest is longer than a string may be.
 * @param {ProfileName} name @param {(text: string) => void} write @param {{ fat?: boolean }} [options]
 */
export function writeList(name, write, options = {}) {
  const { namespaces, pods, policies } = generateLazily(name, options);
  for (const text of listTexts([namespaces, pods, policies])) write(text);
}

/** Objects as a List, in one text. @param {Iterable<object>} objects */
export function textOf(objects) {
  return [...listTexts([objects])].join("");
}

/** @param {readonly Iterable<object>[]} groups */
function* listTexts(groups) {
  yield '{"apiVersion":"v1","kind":"List","items":[\n';
  let first = true;
  for (const objects of groups) {
    for (const object of objects) {
      yield `${first ? "" : ",\n"}${JSON.stringify(object)}`;
      first = false;
    }
  }
  yield "\n]}\n";
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [name = "S", ...flags] = process.argv.slice(2);
  writeList(/** @type {ProfileName} */ (name), (text) => process.stdout.write(text), { fat: flags.includes("--fat") });
}
