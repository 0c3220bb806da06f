/**
 * Changes to the kernel's tables, one or thousands at a time.
 *
 * @module
 */
import { checkIterable } from "../core/arguments.ts";
import { beginWait, type Wait } from "../core/wait.ts";
import { closeFd } from "../ffi/abi/library.ts";
import { ChangeDatagram, type Written } from "./_change_datagram.ts";
import { findLink, readLinkNames } from "./_link_names.ts";
import type { Session } from "./_opened.ts";
import { beginSession, checkQuery, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import type { Transport } from "./_transport.ts";
import { NETLINK_ROUTE, NLM_F_ACK, NLM_F_REQUEST } from "./abi/netlink.ts";
import { type AddressChange, encodeAddress } from "./address_change.ts";
import {
  encodeFdb,
  encodeMdb,
  encodeVlan,
  type FdbChange,
  type MdbChange,
  type VlanChange,
} from "./bridge_change.ts";
import type { ChangeContext, ChangeRequest, MadeDevice } from "./_change_request.ts";
import { ByteSink } from "./_bytes.ts";
import { VALUES } from "./_value_table.ts";
import { encodeFilter, type FilterChange } from "./filter_change.ts";
import { encodeLink, type LinkChange } from "./link_change.ts";
import { writeMessage } from "./message.ts";
import { type Namespace, openNamespace } from "./namespace.ts";
import { encodeNeighbor, type NeighborChange } from "./neighbor_change.ts";
import { encodeNextHop, type NextHopChange } from "./nexthop_change.ts";
import { type ClassChange, encodeClass, encodeQdisc, type QdiscChange } from "./qdisc_change.ts";
import { encodeRoute, type RouteChange } from "./route_change.ts";
import { encodeRule, type RuleChange } from "./rule_change.ts";

/** What is to be changed: `do` says what, the rest are words as the tables have them. */
export type Change =
  | LinkChange
  | AddressChange
  | RouteChange
  | NeighborChange
  | RuleChange
  | NextHopChange
  | QdiscChange
  | ClassChange
  | FdbChange
  | VlanChange
  | MdbChange
  | FilterChange;

/** A change that the kernel has refused. */
export interface ChangeFailure {
  /** Its place among the changes, from 0. */
  index: number;
  /** The change. */
  change: Change;
  /** Why: mostly a `NetlinkError`. */
  error: unknown;
}

/** Writes each kind of change, by the last word of `do`. */
const ENCODERS: Readonly<
  Record<string, (change: never, context: ChangeContext) => ChangeRequest>
> = {
  link: encodeLink,
  address: encodeAddress,
  route: encodeRoute,
  neighbor: encodeNeighbor,
  rule: encodeRule,
  nexthop: encodeNextHop,
  qdisc: encodeQdisc,
  class: encodeClass,
  fdb: encodeFdb,
  vlan: encodeVlan,
  mdb: encodeMdb,
  filter: encodeFilter,
};

/**
 * Makes one change: adds, sets, replaces or deletes a link, an address, a route, a neighbour, a rule, a
 * next hop, a queueing discipline, a class, a filter, or what a bridge knows.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`, and CAP_NET_ADMIN in the namespace.
 *
 * @example A pair of links with an address, in a namespace
 * ```ts ignore
 * import { change } from "@berkeley/sockets/netlink";
 *
 * const netns = "blue";
 * await change({ do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } }, { netns });
 * await change({ do: "add address", dev: "v0", local: "10.0.0.1/24" }, { netns });
 * await change({ do: "set link", ifname: "v0", up: true }, { netns });
 * await change({ do: "add route", dst: "10.9.0.0/16", gateway: "10.0.0.2" }, { netns });
 * ```
 *
 * @param change What to change.
 * @param options Where, signal and time limit.
 * @throws {TypeError} If a word is unknown, missing or of the wrong kind.
 * @throws {NetlinkError} What the kernel refuses with: `kernelMessage` and `attribute` say more.
 */
export async function change(change: Change, options: NetlinkOptions = {}): Promise<void> {
  const [failure] = await changeAll([change], options);
  if (failure !== undefined) throw failure.error;
}

/**
 * Makes many changes, in order, many to a datagram. One that fails does not keep the next from being
 * made.
 *
 * Linux. Needs what {@linkcode change} needs.
 *
 * @example Ten thousand routes
 * ```ts ignore
 * import { changeAll } from "@berkeley/sockets/netlink";
 *
 * const routes = Array.from({ length: 10_000 }, (_, i) => ({
 *   do: "add route" as const,
 *   dst: `10.${i >> 8}.${i & 255}.0/24`,
 *   dev: "eth0",
 * }));
 * for (const { change, error } of await changeAll(routes)) console.log(change, error);
 * ```
 *
 * @param changes What to change.
 * @param options Where, signal and time limit.
 * @returns Those that failed; none if all went well.
 * @throws {TypeError} If a word of any is unknown, missing or of the wrong kind; those before were made.
 */
export async function changeAll(
  changes: Iterable<Change>,
  options: NetlinkOptions = {},
): Promise<ChangeFailure[]> {
  checkQuery(options, NETLINK_KEYS, "change");
  const checked = checkedChanges(changes);
  // A first one that is refused opens nothing.
  const first = checked.next();
  if (first.value !== undefined) tryEncode(first.value.change);
  const wait = beginWait(options);
  try {
    const session = beginSession(NETLINK_ROUTE, options, "everything", "change", false);
    try {
      return await new Batch(session, wait).run(first, checked);
    } finally {
      session.end();
    }
  } finally {
    wait?.end();
  }
}

/** A change as the caller gave it, and what was read of it: each word once. */
interface CheckedChange {
  readonly given: Change;
  readonly change: Change;
}

/** Refuses what is no change by its words' kinds, one by one as they are taken. */
function* checkedChanges(changes: Iterable<Change>): Generator<CheckedChange, undefined> {
  checkIterable(changes, "change", "changes");
  for (const given of changes) yield { given, change: VALUES.change(given, "change", "change") };
}

/** Writes a change to nowhere, with links and namespaces that are not looked for. */
function tryEncode(change: Change): void {
  const { payload } = encoderOf(change)(change as never, { index: () => 1, namespace: () => 0 });
  payload(new ByteSink(MOST_BYTES));
}

/** Changes in one datagram: the errors of so many fit the receive buffer. */
const MOST_CHANGES = 96;
const MOST_BYTES = 32768;

/** A link is not known by name. */
class UnknownName extends Error {
  readonly linkName: string;

  constructor(linkName: string) {
    super();
    this.linkName = linkName;
  }
}

/** A change in the datagram that is being put together. */
interface WrittenChange extends Written {
  readonly index: number;
  readonly change: Change;
  readonly flagsAt: number;
}

/** Changes on their way. */
class Batch implements ChangeContext {
  readonly #session: Session;
  readonly #transport: Transport;
  readonly #wait: Wait | undefined;
  readonly #failures: ChangeFailure[] = [];
  readonly #indexes: Map<string, number> = new Map();
  readonly #namespaces: number[] = [];
  #sink = new ByteSink(MOST_BYTES);
  #written: WrittenChange[] = [];
  #listed = false;

  constructor(session: Session, wait: Wait | undefined) {
    this.#session = session;
    this.#transport = session.transport;
    this.#wait = wait;
  }

  async run(
    first: IteratorResult<CheckedChange, undefined>,
    others: Iterator<CheckedChange, undefined>,
  ): Promise<ChangeFailure[]> {
    try {
      let index = 0;
      for (let next = first; !next.done; next = others.next()) {
        const request = await this.#encode(next.value, index);
        if (request?.renames) {
          await this.#flush();
          this.#indexes.clear();
          this.#listed = false;
        } else if (this.#written.length >= MOST_CHANGES || this.#sink.length >= MOST_BYTES) {
          await this.#flush();
        }
        index++;
      }
      await this.#flush();
      return this.#failures;
    } finally {
      this.#closeNamespaces();
    }
  }

  index(name: string): number {
    const known = this.#indexes.get(name);
    if (known === undefined) throw new UnknownName(name);
    return known;
  }

  namespace(netns: Namespace): number {
    const fd = openNamespace(netns, "change");
    this.#namespaces.push(fd);
    return fd;
  }

  /** Writes a change behind the others; names that it needs are looked up once those were made. */
  async #encode(
    { given, change }: CheckedChange,
    index: number,
  ): Promise<ChangeRequest | undefined> {
    const encoder = encoderOf(change);
    for (;;) {
      const start = this.#sink.length;
      let made: MadeDevice | undefined;
      try {
        const request = encoder(change as never, this);
        const { device } = request;
        if (device !== undefined) {
          // What was asked for before comes first.
          if (this.#written.length > 0) {
            await this.#flush();
            continue;
          }
          if (!this.#make(device, given, index)) return undefined;
          made = device;
        }
        const sequence = this.#transport.nextSequence();
        this.#sink.pad();
        const at = this.#sink.length;
        writeMessage(
          this.#sink,
          request.type,
          NLM_F_REQUEST | request.flags,
          sequence,
          request.payload,
        );
        this.#written.push({ index, change: given, request, sequence, at, flagsAt: at + 6 });
        made = undefined;
        if (device !== undefined) await this.#settle(device, given, index);
        return request;
      } catch (error) {
        made?.settle(false);
        this.#sink.truncate(start);
        if (!(error instanceof UnknownName)) {
          await this.#flush();
          throw error;
        }
        await this.#flush();
        try {
          await this.#lookUp(error.linkName);
        } catch (reason) {
          this.#failures.push({ index, change: given, error: reason });
          return undefined;
        }
      }
    }
  }

  #make(device: MadeDevice, change: Change, index: number): boolean {
    try {
      this.#session.inside(() => device.make());
      return true;
    } catch (error) {
      this.#closeNamespaces();
      this.#failures.push({ index, change, error });
      return false;
    }
  }

  /** Sets up what was made; what cannot be set up as it was asked for is not kept. */
  async #settle(device: MadeDevice, change: Change, index: number): Promise<void> {
    let keep = false;
    try {
      const before = this.#failures.length;
      await this.#flush();
      keep = this.#failures.length === before;
    } finally {
      try {
        device.settle(keep);
      } catch (error) {
        this.#failures.push({ index, change, error });
      }
    }
  }

  async #lookUp(name: string): Promise<void> {
    if (!this.#listed && this.#indexes.size > 0) {
      // Several names: all at once.
      this.#listed = true;
      const names = await readLinkNames(this.#transport, this.#wait);
      for (const [index, link] of names.entries()) this.#indexes.set(link, index);
      if (this.#indexes.has(name)) return;
    }
    this.#indexes.set(name, await findLink(this.#transport, name, this.#wait));
  }

  async #flush(): Promise<void> {
    if (this.#written.length === 0) return;
    const written = this.#written;
    this.#written = [];
    const last = written[written.length - 1];
    // Errors are told in any case; that all were dealt with is told by the last one's ACK.
    this.#sink.setU16(last.flagsAt, NLM_F_REQUEST | NLM_F_ACK | last.request.flags);
    const run = new ChangeDatagram(written, this.#sink.written(), this.#transport);
    await run.done(this.#wait);
    this.#sink.truncate(0);
    for (const { written: { index, change }, error } of run.failures) {
      this.#failures.push({ index, change, error });
    }
    this.#closeNamespaces();
  }

  #closeNamespaces(): void {
    for (const fd of this.#namespaces.splice(0)) closeFd(fd);
  }
}

function encoderOf(
  change: Change,
): (change: never, context: ChangeContext) => ChangeRequest {
  return ENCODERS[change.do.slice(change.do.indexOf(" ") + 1)];
}
