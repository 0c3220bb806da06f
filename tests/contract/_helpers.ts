/** What the claims of the contract suite share. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { isSocketError } from "../../core/mod.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Text as bytes. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(text);
}

/** Bytes as text. */
export function text(data: Uint8Array): string {
  return DECODER.decode(data);
}

/** Lets everything that is ready happen, `count` times over. */
export async function loops(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether a promise stays pending: it may take its time, so only a pending one costs any. */
export async function pending(promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stays = new Promise<boolean>((resolve) => timer = setTimeout(resolve, 150, true));
  const settles = promise.then(() => false, () => false);
  try {
    return await Promise.race([settles, stays]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asserts a rejection with a POSIX code. */
export async function assertCode(
  fn: () => Promise<unknown>,
  code: string | readonly string[],
): Promise<Error> {
  const error = await assertRejects(fn, Error);
  const codes = typeof code === "string" ? [code] : code;
  assert(
    isSocketError(error) && codes.includes(error.code),
    `code ${(error as { code?: string }).code} of "${error}" is not ${codes.join(" or ")}`,
  );
  return error;
}

/** Asserts that `act` rejects all of these promises with a POSIX code. */
export async function assertAllCode(
  promises: readonly Promise<unknown>[],
  code: string,
  act: () => void,
): Promise<void> {
  const outcomes = Promise.allSettled(promises);
  act();
  for (const outcome of await outcomes) {
    assertEquals((outcome as PromiseRejectedResult).reason?.code, code);
  }
}

/** Asserts a rejection with exactly `reason`. */
export async function assertReason(promise: Promise<unknown>, reason: unknown): Promise<void> {
  let got: unknown = "no rejection";
  await promise.catch((error) => got = error);
  assert(got === reason, `rejected with ${got}, not with the reason`);
}

/** Asserts a rejection by time-out. */
export async function assertTimeout(fn: () => Promise<unknown>): Promise<void> {
  const error = await assertRejects(fn, DOMException);
  assertEquals(error.name, "TimeoutError");
}

/** Pseudo-random bytes, the same for the same seed. */
export function noise(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let x = seed | 1;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, size);
}

/** SHA-256 as hex. */
export function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** A signal that counts the abort listeners it has. */
export function countedSignal(): { signal: AbortSignal; count(): number; abort(r: unknown): void } {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  return { signal, count: () => listeners, abort: (reason) => controller.abort(reason) };
}

/** Runs TypeScript in a Deno of its own. */
export async function runDeno(
  source: string,
  options: { args?: string[]; prefix?: string[] } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, source);
  try {
    const { args = ["-A", "--unstable-net"], prefix = [] } = options;
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const command = [
      ...prefix,
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-check",
      `--config=${config}`,
      ...args,
      file,
    ];
    const { code, stdout, stderr } = await new Deno.Command(command[0], {
      args: command.slice(1),
      stdin: "null",
    }).output();
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    await Deno.remove(file);
  }
}
