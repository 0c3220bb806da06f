// Types of the @std/assert functions used here, over the copy of std that npm carries.
// deno-lint-ignore-file no-explicit-any
import * as std from "deno-std/assert";

type Class<E> = abstract new (...args: any[]) => E;

/** Fails unless `condition`. */
export function assert(condition: unknown, message?: string): asserts condition {
  std.assert(condition, message);
}
/** Fails unless `value` is an instance of `type`. */
export function assertInstanceOf<T>(
  value: unknown,
  type: Class<T>,
  message?: string,
): asserts value is T {
  std.assertInstanceOf(value, type as any, message);
}
/** Fails when `value` is null or undefined. */
export function assertExists<T>(value: T, message?: string): asserts value is NonNullable<T> {
  std.assertExists(value, message);
}
/** Fails unless both are deeply equal. */
export const assertEquals: <T>(actual: T, expected: T, message?: string) => void = std
  .assertEquals as any;
/** Fails when both are deeply equal. */
export const assertNotEquals: <T>(actual: T, expected: T, message?: string) => void = std
  .assertNotEquals as any;
/** Fails unless both are the same value. */
export const assertStrictEquals: <T>(actual: unknown, expected: T, message?: string) => void = std
  .assertStrictEquals as any;
/** Fails unless `actual` matches. */
export const assertMatch: (actual: string, expected: RegExp, message?: string) => void =
  std.assertMatch;
/** Fails unless `actual` contains `expected`. */
export const assertStringIncludes: (actual: string, expected: string, message?: string) => void =
  std.assertStringIncludes;
/** Fails unless `actual` has every property of `expected`. */
export const assertObjectMatch: (actual: any, expected: Record<PropertyKey, any>) => void = std
  .assertObjectMatch as any;
/** Fails unless `actual > expected`. */
export const assertGreater: <T>(actual: T, expected: T, message?: string) => void = std
  .assertGreater as any;
/** Fails unless `actual >= expected`. */
export const assertGreaterOrEqual: <T>(actual: T, expected: T, message?: string) => void = std
  .assertGreaterOrEqual as any;
/** Fails unless `actual < expected`. */
export const assertLess: <T>(actual: T, expected: T, message?: string) => void = std
  .assertLess as any;
/** Fails unless `actual <= expected`. */
export const assertLessOrEqual: <T>(actual: T, expected: T, message?: string) => void = std
  .assertLessOrEqual as any;
/** Fails unless `fn` throws; returns what it threw. */
export const assertThrows: <E extends Error = Error>(
  fn: () => unknown,
  type?: Class<E>,
  includes?: string,
  message?: string,
) => E = std.assertThrows as any;
/** Fails unless the promise rejects; resolves to the reason. */
export const assertRejects: <E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type?: Class<E>,
  includes?: string,
  message?: string,
) => Promise<E> = std.assertRejects as any;
/** Fails always. */
export const fail: (message?: string) => never = std.fail as any;
