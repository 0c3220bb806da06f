import {
  boolean,
  integer,
  list,
  object,
  oneOf,
  optional,
  orElse,
  type Parameter,
  text,
} from "../core/arguments.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import { HOSTNAME, IP_FAMILY } from "../core/ip_arguments.ts";
import { WAIT_SHAPE } from "../core/wait.ts";
import { ETH_P_ALL } from "../ffi/abi/packet_constants.ts";
import { type BpfProgram, checkBpf } from "./bpf.ts";

/** An interface's name has up to 15 bytes (IFNAMSIZ, linux/if.h); which exist, the kernel says. */
const INTERFACE: Parameter<string> = text();

const FILTER: Parameter<BpfProgram> = (value) => {
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
