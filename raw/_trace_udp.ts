/**
 * UDP datagrams as the probes of a traceroute.
 *
 * @module
 */
import { isSocketError } from "../core/errors.ts";
import { SOCK_DGRAM, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { addressSum, foldSum, sumWords } from "../wire/checksum.ts";
import { IPPROTO_UDP } from "../wire/numbers.ts";
import { encodeUdp } from "../wire/udp.ts";
import {
  connectTrace,
  holdPort,
  openTraceCore,
  portFilter,
  type TraceMethod,
  type TraceRoute,
  transportStart,
} from "./_trace_method.ts";

const HEADER_BYTES = 8;
const CHECKSUM_AT = 6;
/** The payload begins with the probe's number and the word that makes the checksum what it is. */
const MARK_BYTES = 4;

/**
 * Opens the UDP method. Every probe has the same ports; its number stands in the payload and, one
 * higher, in the checksum. A raw socket (CAP_NET_RAW) tells the probes apart by what every router
 * quotes, the UDP header; the unprivileged socket sees only what is quoted of the payload.
 */
export function openUdpMethod(route: TraceRoute): TraceMethod {
  try {
    return openRaw(route);
  } catch (error) {
    if (!isSocketError(error, "EPERM")) throw error;
    return openDatagram(route);
  }
}

function openDatagram(route: TraceRoute): TraceMethod {
  const core = openTraceCore(route, SOCK_DGRAM, IPPROTO_UDP);
  try {
    const local = connectTrace(core, route, route.port);
    const probe = probeBuilder(local.hostname, local.port, route);
    return {
      core,
      headerBytes: HEADER_BYTES,
      leastPayloadBytes: MARK_BYTES,
      quotesHeader: false,
      build: (id, payloadBytes) => probe(id, payloadBytes).subarray(HEADER_BYTES),
      quoted: (bytes) => idInPayload(bytes, 0),
      match: (bytes) => ({ id: idInPayload(bytes, 0), reply: "datagram" }),
      close: () => core.close(),
    };
  } catch (error) {
    core.close();
    throw error;
  }
}

function openRaw(route: TraceRoute): TraceMethod {
  const { family } = route.target;
  const { holder, port } = holdPort(route, SOCK_DGRAM, IPPROTO_UDP);
  let core: Descriptor | undefined;
  try {
    const filter = portFilter(family, route.port, port);
    const socket = core = openTraceCore(route, SOCK_RAW, IPPROTO_UDP, filter);
    const local = connectTrace(core, route, 0);
    return {
      core,
      headerBytes: HEADER_BYTES,
      leastPayloadBytes: MARK_BYTES,
      quotesHeader: true,
      build: probeBuilder(local.hostname, port, route),
      quoted(bytes) {
        if (bytes.length < HEADER_BYTES) return null;
        if (word(bytes, 0) !== port || word(bytes, 2) !== route.port) return null;
        // A translator on the way may have changed the checksum, never the payload.
        return idInPayload(bytes, HEADER_BYTES) ?? word(bytes, CHECKSUM_AT) - 1;
      },
      match(bytes) {
        const start = transportStart(family, bytes, HEADER_BYTES);
        return start < 0
          ? undefined
          : { id: idInPayload(bytes, start + HEADER_BYTES), reply: "datagram" };
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

function probeBuilder(
  localHostname: string,
  localPort: number,
  route: TraceRoute,
): TraceMethod["build"] {
  const sum = addressSum(localHostname, route.target.hostname);
  return (id, payloadBytes) => {
    const bytes = encodeUdp(
      { kind: "udp", sourcePort: localPort, destinationPort: route.port },
      new Uint8Array(payloadBytes),
      sum,
    );
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const checksum = id + 1;
    view.setUint16(HEADER_BYTES, id);
    // The checksum that it has without the second word; that word turns it into the one wanted.
    view.setUint16(CHECKSUM_AT, 0);
    const now = foldSum(sumWords(bytes, 0, bytes.length, sum + IPPROTO_UDP + bytes.length));
    view.setUint16(HEADER_BYTES + 2, (2 * 0xffff - checksum - now) % 0xffff);
    view.setUint16(CHECKSUM_AT, checksum);
    return bytes;
  };
}

function idInPayload(bytes: Uint8Array, at: number): number | undefined {
  return bytes.length < at + 2 ? undefined : word(bytes, at);
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}
