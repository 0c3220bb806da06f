/**
 * Joins, blocks, unblocks and leaves an IPv6 group; `options_effect_test.ts` runs it in a network
 * namespace with an interface for it.
 */

import { assertEquals } from "@std/assert";
import * as c from "../../ffi/abi/constants.ts";
import * as o from "../../ffi/options/mod.ts";
import { bytes, next, portOf, receiver, sender } from "./_datagrams.ts";

/** The interface that the test made, and its address. */
const DEV = 77;
const OWN = "fd00::1";

using own = receiver(c.AF_INET6);
using from = sender(c.AF_INET6, OWN, DEV);
const to = { hostname: "ff15::1234", port: portOf(own), scopeId: DEV };
const group = { group: to.hostname, interface: DEV };
const marker = { hostname: OWN, port: portOf(own) };
own.setOption(o.IPV6_MULTICAST_ALL, false);
const expect = async (text: string, arrives: boolean) => {
  await from.sendTo(bytes(text), to);
  await from.sendTo(bytes("marker"), marker);
  // Two interfaces bring them: either may be first.
  const got = arrives ? [await next(own), await next(own)] : [await next(own)];
  assertEquals(got.sort(), arrives ? [text, "marker"].sort() : ["marker"]);
};
await expect("not joined", false);
own.setOption(o.IPV6_MCAST_JOIN_GROUP, group);
await expect("joined", true);
own.setOption(o.IPV6_MCAST_BLOCK_SOURCE, { ...group, source: OWN });
await expect("blocked", false);
own.setOption(o.IPV6_MCAST_UNBLOCK_SOURCE, { ...group, source: OWN });
await expect("unblocked", true);
own.setOption(o.IPV6_MCAST_LEAVE_GROUP, group);
await expect("left", false);
own.setOption(o.IPV6_ADD_MEMBERSHIP, group);
await expect("joined the old way", true);
own.setOption(o.IPV6_DROP_MEMBERSHIP, group);
await expect("left the old way", false);
