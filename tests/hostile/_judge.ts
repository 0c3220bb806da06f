/** What became of a call, and whether that is as promised. */
import { caught, setTrap } from "./_trap.ts";
import { Bomb } from "./_values.ts";

/** How a call ended. */
export interface Outcome {
  readonly error?: unknown;
  /** Neither a result nor an error within the limit. */
  readonly pending: boolean;
  /** The system calls it made. */
  readonly calls: readonly string[];
}

const LIMIT_MS = 60;
const PENDING = Symbol("pending");

/** Sentences of the runtime that begin as ours do. */
const RUNTIMES =
  /^Cannot (read prop|set prop|destructure|convert|mix|assign|perform|define|add prop|delete|access '|freeze|redefine|call|use 'in')[^:]*( |$)/;
const OURS = /^Cannot .+: ./s;

// deno-lint-ignore no-explicit-any
type Any = any;

/** Makes a call with the trap set. */
export async function attempt(run: () => unknown): Promise<Outcome> {
  using _ = setTrap();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof PENDING>((resolve) => {
    timer = setTimeout(() => resolve(PENDING), LIMIT_MS);
  });
  try {
    const result = await Promise.race([settle(run()), late]);
    return { pending: result === PENDING, calls: [...caught] };
  } catch (error) {
    return { error, pending: false, calls: [...caught] };
  } finally {
    clearTimeout(timer);
  }
}

/** What a call comes to: a generator's first value, a promise's; what it opened is closed. */
async function settle(given: Any): Promise<unknown> {
  const result = typeof given?.then === "function" ? await given : given;
  if (typeof result?.next === "function") {
    await result.next();
    await result.return?.();
  } else if (typeof result?.close === "function") {
    await result.close();
  } else if (typeof result?.[Symbol.asyncIterator] === "function") {
    await settle(result[Symbol.asyncIterator]());
  } else if (Array.isArray(result)) {
    for (const each of result) if (typeof each?.close === "function") each.close();
  }
  return undefined;
}

/** What is wrong with the outcome of a call whose argument at `where` may (`fits`) be as it was. */
export function fault(
  outcome: Outcome,
  fits: boolean | undefined,
  where: string,
  keys: readonly string[],
): string | undefined {
  const { error, pending, calls } = outcome;
  if (error instanceof Bomb || isRevoked(error)) return undefined;
  if (error === undefined) {
    if (fits !== false) return undefined;
    return pending ? `waits (${calls[0] ?? "no call"})` : `taken (${calls[0] ?? "no call"})`;
  }
  if (!(error instanceof Error)) return `throws what is no Error: ${typeof error}`;
  const { message, name } = error;
  if (error instanceof Deno.errors.PermissionDenied && fits !== false) return undefined;
  if (!OURS.test(message) || RUNTIMES.test(message)) {
    return `words: ${name}: ${message.slice(0, 120)}`;
  }
  if (fits !== false) return undefined;
  if (calls.length > 0) return `after ${calls[0]}: ${message.slice(0, 120)}`;
  if (!(error instanceof TypeError || error instanceof RangeError)) {
    return `is a ${name}: ${message.slice(0, 120)}`;
  }
  return names(message, where, keys) ? undefined : `unnamed: ${message.slice(0, 120)}`;
}

/** What a revoked proxy, and the iterator of a view without memory, says: an error of the value's own. */
function isRevoked(error: unknown): boolean {
  return error instanceof TypeError &&
    /on a proxy that has been revoked$|prototype.values on a detached/.test(error.message);
}

/** Whether a message says which argument it means: by its own name, that of what holds it, or a key. */
function names(message: string, where: string, keys: readonly string[]): boolean {
  return /unknown (option|key) "/.test(message) ||
    [...where.split("."), ...keys].some((name) => message.includes(name));
}
