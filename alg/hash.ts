import { object, optional, text } from "../core/arguments.ts";
import { bytes, checkBytes, partOf } from "../core/bytes.ts";
import { WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import {
  fileJob,
  type FileToSend,
  SEND_FILE_SHAPE,
  type SendFileOptions,
} from "../core/send_file.ts";
import { feed } from "./_feed.ts";
import { bind } from "./bind.ts";
import type { AlgHash, AlgOperation, HashOptions } from "./types.ts";

/** HASH_MAX_DIGESTSIZE (crypto/hash.h): the kernel writes what the digest has. */
const MAX_DIGEST_BYTES = 64;
const REQUEST = object({ name: text(), key: optional(bytes) });
const LIMITS = object(WAIT_SHAPE);
const PART = object(SEND_FILE_SHAPE);

/**
 * A hash or a keyed hash computed by the kernel.
 *
 * Needs `--allow-ffi`.
 *
 * @example In parts, with a key
 * ```ts
 * import { alg } from "@berkeley/sockets";
 *
 * try {
 *   using hmac = await alg.openHash({ name: "hmac(sha256)", key: new Uint8Array(32) });
 *   await hmac.update(new TextEncoder().encode("part one, "));
 *   await hmac.update(new TextEncoder().encode("part two"));
 *   console.log((await hmac.digest()).toHex());
 * } catch (error) {
 *   // A kernel without the module af_alg.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @example Of a file, which the kernel reads itself
 * ```ts
 * import { alg } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "abc");
 * try {
 *   using sha256 = await alg.openHash({ name: "sha256" });
 *   await sha256.updateFile(path);
 *   assertEquals((await sha256.digest()).toHex().slice(0, 8), "ba7816bf");
 * } catch (error) {
 *   // A kernel without the module af_alg.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * await Deno.remove(path);
 * ```
 *
 * @param options The algorithm and its key.
 * @returns The hash.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module af_alg.
 * @throws {SocketError} `ENOENT`: no such algorithm; `ENOKEY` when it wants a key; `EINVAL`: no such key.
 */
export async function openHash(options: HashOptions): Promise<AlgHash> {
  const { name, key } = REQUEST(options, "open a hash", "options");
  using transform = bind({ type: "hash", name, key });
  return new KernelHash(await transform.accept());
}

class KernelHash implements AlgHash {
  readonly #operation: AlgOperation;
  /** The updates and digests follow each other whoever awaits them. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(operation: AlgOperation) {
    this.#operation = operation;
  }

  async update(data: Uint8Array, options: WaitOptions = {}): Promise<void> {
    checkBytes(data, "hash", "data");
    const limits = LIMITS(options, "hash", "options");
    // Taken now: it may wait behind others, and then the caller's memory may be another's.
    const taken = partOf(data, 0).slice();
    if (taken.length === 0) return;
    await this.#inOrder(() => feed(this.#operation, taken, false, limits));
  }

  async updateFile(file: FileToSend, options: SendFileOptions = {}): Promise<number> {
    // Checked now, and read once: it may wait behind others.
    const { offset, count, signal, timeoutMs } = PART(options, "hash", "options");
    const { job } = fileJob(file, {});
    const part = { offset, count, signal, timeoutMs, more: true };
    return await this.#inOrder(() => this.#operation.sendFile(job.file, part));
  }

  async digest(options: WaitOptions = {}): Promise<Uint8Array> {
    const limits = LIMITS(options, "hash", "options");
    return await this.#inOrder(() => this.#operation.recv({ ...limits, size: MAX_DIGEST_BYTES }));
  }

  close(): void {
    this.#operation.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #inOrder<T>(step: () => Promise<T>): Promise<T> {
    const next = this.#last.then(step);
    this.#last = next.catch(() => {});
    return next;
  }
}
