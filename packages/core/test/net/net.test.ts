import fc from "fast-check";
import { Address4, Address6 } from "ip-address";
import { describe, expect, test } from "vitest";
import { formatAddress, parseAddress, type Address } from "../../src/net/address.ts";
import { inCidr, isStrictSubset, parseCidr, type Cidr } from "../../src/net/cidr.ts";
import {
  allPorts,
  countPorts,
  formatPorts,
  hasPort,
  intersect,
  isEmptyPorts,
  noPorts,
  portSet,
  protocols,
  samePorts,
  subtract,
  unite,
  type PortSet,
} from "../../src/net/ports.ts";

const v4 = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value): Address => ({ family: 4, value }));
const v6 = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map((groups): Address => ({ family: 6, value: groups.reduce((sum, group) => sum * 65536n + BigInt(group), 0n) }));

describe("addresses", () => {
  test.each([
    ["10.0.0.1", "10.0.0.1"],
    ["010.0.0.001", "10.0.0.1"],
    ["::", "::"],
    ["2001:DB8::1", "2001:db8::1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ])("%s is %s", (text, usual) => {
    expect(formatAddress(parseAddress(text) as Address)).toBe(usual);
  });

  test.each([
    "",
    " 10.0.0.1",
    "10.0.0",
    "10.0.0.0.1",
    "10.0.0.256",
    "0x0a.0.0.1",
    "167772160",
    "10.1",
    "1::2::3",
    "1:2:3",
    "12345::",
    "::1%eth0",
    "10.0.0.1:80",
    "1:2:3:4:5:6:7:8:9",
    ":::",
    "10.-1.0.1",
    "::10.0.0.256",
    "1:2:3:4:5:6:7:1.2.3.4",
  ])("%j is none", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test("what is printed is read back, and another library reads the same", () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (address) => {
        const text = formatAddress(address);
        expect(parseAddress(text)).toEqual(address);
        const other = address.family === 4 ? new Address4(text) : new Address6(text);
        expect(other.bigInt()).toBe(address.value);
        if (address.family === 6) expect(text).toBe((other as Address6).correctForm());
      }),
    );
  });
});

describe("blocks", () => {
  test.each([
    ["192.0.2.77/24", "192.0.2.0/24", true, false],
    ["10.0.0.0/8", "10.0.0.0/8", false, false],
    ["010.0.0.0/08", "10.0.0.0/8", false, true],
    ["0.0.0.0/0", "0.0.0.0/0", false, false],
    ["10.1.2.3/32", "10.1.2.3/32", false, false],
    ["fd00::1/64", "fd00::/64", true, false],
    ["::/0", "::/0", false, false],
  ])("%s is %s, host bits %s, leading zeros %s", (text, usual, hostBits, leadingZeros) => {
    const written = parseCidr(text);
    expect([written?.cidr.text, written?.hostBits, written?.leadingZeros]).toEqual([usual, hostBits, leadingZeros]);
  });

  test.each([
    "",
    "10.0.0.0",
    "10.0.0.0/33",
    "2001:db8::/129",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.1/16",
    " 10.0.0.0/8",
    "10.0.0.0/ 8",
    "10.0.0.0/+8",
    "/8",
  ])("%j is none", (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test("a block holds exactly the addresses that another library puts into it; families never mix", () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), fc.nat(128), fc.bigInt({ min: -2n, max: 2n }), (address, length, step) => {
        const bits = address.family === 4 ? 32 : 128;
        const { cidr } = parseCidr(`${formatAddress(address)}/${length % (bits + 1)}`) as { readonly cidr: Cidr };
        for (const edge of [cidr.first, cidr.last]) {
          const value = edge + step;
          if (value < 0n || value >= 1n << BigInt(bits)) continue;
          const Other = address.family === 4 ? Address4 : Address6;
          const inside = new Other(formatAddress({ family: address.family, value })).isInSubnet(new Other(cidr.text));
          expect(inCidr(cidr, { family: address.family, value })).toBe(inside);
        }
        expect(inCidr(cidr, { family: address.family === 4 ? 6 : 4, value: cidr.first })).toBe(false);
      }),
    );
  });

  test("a strict subset is smaller and inside", () => {
    const of = (text: string): Cidr => (parseCidr(text) as { readonly cidr: Cidr }).cidr;
    expect(isStrictSubset(of("10.0.0.0/16"), of("10.0.0.0/8"))).toBe(true);
    expect(isStrictSubset(of("10.0.0.0/8"), of("10.0.0.0/8"))).toBe(false);
    expect(isStrictSubset(of("11.0.0.0/16"), of("10.0.0.0/8"))).toBe(false);
    expect(isStrictSubset(of("::/16"), of("0.0.0.0/0"))).toBe(false);
  });
});

/** Ranges whose ends are near each other, so that they touch, overlap and leave gaps of one. */
const near = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 65530, max: 65535 }));
const ranges = fc.array(
  fc.tuple(near, near).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
  { maxLength: 4 },
);
const sets = fc
  .tuple(ranges, ranges, ranges)
  .map(([TCP, UDP, SCTP]): PortSet => unite(unite(portSet("TCP", TCP), portSet("UDP", UDP)), portSet("SCTP", SCTP)));
const probes = [...Array.from({ length: 10 }, (_, i) => i), 1000, ...Array.from({ length: 8 }, (_, i) => 65529 + i)].filter(
  (port) => port >= 1 && port <= 65535,
);

describe("sets of ports", () => {
  test.each([
    [allPorts, "all"],
    [noPorts, "-"],
    [portSet("TCP", [{ first: 80, last: 80 }]), "80/TCP"],
    [portSet("UDP"), "all/UDP"],
    [unite(portSet("UDP", [{ first: 53, last: 53 }]), portSet("TCP", [{ first: 80, last: 443 }])), "80-443/TCP 53/UDP"],
  ] as const)("%j is written %s", (set, text) => {
    expect(formatPorts(set)).toBe(text);
  });

  test("union, intersection and difference are those of the ports", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        for (const protocol of protocols) {
          for (const port of probes) {
            const [inA, inB] = [hasPort(a, protocol, port), hasPort(b, protocol, port)];
            expect(hasPort(unite(a, b), protocol, port)).toBe(inA || inB);
            expect(hasPort(intersect(a, b), protocol, port)).toBe(inA && inB);
            expect(hasPort(subtract(a, b), protocol, port)).toBe(inA && !inB);
          }
        }
      }),
    );
  });

  test("equal sets have equal forms, and sizes add up", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        expect(samePorts(unite(a, b), unite(b, a))).toBe(true);
        expect(samePorts(unite(subtract(a, b), intersect(a, b)), a)).toBe(true);
        expect(countPorts(subtract(a, b)) + countPorts(intersect(a, b))).toBe(countPorts(a));
        expect(isEmptyPorts(subtract(a, a))).toBe(true);
      }),
    );
  });
});
