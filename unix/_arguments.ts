import {
  callback,
  type Checked,
  integer,
  object,
  oneOf,
  optional,
  orElse,
  type Parameter,
} from "../core/arguments.ts";
import { bytes } from "../core/bytes.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import { checkUnixPath, unixPathMessage, unixPathText } from "../core/unix_arguments.ts";

/** A text as it is: a path may begin with a NUL, and {@linkcode checkUnixPath} says what else of it may not be. */
const path: Parameter<string> = (value, action, name) => {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot ${action}: ${name} is not a string`);
};

const PATH_SHAPE = {
  ...OPEN_SHAPE,
  family: optional(oneOf("unix")),
  path: optional(path),
  pathBytes: optional(bytes),
} as const;

const LISTEN_SHAPE = {
  ...PATH_SHAPE,
  type: orElse(oneOf("stream", "seqpacket"), "stream"),
  mode: optional(integer(0, 0o777)),
  backlog: optional(integer(0, 0x7fffffff)),
  onError: optional(callback<AcceptErrorHandler>()),
} as const;

const BIND_SHAPE = { ...PATH_SHAPE, mode: optional(integer(0, 0o777)) } as const;
const CONNECT_SHAPE = {
  ...PATH_SHAPE,
  type: orElse(oneOf("stream", "seqpacket", "dgram"), "stream"),
} as const;

/** The options of `listen`, checked. */
export type ListenRequest = Checked<typeof LISTEN_SHAPE>;
/** The options of `bind`, checked. */
export type BindRequest = Checked<typeof BIND_SHAPE>;
/** The options of `connect`, checked. */
export type ConnectRequest = Checked<typeof CONNECT_SHAPE>;

/** Checks the options of `listen`. */
export const LISTEN = object(LISTEN_SHAPE);
/** Checks the options of `bind`. */
export const BIND = object(BIND_SHAPE);
/** Checks the options of `connect`. */
export const CONNECT = object(CONNECT_SHAPE);
/** Checks the options of `pair`. */
export const PAIR = object({ type: orElse(oneOf("stream", "dgram", "seqpacket"), "stream") });

/** Where a Unix socket is to be. */
export interface UnixPlace {
  /** The bytes that the kernel gets; none for a socket without a name. */
  bytes: Uint8Array;
  /** The path as text; `undefined` when its bytes are no UTF-8, which only libc can pass on. */
  path: string | undefined;
  /** For messages. */
  shown: string;
}

/** The place that checked options name. */
export function placeOf(
  request: { path?: string; pathBytes?: Uint8Array },
  action: string,
): UnixPlace {
  const bytes = checkUnixPath(request, action).slice();
  const path = unixPathText(bytes);
  return { bytes, path, shown: unixPathMessage(path ?? "a path that is no UTF-8") };
}

/** No place at all. */
export const UNNAMED: UnixPlace = {
  bytes: new Uint8Array(0),
  path: "",
  shown: "an unnamed socket",
};

/** What of a place only libc can do. */
export function placeLibcReason({ path }: UnixPlace): string | undefined {
  return path === undefined ? "a path that is no UTF-8" : undefined;
}
