/**
 * An endpoint of any netlink protocol.
 *
 * @module
 */
import type { NetlinkAddress } from "../core/address.ts";
import {
  boolean,
  checkKeys,
  integer,
  list,
  object,
  optional,
  type Parameter,
  text,
} from "../core/arguments.ts";
import { bytes } from "../core/bytes.ts";
import { closedError } from "../core/errors.ts";
import type { SocketOption } from "../core/option.ts";
import { beginWait, checkWaitOptions, type Wait, type WaitOptions } from "../core/wait.ts";
import { closeFd } from "../ffi/abi/library.ts";
import { decodeSockaddr } from "../ffi/families/sockaddr.ts";
import { copyMessage, EndpointEvents } from "./_endpoint_events.ts";
import { checkAccess } from "./_permissions.ts";
import { requestOn } from "./_request.ts";
import { Transport } from "./_transport.ts";
import type { Session } from "./_opened.ts";
import { NLM_F_DUMP } from "./abi/netlink.ts";
import type { AttributeLookup } from "./attributes.ts";
import { Dump } from "./dump.ts";
import { groupNumber, type NetlinkProtocol, protocolNumber } from "./groups.ts";
import type { NetlinkEvent, NetlinkMessage, RequestShape } from "./message.ts";
import { inNamespace, type Namespace, openNamespace } from "./namespace.ts";

/** How an endpoint is opened. */
export interface OpenOptions {
  /** The protocol, by name or NETLINK_* number, 0 to 31. Default: `"route"`. */
  protocol?: NetlinkProtocol | number;
  /** Multicast groups to join, by name (as `ip monitor` and linux/rtnetlink.h have them) or number. */
  groups?: readonly (string | number)[];
  /** Another network namespace. Needs CAP_SYS_ADMIN. */
  netns?: Namespace;
  /** Hear of every namespace that has an id here (NETLINK_LISTEN_ALL_NSID). Default: false. */
  allNamespaces?: boolean;
}

/** A request as bytes. */
export interface NetlinkRequest {
  /** nlmsg_type. */
  type: number;
  /** NLM_F_* flags; NLM_F_REQUEST and what is needed for an answer are added. Default: 0. */
  flags?: number;
  /** What follows the header. Default: nothing. */
  data?: Uint8Array;
  /** What it is for, in errors: `"add route"`. Default: its type. */
  action?: string;
  /** How `data` is laid out: lets an error name the attribute at fault. */
  shape?: RequestShape;
}

const OPEN_KEYS = ["protocol", "groups", "netns", "allNamespaces"];
const LOOKUP: Parameter<AttributeLookup> = (value, action, name) => {
  if (typeof (value as AttributeLookup | null)?.find === "function") {
    return value as AttributeLookup;
  }
  throw new TypeError(`Cannot ${action}: ${name} is no table of attributes`);
};
const REQUEST = object({
  type: integer(0, 0xffff),
  flags: optional(integer(0, 0xffff)),
  data: optional(bytes),
  action: optional(text()),
  shape: optional(object({ headerBytes: integer(0, 0xffff), attributes: LOOKUP })),
});
interface ReadRequest extends Omit<NetlinkRequest, "data" | "action"> {
  readonly data: Uint8Array;
  readonly action: string;
}
/** An open netlink socket. Many requests may be under way at once. */
export class NetlinkEndpoint implements Disposable, AsyncDisposable {
  /** Always `"netlink"`. */
  readonly family = "netlink" as const;
  /** Always `"raw"`. */
  readonly type = "raw" as const;
  /** Always `"libc"`. */
  readonly engine = "libc" as const;
  /** NETLINK_*. */
  readonly protocol: number;
  readonly #transport: Transport;
  /** Held to open more sockets in the same namespace; -1 for this process's own. */
  #namespace: number;
  #dumping = 0;
  readonly #events = new EndpointEvents();

  /** Use {@linkcode open}. */
  constructor(options: OpenOptions) {
    const action = "open netlink";
    checkKeys(options, OPEN_KEYS, action);
    const { protocol = "route", groups = [], netns, allNamespaces = false } = options;
    boolean(allNamespaces, action, "allNamespaces");
    this.protocol = protocolNumber(protocol, action);
    list((group) => group)(groups, action, "groups");
    const numbers = Array.from(groups, (group) => groupNumber(this.protocol, group, action));
    checkAccess("everything", action);
    this.#namespace = netns === undefined ? -1 : openNamespace(netns, action);
    const namespace = this.#namespace < 0 ? undefined : this.#namespace;
    let transport: Transport | undefined;
    try {
      transport = new Transport({ protocol: this.protocol, namespace, allNamespaces });
      for (const group of numbers) transport.join(group);
    } catch (error) {
      transport?.close();
      this.#closeNamespace();
      throw error;
    }
    this.#transport = transport;
    transport.listen(this.#events);
    this.#events.wake = () => this.#transport.wake();
  }

  /** This end's address: its port, and a bit for each of the first 32 groups. */
  get localAddr(): NetlinkAddress {
    const name = this.#transport.core.localName();
    return decodeSockaddr(name, name.length) as NetlinkAddress;
  }

  /** Joins a multicast group, by name or number. */
  join(group: string | number): void {
    this.#checkOpen();
    this.#transport.join(groupNumber(this.protocol, group, "join a group"));
  }

  /** Leaves a multicast group. */
  leave(group: string | number): void {
    this.#checkOpen();
    this.#transport.leave(groupNumber(this.protocol, group, "leave a group"));
  }

  /** Reads a socket option (`man 2 getsockopt`). */
  getOption<T>(option: SocketOption<T>): T {
    return this.#transport.core.getOption(option);
  }

  /** Sets a socket option (`man 2 setsockopt`). */
  setOption<T>(option: SocketOption<T>, value: T): void {
    this.#transport.core.setOption(option, value);
  }

  /**
   * Asks the kernel for something and waits until it has acknowledged it.
   *
   * @param request The request.
   * @param options Signal and time limit. The kernel may carry out what it was asked all the same.
   * @returns What the kernel replied before it acknowledged.
   * @throws {NetlinkError} What the kernel refuses with; `kernelMessage` and `attribute` say more.
   */
  async request(request: NetlinkRequest, options?: WaitOptions): Promise<NetlinkMessage[]> {
    const { type, flags, data, action, shape } = checkRequest(request);
    this.#checkOpen();
    return await waited(options, (wait) =>
      requestOn<NetlinkMessage>(this.#transport, {
        type,
        flags,
        payload: (sink) => sink.append(data),
        read: copyMessage,
        action,
        shape,
      }, wait));
  }

  /**
   * Asks for a table (NLM_F_DUMP), told in many messages.
   *
   * @param request The request.
   * @param options Signal and time limit for each reading of it.
   * @returns The table; nothing is sent before it is read.
   */
  dump(request: NetlinkRequest, options?: WaitOptions): Dump<NetlinkMessage> {
    const { type, flags = 0, data, action, shape } = checkRequest(request);
    if (options !== undefined) checkWaitOptions(options, "ask netlink");
    return new Dump<NetlinkMessage>((_wait) => {
      const session = this.session(true);
      return Promise.resolve({
        transport: session.transport,
        requests: [{
          type,
          flags: NLM_F_DUMP | flags,
          payload: (sink) => sink.append(data),
          read: copyMessage,
          action,
          shape,
        }],
        end: session.end,
      });
    }, options);
  }

  /**
   * The next message of the groups that were joined.
   *
   * @param options Signal and time limit.
   * @returns The message.
   * @throws {SocketError} `ENOBUFS` once when the kernel has dropped messages; then it goes on.
   */
  async recv(options?: WaitOptions): Promise<NetlinkEvent> {
    this.#checkOpen();
    return await waited(options, (wait) => this.#events.next(wait));
  }

  /** The messages of the groups that were joined; throws `ENOBUFS` when the kernel has dropped some. */
  async *[Symbol.asyncIterator](): AsyncGenerator<NetlinkEvent, void, void> {
    while (!this.#transport.isClosed) yield await this.recv();
  }

  /** Closes the socket; what is under way rejects with `EBADF`. May be called again. */
  close(): void {
    this.#transport.close();
    this.#closeNamespace();
  }

  /** As {@linkcode NetlinkEndpoint.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** As {@linkcode NetlinkEndpoint.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /**
   * A socket for a typed function: this one, or another in the same namespace while a dump is under
   * way here, of which the kernel does one at a time. Not for users.
   *
   * @ignore
   */
  session(dump: boolean): Session {
    this.#checkOpen();
    const inside = <T>(make: () => T) =>
      this.#namespace < 0 ? make() : inNamespace(this.#namespace, make);
    if (!dump) return { transport: this.#transport, end() {}, inside };
    if (this.#dumping === 0) {
      this.#dumping++;
      return {
        transport: this.#transport,
        end: (complete?: boolean) => {
          // One that was left early goes on: further dumps take sockets of their own.
          if (complete !== false) this.#dumping--;
        },
        inside,
      };
    }
    const transport = inside(() => new Transport({ protocol: this.protocol }));
    return { transport, end: () => transport.close(), inside };
  }

  #checkOpen(): void {
    if (this.#transport.isClosed) throw closedError("netlink");
  }

  #closeNamespace(): void {
    if (this.#namespace >= 0) closeFd(this.#namespace);
    this.#namespace = -1;
  }
}

/**
 * Opens a netlink socket (`man 7 netlink`): the way to everything for which there is no function here.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`; what else depends on the protocol, mostly
 * nothing for reading and CAP_NET_ADMIN for changes.
 *
 * @example The loopback's index, by hand
 * ```ts
 * import { open } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * using endpoint = open({ protocol: "route" });
 * const RTM_GETLINK = 18;
 * const ifinfomsg = new Uint8Array(16);
 * ifinfomsg[4] = 1; // ifi_index
 * const [link] = await endpoint.request({ type: RTM_GETLINK, data: ifinfomsg });
 * assertEquals(new DataView(link.data.buffer).getInt32(4, true), 1);
 * ```
 *
 * @param options Protocol, groups and namespace.
 * @returns The endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {SocketError} `EPROTONOSUPPORT` if the kernel lacks the protocol, `EPERM` for another
 * namespace or a group without the capability, `ENOENT` for a namespace that there is not.
 */
export function open(options: OpenOptions = {}): NetlinkEndpoint {
  return new NetlinkEndpoint(options);
}

async function waited<T>(
  options: WaitOptions | undefined,
  run: (wait: Wait | undefined) => Promise<T>,
): Promise<T> {
  if (options !== undefined) checkKeys(options, ["signal", "timeoutMs"], "wait");
  const wait = beginWait(options);
  try {
    return await run(wait);
  } finally {
    wait?.end();
  }
}

function checkRequest(request: NetlinkRequest): ReadRequest {
  const checked = REQUEST(request, "ask netlink", "request");
  const { type, data = NOTHING, action = `ask netlink for message ${type}` } = checked;
  return { ...checked, data, action };
}

const NOTHING = new Uint8Array(0);
