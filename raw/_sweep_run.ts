/**
 * What drives a sweep: targets in, requests out at their pace, results back.
 *
 * @module
 */
import { Wait } from "../core/wait.ts";
import { Pace } from "./_pace.ts";
import { type LaneOptions, SweepLane } from "./_sweep_lane.ts";
import type { SweepResult } from "./sweep_result.ts";
import type { TargetWalk } from "./targets.ts";

/** Requests put together at most before replies are heard again. */
const BURST = 64;
/** So near, a timer would come too late to make up for lost time. */
const NEAR_MS = 5;
/** How long to pause when the kernel has no room for another packet. */
const NO_ROOM_MS = 1;

/** A sweep: its targets, its sockets and its results. */
export class Sweep {
  readonly #walk: TargetWalk;
  readonly #pace: Pace;
  readonly #settings: Omit<LaneOptions, "family">;
  readonly #lanes: SweepLane[] = [];
  #lane4: SweepLane | undefined;
  #lane16: SweepLane | undefined;
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
    return this.#walk.ended && this.#lanes.every((lane) => lane.idle);
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
    if (this.#pace.isBehind && ms <= NEAR_MS) {
      return new Promise((resolve) => setImmediate(resolve));
    }
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
    const walk = this.#walk;
    for (;; budget--) {
      if (walk.next === undefined) walk.fetch();
      const { next } = walk;
      if (next === undefined) return Infinity;
      const lane = (next.length === 4 ? this.#lane4 : this.#lane16) ?? this.#open(next.length);
      if (!lane.hasRoom) return lane.full ? 0 : Infinity;
      if (budget <= 0) return this.#pace.untilMs();
      lane.add(next, walk.host);
      walk.advance();
      this.#pace.spend();
    }
  }

  #open(addressBytes: number): SweepLane {
    const family = addressBytes === 4 ? "inet" : "inet6";
    const lane = new SweepLane({ ...this.#settings, family });
    this.#lanes.push(lane);
    if (addressBytes === 4) this.#lane4 = lane;
    else this.#lane16 = lane;
    return lane;
  }
}
