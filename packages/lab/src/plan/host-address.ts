import type { Address } from "@netproof/core/parts";

const gateways = [0xa9fe_0101n, 0xa9fe_0102n];

/**
 * Whether a host of the lab can have this address: not a network's own words, loopback, multicast or broadcast (RFC 6890). Link-local
 * IPv4 addresses are routed like all others (169.254.169.254 answers in many clouds), but for those of our gateways.
 */
export function isHostAddress({ family, value }: Address): boolean {
  if (family === 4) {
    const first = value >> 24n;
    return first !== 0n && first !== 127n && first < 224n && !gateways.includes(value);
  }
  const head = value >> 112n;
  const unspecifiedOrLoopback = value <= 1n;
  const mapped = value >> 32n === 0xffffn;
  return !unspecifiedOrLoopback && !mapped && head < 0xff00n && !(head >= 0xfe80n && head <= 0xfebfn);
}
