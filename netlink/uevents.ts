/**
 * What the kernel tells of devices that come and go: what `udevadm monitor --kernel` prints.
 *
 * @module
 */
import { checkQuery } from "./_session.ts";
import { eventsOf } from "./_event_queue.ts";
import type { ReplyReader } from "./_exchange.ts";
import { Transport } from "./_transport.ts";
import { checkAccess } from "./_permissions.ts";
import { closeFd } from "../ffi/abi/library.ts";
import { NETLINK_KOBJECT_UEVENT } from "./abi/netlink.ts";
import { inNamespace, type Namespace, openNamespace } from "./namespace.ts";

/** A device that came, went or changed (lib/kobject_uevent.c). */
export interface Uevent {
  /** `"add"`, `"remove"`, `"change"`, `"move"`, `"online"`, `"offline"`, `"bind"`, `"unbind"`. */
  action: string;
  /** Its path under /sys. */
  devpath: string;
  /** `"net"`, `"block"`, `"usb"`, … */
  subsystem?: string;
  /** All that is said: `{ INTERFACE: "eth0", SEQNUM: "4711" }`. */
  values: Record<string, string>;
}

/** Options of {@linkcode uevents}. */
export interface UeventsOptions {
  /** Another network namespace: links have their events in their own. Needs CAP_SYS_ADMIN. */
  netns?: Namespace;
  /** Ends it: the iteration rejects with its reason. */
  signal?: AbortSignal;
}

/** linux/netlink.h has no name for it: the kernel's own events, as udev's daemon sends to group 2. */
const KERNEL_GROUP = 1;
const DECODER = new TextDecoder();

/**
 * Tells of devices as they come and go, from the first that is asked for on. Events that the kernel had to drop end it with `ENOBUFS`.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example Until told to stop
 * ```ts
 * import { uevents } from "@berkeley/sockets/netlink";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(async () => {
 *   for await (const { action, devpath } of uevents({ signal: AbortSignal.timeout(1) })) {
 *     console.log(action, devpath);
 *   }
 * }, DOMException);
 * ```
 *
 * @param options Where, and until when.
 * @returns The events. Leaving the loop ends it.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function uevents(options: UeventsOptions = {}): AsyncGenerator<Uevent, void, void> {
  const action = "listen to devices";
  checkQuery(options, ["netns", "signal"], action);
  const { netns, signal } = options;
  checkAccess("everything", action);
  return eventsOf(() => openTransport(netns, action), [KERNEL_GROUP], readEvent, signal, action);
}

function openTransport(netns: Namespace | undefined, action: string): Transport {
  checkAccess("everything", action);
  const open = () => new Transport({ protocol: NETLINK_KOBJECT_UEVENT, bare: true });
  if (netns === undefined) return open();
  const namespace = openNamespace(netns, action);
  try {
    return inNamespace(namespace, open);
  } finally {
    closeFd(namespace);
  }
}

const readEvent: ReplyReader<Uevent> = (source, at, end) =>
  parseUevent(source.bytes.subarray(at, end));

/** `action@devpath`, then `NAME=value` each, all ended by NULs; `undefined` if it is not that. */
export function parseUevent(bytes: Uint8Array): Uevent | undefined {
  const [head, ...rest] = DECODER.decode(bytes).split("\0");
  const at = head.indexOf("@");
  if (at <= 0) return undefined;
  const values: Record<string, string> = {};
  for (const line of rest) {
    const equals = line.indexOf("=");
    if (equals > 0) values[line.slice(0, equals)] = line.slice(equals + 1);
  }
  const event: Uevent = { action: head.slice(0, at), devpath: head.slice(at + 1), values };
  if (values.SUBSYSTEM !== undefined) event.subsystem = values.SUBSYSTEM;
  return event;
}
