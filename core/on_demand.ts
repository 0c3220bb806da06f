/**
 * Modules that are loaded when they are first needed.
 *
 * @module
 */

/**
 * Makes what calls a function of a module, which is loaded the first time. Once it is there no promise
 * is put in between.
 *
 * @param load Imports it, by a literal: `() => import("./_libc.ts")`.
 * @returns Calls `use` with it.
 */
export function onDemand<M>(
  load: () => Promise<M>,
): <T>(use: (module: M) => T | Promise<T>) => T | Promise<T> {
  let loaded: M | undefined;
  return (use) =>
    loaded === undefined ? load().then((module) => use(loaded = module)) : use(loaded);
}
