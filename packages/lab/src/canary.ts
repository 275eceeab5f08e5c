import { protocols } from "@netproof/core/parts";
import { canaryMarks, type Canary } from "./nft/render.ts";
import type { Layout } from "./plan/layout.ts";
import { deviceOf } from "./plan/place.ts";
import type { Order, Tried, Turning } from "./probe/order.ts";

/** What the lab's own two ends behind each router saw: the rules of this very generation deny, allow, and leave their notes. */
export interface SelfTest {
  readonly open: number;
  readonly denied: number;
  readonly failures: readonly string[];
}

interface CanaryOrder {
  readonly order: Order;
  readonly expected: keyof typeof canaryMarks;
  readonly router: string;
}

/** The ports wander with the generation: the one that is open now is closed in the next, so nobody takes old rules for new ones. */
function portsOf(generation: number): { readonly open: number; readonly silent: number; readonly before: number } {
  const at = (number: number): number => 20_000 + 2 * (number % 10_000);
  return { open: at(generation), silent: at(generation) + 1, before: at(generation + 9_999) };
}

export function canaryOf({ client, server }: Layout["nodes"][number], generation: number): Canary {
  const { open, silent } = portsOf(generation);
  return { client: deviceOf(client), server: deviceOf(server), openPort: open, silentPort: silent };
}

/** Denies come first: a deny that is seen proves that the rules are in force. */
export function canaryOrders(nodes: Layout["nodes"], generation: number): readonly CanaryOrder[] {
  const { open, silent, before } = portsOf(generation);
  const wanted = [
    ["egressDenied", silent],
    ["ingressDenied", before],
    ["allowed", open],
  ] as const;
  return wanted.flatMap(([expected, port]) =>
    nodes.flatMap(({ place, client, server }) =>
      protocols.flatMap((protocol) =>
        [0, 1].map((family) => ({
          order: {
            from: client.id,
            source: client.addresses[family] as string,
            to: server.id,
            target: server.addresses[family] as string,
            protocol,
            port,
          },
          expected,
          router: place.name,
        })),
      ),
    ),
  );
}

/**
 * One flow behind each router that the rules of this generation decide otherwise than those before: the port that is open now was closed,
 * and where no rules stood everything was open.
 */
export function turningsOf(nodes: Layout["nodes"], generation: number): readonly Turning[] {
  const { open, before } = portsOf(generation);
  return nodes.map(({ client, server }) => ({
    order: {
      from: client.id,
      source: client.addresses[0] as string,
      to: server.id,
      target: server.addresses[0] as string,
      protocol: "TCP",
      port: generation > 1 ? open : before,
    },
    becomes: generation > 1 ? "open" : "denied",
  }));
}

export function judgeCanaries(orders: readonly CanaryOrder[], tried: readonly Tried[]): SelfTest {
  let [open, denied] = [0, 0];
  const failures: string[] = [];
  for (const [i, { order, expected, router }] of orders.entries()) {
    const one = tried[i];
    const noted = one?.noted[expected === "egressDenied" ? "egress" : "ingress"];
    const kinds = expected === "allowed" ? ["open"] : ["rejected", "silent"];
    if (one !== undefined && kinds.includes(one.seen.kind) && noted === canaryMarks[expected]) {
      if (expected === "allowed") open++;
      else denied++;
      continue;
    }
    const what = expected === "allowed" ? "should be open" : "should be denied";
    failures.push(
      `${order.protocol} to ${order.target} behind ${router} ${what}: ${JSON.stringify(one?.seen.kind)}, noted ${noted ?? "nothing"}`,
    );
  }
  return { open, denied, failures };
}
