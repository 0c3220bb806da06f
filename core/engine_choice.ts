/**
 * Which engine carries a request.
 *
 * @module
 */
import {
  checkInteger,
  list,
  oneOf,
  optional,
  orElse,
  type Parameter,
  type Shape,
} from "./arguments.ts";
import { beginWait, type Wait, WAIT_SHAPE, type WaitOptions } from "./wait.ts";
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

/** A row that a value can be set by; what its codec makes of values is its own affair. */
const checkOption: Parameter<OptionSetting[0]> = (value, action, name) => {
  const row = value as Partial<OptionSetting[0]> | null;
  if (
    row === null || typeof row !== "object" || typeof row.name !== "string" ||
    typeof row.codec?.encode !== "function"
  ) throw new TypeError(`Cannot ${action}: ${name} is not a SocketOption`);
  checkInteger(row.level, 0, 0x7fffffff, action, `${name}.level`);
  checkInteger(row.option, 0, 0x7fffffff, action, `${name}.option`);
  if (row.access === "ro") {
    throw new TypeError(`Cannot ${action}: ${name}: ${row.name} can only be read`);
  }
  return value as OptionSetting[0];
};

/** A row with a value that its codec takes: told here, while nothing is open yet. */
const checkSetting: Parameter<OptionSetting> = (value, action, name) => {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new TypeError(`Cannot ${action}: ${name} is not a [SocketOption, value]`);
  }
  const option = checkOption(value[0], action, `${name}[0]`);
  const setting = value[1];
  option.codec.encode(setting);
  return [option, setting];
};

/** The option rows of a request. */
const checkSettings: Parameter<readonly OptionSetting[]> = list(checkSetting);
const checkEngine: Parameter<Engine | undefined> = optional(oneOf("deno", "libc"));

/** The parameters of {@linkcode OpenOptions}. */
export const OPEN_SHAPE = {
  engine: checkEngine,
  options: orElse(checkSettings, []),
  ...WAIT_SHAPE,
} as const satisfies Shape;

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
  const { engine } = options;
  const settings = checkSettings(options.options ?? [], action, "options");
  checkEngine(engine, action, "engine");
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
