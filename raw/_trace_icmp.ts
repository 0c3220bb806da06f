/**
 * Echo requests as the probes of a traceroute.
 *
 * @module
 */
import { SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import { ICMP_FILTER, ICMPV6_FILTER } from "../ffi/options/raw.ts";
import { ECHO_HEADER_BYTES, ECHO_TYPES, EchoTemplate, readEcho } from "./_echo.ts";
import {
  connectTrace,
  localOf,
  type TraceMethod,
  type TraceRoute,
  traceSettings,
} from "./_trace_method.ts";
import { openIcmpCore } from "./open_icmp.ts";

/** Token and cookie of an echo. */
const LEAST_PAYLOAD_BYTES = 8;

/**
 * Opens the ICMP method: the unprivileged socket where allowed, else the raw one. The cookie makes
 * up for the sequence number, so that the checksum, which routers hash, stays the same.
 */
export function openIcmpMethod(route: TraceRoute): TraceMethod {
  const { target } = route;
  const { family } = target;
  const { request: REQUEST, reply: REPLY } = ECHO_TYPES[family];
  const core = openIcmpCore(family, undefined, {
    settings: traceSettings(route),
    interface: route.interface,
    address: localOf(route),
  });
  try {
    const isRaw = core.typeNumber === SOCK_RAW;
    if (isRaw && family === "inet") core.setOption(ICMP_FILTER, [REPLY]);
    if (isRaw && family === "inet6") core.setOption(ICMPV6_FILTER, [REPLY]);
    connectTrace(core, route, 0);
    const [identifier] = crypto.getRandomValues(new Uint16Array(1));
    const [token] = crypto.getRandomValues(new Uint32Array(1));
    let template: EchoTemplate | undefined;
    /** The number in an echo; null if it is another sender's. */
    const idOf = (bytes: Uint8Array, type: number, hasIpHeader: boolean): number | null => {
      const echo = readEcho(bytes, type, hasIpHeader);
      if (echo === undefined || (isRaw && echo.identifier !== identifier)) return null;
      return echo.token !== undefined && echo.token !== token ? null : echo.sequence;
    };
    return {
      core,
      headerBytes: ECHO_HEADER_BYTES,
      leastPayloadBytes: LEAST_PAYLOAD_BYTES,
      quotesHeader: true,
      build(id, payloadBytes) {
        if (template?.bytes.length !== ECHO_HEADER_BYTES + payloadBytes) {
          template = new EchoTemplate(family, identifier, new Uint8Array(payloadBytes), token);
        }
        return template.set(id, 0xffff - id);
      },
      quoted: (bytes) => idOf(bytes, REQUEST, false),
      match(bytes) {
        const id = idOf(bytes, REPLY, isRaw && family === "inet");
        return id === null ? undefined : { id, reply: "echo" };
      },
      close: () => core.close(),
    };
  } catch (error) {
    core.close();
    throw error;
  }
}
