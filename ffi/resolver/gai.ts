/**
 * Lookups by getaddrinfo_a(3): glibc runs them on up to 20 threads of its own, so that none of
 * Deno's 32 is ever blocked by a name server.
 *
 * Their end is seen by reading their status words: in each turn of the event loop at first, then by
 * a timer whose period grows to 5 ms. glibc's own ways to tell are not used. `gai_suspend` over more
 * than one request may leave a pointer into its dead stack frame with a request that ends at that
 * moment (the status is set outside of glibc's lock; under load it hung within seconds), and cannot
 * be woken when another request joins. SIGEV_THREAD starts a thread for each lookup, which costs ten
 * times the lookup of a name in /etc/hosts. Since no call is parked, an abandoned lookup keeps
 * neither a thread of Deno's nor the process.
 *
 * All that glibc's threads may touch is allocated by libc: it must outlive the isolate, for a Worker
 * can be terminated in mid-lookup.
 *
 * @module
 */
import { STRUCTS } from "../abi/layout.ts";
import {
  AI_NUMERICHOST,
  EAI_ALLDONE,
  EAI_INPROGRESS,
  EAI_MEMORY,
  EAI_NOTCANCELED,
  EAI_SYSTEM,
  GAI_NOWAIT,
} from "../abi/resolver_constants.ts";
import { type Libc, libc } from "../abi/library.ts";
import { allocate } from "../abi/memory.ts";
import { cStringInto, encodeHintsInto, takeList } from "./list.ts";
import type { Lookup, LookupBackend, LookupQueue } from "./lookup.ts";

/**
 * Requests handed to glibc at once: its 20 threads, and enough for them to go on with until the
 * next look. The more are handed over by one call, the less is its lock contended for.
 */
const SLOTS = 256;

/** The most turns of the event loop to spend looking before a timer is used: about 0.3 ms. */
const MOST_TURNS = 256;
/** The longest pause between two looks. */
const LONGEST_PAUSE_MS = 5;

/** Equal on all platforms with glibc; not asked of this one, which may have none and import this. */
const { addrinfo: ADDRINFO, gaicb: GAICB } = STRUCTS;

/**
 * Whether writes of other threads are seen in their order, so that whoever sees a status sees the
 * result too. Elsewhere glibc is asked whether it has forgotten the request: that takes the lock
 * which its thread released last, at the price of contending with 20 threads for it.
 */
const IN_ORDER = Deno.build.arch === "x86_64";

interface Slot {
  readonly lookup: Lookup;
  /** Hints, host and service, in one piece of C memory. */
  readonly block: bigint;
  abandoned: boolean;
}

/** The requests that glibc has. */
export class GaiSlots implements LookupBackend {
  readonly #lib: Libc = libc();
  readonly #arena: bigint;
  readonly #slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #indexOf = new Map<Lookup, number>();
  /** Free slots, the lowest last. */
  readonly #free = Array.from({ length: SLOTS }, (_, i) => SLOTS - 1 - i);
  /** No slot in use is at or above this. */
  #top = 0;
  /** Slots whose lookups somebody waits for. */
  #awaited = 0;
  readonly #copy = allocate(SLOTS * GAICB.size);
  readonly #view = new DataView(this.#copy.buffer);
  #content = allocate(512);
  readonly #request = allocate(GAICB.size);
  readonly #requestView = new DataView(this.#request.buffer);
  /** The requests to be handed over by the next flush. */
  readonly #list = new BigUint64Array(allocate(8 * SLOTS).buffer);
  #listed = 0;
  readonly #queue: LookupQueue;
  #immediate: ReturnType<typeof setImmediate> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turnsLeft = 0;
  #turns = MOST_TURNS;
  #quietSince = 0;

  constructor(queue: LookupQueue) {
    this.#queue = queue;
    this.#arena = this.#lib.calloc(SLOTS, GAICB.size);
    if (this.#arena === 0n) throw new Error("Cannot resolve: out of memory");
  }

  start(lookup: Lookup): boolean {
    // Room that only abandoned lookups still take is found by looking.
    if (this.#free.length === 0 && !this.#scheduled) this.#collect();
    const index = this.#free.pop();
    if (index === undefined) {
      this.#schedule();
      return false;
    }
    const at = this.#arena + BigInt(index * GAICB.size);
    const block = this.#writeRequest(lookup, at);
    if (block === 0n) {
      this.#free.push(index);
      lookup.done({ status: EAI_MEMORY, errno: 0, entries: [] });
      return true;
    }
    this.#slots[index] = { lookup, block, abandoned: false };
    this.#indexOf.set(lookup, index);
    this.#awaited++;
    if (index >= this.#top) this.#top = index + 1;
    this.#list[this.#listed++] = at;
    return true;
  }

  flush(): void {
    if (this.#listed === 0) return;
    const count = this.#listed;
    this.#listed = 0;
    const status = this.#lib.getaddrinfo_a!(GAI_NOWAIT, this.#list, count, 0n);
    // With any other status all run, though with some nobody would be told of their end.
    if (status === EAI_SYSTEM) this.#startSingly(count);
    this.#progress();
  }

  /** glibc had no memory or thread for some of the list: one by one it says for which. */
  #startSingly(count: number): void {
    for (const at of this.#list.slice(0, count)) {
      const index = Number(at - this.#arena) / GAICB.size;
      // What was queued comes back by this, what runs does not.
      const known = this.#lib.gai_cancel!(at);
      if (known === EAI_NOTCANCELED) continue;
      this.#lib.copyFrom(this.#request, at, BigInt(GAICB.size));
      const ended = this.#requestView.getInt32(GAICB.__return, true) !== EAI_INPROGRESS;
      if (known === EAI_ALLDONE && ended) continue;
      this.#list[0] = at;
      if (this.#lib.getaddrinfo_a!(GAI_NOWAIT, this.#list, 1, 0n) !== EAI_SYSTEM) continue;
      const errno = this.#lib.errno();
      this.#end(index, this.#slots[index]!, EAI_SYSTEM, 0n, errno);
    }
  }

  /**
   * A request cannot be taken back from glibc: gai_cancel leaks what was allocated for it. But with
   * AI_NUMERICHOST it ends as soon as a thread comes to it, without asking anyone.
   */
  abandon(lookup: Lookup): void {
    const slot = this.#slots[this.#indexOf.get(lookup) ?? SLOTS];
    if (slot !== undefined) {
      slot.abandoned = true;
      this.#awaited--;
      const flags = new Int32Array(this.#content.buffer, 0, 1);
      flags[0] = lookup.query.flags | AI_NUMERICHOST;
      this.#lib.copyTo(slot.block + BigInt(ADDRINFO.ai_flags), this.#content, 4n);
    }
    if (this.#anyoneWaits) return;
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = undefined;
  }

  get #anyoneWaits(): boolean {
    return this.#awaited > 0 || this.#queue.size > 0;
  }

  get #scheduled(): boolean {
    return this.#immediate !== undefined || this.#timer !== undefined;
  }

  /** Writes a request at `at`; the address of the memory it points to, or 0 if there is none. */
  #writeRequest(lookup: Lookup, at: bigint): bigint {
    const { host, service } = lookup.query;
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    const most = ADDRINFO.size + 2 + 3 * ((host?.length ?? 0) + (service?.length ?? 0));
    if (most > this.#content.length) this.#content = allocate(most);
    const content = this.#content;
    encodeHintsInto(content, lookup.query);
    const hostAt = ADDRINFO.size;
    const serviceAt = host === null ? hostAt : cStringInto(content, hostAt, host);
    const size = service === null ? serviceAt : cStringInto(content, serviceAt, service);
    const block = this.#lib.calloc(1, size);
    if (block === 0n) return 0n;
    this.#lib.copyTo(block, content, BigInt(size));
    const view = this.#requestView;
    view.setBigUint64(GAICB.ar_name, host === null ? 0n : block + BigInt(hostAt), true);
    view.setBigUint64(GAICB.ar_service, service === null ? 0n : block + BigInt(serviceAt), true);
    view.setBigUint64(GAICB.ar_request, block, true);
    view.setBigUint64(GAICB.ar_result, 0n, true);
    view.setInt32(GAICB.__return, EAI_INPROGRESS, true);
    this.#lib.copyTo(at, this.#request, BigInt(GAICB.size));
    return block;
  }

  /** Something began or ended: look again soon, as often as that was of use before. */
  #progress(): void {
    this.#turnsLeft = this.#turns;
    this.#quietSince = performance.now();
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    this.#schedule();
  }

  /** Nobody waits: nothing to look for. What the abandoned lookups leave is taken at the next one. */
  #schedule(): void {
    if (this.#scheduled || !this.#anyoneWaits) return;
    if (this.#turnsLeft > 0) {
      this.#turnsLeft--;
      this.#immediate = setImmediate(this.#turn);
      return;
    }
    if (this.#turnsLeft === 0) {
      this.#turnsLeft = -1;
      this.#turns = Math.max(this.#turns >> 1, 1);
    }
    const quietMs = performance.now() - this.#quietSince;
    this.#timer = setTimeout(this.#tick, Math.min(1 + quietMs / 16, LONGEST_PAUSE_MS));
  }

  #turn = (): void => {
    this.#immediate = undefined;
    // glibc's thread may have been put on this processor, and have to wait for us.
    this.#lib.sched_yield();
    this.#look(true);
  };

  #tick = (): void => {
    this.#timer = undefined;
    // What ended within the first pause would have been seen by some more turns.
    this.#look(performance.now() - this.#quietSince < 2);
  };

  /** `soon`: what is found now was worth more turns. */
  #look(soon: boolean): void {
    const ended = this.#collect() > 0;
    if (ended && soon) this.#turns = MOST_TURNS;
    if (this.#queue.size > 0 && this.#free.length > 0) this.#queue.pump();
    if (ended) this.#progress();
    else this.#schedule();
  }

  /** Takes the results of what has ended; how many. */
  #collect(): number {
    const size = BigInt(this.#top * GAICB.size);
    this.#lib.copyFrom(this.#copy, this.#arena, size);
    const ended: number[] = [];
    for (let index = 0; index < this.#top; index++) {
      if (this.#slots[index] === undefined) continue;
      const at = index * GAICB.size;
      if (this.#view.getInt32(at + GAICB.__return, true) === EAI_INPROGRESS) continue;
      if (!IN_ORDER && this.#lib.gai_cancel!(this.#arena + BigInt(at)) !== EAI_ALLDONE) continue;
      ended.push(index);
    }
    if (ended.length === 0) return 0;
    // A result that was copied before its status may be from before the end.
    this.#lib.copyFrom(this.#copy, this.#arena, size);
    for (const index of ended) {
      const at = index * GAICB.size;
      const status = this.#view.getInt32(at + GAICB.__return, true);
      const head = this.#view.getBigUint64(at + GAICB.ar_result, true);
      this.#end(index, this.#slots[index]!, status, head);
    }
    return ended.length;
  }

  #end(index: number, slot: Slot, status: number, head: bigint, errno = 0): void {
    this.#slots[index] = undefined;
    this.#indexOf.delete(slot.lookup);
    this.#free.push(index);
    if (!slot.abandoned) this.#awaited--;
    while (this.#top > 0 && this.#slots[this.#top - 1] === undefined) this.#top--;
    this.#lib.free(slot.block);
    // What errno a lookup left was its thread's, and nobody kept it.
    const entries = status === 0 ? takeList(head) : [];
    slot.lookup.done({ status, errno, entries });
  }
}
