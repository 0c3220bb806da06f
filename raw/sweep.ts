import type { OptionSetting } from "../core/engine_choice.ts";
import { AddrInfoError } from "../core/errors.ts";
import { parseIp } from "../core/ip/text.ts";
import { poller } from "../ffi/loop/poller.ts";
import { SWEEP } from "./_arguments.ts";
import { OneByOne } from "./_one_by_one.ts";
import type { LaneOptions } from "./_sweep_lane.ts";
import { resolveTarget } from "./_target.ts";
import type { SweepResult } from "./sweep_result.ts";
import { type SweepTargets, TargetWalk } from "./targets.ts";

/** Options of {@linkcode sweep}. */
export interface SweepOptions {
  /** Milliseconds to wait for each reply, 1 to 2^31 - 1. Default 500. */
  timeoutMs?: number;
  /** Further requests after a time-out, 0 to 254. Default 1. */
  retries?: number;
  /**
   * Requests a second, above 0; `Infinity`: as fast as can be. Default 10000. It is kept within 2 %
   * over any second, in bursts of at most 10 milliseconds' worth; what a stall of the machine costs is
   * made up for as far as that allows.
   */
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

const ACTION = "sweep";

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
 * @throws {SocketError} While iterating: `EPERM` without the privilege; it names the ways to it.
 */
export function sweep(
  targets: SweepTargets,
  options: SweepOptions = {},
): AsyncIterableIterator<SweepResult> {
  const { window, ratePerSecond, family, signal, ...given } = SWEEP(options, ACTION, "options");
  const walk = new TargetWalk(targets, async (host) => {
    try {
      return parseIp((await resolveTarget(host, family, ACTION, { signal })).hostname);
    } catch (error) {
      if (error instanceof AddrInfoError) return error.code;
      throw error;
    }
  });
  const settings = { ...given, window: 2 ** Math.ceil(Math.log2(window)) };
  return new OneByOne(batches(walk, ratePerSecond, settings, signal));
}

/** What becomes known, batch by batch. What it takes is loaded when it begins. */
async function* batches(
  walk: TargetWalk,
  ratePerSecond: number,
  settings: Omit<LaneOptions, "family">,
  signal: AbortSignal | undefined,
): AsyncGenerator<SweepResult[], void, void> {
  const { Sweep } = await import("./_sweep_run.ts");
  const sweep = new Sweep(walk, ratePerSecond, settings);
  try {
    for (;;) {
      signal?.throwIfAborted();
      sweep.step();
      const results = sweep.takeResults();
      if (results.length > 0) yield results;
      if (sweep.done) return;
      if (!poller.hasBudget) await poller.nextTurn();
      if (results.length === 0) await sweep.pause(signal);
    }
  } finally {
    await sweep.end();
  }
}
