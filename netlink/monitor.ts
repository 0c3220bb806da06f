/**
 * Changes as they happen, and tables that follow them.
 *
 * @module
 */
import { show } from "../core/arguments.ts";
import { checkQuery } from "./_session.ts";
import { beginWait, type WaitOptions } from "../core/wait.ts";
import { closeFd } from "../ffi/abi/library.ts";
import { checkAccess } from "./_permissions.ts";
import { Transport } from "./_transport.ts";
import { type TableKind, type TableTypes, WATCHED } from "./_watched.ts";
import { type EntryChange, type MonitorEvent, Watcher } from "./_watcher.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import { inNamespace, type Namespace, openNamespace } from "./namespace.ts";

/** Options of {@linkcode monitor}. */
export interface MonitorOptions {
  /** What to watch. Default: links, addresses, routes, neighbors, rules. */
  groups?: readonly TableKind[];
  /** Another network namespace. Needs the whole of `--allow-net`, and CAP_SYS_ADMIN. */
  netns?: Namespace;
  /** Ends it: the iteration rejects with its reason. */
  signal?: AbortSignal;
}

const DEFAULT_GROUPS: readonly TableKind[] = [
  "links",
  "addresses",
  "routes",
  "neighbors",
  "rules",
];

/** A watcher and the descriptor of the namespace that it is in. */
interface Opened extends Disposable {
  readonly watcher: Watcher;
}

function checkTables(tables: readonly TableKind[], action: string): void {
  for (const table of tables) {
    if (typeof table !== "string" || !Object.hasOwn(WATCHED, table)) {
      throw new TypeError(`Cannot ${action}: no table is called "${show(table)}"`);
    }
  }
}

function openWatcher(
  tables: readonly TableKind[],
  netns: Namespace | undefined,
  action: string,
): Opened {
  checkAccess(netns === undefined ? "tables" : "everything", action);
  const namespace = netns === undefined ? -1 : openNamespace(netns, action);
  const make = () => new Transport({ protocol: NETLINK_ROUTE });
  const open = () => namespace < 0 ? make() : inNamespace(namespace, make);
  let transport: Transport | undefined;
  try {
    transport = open();
    const watcher = new Watcher(transport, open, tables);
    return {
      watcher,
      [Symbol.dispose]() {
        watcher.close();
        if (namespace >= 0) closeFd(namespace);
      },
    };
  } catch (error) {
    transport?.close();
    if (namespace >= 0) closeFd(namespace);
    throw error;
  }
}

/**
 * Tells what is there and then every change, without a gap in between: `ip monitor`, with a beginning.
 * After `{ change: "synced" }` what was told is what the kernel has. When changes come faster than they
 * are read the kernel drops some: `{ change: "overrun" }` is told, then what changed meanwhile, found by
 * comparing, then `"synced"` again.
 *
 * The kernel tells no message of some changes, as of the IPv4 routes of a link that goes down: those are
 * found by comparing too, and told with `source: "resync"`. Of neighbours it tells none of those that are
 * still being looked for.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`.
 *
 * @example Links until all are told
 * ```ts
 * import { monitor } from "@berkeley/sockets/netlink";
 * import { assert } from "@std/assert";
 *
 * const names: string[] = [];
 * for await (const event of monitor({ groups: ["links"] })) {
 *   if (event.change === "synced") break; // to watch, go on instead
 *   if (event.table === "links") names.push(event.value.ifname);
 * }
 * assert(names.includes("lo"));
 * ```
 *
 * @param options What to watch, where, and until when.
 * @returns The changes. Leaving the loop ends it.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function monitor(
  options: MonitorOptions = {},
): AsyncGenerator<MonitorEvent, void, void> {
  const action = "monitor";
  checkQuery(options, ["groups", "netns", "signal"], action);
  const { groups = DEFAULT_GROUPS, netns, signal } = options;
  checkTables(groups, action);
  checkAccess(netns === undefined ? "tables" : "everything", action);
  return watch(groups, netns, { signal });
}

/** Opens nothing before the first is asked for: a loop that never begins leaves nothing open. */
async function* watch(
  groups: readonly TableKind[],
  netns: Namespace | undefined,
  options: WaitOptions,
): AsyncGenerator<MonitorEvent, void, void> {
  using own = openWatcher(groups, netns, "monitor");
  const wait = beginWait(options);
  try {
    for (;;) {
      const events = await own.watcher.next(wait);
      // A permission that was revoked meanwhile is missing now.
      checkAccess(netns === undefined ? "tables" : "everything", "monitor");
      yield* events;
    }
  } finally {
    wait?.end();
  }
}

/** Options of {@linkcode table}. */
export interface LiveTableOptions extends WaitOptions {
  /** Another network namespace. Needs the whole of `--allow-net`, and CAP_SYS_ADMIN. */
  netns?: Namespace;
}

/** A table of the kernel as it is now, kept by {@linkcode monitor}'s means. It keeps the process alive while somebody waits. */
export interface LiveTable<K extends TableKind> extends Disposable {
  /** The number of entries. */
  readonly size: number;
  /** The entries. */
  values(): Iterable<TableTypes[K]>;
  /** Resolves to the first entry that `matches`, at once or as soon as there is one. */
  find(
    matches: (entry: TableTypes[K]) => boolean,
    options?: WaitOptions,
  ): Promise<TableTypes[K]>;
  /** Calls `heard` with each change from now on, until the result is disposed of. */
  onChange(heard: (change: EntryChange<K>) => void): Disposable;
  /** Ends it. May be called again. */
  close(): void;
}

/**
 * A live table.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`.
 *
 * @example The links
 * ```ts
 * import { table } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * using links = await table("links");
 * const loopback = await links.find(({ link_type }) => link_type === "loopback");
 * assertEquals(loopback.ifname, "lo");
 * ```
 *
 * @param kind Which one.
 * @param options Where; signal and time limit until it is filled.
 * @returns The table, filled.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function table<K extends TableKind>(
  kind: K,
  options: LiveTableOptions = {},
): Promise<LiveTable<K>> {
  const action = "open a table";
  checkQuery(options, ["signal", "timeoutMs", "netns"], action);
  const { netns, signal, timeoutMs } = options;
  checkTables([kind], action);
  const opened = openWatcher([kind], netns, action);
  const live = new Live<K>(kind, opened);
  const wait = beginWait({ signal, timeoutMs });
  try {
    await live.fill(wait);
    return live;
  } catch (error) {
    live.close();
    throw error;
  } finally {
    wait?.end();
  }
}

class Live<K extends TableKind> implements LiveTable<K> {
  readonly #kind: K;
  readonly #opened: Opened;
  readonly #heard: Set<(change: EntryChange<K>) => void> = new Set();
  #closed = false;

  constructor(kind: K, opened: Opened) {
    this.#kind = kind;
    this.#opened = opened;
  }

  get #entries(): ReadonlyMap<string, TableTypes[K]> {
    return this.#opened.watcher.entries(this.#kind) as ReadonlyMap<string, TableTypes[K]>;
  }

  get size(): number {
    return this.#entries.size;
  }

  values(): Iterable<TableTypes[K]> {
    return this.#entries.values();
  }

  async find(
    matches: (entry: TableTypes[K]) => boolean,
    options?: WaitOptions,
  ): Promise<TableTypes[K]> {
    for (const entry of this.values()) if (matches(entry)) return entry;
    const wait = beginWait(options);
    const { promise, resolve } = Promise.withResolvers<TableTypes[K]>();
    using _ = this.onChange(({ change, value }) => {
      if (change !== "remove" && matches(value)) resolve(value);
    });
    try {
      return await (wait === undefined ? promise : wait.race(promise));
    } finally {
      wait?.end();
    }
  }

  onChange(heard: (change: EntryChange<K>) => void): Disposable {
    this.#heard.add(heard);
    this.#keepAlive();
    return {
      [Symbol.dispose]: () => {
        this.#heard.delete(heard);
        this.#keepAlive();
      },
    };
  }

  async fill(wait: Parameters<Watcher["next"]>[0]): Promise<void> {
    const { watcher } = this.#opened;
    while (!(await watcher.next(wait)).some(({ change }) => change === "synced"));
    this.#keepAlive();
    this.#follow();
  }

  #keepAlive(): void {
    this.#opened.watcher.keepAlive(this.#heard.size > 0);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#opened[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        for (const event of await this.#opened.watcher.next(undefined)) {
          if (event.table !== this.#kind) continue;
          for (const heard of this.#heard) heard(event as EntryChange<K>);
        }
      } catch (error) {
        if (this.#closed) return;
        this.close();
        throw error;
      }
    }
  }
}
