/**
 * Loads what one command or one kind of address needs, and nothing else does.
 *
 * @module
 */

/** Where all files of the package are. */
const ROOT = new URL("..", import.meta.url).href;

/**
 * Loads a module when it is needed.
 *
 * Deno prepares all modules that an `import("…")` names at every start, used or not: with plain names
 * `sock --help` would take twice as long. A name that begins with a folder and is computed from there
 * on keeps them out of that, as the folder does not exist, and publishing knows all the same that it
 * leads nowhere but into the package. The type argument names the file, so that `deno install` and
 * `deno cache` fetch it beforehand.
 *
 * @typeParam M `typeof import("./file.ts")`, of the same file.
 * @param specifier The file, as an import would name it.
 * @param base `import.meta.url` of the caller.
 * @returns The module.
 */
export function load<M>(specifier: string, base: string): Promise<M> {
  const path = new URL(specifier, base).href.slice(ROOT.length);
  return import(`./none/${`../../${path}`}`);
}
