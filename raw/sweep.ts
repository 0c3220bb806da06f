import { checkHostname } from "../core/ip_arguments.ts";
import { checkInteger, checkKeys } from "../core/bytes.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { formatIp, parseIp } from "../core/ip.ts";
import { Wait } from "../core/wait.ts";
import { checkNetHost } from "../ffi/permissions.ts";
import { poller } from "../ffi/poller.ts";
import { SweepLane } from "./_sweep_lane.ts";
import { resolveTarget } from "./_target.ts";
import type { PingIcmpError } from "./ping.ts";
import { type SweepTargets, TargetWalk } from "./targets.ts";

/** What became of one address. */
export interface SweepResult {
  /** The address. */
  address: string;
  /** Whether it answered. */
  alive: boolean;
  /** Round trip in microseconds, up to the kernel's receipt of the reply. */
  rttMicros?: number;
  /** Requests that were sent to it, 1 or more. */
  attempts: number;
  /** Why it cannot be reached, where somebody said: a POSIX name. */
  code?: string;
  /** What kind of ICMP error said so; absent if it was this machine. */
  icmpError?: PingIcmpError["type"];
}

/** Options of {@linkcode sweep}. */
export interface SweepOptions {
  /** Milliseconds to wait for each reply, 1 to 2^31 - 1. Default 500. */
  timeoutMs?: number;
  /** Further requests after a time-out, 0 to 254. Default 1. */
  retries?: number;
  /** Requests a second, above 0; Infinity for as fast as the machine can. Default 10000. */
  ratePerSecond?: number;
  /** Requests in flight, 64 to 32768; rounded up to a power of two. Default 4096. */
  window?: number;
  /** Payload bytes, 8 to 1472. Default 56. */
  sizeBytes?: number;
  /** TTL or hop limit, 1 to 255. Default: the system's. */
  ttl?: number;
  /** Which addresses of a host name to take. Default: libc's first. */
  family?: "inet" | "inet6";
  /** The interface to use: needed for link-local targets. */
  interface?: string;
  /** The local address to use. */
  localAddress?: string;
  /** Socket options, set in order. */
  options?: readonly OptionSetting[];
  /** Ends the iteration with its reason. */
  signal?: AbortSignal;
}

const KEYS = [
  "timeoutMs",
  "retries",
  "ratePerSecond",
  "window",
  "sizeBytes",
  "ttl",
  "family",
  "interface",
  "localAddress",
  "options",
  "signal",
];
const ACTION = "sweep";
const BURST = 64;
/** How long to pause when the kernel has no room for another packet. */
const NO_ROOM_MS = 1;

/**
 * Asks many addresses for an echo: one socket a family, requests and replies in batches, memory
 * independent of the number of targets. A target that is asked for twice is reported twice.
 *
 * Needs `--allow-ffi`, `--allow-net` for the targets, and a group within
 * `net.ipv4.ping_group_range` or the capability CAP_NET_RAW. Linux.
 *
 * @example The hosts of a block
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * let alive = 0;
 * for await (const host of raw.sweep("127.0.0.0/29")) if (host.alive) alive++;
 * assertEquals(alive, 6);
 * ```
 *
 * @param targets Addresses, blocks (their hosts), ranges and host names, expanded one at a time.
 * @param options How fast, how patiently.
 * @returns Each address once its fate is known.
 * @throws {TypeError} If an option or a target is malformed.
 * @throws {RangeError} If a number is out of range.
 * @throws {AddrInfoError} While iterating, if a name does not resolve.
 * @throws {SocketError} While iterating: `EPERM` without the privilege; it names the ways to it.
 */
export function sweep(
  targets: SweepTargets,
  options: SweepOptions = {},
): AsyncIterableIterator<SweepResult> {
  checkKeys(options, KEYS, ACTION);
  const { timeoutMs = 500, retries = 1, ratePerSecond = 10000, window = 4096, sizeBytes = 56 } =
    options;
  checkInteger(timeoutMs, 1, 0x7fffffff, ACTION, "timeoutMs");
  checkInteger(retries, 0, 254, ACTION, "retries");
  checkInteger(window, 64, 32768, ACTION, "window");
  checkInteger(sizeBytes, 8, 1472, ACTION, "sizeBytes");
  if (options.ttl !== undefined) checkInteger(options.ttl, 1, 255, ACTION, "ttl");
  if (typeof ratePerSecond !== "number" || !(ratePerSecond > 0)) {
    throw new RangeError(`Cannot ${ACTION}: ratePerSecond ${ratePerSecond} is not above 0`);
  }
  if (options.localAddress !== undefined) checkHostname(options.localAddress, ACTION);
  const { signal, family } = options;
  const walk = new TargetWalk(targets, async (host) => {
    const address = await resolveTarget(host, family, ACTION, { signal });
    return parseIp(address.hostname);
  });
  const settings = {
    timeoutMs,
    retries,
    window: 2 ** Math.ceil(Math.log2(window)),
    sizeBytes,
    ttl: options.ttl,
    interface: options.interface,
    localAddress: options.localAddress,
    options: options.options ?? [],
  };
  return run(walk, new Pace(ratePerSecond), settings, signal);
}

type Settings = Omit<ConstructorParameters<typeof SweepLane>[0], "family">;

async function* run(
  walk: TargetWalk,
  pace: Pace,
  settings: Settings,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<SweepResult> {
  const lanes: SweepLane[] = [];
  const results: SweepResult[] = [];
  const mayAll = Deno.permissions.querySync({ name: "net" }).state === "granted";
  const next = new Uint8Array(16);
  const laneOf = (length: number): SweepLane => {
    const family = length === 4 ? "inet" : "inet6";
    let lane = lanes.find((lane) => lane.family === family);
    if (lane === undefined) lanes.push(lane = new SweepLane({ ...settings, family }));
    return lane;
  };
  /** An address that is taken from the walk but has no room yet. */
  let held = 0;
  let more = true;
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (more && held === 0 && !walk.ready) more = await walk.advance();
      let noRoom = false;
      let budget = pace.allowed(BURST);
      for (const lane of lanes) {
        for (; budget > 0 && lane.hasAgain && lane.hasRoom; budget--) {
          lane.addAgain();
          pace.spend();
        }
      }
      for (; budget > 0 && (held > 0 || walk.ready); budget--) {
        if (held === 0) {
          held = walk.take(next, 0);
          if (!mayAll) checkNetHost(formatIp(next.subarray(0, held)), ACTION);
        }
        const lane = laneOf(held);
        if (!lane.hasRoom) break;
        lane.add(held === 16 ? next : next.subarray(0, held));
        pace.spend();
        held = 0;
      }
      for (const lane of lanes) {
        if (!lane.flush(results)) noRoom = true;
        lane.receive(results);
        lane.expire(results);
      }
      const worked = results.length > 0;
      for (const result of results) yield result;
      results.length = 0;
      const idle = lanes.every((lane) => lane.idle);
      if (!more && held === 0 && !walk.ready && idle) return;
      if (!poller.hasWork) await poller.nextTurn();
      if (worked) continue;
      const blocked = held > 0 || !walk.ready || noRoom || pace.allowed(1) === 0;
      if (!blocked || (more && held === 0 && !walk.ready)) continue;
      const due = Math.min(...lanes.map((lane) => lane.dueMs()));
      const wantsToSend = held > 0 || walk.ready || lanes.some((lane) => lane.hasAgain);
      const until = noRoom ? NO_ROOM_MS : Math.min(due, wantsToSend ? pace.untilMs() : Infinity);
      await anyReadable(lanes, until, signal);
    }
  } finally {
    for (const lane of lanes) lane.close();
  }
}

/** A steady rate with small bursts. */
class Pace {
  readonly #perMs: number;
  #credit = 0;
  #atMs = performance.now();

  constructor(perSecond: number) {
    this.#perMs = perSecond / 1000;
  }

  /** How many may go now, at most `most`. */
  allowed(most: number): number {
    if (this.#perMs === Infinity) return most;
    const now = performance.now();
    this.#credit = Math.min(BURST, this.#credit + (now - this.#atMs) * this.#perMs);
    this.#atMs = now;
    return Math.min(most, Math.floor(this.#credit));
  }

  spend(): void {
    this.#credit--;
  }

  /** Milliseconds until the next may go; Infinity when not the pace is what holds it. */
  untilMs(): number {
    return this.allowed(1) > 0 ? Infinity : Math.max(1, (1 - this.#credit) / this.#perMs);
  }
}

/** Waits until a lane has something to hear, or for so long. */
async function anyReadable(
  lanes: readonly SweepLane[],
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const woken = new Error("another lane is readable");
  const waits = lanes.map(() => new Wait(signal, ms === Infinity ? undefined : ms));
  try {
    await Promise.race(lanes.map((lane, i) => lane.core.waitReadable(waits[i])));
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
  } finally {
    for (const wait of waits) {
      wait.cancel(woken);
      wait.end();
    }
  }
}
