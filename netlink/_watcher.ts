/**
 * Tables kept equal to the kernel's: a dump first, then every change that the kernel tells, and a dump
 * again where it may have told too little.
 *
 * @module
 */
import { closedError, isSocketError } from "../core/errors.ts";
import type { Wait } from "../core/wait.ts";
import { SO_RCVBUF, SO_RCVBUFFORCE } from "../ffi/options/buffer.ts";
import type { Listener, Transport } from "./_transport.ts";
import { Entries, type Keys } from "./_entries.ts";
import { LinkNames, readLinkNames } from "./_link_names.ts";
import { replaces, sameEntry, type TableKind, type TableTypes, WATCHED } from "./_watched.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import { RTM_DELADDR, RTM_DELLINK, RTM_DELNEXTHOP, RTM_NEWLINK } from "./abi/rtnetlink.ts";
import type { ByteSource } from "./_bytes.ts";
import { groupNumber } from "./groups.ts";
import type { Link } from "./link.ts";

/** How an entry became what it is. */
export type ChangeSource = "snapshot" | "event" | "resync";

/** A change of an entry of table `K`. */
export interface EntryChange<K extends TableKind> {
  /** The table. */
  table: K;
  /** What happened. */
  change: "add" | "change" | "remove";
  /** The entry as it is now; of one that is gone, as it was. */
  value: TableTypes[K];
  /** Of a change: the entry as it was. */
  previous?: TableTypes[K];
  /** Where it is known from: the first dump, a message of the kernel, or a later dump. */
  source: ChangeSource;
}

/** What a monitor tells. */
export type MonitorEvent =
  | { [K in TableKind]: EntryChange<K> }[TableKind]
  | {
    /**
     * `"synced"`: all tables are as the kernel has them. `"overrun"`: the kernel had to drop messages;
     * what changed meanwhile follows, and then `"synced"`.
     */
    change: "synced" | "overrun";
    /** None: it is about all tables. */
    table?: undefined;
  };

/** Room for messages that wait to be read, in bytes. */
const RECEIVE_BYTES = 8 << 20;

/** A message, read. */
interface Told {
  readonly table: TableKind;
  readonly removed: boolean;
  readonly replaces: boolean;
  readonly value: TableTypes[TableKind];
}

/** See the module. */
export class Watcher implements Listener {
  readonly #transport: Transport;
  readonly #tables: readonly TableKind[];
  readonly #dumpTransport: () => Transport;
  /** Entries by key, of each table. */
  readonly #entries: Map<TableKind, Entries<TableTypes[TableKind]>> = new Map();
  readonly #stale: Set<TableKind> = new Set();
  #names = new LinkNames();
  #told: Told[] = [];
  #overran = false;
  #first = true;
  #synced = false;
  #waiter: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  #failure: { reason: unknown } | undefined;

  /**
   * Watches.
   *
   * @param transport Its own socket.
   * @param dumpTransport Opens another in the same namespace.
   * @param tables What to watch.
   */
  constructor(
    transport: Transport,
    dumpTransport: () => Transport,
    tables: readonly TableKind[],
  ) {
    this.#transport = transport;
    this.#dumpTransport = dumpTransport;
    this.#tables = tables;
    // Links name what the other tables hold, and take entries along.
    const groups = new Set(["link", ...tables.flatMap((table) => WATCHED[table].groups)]);
    if (tables.some((table) => WATCHED[table].fallsWithLinks)) {
      for (const group of [...WATCHED.addresses.groups, ...WATCHED.nexthops.groups]) {
        groups.add(group);
      }
    }
    enlarge(transport);
    for (const group of groups) {
      try {
        transport.join(groupNumber(NETLINK_ROUTE, group, "monitor"));
      } catch (error) {
        // Next hop objects are younger than the rest.
        if (group !== "nexthop" || tables.includes("nexthops") || !isSocketError(error)) {
          throw error;
        }
      }
    }
    for (const table of tables) {
      this.#entries.set(table, new Entries(WATCHED[table] as Keys<TableTypes[TableKind]>));
      this.#stale.add(table);
    }
    transport.listen(this);
  }

  /** The entries of a table. */
  entries(table: TableKind): ReadonlyMap<string, TableTypes[TableKind]> {
    return this.#entries.get(table)!.all;
  }

  get hungry(): boolean {
    return this.#waiter !== undefined;
  }

  /** Whether its waits keep the process alive (the default). */
  keepAlive(on: boolean): void {
    this.#transport.keepAlive(on);
  }

  /** Closes the socket. */
  close(): void {
    this.#transport.close();
  }

  /** What happened next; waits until something does. */
  async next(wait: Wait | undefined): Promise<MonitorEvent[]> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      if (this.#overran) {
        this.#overran = false;
        this.#synced = false;
        for (const table of this.#tables) this.#stale.add(table);
        return [{ change: "overrun" }];
      }
      // The kernel drops on until all that it kept was taken.
      if (this.#stale.size > 0) this.#transport.drain();
      const told = this.#told;
      this.#told = [];
      const events = told.flatMap((message) => this.#apply(message));
      // However fast messages come, what they do not tell is looked for too.
      if (this.#stale.size > 0 && !this.#overran) events.push(...await this.#resync(wait));
      if (events.length > 0) return events;
      if (this.#told.length > 0 || this.#stale.size > 0 || this.#overran) continue;
      if (!this.#synced) {
        this.#synced = true;
        return [{ change: "synced" }];
      }
      await this.#wait(wait);
    }
  }

  event(source: ByteSource, at: number, end: number, type: number, flags: number): void {
    try {
      this.#read(source, at, end, type, flags);
    } catch (error) {
      // What cannot be read may still have changed a table.
      if (!(error instanceof TypeError)) throw error;
      for (const table of this.#tables) this.#stale.add(table);
    }
    this.#wake();
  }

  overrun(): void {
    this.#overran = true;
    this.#wake();
  }

  closed(reason: unknown = closedError("netlink")): void {
    this.#failure ??= { reason };
    this.#waiter?.reject(this.#failure.reason);
    this.#waiter = undefined;
  }

  #wake(): void {
    this.#waiter?.resolve();
    this.#waiter = undefined;
  }

  #wait(wait: Wait | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiter = { resolve, reject };
      wait?.arm((reason) => {
        this.#waiter = undefined;
        reject(reason);
      });
      this.#transport.wake();
    }).finally(() => wait?.disarm());
  }

  #read(source: ByteSource, at: number, end: number, type: number, flags: number): void {
    if (type === RTM_NEWLINK || type === RTM_DELLINK) this.#linkChanged(source, at, end, type);
    if (type === RTM_DELADDR || type === RTM_DELNEXTHOP) this.#linksFell();
    for (const table of this.#tables) {
      const { messages, read } = WATCHED[table];
      if (type !== messages[0] && type !== messages[1]) continue;
      const value = read(source, at, end, this.#names);
      if (value !== undefined) {
        const removed = type === messages[1];
        this.#told.push({ table, removed, replaces: replaces(flags), value });
      }
    }
  }

  /** Keeps names, and notes what a change of a link changes elsewhere without another message. */
  #linkChanged(source: ByteSource, at: number, end: number, type: number): void {
    const link = WATCHED.links.read(source, at, end, this.#names) as Link | undefined;
    if (link === undefined) return;
    const { ifindex, ifname } = link;
    const known = this.#names.has(ifindex);
    const renamed = known && this.#names.name(ifindex) !== ifname;
    const state = this.#names.state(ifindex);
    if (type === RTM_DELLINK) this.#names.forget(ifindex);
    else this.#names.learn(source, at, end);
    if (renamed) this.#tables.forEach((table) => this.#stale.add(table));
    // What a link without a carrier does to routes may be told before it is done, and again after.
    if (type === RTM_DELLINK || known && !this.#names.isWell(ifindex, state)) {
      this.#linksFell();
      // Links upon this one tell of it: M-DOWN.
      if (this.#tables.includes("links")) this.#stale.add("links");
    }
    if (this.#tables.includes("qdiscs")) this.#stale.add("qdiscs");
  }

  #linksFell(): void {
    for (const table of this.#tables) {
      if (WATCHED[table].fallsWithLinks) this.#stale.add(table);
    }
  }

  #apply({ table, removed, replaces, value }: Told): MonitorEvent[] {
    const entries = this.#entries.get(table)!;
    const { key: keyOf, place } = WATCHED[table] as Keys<unknown>;
    const key = keyOf(value);
    const before = entries.get(key);
    if (removed) {
      // A route that is gone in part, or that was replaced: its place tells, a dump shows.
      if (before === undefined) {
        if (place !== undefined) this.#stale.add(table);
        return [];
      }
      entries.delete(key);
      return [changeOf(table, "remove", before, undefined, "event")];
    }
    if (before !== undefined) {
      entries.set(key, value);
      return sameEntry(before, value) ? [] : [changeOf(table, "change", value, before, "event")];
    }
    if (place !== undefined && (replaces || hasWays(value))) {
      const there = entries.inPlaceOf(value);
      if (there.length > 1) {
        this.#stale.add(table);
        return [];
      }
      if (there.length === 1) {
        const old = entries.get(there[0])!;
        entries.delete(there[0]);
        entries.set(key, value);
        return [changeOf(table, "change", value, old, "event")];
      }
    }
    entries.set(key, value);
    return [changeOf(table, "add", value, undefined, "event")];
  }

  /** Compares the stale tables with the kernel's. */
  async #resync(wait: Wait | undefined): Promise<MonitorEvent[]> {
    const source = this.#first ? "snapshot" : "resync";
    const stale = [...this.#stale];
    this.#stale.clear();
    const events: MonitorEvent[] = [];
    const transport = this.#dumpTransport();
    try {
      this.#names = await readLinkNames(transport, wait);
      for (const table of stale) {
        const fresh = await WATCHED[table].dump({}).collectOn(transport, wait);
        this.#compare(table, fresh as TableTypes[TableKind][], source, events);
      }
      this.#first = false;
    } catch (error) {
      for (const table of stale) this.#stale.add(table);
      throw error;
    } finally {
      transport.close();
    }
    return events;
  }

  #compare(
    table: TableKind,
    fresh: readonly TableTypes[TableKind][],
    source: ChangeSource,
    events: MonitorEvent[],
  ): void {
    const before = this.#entries.get(table)!;
    const { key: keyOf } = WATCHED[table] as Keys<unknown>;
    const after = new Map<string, TableTypes[TableKind]>();
    for (const value of fresh) after.set(keyOf(value), value);
    for (const [key, value] of [...before.all]) {
      if (after.has(key)) continue;
      before.delete(key);
      events.push(changeOf(table, "remove", value, undefined, source));
    }
    for (const [key, value] of after) {
      const old = before.get(key);
      before.set(key, value);
      if (old === undefined) events.push(changeOf(table, "add", value, undefined, source));
      else if (!sameEntry(old, value)) events.push(changeOf(table, "change", value, old, source));
    }
  }
}

function changeOf(
  table: TableKind,
  change: "add" | "change" | "remove",
  value: TableTypes[TableKind],
  previous: TableTypes[TableKind] | undefined,
  source: ChangeSource,
): MonitorEvent {
  const event = { table, change, value, source };
  return (previous === undefined ? event : { ...event, previous }) as MonitorEvent;
}

/** Whether it is a route of several ways: of IPv6 those are told anew as one that takes the place of all. */
function hasWays(value: unknown): boolean {
  return (value as { nexthops?: unknown }).nexthops !== undefined;
}

/** A larger receive buffer: by force where that is allowed, else as large as it may be. */
function enlarge(transport: Transport): void {
  try {
    transport.core.setOption(SO_RCVBUFFORCE, RECEIVE_BYTES);
  } catch (error) {
    if (!isSocketError(error, "EPERM")) throw error;
    transport.core.setOption(SO_RCVBUF, RECEIVE_BYTES);
  }
}
