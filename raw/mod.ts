/**
 * Raw IP, ICMP and link-layer sockets, BPF filters, and the probes built on them.
 *
 * ```ts
 * import { raw } from "@berkeley/sockets";
 *
 * for await (const event of raw.ping("127.0.0.1", { count: 2, intervalMs: 100 })) {
 *   if (event.type === "reply") console.log(event.sequence, event.rttMicros);
 * }
 * ```
 *
 * @module
 */
export { type IpEndpoint, openIp, type OpenIpOptions } from "./open_ip.ts";
export { type IcmpEndpoint, openIcmp, type OpenIcmpOptions } from "./open_icmp.ts";
export { openPacket, type OpenPacketOptions, type PacketEndpoint } from "./open_packet.ts";
export { openXdp, type OpenXdpOptions, type XdpEndpoint } from "./open_xdp.ts";
export { attachXdp, type AttachXdpOptions, type XdpProgram } from "./attach_xdp.ts";
export type { XdpStatistics } from "./_xdp_statistics.ts";
export type { PacketBatch, PacketMessage } from "./_frames.ts";
export type { PacketStatistics } from "../ffi/options/raw.ts";
export { type BpfInstruction, type BpfProgram, checkBpf } from "./bpf.ts";
export { assembleBpf, disassembleBpf } from "./bpf_assemble.ts";
export { type BpfPacketInfo, runBpf } from "./bpf_run.ts";
export { type RttBucket, RttStatistics } from "./statistics.ts";
export { ping, type PingOptions } from "./ping.ts";
export type {
  PingEvent,
  PingIcmpError,
  PingReply,
  PingSendError,
  PingTimeout,
} from "./ping_events.ts";
export { sweep, type SweepOptions } from "./sweep.ts";
export type { SweepResult } from "./sweep_result.ts";
export type { SweepTargets } from "./targets.ts";
export { traceroute, type TracerouteOptions } from "./traceroute.ts";
export type {
  TraceAnswer,
  TraceEvent,
  TraceProbe,
  TraceReplyKind,
  TraceSendError,
  TraceTimeout,
} from "./trace_events.ts";
// What the types above are made of.
export type {
  AddressInput,
  Family,
  Inet6Address,
  InetAddress,
  IpAddress,
  PacketAddress,
  SocketType,
  UnixAddress,
} from "../core/address.ts";
export type { XdpAddress } from "../core/rare_addresses.ts";
export type {
  Control,
  ControlMessage,
  ErrorQueueMessage,
  OutgoingControl,
  OutgoingControlMessage,
  PassedFd,
} from "../core/control.ts";
export type { Endpoint, MessageEndpoint } from "../core/endpoint.ts";
export type { OptionSetting } from "../core/engine_choice.ts";
export type { SocketError } from "../core/errors.ts";
export type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvOptions,
  SendOptions,
} from "../core/message.ts";
export type { OptionBytes, OptionCodec, SocketOption } from "../core/option.ts";
export type { WaitOptions } from "../core/wait.ts";
export type { IcmpMplsObject, IcmpObject, MplsLabel } from "../wire/icmp_extensions.ts";
export type { IcmpInterfaceIdentification, IcmpInterfaceObject } from "../wire/icmp_interface.ts";
export type { RecvBatchesOptions } from "../core/message.ts";
