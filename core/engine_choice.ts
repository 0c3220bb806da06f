/**
 * Which engine carries a request.
 *
 * @module
 */
import { beginWait, type Wait, type WaitOptions } from "./wait.ts";
import type { SocketOption } from "./option.ts";

/** Whose calls carry an endpoint. */
export type Engine = "deno" | "libc";

/** A socket option and its value, to be set before bind or connect. */
// deno-lint-ignore no-explicit-any
export type OptionSetting = readonly [SocketOption<any>, unknown];

/** What every opener takes. */
export interface OpenOptions extends WaitOptions {
  /** Default: `"deno"`, or `"libc"` (needs `--allow-ffi`) when something else asked for needs it. */
  engine?: Engine;
  /** Socket options, set in order before bind or connect. */
  options?: readonly OptionSetting[];
}

/**
 * The engine for a request.
 *
 * @param action What is opened, for messages.
 * @param options What the caller asked for.
 * @param denoCanSet Whether the deno engine can set an option of this name.
 * @param needsLibc What else of the request only libc can do; `undefined` when nothing.
 * @returns The engine.
 * @throws {TypeError} If `engine` or `options` is malformed.
 * @throws {Deno.errors.NotSupported} If the deno engine was asked for what it cannot do.
 */
export function chooseEngine(
  action: string,
  options: OpenOptions,
  denoCanSet: (name: string) => boolean,
  needsLibc?: string,
): Engine {
  const { engine, options: settings = [] } = options;
  if (engine !== undefined && engine !== "deno" && engine !== "libc") {
    throw new TypeError(`Cannot ${action}: engine ${engine} is not "deno" or "libc"`);
  }
  if (!Array.isArray(settings)) throw new TypeError(`Cannot ${action}: options is not an array`);
  for (const setting of settings) {
    if (
      !Array.isArray(setting) || setting.length !== 2 || typeof setting[0]?.name !== "string" ||
      typeof setting[0].codec?.encode !== "function"
    ) {
      throw new TypeError(`Cannot ${action}: options holds what is no [SocketOption, value]`);
    }
  }
  const row = settings.find(([option]) => !denoCanSet(option.name));
  const reason = needsLibc ?? (row && `option ${row[0].name}`);
  if (engine === "deno" && reason !== undefined) {
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: ${reason} needs engine: "libc" (and --allow-ffi)`,
    );
  }
  return engine ?? (reason === undefined ? "deno" : "libc");
}

/** Runs an opening that takes a signal, ending it early as `options` say. */
export async function openWithin<T>(
  options: WaitOptions,
  open: (signal: AbortSignal | undefined, wait: Wait | undefined) => Promise<T>,
): Promise<T> {
  const wait = beginWait(options);
  if (wait === undefined) return await open(undefined, undefined);
  const controller = new AbortController();
  wait.arm((reason) => controller.abort(reason));
  try {
    return await open(controller.signal, wait);
  } finally {
    wait.end();
  }
}
