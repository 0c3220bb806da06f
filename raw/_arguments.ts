import {
  boolean,
  integer,
  list,
  object,
  oneOf,
  optional,
  orElse,
  type Parameter,
  show,
  signal,
  text,
} from "../core/arguments.ts";
import { bytes } from "../core/bytes.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import { HOSTNAME, IP_FAMILY } from "../core/ip_arguments.ts";
import { isIpv4, isIpv6 } from "../core/ip/text.ts";
import { WAIT_SHAPE } from "../core/wait.ts";
import { ETH_P_ALL } from "../ffi/abi/packet_constants.ts";
import { type BpfProgram, checkBpf } from "./bpf.ts";

/** An interface's name has up to 15 bytes (IFNAMSIZ, linux/if.h); which exist, the kernel says. */
const INTERFACE: Parameter<string> = text();

const INSTRUCTIONS = list(object({
  code: integer(0, 0xffff),
  jt: integer(0, 0xff),
  jf: integer(0, 0xff),
  k: integer(0, 0xffffffff),
}));

const FILTER: Parameter<BpfProgram> = (value, action, name) => {
  const program = INSTRUCTIONS(value, action, name);
  checkBpf(program);
  return program;
};

const PROTOCOL: Parameter<number | string> = (value, action, name) =>
  typeof value === "string" ? text()(value, action, name) : integer(0, 255)(value, action, name);

const RAW_SHAPE = {
  ...WAIT_SHAPE,
  options: OPEN_SHAPE.options,
  interface: optional(INTERFACE),
} as const;

/** Checks the options of `openIp`. */
export const OPEN_IP = object({
  ...RAW_SHAPE,
  family: orElse(IP_FAMILY, "inet"),
  protocol: PROTOCOL,
  includeHeader: orElse(boolean, false),
  hostname: optional(HOSTNAME),
  icmpTypes: optional(list(integer(0, 255))),
  checksumOffset: optional(integer(-1, 65534)),
  filter: optional(FILTER),
});

/** Checks the options of `openIcmp`. */
export const OPEN_ICMP = object({
  ...RAW_SHAPE,
  family: orElse(IP_FAMILY, "inet"),
  type: optional(oneOf("dgram", "raw")),
  hostname: optional(HOSTNAME),
});

const DEFAULT_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Checks the options of `openPacket`. */
export const OPEN_PACKET = object({
  ...RAW_SHAPE,
  etherType: orElse(integer(1, 65535), ETH_P_ALL),
  type: orElse(oneOf("raw", "dgram"), "raw"),
  promiscuous: orElse(boolean, false),
  filter: optional(FILTER),
  receiveBufferBytes: orElse(integer(4096, 2 ** 30), DEFAULT_RECEIVE_BUFFER_BYTES),
});

const MS: Parameter<number> = integer(1, 0x7fffffff);
const BYTE: Parameter<number> = integer(0, 255);
const TTL: Parameter<number> = integer(1, 255);

/** What has no end is `Infinity`. */
const COUNT: Parameter<number> = (value, action, name) =>
  value === Infinity ? value : integer(1, Number.MAX_SAFE_INTEGER)(value, action, name);

const RATE: Parameter<number> = (value, action, name) => {
  if (typeof value === "number" && value > 0) return value;
  const Refusal = typeof value === "number" ? RangeError : TypeError;
  throw new Refusal(`Cannot ${action}: ${name} ${show(value)} is not above 0`);
};

const IP_ADDRESS: Parameter<string> = (value, action, name) => {
  if (typeof value === "string" && (isIpv4(value) || isIpv6(value))) return value;
  throw new TypeError(`Cannot ${action}: ${name} ${show(value)} is not an IP address`);
};

/** What every prober takes. */
const PROBE_SHAPE = {
  family: optional(IP_FAMILY),
  interface: optional(INTERFACE),
  localAddress: optional(HOSTNAME),
  signal: optional(signal),
} as const;

/** Checks the options of `traceroute`: what depends on the method has no range here. */
export const TRACEROUTE = object({
  ...PROBE_SHAPE,
  localAddress: optional(IP_ADDRESS),
  method: orElse(oneOf("udp", "icmp", "tcp"), "udp"),
  firstHop: orElse(TTL, 1),
  maxHops: optional(TTL),
  probesPerHop: orElse(integer(1, 100), 3),
  window: orElse(integer(1, 1024), 16),
  timeoutMs: orElse(MS, 3500),
  port: optional(integer(1, 65535)),
  sizeBytes: optional(integer(0, 65507)),
  dontFragment: orElse(boolean, false),
  mtuDiscovery: orElse(boolean, false),
  tos: optional(BYTE),
});

/** Checks the options of `ping`. */
export const PING = object({
  ...PROBE_SHAPE,
  count: orElse(COUNT, Infinity),
  intervalMs: orElse(integer(0, 0x7fffffff), 1000),
  flood: orElse(boolean, false),
  timeoutMs: orElse(MS, 1000),
  sizeBytes: orElse(integer(0, 65507), 56),
  pattern: optional(bytes),
  ttl: optional(TTL),
  tos: optional(BYTE),
  dontFragment: optional(boolean),
});

/** Checks the options of `sweep`. */
export const SWEEP = object({
  ...PROBE_SHAPE,
  timeoutMs: orElse(MS, 500),
  retries: orElse(integer(0, 254), 1),
  ratePerSecond: orElse(RATE, 10000),
  window: orElse(integer(64, 32768), 4096),
  sizeBytes: orElse(integer(8, 1472), 56),
  ttl: optional(TTL),
  options: OPEN_SHAPE.options,
});
