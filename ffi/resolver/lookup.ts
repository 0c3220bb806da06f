/**
 * A lookup, and who runs it.
 *
 * @module
 */
import type { AddrInfo, LookupQuery } from "./hints.ts";

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
