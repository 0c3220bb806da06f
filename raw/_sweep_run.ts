/**
 * What drives a sweep: targets in, requests out at their pace, results back.
 *
 * @module
 */
import { formatIp } from "../core/ip.ts";
import { Wait } from "../core/wait.ts";
import { checkNetHost } from "../ffi/permissions.ts";
import { type LaneOptions, SweepLane } from "./_sweep_lane.ts";
import type { SweepResult } from "./sweep.ts";
import type { TargetWalk } from "./targets.ts";

/** Requests put together at most before replies are heard again. */
const BURST = 64;
/** How long to pause when the kernel has no room for another packet. */
const NO_ROOM_MS = 1;
/** A burst after a late timer makes up for so much of the lost time. */
const CATCH_UP_MS = 2;

/** A sweep: its targets, its sockets and its results. */
export class Sweep {
  readonly #walk: TargetWalk;
  readonly #pace: Pace;
  readonly #settings: Omit<LaneOptions, "family">;
  readonly #lanes: SweepLane[] = [];
  readonly #mayAll = Deno.permissions.querySync({ name: "net" }).state === "granted";
  readonly #next = new Uint8Array(16);
  readonly #next4: Uint8Array = this.#next.subarray(0, 4);
  /** Length of the address in `#next`, taken from the walk but without room yet; else 0. */
  #held = 0;
  #host: string | undefined;
  #results: SweepResult[] = [];
  /** Milliseconds until another request may go: 0 for at once, Infinity if that hangs on replies. */
  #untilMs = 0;

  /**
   * @param walk Whom to ask.
   * @param ratePerSecond How fast.
   * @param settings How to ask.
   */
  constructor(walk: TargetWalk, ratePerSecond: number, settings: Omit<LaneOptions, "family">) {
    this.#walk = walk;
    this.#pace = new Pace(ratePerSecond);
    this.#settings = settings;
  }

  /** Whether every target has its result. */
  get done(): boolean {
    return this.#walk.ended && this.#held === 0 && this.#lanes.every((lane) => lane.idle);
  }

  /** Sends what may go and hears what came. */
  step(): void {
    this.#walk.fetch();
    this.#untilMs = this.#send();
    for (const { host, code } of this.#walk.unresolved.splice(0)) {
      this.#results.push({ address: host, host, alive: false, attempts: 0, code });
    }
    for (const lane of this.#lanes) {
      if (!lane.flush(this.#results)) this.#untilMs = NO_ROOM_MS;
      lane.receive(this.#results);
      lane.expire(this.#results);
    }
  }

  /** What became known since the last call. */
  takeResults(): SweepResult[] {
    const results = this.#results;
    if (results.length > 0) this.#results = [];
    return results;
  }

  /** Waits until a reply or a target comes, or until another request may go. */
  pause(signal: AbortSignal | undefined): Promise<void> {
    let ms = this.#untilMs;
    for (const lane of this.#lanes) {
      ms = Math.min(ms, lane.dueMs());
      // What has expired meanwhile is to be asked again.
      if (lane.hasAgain && lane.hasRoom) ms = Math.min(ms, this.#pace.untilMs());
    }
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const wait = new Wait(signal, ms === Infinity ? undefined : ms);
      const end = (settle: () => void) => {
        this.#walk.wake = undefined;
        for (const { core } of this.#lanes) core.remove(pending);
        wait.end();
        settle();
      };
      const pending = {
        ready: () => end(resolve),
        fail: (reason: unknown) => end(() => reject(reason)),
      };
      this.#walk.wake = pending.ready;
      for (const { core } of this.#lanes) core.addReader(pending);
      wait.arm((reason) => signal?.aborted ? pending.fail(reason) : pending.ready());
    });
  }

  /** Closes the sockets and ends the walk. */
  async end(): Promise<void> {
    for (const lane of this.#lanes) lane.close();
    await this.#walk.end();
  }

  /** Puts requests into the lanes' batches. Returns when to come again, as `#untilMs`. */
  #send(): number {
    let budget = this.#pace.allowed(BURST);
    for (const lane of this.#lanes) {
      for (; budget > 0 && lane.hasAgain && lane.hasRoom; budget--) {
        lane.addAgain();
        this.#pace.spend();
      }
    }
    for (;; budget--) {
      if (!this.#hold()) return Infinity;
      const lane = this.#laneOf(this.#held);
      if (!lane.hasRoom) return lane.full ? 0 : Infinity;
      if (budget <= 0) return this.#pace.untilMs();
      lane.add(this.#held === 4 ? this.#next4 : this.#next, this.#host);
      this.#held = 0;
      this.#pace.spend();
    }
  }

  /** Takes the next address from the walk; false if there is none for now. */
  #hold(): boolean {
    if (this.#held > 0) return true;
    this.#walk.fetch();
    if (!this.#walk.ready) return false;
    this.#host = this.#walk.host;
    this.#held = this.#walk.take(this.#next, 0);
    // A name was asked for as such.
    if (!this.#mayAll && this.#host === undefined) {
      checkNetHost(formatIp(this.#next.subarray(0, this.#held)), "sweep");
    }
    return true;
  }

  #laneOf(length: number): SweepLane {
    const family = length === 4 ? "inet" : "inet6";
    let lane = this.#lanes.find((lane) => lane.family === family);
    if (lane === undefined) {
      lane = new SweepLane({ ...this.#settings, family });
      this.#lanes.push(lane);
    }
    return lane;
  }
}

/** A steady rate with small bursts. */
class Pace {
  readonly #perMs: number;
  readonly #most: number;
  #credit = 1;
  #atMs = performance.now();

  constructor(perSecond: number) {
    this.#perMs = perSecond / 1000;
    this.#most = Math.max(1, this.#perMs * CATCH_UP_MS);
  }

  /** How many may go now, at most `most`. */
  allowed(most: number): number {
    if (this.#perMs === Infinity) return most;
    const now = performance.now();
    this.#credit = Math.min(this.#most, this.#credit + (now - this.#atMs) * this.#perMs);
    this.#atMs = now;
    return Math.min(most, Math.floor(this.#credit));
  }

  /** One goes. */
  spend(): void {
    this.#credit--;
  }

  /** Milliseconds until the next may go; 0 if it may now. */
  untilMs(): number {
    return this.allowed(1) > 0 ? 0 : (1 - this.#credit) / this.#perMs;
  }
}
