/**
 * Frames of WebSockets at a server's end (RFC 6455 section 5), without any I/O.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** Opcodes (RFC 6455 section 5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Codes of a close (RFC 6455 section 7.4.1). */
export const CLOSE_CODE = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  noStatus: 1005,
  abnormal: 1006,
  invalidText: 1007,
  tooBig: 1009,
  failed: 1011,
} as const;

/** The longest payload of a control frame. */
export const MAX_CONTROL_BYTES = 125;

/** Why a peer that breaks the rules is closed. */
export class FrameError extends Error {
  override name = "FrameError";
  /** The code that it is told. */
  readonly code: number;

  /** Says what is wrong. */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a peer says. */
export interface FrameHandler {
  /** A whole message: text is decoded. */
  message(data: string | Uint8Array<ArrayBuffer>): void;
  /** It wants to know whether somebody is here. */
  ping(payload: Uint8Array): void;
  /** It closes; `code` is `undefined` where it says none. */
  close(code: number | undefined, reason: string): void;
}

const FIN = 0x80;
const RESERVED = 0x70;
const OPCODE_BITS = 0x0f;
const MASKED = 0x80;
const LENGTH_BITS = 0x7f;
const MASK_BYTES = 4;
/** Two bytes, a length of eight, a mask. */
const MAX_HEADER_BYTES = 14;
const DATA_OPCODES: readonly number[] = [OPCODE.continuation, OPCODE.text, OPCODE.binary];
const CONTROL_OPCODES: readonly number[] = [OPCODE.close, OPCODE.ping, OPCODE.pong];

/** Reads what a client sends, in pieces of any size. */
export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #maxMessageBytes: number;
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  readonly #headerView = new DataView(this.#header.buffer);
  #have = 0;
  /** Bytes of the payload that are still to come; -1 while its header is. */
  #left = -1;
  #maskAt = 0;
  /** How far into the payload. */
  #done = 0;
  /** Of a control frame, which may come between those of a message. */
  #control: Uint8Array[] = [];
  #message: Uint8Array[] = [];
  #messageBytes = 0;
  /** What the message under way is: text, binary, or none. */
  #kind: number = OPCODE.continuation;
  #closed = false;

  /** Tells `handler`; a message longer than `maxMessageBytes` is refused. */
  constructor(handler: FrameHandler, maxMessageBytes: number) {
    this.#handler = handler;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /**
   * Reads on. After a close nothing is looked at any more.
   *
   * @throws {FrameError} If the client breaks the rules.
   */
  push(chunk: Uint8Array): void {
    for (let at = 0; !this.#closed;) {
      if (this.#left < 0) {
        at = this.#readHeader(chunk, at);
        if (this.#left < 0) return;
      }
      const end = Math.min(chunk.length, at + this.#left);
      if (end > at) this.#keep(this.#unmasked(chunk, at, end));
      this.#left -= end - at;
      at = end;
      if (this.#left > 0) return;
      this.#left = -1;
      this.#have = 0;
      this.#ended();
    }
  }

  /** Reads as much of a header as there is; once it is whole, `#left` says so. */
  #readHeader(chunk: Uint8Array, from: number): number {
    const header = this.#header;
    let at = from;
    for (;;) {
      const need = this.#headerBytes();
      while (this.#have < need && at < chunk.length) header[this.#have++] = chunk[at++];
      if (this.#have < need) return at;
      if (need === 2) this.#checkStart();
      else break;
    }
    this.#left = this.#checkLength();
    this.#maskAt = this.#have - MASK_BYTES;
    this.#done = 0;
    return at;
  }

  #headerBytes(): number {
    if (this.#have < 2) return 2;
    const length = this.#header[1] & LENGTH_BITS;
    return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + MASK_BYTES;
  }

  get #opcode(): number {
    return this.#header[0] & OPCODE_BITS;
  }

  #checkStart(): void {
    const [first, second] = this.#header;
    const opcode = this.#opcode;
    if ((first & RESERVED) !== 0) throw broken("a reserved bit is set");
    if ((second & MASKED) === 0) throw broken("a frame of a client is not masked");
    if (CONTROL_OPCODES.includes(opcode)) {
      if ((first & FIN) === 0) throw broken("a control frame is cut");
      if ((second & LENGTH_BITS) > MAX_CONTROL_BYTES) throw broken("a control frame is too long");
      return;
    }
    if (!DATA_OPCODES.includes(opcode)) throw broken(`opcode ${opcode} is unknown`);
    const continues = opcode === OPCODE.continuation;
    if (continues !== (this.#kind !== OPCODE.continuation)) {
      throw broken(continues ? "nothing is to be continued" : "a message is not finished");
    }
    if (!continues) this.#kind = opcode;
  }

  #checkLength(): number {
    const short = this.#header[1] & LENGTH_BITS;
    const length = short === 127
      ? Number(this.#headerView.getBigUint64(2))
      : short === 126
      ? this.#headerView.getUint16(2)
      : short;
    if (!CONTROL_OPCODES.includes(this.#opcode)) {
      this.#messageBytes += length;
      if (this.#messageBytes > this.#maxMessageBytes) {
        throw new FrameError(
          CLOSE_CODE.tooBig,
          `a message has more than ${this.#maxMessageBytes} bytes`,
        );
      }
    }
    return length;
  }

  #unmasked(chunk: Uint8Array, at: number, end: number): Uint8Array {
    const piece = new Uint8Array(end - at);
    for (let i = 0; i < piece.length; i++) {
      piece[i] = chunk[at + i] ^ this.#header[this.#maskAt + ((this.#done + i) & 3)];
    }
    this.#done += piece.length;
    return piece;
  }

  #keep(piece: Uint8Array): void {
    (CONTROL_OPCODES.includes(this.#opcode) ? this.#control : this.#message).push(piece);
  }

  #ended(): void {
    const opcode = this.#opcode;
    if (!CONTROL_OPCODES.includes(opcode)) {
      if ((this.#header[0] & FIN) !== 0) this.#messageEnded();
      return;
    }
    const payload = joined(this.#control);
    this.#control = [];
    if (opcode === OPCODE.ping) this.#handler.ping(payload);
    else if (opcode === OPCODE.close) this.#closeCame(payload);
  }

  #messageEnded(): void {
    const data = joined(this.#message);
    const isText = this.#kind === OPCODE.text;
    this.#message = [];
    this.#messageBytes = 0;
    this.#kind = OPCODE.continuation;
    this.#handler.message(isText ? decoded(data) : data);
  }

  #closeCame(payload: Uint8Array): void {
    this.#closed = true;
    if (payload.length === 0) return this.#handler.close(undefined, "");
    if (payload.length === 1) throw broken("a close has half a code");
    const code = payload[0] << 8 | payload[1];
    if (!mayBeSent(code)) throw broken(`code ${code} may not be sent`);
    this.#handler.close(code, decoded(payload.subarray(2)));
  }
}

/** Whether a code may stand in a close (RFC 6455 section 7.4, and IANA's registry). */
export function mayBeSent(code: number): boolean {
  return Number.isInteger(code) &&
    (code >= 1000 && code <= 1014 && ![1004, CLOSE_CODE.noStatus, CLOSE_CODE.abnormal]
          .includes(code) || code >= 3000 && code <= 4999);
}

/** A whole frame of a server's: not masked, in memory of its own. */
export function encodeFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const at = length > 0xffff ? 10 : length > MAX_CONTROL_BYTES ? 4 : 2;
  const frame = Buffer.allocUnsafe(at + length);
  frame[0] = FIN | opcode;
  if (at === 10) {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  } else if (at === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = length;
  }
  frame.set(payload, at);
  return frame;
}

function broken(state: string): FrameError {
  return new FrameError(CLOSE_CODE.protocolError, state);
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes);
  } catch {
    throw new FrameError(CLOSE_CODE.invalidText, "a text is no UTF-8");
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (pieces.length === 1) return pieces[0] as Uint8Array<ArrayBuffer>;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
