/** The tests that the guest runs unless others are asked for. */

/**
 * What runs in the guest, in five minutes: a folder or file of tests/, or `PATH:FILTER`; and its seconds
 * there.
 */
export const TESTS: Readonly<Record<string, number>> = {
  "vm/families_test.ts": 10,
  "alg": 30,
  "bluetooth": 40,
  "can": 25,
  "cli/can_test.ts:/line by line|can send|makes no sense/": 40,
  "cli/families_test.ts": 30,
  "cli/json_test.ts:/^(bt|can) /": 30,
  "contract:/^(vsock|sctp|dccp|tipc)|endpointOf/": 200,
  "dccp": 15,
  "families": 50,
  "netlink/guest_test.ts": 15,
  "netlink/sockets_test.ts": 10,
  "netlink/tun_test.ts": 10,
  "netlink/encap_test.ts": 8,
  "netlink/bridge_test.ts": 12,
  "netlink/traffic_test.ts": 12,
  "netlink/actions_test.ts": 10,
  "netlink/wireguard_test.ts": 10,
  "netlink/wireless_test.ts": 15,
  "reliability/cancellation_test.ts:/^(vsock|sctp|dccp|tipc)/": 35,
  "reliability/fuzz_test.ts:/^(vsock|sctp|dccp|tipc)/": 25,
  "reliability/given_up_test.ts:/^vsock/": 15,
  "reliability/killed_peers_test.ts": 25,
  "sctp": 45,
  "tipc": 20,
  "vsock": 40,
};

/** What `task test:vm -- --all` runs beside it. */
export const LONG_TESTS: Readonly<Record<string, number>> = {
  "cli/bt_test.ts": 50,
  "contract:/^l2cap/": 40,
  "cli/can_test.ts:/filters|after some|did not fit|can play/": 100,
  "reliability/hostile_families_test.ts": 60,
  "reliability/netem_test.ts": 110,
};

/** Whether the guest runs tests of a folder of tests/. */
export function guestRuns(folder: string): boolean {
  return Object.keys(TESTS).some((test) => test.split(/[/:]/)[0] === folder);
}
