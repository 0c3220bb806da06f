import type { AlgAddress } from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint } from "../core/endpoint.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import type { FileToSend, SendFileOptions } from "../core/send_file.ts";
import type { WaitOptions } from "../core/wait.ts";

/** What of a file is input, and whether it is all. */
export interface AlgFileOptions extends SendFileOptions {
  /** Whether more input follows, as MSG_MORE says it of a `send`. Default: the input ends here. */
  more?: boolean;
}

/** One operation: what is sent is the input, what is received the output. */
export interface AlgOperation extends MessageEndpoint<AlgAddress> {
  /**
   * Gives a file, or a part of it, as input: as `sendFile` of a stream does, by the kernel
   * (`man 2 splice`) and without a copy, but of an open `Deno.FsFile`. A cipher's room fills up unless
   * its output is received meanwhile; {@linkcode AlgCipher.encryptFile} sees to that.
   */
  sendFile(file: FileToSend, options?: AlgFileOptions): Promise<number>;
}

/** An algorithm with its key. Each `accept` begins an operation, at once and as often as one likes. */
export type AlgTransform = ListenerEndpoint<AlgAddress, AlgOperation>;

/** Options of {@linkcode bind}. */
export interface AlgBindOptions {
  /** Always `"alg"`; may be left out. */
  family?: "alg";
  /** What kind: `"hash"`, `"skcipher"`, `"aead"`, `"rng"`, and what else the kernel has. */
  type: string;
  /** The algorithm as /proc/crypto names it, 1 to 63 characters: `"sha256"`, `"cbc(aes)"`. */
  name: string;
  /** Features asked for, 0 to 2^32 - 1. Default 0. */
  feature?: number;
  /** Which bits of `feature` count, 0 to 2^32 - 1. Default 0. */
  mask?: number;
  /** The key, or of `rng` the seed. */
  key?: Uint8Array;
  /** The length of the tag of `aead` in bytes, 0 to 64. */
  tagBytes?: number;
  /** More options, set in order once it is bound. */
  options?: readonly OptionSetting[];
}

/** Options of {@linkcode openHash}. */
export interface HashOptions {
  /** `"sha256"`, `"sha3-512"`, `"crc32c"`, with a key `"hmac(sha256)"`, `"cmac(aes)"`. */
  name: string;
  /** The key of a keyed hash. */
  key?: Uint8Array;
}

/** A running hash. */
export interface AlgHash extends Disposable {
  /** Takes more data in. */
  update(data: Uint8Array, options?: WaitOptions): Promise<void>;
  /**
   * Takes a file in, or a part of it: by the kernel, without a copy, but of an open `Deno.FsFile`.
   * Resolves to its bytes. A path takes `--allow-read` for it.
   */
  updateFile(file: FileToSend, options?: SendFileOptions): Promise<number>;
  /** The digest of what was taken in since the last one; the next `update` begins anew. */
  digest(options?: WaitOptions): Promise<Uint8Array>;
  /** Ends it. May be called again. */
  close(): void;
}

/** Options of {@linkcode openCipher}. */
export interface CipherOptions {
  /** `"cbc(aes)"`, `"ctr(aes)"`, `"xts(aes)"`, `"ecb(aes)"`. */
  name: string;
  /** The key, of a length that the algorithm takes. */
  key: Uint8Array;
}

/** What one message of a cipher takes. */
export interface CipherInput extends WaitOptions {
  /** The initialisation vector, of the length that the algorithm has; none for `ecb`. */
  iv?: Uint8Array;
}

/** What a file that is put through a cipher takes. */
export interface CipherFileInput extends SendFileOptions {
  /** The initialisation vector, of the length that the algorithm has; none for `ecb`. */
  iv?: Uint8Array;
}

/** A symmetric cipher with its key. */
export interface AlgCipher extends Disposable {
  /** Encrypts; the output is as long as the input. */
  encrypt(data: Uint8Array, options?: CipherInput): Promise<Uint8Array>;
  /** Decrypts; the output is as long as the input. */
  decrypt(data: Uint8Array, options?: CipherInput): Promise<Uint8Array>;
  /**
   * Encrypts a file, or a part of it, and gives the output as it comes. The kernel reads the file,
   * without a copy, but of an open `Deno.FsFile`. A path takes `--allow-read` for it. `signal` and
   * `timeoutMs` are of the whole.
   */
  encryptFile(
    file: FileToSend,
    options?: CipherFileInput,
  ): AsyncGenerator<Uint8Array, void, void>;
  /** Decrypts a file, as {@linkcode AlgCipher.encryptFile}. */
  decryptFile(
    file: FileToSend,
    options?: CipherFileInput,
  ): AsyncGenerator<Uint8Array, void, void>;
  /** Ends it. May be called again. */
  close(): void;
}

/** Options of {@linkcode openAead}. */
export interface AeadOptions {
  /** `"gcm(aes)"`, `"ccm(aes)"`, `"rfc7539(chacha20,poly1305)"`. */
  name: string;
  /** The key, of a length that the algorithm takes. */
  key: Uint8Array;
  /** The length of the tag in bytes, one that the algorithm has. Default 16. */
  tagBytes?: number;
}

/** What one message of an AEAD cipher takes. */
export interface AeadInput extends WaitOptions {
  /** The nonce as the kernel has it: of `gcm` 12 bytes. */
  iv: Uint8Array;
  /** What is authenticated and not encrypted. Default none. */
  associatedData?: Uint8Array;
}

/** Authenticated encryption with associated data. */
export interface AlgAead extends Disposable {
  /** Encrypts; the tag stands at the end of the output. */
  encrypt(data: Uint8Array, options: AeadInput): Promise<Uint8Array>;
  /** Decrypts what ends with its tag. */
  decrypt(data: Uint8Array, options: AeadInput): Promise<Uint8Array>;
  /** Ends it. May be called again. */
  close(): void;
}

/** Options of {@linkcode openRandom}. */
export interface RandomOptions {
  /** `"stdrng"`, `"drbg_nopr_hmac_sha256"`. Default `"stdrng"`. */
  name?: string;
  /** What it is seeded with. Default 48 bytes of the platform's own randomness. */
  seed?: Uint8Array;
}

/** A random number generator. */
export interface AlgRandom extends Disposable {
  /** So many bytes, 1 to 2^20. */
  read(count: number, options?: WaitOptions): Promise<Uint8Array>;
  /** Ends it. May be called again. */
  close(): void;
}
