import { object, optional, text } from "../core/arguments.ts";
import { bytes, checkBytes, partOf } from "../core/bytes.ts";
import type { OutgoingControl } from "../core/control.ts";
import { type FileJob, fileJob, type FileToSend, SEND_FILE_SHAPE } from "../core/send_file.ts";
import { beginWait, WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import { MSG_MORE } from "../ffi/abi/socket_constants.ts";
import { feed, FEED_BYTES } from "./_feed.ts";
import { bindTransform } from "./bind.ts";
import { operationControl } from "./control.ts";
import type {
  AlgCipher,
  AlgTransform,
  CipherFileInput,
  CipherInput,
  CipherOptions,
} from "./types.ts";

type Transform = ReturnType<typeof bindTransform>;

const REQUEST = object({ name: text(), key: bytes });
const INPUT = object({ iv: optional(bytes), ...WAIT_SHAPE });
const FILE_INPUT = object({ iv: optional(bytes), ...SEND_FILE_SHAPE });
const NOTHING = new Uint8Array(0);

/**
 * A symmetric cipher computed by the kernel.
 *
 * Needs `--allow-ffi`.
 *
 * @example There and back
 * ```ts
 * import { alg } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using cipher = alg.openCipher({ name: "cbc(aes)", key: new Uint8Array(16) });
 *   const iv = new Uint8Array(16);
 *   const secret = await cipher.encrypt(new Uint8Array(32), { iv });
 *   assertEquals(await cipher.decrypt(secret, { iv }), new Uint8Array(32));
 * } catch (error) {
 *   // A kernel without the module af_alg.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options The algorithm and its key.
 * @returns The cipher. Messages may be under way at the same time: each is an operation of its own.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module af_alg.
 * @throws {SocketError} `ENOENT`: no such algorithm; `EINVAL`: no such key, or, of a message, a
 * length that is no multiple of the block.
 */
export function openCipher(options: CipherOptions): AlgCipher {
  const { name, key } = REQUEST(options, "open a cipher", "options");
  const transform = bindTransform({ type: "skcipher", name, key });
  return {
    encrypt: (data, input) => cipher(transform, "encrypt", data, input),
    decrypt: (data, input) => cipher(transform, "decrypt", data, input),
    encryptFile: (file, input) => cipherFile(transform, "encrypt", file, input),
    decryptFile: (file, input) => cipherFile(transform, "decrypt", file, input),
    close: () => transform.close(),
    [Symbol.dispose]: () => transform.close(),
  };
}

/** Checks what is asked for at once; whatever is wrong besides is told when the output is read. */
function cipherFile(
  transform: Transform,
  direction: "encrypt" | "decrypt",
  file: FileToSend,
  input: CipherFileInput = {},
): AsyncGenerator<Uint8Array, void, void> {
  const { iv, ...part } = FILE_INPUT(input, direction, "options");
  const { job, waitOptions } = fileJob(file, part);
  const control = operationControl({ operation: direction, iv });
  return filePieces(transform, direction, job, waitOptions, control);
}

async function* filePieces(
  transform: Transform,
  direction: "encrypt" | "decrypt",
  job: FileJob,
  waitOptions: WaitOptions,
  control: OutgoingControl,
): AsyncGenerator<Uint8Array, void, void> {
  const wait = beginWait(waitOptions, `${direction} a file`, transform);
  try {
    using operation = await transform.accept(waitOptions);
    await operation.send(NOTHING, { control, flags: MSG_MORE });
    yield* operation.through(job, wait);
  } finally {
    wait?.end();
  }
}

async function cipher(
  transform: AlgTransform,
  direction: "encrypt" | "decrypt",
  data: Uint8Array,
  input: CipherInput = {},
): Promise<Uint8Array> {
  checkBytes(data, direction, "data");
  const { iv, ...limits } = INPUT(input, direction, "options");
  const taken = partOf(data, 0);
  const result = new Uint8Array(taken.length);
  if (result.length === 0) return result;
  using operation = await transform.accept(limits);
  // A part at a time: the kernel keeps input only as far as its room goes. The vector goes on with it.
  for (let done = 0; done < result.length;) {
    const part = partOf(taken, done, done + FEED_BYTES);
    const last = done + part.length === result.length;
    const control = done === 0 ? operationControl({ operation: direction, iv }) : undefined;
    await feed(operation, part, last, limits, control);
    // Never more than was given: the kernel would wait for the rest.
    for (const end = done + part.length; done < end;) {
      const got = await operation.recv({ ...limits, size: end - done });
      result.set(got, done);
      done += got.length;
    }
  }
  return result;
}
