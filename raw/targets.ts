/**
 * Targets of a sweep, expanded one at a time.
 *
 * @module
 */
import { cidrHosts, type IpRange, parseCidr, parseIpRange } from "../core/ip/cidr.ts";
import { isIpv4, isIpv6, parseIp, splitZone } from "../core/ip/text.ts";

/**
 * What to sweep: an address, a block (`"192.0.2.0/24"`: its hosts, as {@linkcode cidrHosts}), a range
 * (`"192.0.2.1-192.0.2.9"`, or `"192.0.2.1-9"` for the last byte), a host name, or any number of these,
 * also one after another as they become known.
 */
export type SweepTargets = string | Iterable<string> | AsyncIterable<string>;

/** The addresses that one word means; `undefined` for a host name. */
export function targetRange(word: string): IpRange | undefined {
  if (typeof word !== "string" || word === "") {
    throw new TypeError("Cannot sweep: a target is no text or empty");
  }
  if (word.includes("/")) return cidrHosts(parseCidr(word));
  if (splitZone(word)[1] !== undefined) {
    throw new TypeError(`Cannot sweep: ${word} has a zone; name the interface in the options`);
  }
  if (isIpv4(word) || isIpv6(word)) {
    const bytes = parseIp(word);
    return { family: bytes.length === 4 ? "inet" : "inet6", first: bytes, last: bytes };
  }
  const dash = word.indexOf("-");
  if (dash > 0 && (isIpv4(word.slice(0, dash)) || isIpv6(word.slice(0, dash)))) {
    const first = word.slice(0, dash);
    const rest = word.slice(dash + 1);
    return parseIpRange(
      /^\d{1,3}$/.test(rest) && isIpv4(first)
        ? `${first}-${first.slice(0, first.lastIndexOf(".") + 1)}${rest}`
        : word,
    );
  }
  return undefined;
}

/** Looks a name up: 4 or 16 bytes, or the code of what is wrong with it (`"EAI_NONAME"`). */
export type Resolve = (host: string) => Promise<Uint8Array | string>;

/** Addresses of targets, written one by one into the caller's memory. */
export class TargetWalk {
  /** Called when {@linkcode TargetWalk.fetch} may have more to say than it had. */
  wake: (() => void) | undefined;
  /** Names without an address since this was last emptied, and why. */
  unresolved: { host: string; code: string }[] = [];
  readonly #words: AsyncIterator<string> | Iterator<string>;
  readonly #resolve: Resolve;
  #next: Uint8Array | undefined;
  #last: Uint8Array | undefined;
  #host: string | undefined;
  #fetching = false;
  #ended = false;
  #failure: { error: unknown } | undefined;

  /**
   * @param targets What to walk.
   * @param resolve Looks names up.
   */
  constructor(targets: SweepTargets, resolve: Resolve) {
    this.#words = wordsOf(targets);
    this.#resolve = resolve;
  }

  /** The next address, valid until {@linkcode TargetWalk.advance}; undefined if there is none for now. */
  get next(): Uint8Array | undefined {
    return this.#next;
  }

  /** Whether there are no more addresses. */
  get ended(): boolean {
    return this.#ended && this.#next === undefined;
  }

  /** The name that the next address was looked up by; undefined if it was given as such. */
  get host(): string | undefined {
    return this.#host;
  }

  /** Fetches the next word's addresses unless there are some: at once, or begins to. Throws what went wrong. */
  fetch(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    while (this.#next === undefined && !this.#fetching && !this.#ended) {
      const step = this.#words.next();
      if (step instanceof Promise) this.#later(step.then((result) => this.#accept(result)));
      else {
        const looking = this.#accept(step);
        if (looking !== undefined) this.#later(looking);
      }
    }
  }

  /** Goes on to the address after {@linkcode TargetWalk.next}, which must be there. */
  advance(): void {
    const next = this.#next!;
    if (equal(next, this.#last!)) this.#next = undefined;
    else increment(next);
  }

  /** Tells the targets' iterator that no more are wanted. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const ending = this.#words.return?.();
    // A generator that is at work on its next word ends after that, which may take for ever.
    if (this.#fetching) Promise.resolve(ending).catch(() => {});
    else await ending;
  }

  /** Takes a word; a promise if its address must be looked up. */
  #accept(result: IteratorResult<string>): Promise<void> | undefined {
    if (result.done) {
      this.#ended = true;
      return undefined;
    }
    const range = targetRange(result.value);
    if (range === undefined) return this.#lookUp(result.value);
    this.#set(range.first, range.last, undefined);
    return undefined;
  }

  async #lookUp(host: string): Promise<void> {
    const found = await this.#resolve(host);
    if (typeof found === "string") this.unresolved.push({ host, code: found });
    else this.#set(found, found, host);
  }

  #set(first: Uint8Array, last: Uint8Array, host: string | undefined): void {
    this.#next = Uint8Array.from(first);
    this.#last = last;
    this.#host = host;
  }

  #later(work: Promise<void>): void {
    this.#fetching = true;
    work.catch((error) => {
      this.#failure = { error };
    }).then(() => {
      this.#fetching = false;
      this.wake?.();
    });
  }
}

function wordsOf(targets: SweepTargets): AsyncIterator<string> | Iterator<string> {
  if (typeof targets === "string") return [targets].values();
  if (targets !== null && typeof targets === "object") {
    if (Symbol.asyncIterator in targets) return targets[Symbol.asyncIterator]();
    if (Symbol.iterator in targets) return targets[Symbol.iterator]();
  }
  throw new TypeError("Cannot sweep: targets is no text and not iterable");
}

function increment(bytes: Uint8Array): void {
  for (let i = bytes.length - 1; i >= 0; i--) {
    // The value of `++bytes[i]` is not cut to a byte.
    bytes[i]++;
    if (bytes[i] !== 0) return;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
