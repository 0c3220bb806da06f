/**
 * Lookups in flight. Those that the C library has no thread for wait here, in order.
 *
 * @module
 */
import { MOST_BLOCKING } from "../loop/blocking_gate.ts";
import { type Libc, libc } from "../abi/library.ts";
import { allocate } from "../abi/memory.ts";
import { GaiSlots } from "./gai.ts";
import type { Lookup, LookupBackend, LookupQueue } from "./lookup.ts";
import { cString, encodeHints, takeList } from "./list.ts";

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
