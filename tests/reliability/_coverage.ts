/**
 * What code has run, by V8's own counters: what guides the fuzzing of codecs to inputs that reach
 * something new.
 */
import { Session } from "node:inspector";

interface ScriptCoverage {
  url: string;
  functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[];
}

/** The counters of this isolate. */
export class Coverage implements Disposable {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Begins to count. */
  static async open(): Promise<Coverage> {
    const session = new Session();
    session.connect();
    const coverage = new Coverage(session);
    await coverage.#post("Profiler.enable");
    await coverage.#post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    return coverage;
  }

  /**
   * What has run since the last time in the files that `files` matches, one text for each way that a
   * function went: which blocks, and about how often.
   */
  async taken(files: RegExp): Promise<string[]> {
    const { result } = await this.#post("Profiler.takePreciseCoverage") as {
      result: ScriptCoverage[];
    };
    const ways: string[] = [];
    for (const { url, functions } of result) {
      if (!files.test(url)) continue;
      for (const { ranges } of functions) {
        if (ranges[0].count === 0) continue;
        const blocks = ranges.map(({ startOffset, count }) => `${startOffset}x${about(count)}`);
        ways.push(`${url}:${blocks.join()}`);
      }
    }
    return ways;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  #post(method: string, params: Record<string, unknown> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#session.post(
        method,
        params,
        (error: Error | null, result?: object) => error ? reject(error) : resolve(result),
      );
    });
  }
}

/** 0, 1, few or many. */
function about(count: number): number {
  return count < 2 ? count : count < 8 ? 2 : 3;
}
