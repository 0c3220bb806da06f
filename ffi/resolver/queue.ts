/**
 * Lookups in flight. Those that the C library has no thread for wait here, in order.
 *
 * @module
 */
import { MOST_BLOCKING } from "../loop/blocking_gate.ts";
import { type Libc, libc } from "../abi/library.ts";
import { allocate } from "../abi/memory.ts";
import { GaiSlots } from "./gai.ts";
import type { AddrInfo, LookupQuery } from "./hints.ts";
import { cString, encodeHints, takeList } from "./list.ts";

/** How a lookup ended. */
export interface LookupOutcome {
  /** 0, or EAI_*. */
  readonly status: number;
  /** errno for EAI_SYSTEM, where it is known; else 0. */
  readonly errno: number;
  /** What was found. */
  readonly entries: AddrInfo[];
}

/** One lookup, from its start to its end. */
export interface Lookup {
  /** What is looked up. */
  readonly query: LookupQuery;
  /** Called once, at the end. */
  done(outcome: LookupOutcome): void;
}

/** The lookups that have not been taken yet. */
export interface LookupQueue {
  /** How many. */
  readonly size: number;
  /** Offers them to the backend: there is room. */
  pump(): void;
}

/** Where lookups run. */
export interface LookupBackend {
  /** Takes a lookup, or says that there is no room now. */
  start(lookup: Lookup): boolean;
  /** Starts what it took: many by one call. */
  flush(): void;
  /** Nobody waits for a lookup, taken or not: it may end early, and its end need not be told. */
  abandon(lookup: Lookup): void;
}

/** Calls on Deno's pool of threads: what there is without getaddrinfo_a. */
class BlockingCalls implements LookupBackend {
  #running = 0;

  start(lookup: Lookup): boolean {
    if (this.#running === MOST_BLOCKING) return false;
    this.#running++;
    this.#run(lookup).finally(() => {
      this.#running--;
      pump();
    });
    return true;
  }

  flush(): void {}

  abandon(): void {}

  async #run(lookup: Lookup): Promise<void> {
    const { host, service } = lookup.query;
    const head = new BigUint64Array(allocate(8).buffer);
    const status = await libc().getaddrinfo_blocking(
      host === null ? null : cString(host),
      service === null ? null : cString(service),
      encodeHints(lookup.query),
      head,
    );
    // The call was another thread's, and so is the errno it left.
    const entries = status === 0 ? takeList(head[0]) : [];
    lookup.done({ status, errno: 0, entries });
  }
}

const waiting = new Set<Lookup>();
let backend: LookupBackend | undefined;
let backendLibc: unknown;
let pumping = false;

const queue: LookupQueue = {
  get size() {
    return waiting.size;
  },
  pump,
};

/** Starts a lookup at the end of this turn, together with its like, or when there is room. */
export function enqueueLookup(lookup: Lookup): void {
  libc(); // throws what is to be thrown
  waiting.add(lookup);
  if (pumping) return;
  pumping = true;
  queueMicrotask(pump);
}

/** Nobody waits for a lookup any more: it does not start, or its result is freed. */
export function abandonLookup(lookup: Lookup): void {
  waiting.delete(lookup);
  backend?.abandon(lookup);
}

function makeBackend(lib: Libc): LookupBackend {
  if (typeof lib.getaddrinfo_a === "function" && typeof lib.gai_cancel === "function") {
    try {
      return new GaiSlots(queue);
    } catch {
      // No memory for its requests.
    }
  }
  return new BlockingCalls();
}

function pump(): void {
  pumping = false;
  const lib = libc();
  if (backendLibc !== lib) {
    backendLibc = lib;
    backend = makeBackend(lib);
  }
  for (const lookup of waiting) {
    if (!backend!.start(lookup)) break;
    waiting.delete(lookup);
  }
  backend!.flush();
}
