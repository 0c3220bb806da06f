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
import { WAIT_SHAPE } from "../core/wait.ts";
import { ETH_P_ALL } from "../ffi/abi/packet_constants.ts";
import { type BpfProgram, checkBpf } from "./bpf.ts";

/** An interface's name has up to 15 bytes (IFNAMSIZ, linux/if.h); which exist, the kernel says. */
const INTERFACE: Parameter<string> = text();

const FILTER: Parameter<BpfProgram> = (value, action, name) => {
  if (!Array.isArray(value)) throw new TypeError(`Cannot ${action}: ${name} is not an array`);
  checkBpf(value as BpfProgram);
  return value as BpfProgram;
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

/** What every prober takes. */
const PROBE_SHAPE = {
  family: optional(IP_FAMILY),
  interface: optional(INTERFACE),
  localAddress: optional(HOSTNAME),
  signal: optional(signal),
} as const;

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
