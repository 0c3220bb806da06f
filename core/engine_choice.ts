/**
 * Which engine carries a request.
 *
 * @module
 */
import {
  type Checked,
  list,
  oneOf,
  optional,
  orElse,
  type Parameter,
  type Shape,
} from "./arguments.ts";
import { atCaller } from "./errors.ts";
import { beginWait, type Wait, WAIT_SHAPE, type WaitOptions } from "./wait.ts";
import { readRow, type SocketOption } from "./option.ts";

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

/** A row that a value can be set by. */
const checkOption: Parameter<OptionSetting[0]> = (value, action, name) => {
  const row = readRow(value as OptionSetting[0], action, name);
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

/** What {@linkcode OPEN_SHAPE} makes of the options. */
export type CheckedOpenOptions = Checked<typeof OPEN_SHAPE>;

/** How a request is opened on either engine. */
export interface Opener<T> {
  /** What is opened, for messages: `"listen"`. */
  action: string;
  /** Where, for the message of a time-out: `"to 127.0.0.1:80"`. */
  where?: string;
  /** What of the request only libc can do; `undefined` when nothing. */
  needsLibc: string | undefined;
  /** Whether the deno engine can set an option of this name. Default: none. */
  denoCanSet?(name: string): boolean;
  /** Whether libc, which does more or does it faster, may be taken without asking anybody. Default: no. */
  prefersLibc?(): boolean;
  /** Opens on the deno engine; absent where `needsLibc` always says why. */
  deno?(wait: Wait | undefined): T | Promise<T>;
  /** Opens on the libc engine. */
  libc(wait: Wait | undefined): T | Promise<T>;
}

/**
 * Opens a request on the engine that it asks for, or else on one that can do all of it, and ends that
 * early as the request says. Errors show the caller's call, on both engines.
 *
 * @param request What the caller asked for, checked.
 * @param opener How it is opened.
 * @returns What was opened.
 * @throws {Deno.errors.NotSupported} If the deno engine was asked for what it cannot do.
 */
export async function openOn<T>(request: CheckedOpenOptions, opener: Opener<T>): Promise<T> {
  const byDeno = chosenDeno(request, opener);
  const { action, where = "" } = opener;
  const wait = beginWait(request, action, { where: () => where });
  try {
    return await (byDeno === undefined ? opener.libc(wait) : byDeno(wait));
  } catch (error) {
    throw atCaller(error);
  } finally {
    wait?.end();
  }
}

/** How to open on the deno engine; `undefined` where libc is to be taken. */
function chosenDeno<T>(request: CheckedOpenOptions, opener: Opener<T>): Opener<T>["deno"] {
  const { engine, options } = request;
  const { denoCanSet = () => false, needsLibc, deno } = opener;
  const row = options.find(([option]) => !denoCanSet(option.name));
  const reason = needsLibc ?? (row && `option ${row[0].name}`);
  if (engine === "libc") return undefined;
  if (reason === undefined) {
    return engine === undefined && opener.prefersLibc?.() ? undefined : deno;
  }
  if (engine === undefined) return undefined;
  throw new Deno.errors.NotSupported(
    `Cannot ${opener.action}: ${reason} needs engine: "libc" (and --allow-ffi)`,
  );
}
