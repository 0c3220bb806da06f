/**
 * Who hears of completions.
 *
 * @module
 */

/** Hears of what became of its requests. */
export interface Target {
  /** `result` as of the system call that was asked for, `-errno` where that failed. */
  completed(result: number, flags: number): void;
}
