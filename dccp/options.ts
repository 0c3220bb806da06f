/**
 * Options of DCCP sockets (linux/dccp.h, Documentation/networking/dccp.rst).
 *
 * @module
 */
import type { SocketOption } from "../core/option.ts";
import { SOL_DCCP } from "../ffi/abi/socket_constants.ts";
import {
  bool,
  type CodecFor,
  int,
  outOfRange,
  raw,
  readOnly,
  row,
  wrongType,
} from "../ffi/options/codecs.ts";
import { NUMBERS } from "./_constants.ts";
import { serviceCode } from "./service_code.ts";

const MAX_CODES = NUMBERS.DCCP_SERVICE_LIST_MAX_LEN;

/** Service codes in network order: the socket's own first, of a listener up to 31 more. */
const services: CodecFor<readonly number[]> = (name) => ({
  size: 4 * MAX_CODES,
  encode(value) {
    const wanted = `a list of 1 to ${MAX_CODES} service codes`;
    if (!Array.isArray(value)) throw wrongType(name, value, wanted);
    if (value.length === 0 || value.length > MAX_CODES) {
      throw outOfRange(name, `a list of ${value.length}`, wanted);
    }
    const bytes = new Uint8Array(4 * value.length);
    const view = new DataView(bytes.buffer);
    // Not forEach, which passes over holes.
    for (let i = 0; i < value.length; i++) view.setUint32(4 * i, serviceCode(value[i]));
    return bytes;
  },
  decode(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i));
  },
});

/** What the connection is for: the service code, and of a listener all that it serves. Before connect or listen. */
export const DCCP_SOCKOPT_SERVICE: SocketOption<readonly number[]> = row(
  "DCCP_SOCKOPT_SERVICE",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_SERVICE,
  "rw",
  services,
);

/** The most bytes that a packet may carry on the path as it is known. */
export const DCCP_SOCKOPT_GET_CUR_MPS: SocketOption<number> = row(
  "DCCP_SOCKOPT_GET_CUR_MPS",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_GET_CUR_MPS,
  "ro",
  int(),
);

/** Whether the server keeps TIMEWAIT state when a connection closes (RFC 4340 section 8.3). Default false. */
export const DCCP_SOCKOPT_SERVER_TIMEWAIT: SocketOption<boolean> = row(
  "DCCP_SOCKOPT_SERVER_TIMEWAIT",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_SERVER_TIMEWAIT,
  "rw",
  bool,
);

/** How much of a packet its checksum covers: 0 all, 1 to 15 the header and `4 * (n - 1)` bytes (RFC 4340 section 9.2). Before connect or listen. */
export const DCCP_SOCKOPT_SEND_CSCOV: SocketOption<number> = row(
  "DCCP_SOCKOPT_SEND_CSCOV",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_SEND_CSCOV,
  "rw",
  int(0, 15),
);

/** The least coverage that is taken from the peer, as {@linkcode DCCP_SOCKOPT_SEND_CSCOV} counts. Before connect or listen. */
export const DCCP_SOCKOPT_RECV_CSCOV: SocketOption<number> = row(
  "DCCP_SOCKOPT_RECV_CSCOV",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_RECV_CSCOV,
  "rw",
  int(0, 15),
);

/** The congestion controls that the kernel has, a byte each: 2 TCP-like, 3 TFRC. */
export const DCCP_SOCKOPT_AVAILABLE_CCIDS: SocketOption<Uint8Array> = row(
  "DCCP_SOCKOPT_AVAILABLE_CCIDS",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_AVAILABLE_CCIDS,
  "ro",
  readOnly(4, (bytes) => bytes.slice()),
);

/** The congestion controls to agree on, both ways, the one preferred first. Before connect or listen. */
export const DCCP_SOCKOPT_CCID: SocketOption<Uint8Array> = row(
  "DCCP_SOCKOPT_CCID",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_CCID,
  "wo",
  raw(255, (length) => length > 0, "1 to 255 bytes"),
);

/** The congestion control of what is sent: in use when read, preferred when set. */
export const DCCP_SOCKOPT_TX_CCID: SocketOption<number> = row(
  "DCCP_SOCKOPT_TX_CCID",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_TX_CCID,
  "ro",
  int(),
);

/** The congestion control of what is received. */
export const DCCP_SOCKOPT_RX_CCID: SocketOption<number> = row(
  "DCCP_SOCKOPT_RX_CCID",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_RX_CCID,
  "ro",
  int(),
);

/** How the send queue is ordered: 0 as it comes, 1 by priority. Before connect. */
export const DCCP_SOCKOPT_QPOLICY_ID: SocketOption<number> = row(
  "DCCP_SOCKOPT_QPOLICY_ID",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_QPOLICY_ID,
  "rw",
  int(NUMBERS.DCCPQ_POLICY_SIMPLE, NUMBERS.DCCPQ_POLICY_PRIO),
);

/** The most packets that wait to be sent; 0 for no limit. Default `net.dccp.default.tx_qlen`. */
export const DCCP_SOCKOPT_QPOLICY_TXQLEN: SocketOption<number> = row(
  "DCCP_SOCKOPT_QPOLICY_TXQLEN",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_QPOLICY_TXQLEN,
  "rw",
  int(0),
);

/** What CCID 3 tells of its sending half: `struct tfrc_tx_info` (linux/tfrc.h). */
export const DCCP_SOCKOPT_CCID_TX_INFO: SocketOption<Uint8Array> = row(
  "DCCP_SOCKOPT_CCID_TX_INFO",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_CCID_TX_INFO,
  "ro",
  readOnly(40, (bytes) => bytes.slice()),
);

/** What CCID 3 tells of its receiving half: `struct tfrc_rx_info` (linux/tfrc.h). */
export const DCCP_SOCKOPT_CCID_RX_INFO: SocketOption<Uint8Array> = row(
  "DCCP_SOCKOPT_CCID_RX_INFO",
  SOL_DCCP,
  NUMBERS.DCCP_SOCKOPT_CCID_RX_INFO,
  "ro",
  readOnly(12, (bytes) => bytes.slice()),
);
