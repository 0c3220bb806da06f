/**
 * Targets of a sweep, expanded one at a time.
 *
 * @module
 */
import { cidrHosts, type IpRange, parseCidr, parseIpRange } from "../core/cidr.ts";
import { isIpv4, isIpv6, parseIp, splitZone } from "../core/ip.ts";

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

/** Addresses of targets, written one by one into the caller's memory. */
export class TargetWalk {
  readonly #words: AsyncIterator<string> | Iterator<string>;
  readonly #resolve: (host: string) => Promise<Uint8Array>;
  #next: Uint8Array | undefined;
  #last: Uint8Array | undefined;

  /**
   * @param targets What to walk.
   * @param resolve The address of a host name, 4 or 16 bytes.
   */
  constructor(targets: SweepTargets, resolve: (host: string) => Promise<Uint8Array>) {
    this.#words = wordsOf(targets);
    this.#resolve = resolve;
  }

  /** Whether the next address is there without waiting. */
  get ready(): boolean {
    return this.#next !== undefined;
  }

  /** Fetches the next word's addresses; false at the end. */
  async advance(): Promise<boolean> {
    while (this.#next === undefined) {
      const { done, value } = await this.#words.next();
      if (done) return false;
      const range = targetRange(value);
      if (range !== undefined) {
        this.#next = Uint8Array.from(range.first);
        this.#last = range.last;
      } else {
        this.#next = Uint8Array.from(await this.#resolve(value));
        this.#last = this.#next;
      }
    }
    return true;
  }

  /** Writes the next address at `offset` of `into`, which {@linkcode TargetWalk.ready} has promised; returns its length. */
  take(into: Uint8Array, offset: number): number {
    const next = this.#next!;
    into.set(next, offset);
    if (equal(next, this.#last!)) this.#next = undefined;
    else increment(next);
    return next.length;
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
