/**
 * What the callers of AF_XDP pass.
 *
 * @module
 */
import {
  boolean,
  integer,
  oneOf,
  optional,
  orElse,
  type Parameter,
  show,
  text,
} from "../core/arguments.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import { WAIT_SHAPE } from "../core/wait.ts";

/** The most queues that an interface has (rtnl_create_link in net/core/rtnetlink.c). */
export const MAX_QUEUES = 4096;
/** The most frames of one kind: an arbitrary bound that keeps memory below 512 MiB. */
const MAX_FRAMES = 65536;

const FRAMES: Parameter<number> = (value, action, name) => {
  const count = integer(1, MAX_FRAMES)(value, action, name);
  if ((count & (count - 1)) === 0) return count;
  throw new RangeError(`Cannot ${action}: ${name} ${show(value)} is not a power of 2`);
};

/** The parameters of `attachXdp`. */
export const ATTACH_XDP = {
  interface: text(),
  attach: orElse(oneOf("any", "native", "generic"), "any"),
  etherType: optional(integer(1, 0xffff)),
} as const;

/** The parameters of `openXdp`, but for the program. */
export const OPEN_XDP = {
  ...WAIT_SHAPE,
  ...ATTACH_XDP,
  attach: optional(oneOf("any", "native", "generic", "none")),
  options: OPEN_SHAPE.options,
  queue: orElse(integer(0, MAX_QUEUES - 1), 0),
  mapFd: optional(integer(0, 0x7fffffff)),
  frameBytes: orElse(oneOf(2048, 4096), 2048),
  rxFrames: orElse(FRAMES, 2048),
  txFrames: orElse(FRAMES, 1024),
  headroomBytes: orElse(integer(0, 1024), 0),
  copy: optional(boolean),
  needWakeup: orElse(boolean, true),
} as const;
