import { attribute, attributesIn, dump, openNetlink, text } from "./netlink.ts";
import type { AddressBytes } from "./socket-address.ts";

/** One entry of a set of witnesses: a flow as the router saw it, and the mark of the rule that decided. */
export interface Witness {
  readonly source: AddressBytes;
  readonly target: AddressBytes;
  /** The number of the protocol. */
  readonly protocol: number;
  readonly port: number;
  readonly mark: number;
}

const NETLINK_NETFILTER = 12;
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_GETSETELEM = 13;
const NFPROTO_INET = 1;
const [NFTA_SET_ELEM_LIST_TABLE, NFTA_SET_ELEM_LIST_SET, NFTA_SET_ELEM_LIST_ELEMENTS] = [1, 2, 3];
const [NFTA_SET_ELEM_KEY, NFTA_DATA_VALUE] = [1, 1];

/** Reads a set in the namespace this thread is in: much faster than asking nft for its text (linux/netfilter/nf_tables.h). */
export function readWitnesses(table: string, set: string, each: (witness: Witness) => void): void {
  const netlink = openNetlink(NETLINK_NETFILTER);
  try {
    const body = Buffer.concat([
      Buffer.from([NFPROTO_INET, 0, 0, 0]),
      attribute(NFTA_SET_ELEM_LIST_TABLE, text(table)),
      attribute(NFTA_SET_ELEM_LIST_SET, text(set)),
    ]);
    dump(
      netlink,
      { type: (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETSETELEM, flags: 0, body, doing: `reading the set ${set}` },
      (_type, answer) => {
        for (const list of attributesIn(answer.subarray(4))) {
          if (list.type !== NFTA_SET_ELEM_LIST_ELEMENTS) continue;
          for (const { value: element } of attributesIn(list.value)) {
            const witness = witnessIn(element);
            if (witness !== undefined) each(witness);
          }
        }
      },
    );
  } finally {
    netlink.close();
  }
}

/** The parts of a key stand one behind the other, each on a multiple of four bytes. */
function witnessIn(element: Buffer): Witness | undefined {
  for (const { type, value } of attributesIn(element)) {
    if (type !== NFTA_SET_ELEM_KEY) continue;
    for (const data of attributesIn(value)) {
      if (data.type !== NFTA_DATA_VALUE) continue;
      const size = (data.value.length - 12) / 2;
      return {
        source: Buffer.from(data.value.subarray(0, size)),
        target: Buffer.from(data.value.subarray(size, 2 * size)),
        protocol: data.value.readUInt8(2 * size),
        port: data.value.readUInt16BE(2 * size + 4),
        mark: data.value.readUInt32LE(2 * size + 8),
      };
    }
  }
  return undefined;
}
