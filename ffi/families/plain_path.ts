/**
 * Paths as Deno's permissions know them.
 *
 * @module
 */

import { socketError } from "../../core/errors.ts";

/**
 * A path made absolute, and `..` taken back by its text, whatever symbolic links are on the way.
 *
 * @param path The path; relative to the current folder if it does not begin with `/`.
 * @returns The path that a permission is asked for.
 * @throws {SocketError} `ENOENT` if the path is relative and the current folder was removed.
 */
export function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${currentFolder()}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function currentFolder(): string {
  try {
    return Deno.cwd();
  } catch {
    throw socketError("ENOENT", { syscall: "getcwd" });
  }
}

/** Whether Deno allows a plain path only to who may do everything (`/dev/null` and its like aside). */
export function isSpecialPath(plain: string): boolean {
  return /^\/(?:dev|proc|sys)(?:\/|$)/.test(plain);
}
