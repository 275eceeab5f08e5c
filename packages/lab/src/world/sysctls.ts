import { writeFileSync } from "node:fs";

/**
 * Every setting that a verdict may hang on is written: new namespaces take some from the machine, and others may change them
 * meanwhile. Limits of ICMP would make rejects look like packets that are lost.
 */

type Settings = Readonly<Record<string, string>>;

const everywhere: Settings = {
  "ipv4/conf/all/rp_filter": "0",
  "ipv4/conf/default/rp_filter": "0",
  "ipv4/conf/all/accept_redirects": "0",
  "ipv4/conf/default/accept_redirects": "0",
  "ipv4/icmp_ratemask": "0",
  "ipv6/conf/all/disable_ipv6": "0",
  "ipv6/conf/default/disable_ipv6": "0",
  "ipv6/conf/all/accept_dad": "0",
  "ipv6/conf/default/accept_dad": "0",
  "ipv6/conf/default/addr_gen_mode": "1",
  "ipv6/conf/default/accept_ra": "0",
  "ipv6/conf/default/router_solicitations": "0",
  "ipv6/icmp/ratelimit": "0",
};

const inHosts: Settings = {
  ...everywhere,
  "ipv4/ip_forward": "0",
  "ipv6/conf/all/forwarding": "0",
  "core/somaxconn": "4096",
  "ipv4/tcp_max_syn_backlog": "4096",
};

const inRouters: Settings = {
  ...inHosts,
  "ipv4/ip_forward": "1",
  "ipv6/conf/all/forwarding": "1",
  "ipv4/conf/all/send_redirects": "0",
  "ipv4/conf/default/send_redirects": "0",
};

/** Not every kernel has these for each namespace. Short times keep conntrack small: probes end with a reset. */
const whereTheyAre: Settings = {
  "ipv4/icmp_msgs_per_sec": "1000000",
  "ipv4/icmp_msgs_burst": "1000000",
  "ipv6/icmp/ratemask": "255",
  "netfilter/nf_conntrack_tcp_timeout_close": "1",
  "netfilter/nf_conntrack_udp_timeout": "5",
  "netfilter/nf_conntrack_sctp_timeout_cookie_wait": "2",
  "netfilter/nf_conntrack_sctp_timeout_closed": "1",
};

/** Sets up the namespace this thread is in. */
export function writeSettings(kind: "router" | "host"): void {
  for (const [name, value] of Object.entries(kind === "router" ? inRouters : inHosts)) writeFileSync(`/proc/sys/net/${name}`, value);
  if (kind === "host") return;
  for (const [name, value] of Object.entries(whereTheyAre)) {
    try {
      writeFileSync(`/proc/sys/net/${name}`, value);
    } catch {
      // The self-test tells whether the lab works without it.
    }
  }
}
