/**
 * For every option row a socket that fits, a value to set, and what must be read back.
 */

import type { OptionCase } from "./_option_case.ts";
import { IP, IPV6 } from "./_option_cases_ip.ts";
import { MULTICAST } from "./_option_cases_multicast.ts";
import { FILTER, PEER, SOCKET } from "./_option_cases_socket.ts";
import { RAW, TCP, UDP } from "./_option_cases_transport.ts";

/** All tries. */
export const OPTION_CASES: readonly OptionCase[] = [
  ...SOCKET,
  ...PEER,
  ...FILTER,
  ...IP,
  ...IPV6,
  ...MULTICAST,
  ...TCP,
  ...UDP,
  ...RAW,
];
