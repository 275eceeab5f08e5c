import { openNetlink, request } from "./netlink.ts";

const NETLINK_NETFILTER = 12;
const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_DELETE = 2;

/**
 * Forgets all connections of the namespace this thread is in. Without it a flow that was open before a new rule goes on:
 * conntrack takes its packets for established.
 */
export function forgetConnections(): void {
  const netlink = openNetlink(NETLINK_NETFILTER);
  try {
    // `struct nfgenmsg` with family 0: of every family.
    request(netlink, [
      { type: (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE, flags: 0, body: Buffer.alloc(4), doing: "conntrack flush" },
    ]);
  } finally {
    netlink.close();
  }
}
