/**
 * The entries of a table by key, and by the place that several may share.
 *
 * @module
 */

/** How entries of a table are told apart. */
export interface Keys<T> {
  /** What no other entry has. */
  readonly key: (entry: T) => string;
  /** What an entry keeps when it is replaced, where its key may change with it. */
  readonly place?: (entry: T) => string;
}

/** See the module. */
export class Entries<T> {
  readonly #keys: Keys<T>;
  readonly #byKey: Map<string, T> = new Map();
  readonly #byPlace: Map<string, Set<string>> = new Map();

  /** Begins empty. */
  constructor(keys: Keys<T>) {
    this.#keys = keys;
  }

  /** All of them. */
  get all(): ReadonlyMap<string, T> {
    return this.#byKey;
  }

  /** The entry of this key. */
  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  /** The keys of the entries in the place of `entry`. */
  inPlaceOf(entry: T): readonly string[] {
    const place = this.#keys.place?.(entry);
    return place === undefined ? [] : [...this.#byPlace.get(place) ?? []];
  }

  /** Puts an entry there, over one of its key. */
  set(key: string, entry: T): void {
    this.#byKey.set(key, entry);
    const place = this.#keys.place?.(entry);
    if (place === undefined) return;
    const keys = this.#byPlace.get(place);
    if (keys === undefined) this.#byPlace.set(place, new Set([key]));
    else keys.add(key);
  }

  /** Takes the entry of this key out. */
  delete(key: string): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    const place = this.#keys.place?.(entry);
    if (place === undefined) return;
    const keys = this.#byPlace.get(place);
    keys?.delete(key);
    if (keys?.size === 0) this.#byPlace.delete(place);
  }
}
