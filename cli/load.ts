/**
 * Loads what one command or one kind of address needs, and nothing else does.
 *
 * @module
 */

/**
 * Loads a module when it is needed.
 *
 * Deno prepares all modules that an `import("…")` names at every start, used or not. A computed
 * name keeps them out of that; the type argument names the file all the same, so that
 * `deno install` and `deno cache` fetch it beforehand.
 *
 * @typeParam M `typeof import("./file.ts")`, of the same file.
 * @param specifier The file, as an import would name it.
 * @param base `import.meta.url` of the caller.
 * @returns The module.
 */
export function load<M>(specifier: string, base: string): Promise<M> {
  const { href } = new URL(specifier, base);
  return import(href);
}
