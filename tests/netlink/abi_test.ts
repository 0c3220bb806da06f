/** Every number of netlink/abi/ against the kernel's own headers. */
import { assertEquals } from "@std/assert";
import { checkByRunning, GCC, numberClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

/** Headers of each table: sets that together know its names, and the names newer than Debian 12's. */
const TABLES: Readonly<Record<string, { headers: string[][]; newer?: string }>> = {
  link: { headers: [["linux/if_link.h"], ["linux/if_tunnel.h"], ["linux/veth.h"]] },
  rtnetlink: {
    headers: [
      ["linux/rtnetlink.h"],
      ["linux/fib_rules.h"],
      ["linux/nexthop.h"],
      ["linux/net_namespace.h"],
    ],
  },
  sock_diag: {
    headers: [
      ["linux/sock_diag.h", "linux/inet_diag.h"],
      ["linux/unix_diag.h"],
      ["linux/packet_diag.h"],
      ["linux/netlink_diag.h"],
      ["netinet/tcp.h"],
    ],
  },
  traffic: { headers: [["linux/rtnetlink.h", "linux/pkt_sched.h", "linux/gen_stats.h"]] },
  classifiers: {
    headers: [
      ["linux/types.h", "linux/pkt_cls.h", "linux/tc_act/tc_gact.h"],
      ["linux/tc_act/tc_mirred.h", "linux/tc_act/tc_vlan.h", "linux/tc_act/tc_skbedit.h"],
    ],
  },
  generic: { headers: [["linux/genetlink.h", "linux/netlink.h"]] },
  ethtool: {
    headers: [["linux/ethtool_netlink.h"], ["linux/ethtool.h", "linux/sockios.h"]],
  },
  bridge: { headers: [["linux/rtnetlink.h"], ["netinet/in.h", "linux/if_bridge.h"]] },
  lwtunnel: {
    headers: [["linux/lwtunnel.h", "linux/mpls_iptunnel.h", "linux/seg6_iptunnel.h"]],
  },
  tun: { headers: [["sys/ioctl.h", "linux/if_tun.h"]] },
  wireguard: { headers: [["linux/wireguard.h"]] },
  nl80211: { headers: [["linux/nl80211.h"]] },
  conntrack: {
    headers: [["linux/netfilter/nfnetlink.h", "linux/netfilter/nfnetlink_conntrack.h"]],
  },
  netlink: { headers: [["sys/socket.h", "linux/netlink.h"]] },
};

const FOLDER = new URL("../../netlink/abi/", import.meta.url);

for (const { name } of [...Deno.readDirSync(FOLDER)]) {
  const table = name.replace(/\.ts$/, "");
  testWith({ tools: ["gcc"] }, `every number of abi/${name} is what C says`, async () => {
    const { headers, newer = "" } = TABLES[table];
    const numbers: Record<string, number> = await import(`${FOLDER}${name}`);
    const claims = numberClaims(numbers);
    let unknown = new Set(claims.map(({ label }) => label));
    for (const set of headers) {
      const verdict = await checkByRunning(GCC, set, claims);
      assertEquals(verdict.wrong, []);
      unknown = unknown.intersection(new Set(verdict.unknown));
    }
    const allowed = newer.split(" ");
    assertEquals([...unknown].filter((label) => !allowed.includes(label)), []);
  });
}
