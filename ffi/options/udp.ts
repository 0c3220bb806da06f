/**
 * Options of UDP and UDP-Lite sockets: man 7 udp, man 7 udplite.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { bool, type CodecFor, int, outOfRange, row } from "./codecs.ts";

/** A coverage: 0 for the whole datagram, else header and more. */
const coverage: CodecFor<number> = (name) => {
  const codec = int(0, 65535)(name);
  return {
    ...codec,
    encode(value) {
      const bytes = codec.encode(value);
      if (value >= 1 && value <= 7) throw outOfRange(name, value, "0, or 8 to 65535");
      return bytes;
    },
  };
};

/** Whether data is gathered into one datagram until this is switched off. Default false. */
export const UDP_CORK: SocketOption<boolean> = row(
  "UDP_CORK",
  c.IPPROTO_UDP,
  c.UDP_CORK,
  "rw",
  bool,
);

/**
 * What is encapsulated in the datagrams that arrive: 0 nothing (the default), 1 and 2 ESP (RFC
 * 3948), 3 L2TP, 6 RXRPC.
 */
export const UDP_ENCAP: SocketOption<number> = row(
  "UDP_ENCAP",
  c.IPPROTO_UDP,
  c.UDP_ENCAP,
  "rw",
  int(0),
);

/**
 * Whether datagrams of one flow and size may arrive joined, told by a control message. Default
 * false. Since Linux 5.0.
 */
export const UDP_GRO: SocketOption<boolean> = row("UDP_GRO", c.IPPROTO_UDP, c.UDP_GRO, "rw", bool);

/**
 * Whether datagrams over IPv6 without a checksum are taken (RFC 6935). Default false. Since Linux
 * 3.16.
 */
export const UDP_NO_CHECK6_RX: SocketOption<boolean> = row(
  "UDP_NO_CHECK6_RX",
  c.IPPROTO_UDP,
  c.UDP_NO_CHECK6_RX,
  "rw",
  bool,
);

/**
 * Whether datagrams over IPv6 are sent without a checksum (RFC 6935). Default false. Since Linux
 * 3.16.
 */
export const UDP_NO_CHECK6_TX: SocketOption<boolean> = row(
  "UDP_NO_CHECK6_TX",
  c.IPPROTO_UDP,
  c.UDP_NO_CHECK6_TX,
  "rw",
  bool,
);

/**
 * The size in bytes that each send is cut into, one datagram a piece (GSO); 0 (the default) for
 * not. At most 128 pieces, and 65,507 bytes in all. Since Linux 4.18.
 */
export const UDP_SEGMENT: SocketOption<number> = row(
  "UDP_SEGMENT",
  c.IPPROTO_UDP,
  c.UDP_SEGMENT,
  "rw",
  int(0, 65535),
);

/**
 * How much of a datagram must be covered by its checksum to be taken, in bytes: 0 (the default)
 * any, else 8 to 65535. UDP-Lite, RFC 3828.
 */
export const UDPLITE_RECV_CSCOV: SocketOption<number> = row(
  "UDPLITE_RECV_CSCOV",
  c.IPPROTO_UDPLITE,
  c.UDPLITE_RECV_CSCOV,
  "rw",
  coverage,
);

/**
 * How much of an outgoing datagram its checksum covers, in bytes: 0 (the default) all, else 8 to
 * 65535. UDP-Lite, RFC 3828.
 */
export const UDPLITE_SEND_CSCOV: SocketOption<number> = row(
  "UDPLITE_SEND_CSCOV",
  c.IPPROTO_UDPLITE,
  c.UDPLITE_SEND_CSCOV,
  "rw",
  coverage,
);
