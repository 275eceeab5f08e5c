import type { Family } from "@netproof/core/parts";

/** Marks below this are the lab's own. */
export const firstMark = 16;

/** What a flow is known by: everything of it that a policy can see. */
export function tuple(family: Family): string {
  const ip = family === 4 ? "ip" : "ip6";
  return `${ip} saddr . ${ip} daddr . meta l4proto . th dport`;
}

export function hex(mark: number): string {
  return `0x${mark.toString(16).padStart(8, "0")}`;
}
