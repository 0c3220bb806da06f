/**
 * TCP connection requests (SYN) as the probes of a traceroute.
 *
 * @module
 */
import { SOCK_RAW, SOCK_STREAM } from "../ffi/abi/socket_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { addressSum } from "../wire/checksum.ts";
import { IPPROTO_TCP } from "../wire/numbers.ts";
import { encodeTcp, TH_ACK, TH_RST, TH_SYN } from "../wire/tcp.ts";
import {
  connectTrace,
  holdPort,
  openTraceCore,
  portFilter,
  type TraceMatch,
  type TraceMethod,
  type TraceRoute,
  transportStart,
} from "./_trace_method.ts";

/** The header with one option, the MSS. */
const HEADER_BYTES = 24;
/** Ports and sequence number: what every router quotes at least (RFC 792). */
const QUOTED_BYTES = 8;
/** Where the acknowledgment number and the flags stand (RFC 9293 section 3.1). */
const ACKNOWLEDGMENT_AT = 8;
const FLAGS_AT = 13;
const PLAIN_HEADER_BYTES = 20;
const WINDOW = 5840;
/** A common Ethernet's MTU without the headers (RFC 6691). */
const SEGMENT_BYTES = { inet: 1460, inet6: 1440 };

/**
 * Opens the TCP method, which needs CAP_NET_RAW. Every probe has the same ports; the sequence number
 * counts. In steps of one, a later SYN falls into the window of an earlier one that the target still
 * knows, and is answered with a RST of its own number (RFC 9293 section 3.10.7.4) instead of not at
 * all. This machine's TCP, which knows nothing of it, ends what a SYN-ACK would begin.
 */
export function openTcpMethod(route: TraceRoute): TraceMethod {
  const { family, hostname } = route.target;
  const { holder, port } = holdPort(route, SOCK_STREAM, IPPROTO_TCP);
  let core: Descriptor | undefined;
  try {
    const filter = portFilter(family, route.port, port);
    const socket = core = openTraceCore(route, SOCK_RAW, IPPROTO_TCP, filter);
    const local = connectTrace(core, route, 0);
    const sum = addressSum(local.hostname, hostname);
    const [base] = crypto.getRandomValues(new Uint32Array(1));
    const numberOf = (sequence: number): number => (sequence - base) >>> 0;
    /** By what a RST acknowledges: the payload of a SYN too. */
    const resets = new Map<number, number>();
    return {
      core,
      headerBytes: HEADER_BYTES,
      leastPayloadBytes: 0,
      quotesHeader: true,
      build(id, payloadBytes) {
        resets.set(id + payloadBytes, id);
        const value = {
          kind: "tcp" as const,
          sourcePort: port,
          destinationPort: route.port,
          sequence: (base + id) >>> 0,
          flags: TH_SYN,
          window: WINDOW,
          options: [{ kind: "maximumSegmentSize" as const, size: SEGMENT_BYTES[family] }],
        };
        return encodeTcp(value, new Uint8Array(payloadBytes), sum);
      },
      quoted(bytes) {
        if (bytes.length < QUOTED_BYTES) return null;
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        if (view.getUint16(0) !== port || view.getUint16(2) !== route.port) return null;
        return numberOf(view.getUint32(4));
      },
      match(bytes): TraceMatch | undefined {
        const start = transportStart(family, bytes, PLAIN_HEADER_BYTES);
        if (start < 0) return undefined;
        const flags = bytes[start + FLAGS_AT];
        const reply = (flags & TH_RST) !== 0 ? "reset" : "synAck";
        if ((flags & TH_ACK) === 0) return reply === "reset" ? { id: undefined, reply } : undefined;
        const view = new DataView(bytes.buffer, bytes.byteOffset + start);
        const number = numberOf(view.getUint32(ACKNOWLEDGMENT_AT) - 1);
        const id = reply === "reset" ? resets.get(number) ?? number : number;
        // Amid a handshake some answer a later SYN by acknowledging the first one again.
        return { id, reply, orLater: true };
      },
      close() {
        socket.close();
        holder.close();
      },
    };
  } catch (error) {
    core?.close();
    holder.close();
    throw error;
  }
}
