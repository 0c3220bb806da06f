/** How a fault came out. */

/**
 * "unreached" if the call was not made so often, `untold` if an error had no code or stayed after the
 * fault was over.
 */
export type Outcome = "unreached" | "hidden" | "told" | "untold" | "hung" | "crashed" | "corrupt";

/** All of them, for tables. */
export const OUTCOMES: readonly Outcome[] = [
  ...["unreached", "hidden", "told", "untold", "hung", "crashed", "corrupt"] as const,
];

/** The outcomes that must not be. */
export const BAD: readonly Outcome[] = ["untold", "hung", "crashed", "corrupt"];
