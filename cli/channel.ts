/**
 * What `sock` moves bytes between: an endpoint, the standard streams, a child process. One face for
 * all of them, so that every command is one exchange.
 *
 * @module
 */
import type { MessageEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import { errorCode } from "./exit.ts";

/** One end of an exchange. */
export interface Channel {
  /** Whether boundaries are kept: a stream may be cut anywhere, a message not. */
  readonly kind: "stream" | "message";
  /** Where it is, for notes: `"tcp:127.0.0.1:80"`, `"standard input"`. */
  readonly name: string;
  /** Whether {@linkcode receive} comes to an end by itself: datagrams know none. */
  readonly ends: boolean;
  /** The next bytes or message; valid until the next call. `undefined` at the end. */
  receive(): Promise<Uint8Array | undefined>;
  /** Sends all of `data`, which is free again afterwards. */
  send(data: Uint8Array): Promise<void>;
  /** Ends the sending direction, where it can be ended alone. */
  endSend(): Promise<void>;
  /** Ends everything; pending calls reject or end. May be called again. */
  close(): void;
}

/** How a kind of connection ends, where that is not by halves. */
export interface Ending {
  /** Whether the sending direction can be ended alone. */
  readonly halves: boolean;
  /** The error that stands for the peer's end. */
  readonly code?: string;
}

/** What is taken from a stream in one go. */
const CHUNK_BYTES = 256 * 1024;

/** The channel of a connection. */
export function streamChannel(
  endpoint: Pick<StreamEndpoint<unknown>, "recvInto" | "sendAll" | "shutdown" | "close">,
  name: string,
  { halves, code }: Ending = { halves: true },
): Channel {
  const buffer = new Uint8Array(CHUNK_BYTES);
  return {
    kind: "stream",
    name,
    ends: halves,
    async receive() {
      const count = await orEnd(endpoint.recvInto(buffer), code) ?? 0;
      return count === 0 ? undefined : buffer.subarray(0, count);
    },
    send: (data) => endpoint.sendAll(data),
    async endSend() {
      if (!halves) return;
      try {
        await endpoint.shutdown("write");
      } catch (error) {
        // The peer is gone altogether: receiving tells how.
        if (errorCode(error) !== "ENOTCONN") throw error;
      }
    },
    close: () => endpoint.close(),
  };
}

/** What a call gives; `undefined` where its error stands for the peer's end. */
async function orEnd<T>(call: Promise<T>, code: string | undefined): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (code === undefined || errorCode(error) !== code) throw error;
  }
}

/** Endpoints of messages that can end one direction alone. */
interface HalfClosing {
  shutdown?(how: "write"): void | Promise<void>;
}

/** The channel of a message endpoint that has a peer. */
export function messageChannel(
  endpoint: Pick<MessageEndpoint<unknown>, "type" | "recvMany" | "send" | "close"> & HalfClosing,
  name: string,
  { halves: ends, code }: Ending = { halves: endpoint.type === "seqpacket" },
): Channel {
  return {
    kind: "message",
    name,
    ends,
    async receive() {
      // An empty batch is the peer's end; an empty message is a message.
      const [message] = await orEnd(endpoint.recvMany(1), code) ?? [];
      message?.control?.[Symbol.dispose]();
      return message?.data;
    },
    async send(data) {
      await endpoint.send(data);
    },
    async endSend() {
      // Datagrams know no end, and a peer that is gone altogether is told of by receiving.
      if (!ends) return;
      try {
        await endpoint.shutdown?.("write");
      } catch (error) {
        if (errorCode(error) !== "ENOTCONN") throw error;
      }
    },
    close: () => endpoint.close(),
  };
}

/** A channel that gives back what it is sent, in order and never holding more than one piece. */
export function mirrorChannel(kind: "stream" | "message"): Channel {
  let offered: { data: Uint8Array; taken: () => void } | undefined;
  let taken: (() => void) | undefined;
  let wake: ((data: Uint8Array | undefined) => void) | undefined;
  let ended = false;
  const end = () => {
    ended = true;
    wake?.(undefined);
    wake = undefined;
  };
  return {
    kind,
    name: "echo",
    ends: true,
    receive() {
      // The piece handed out before is done with: its sender may go on.
      taken?.();
      taken = undefined;
      if (offered !== undefined) {
        const { data } = offered;
        ({ taken } = offered);
        offered = undefined;
        return Promise.resolve(data);
      }
      if (ended) return Promise.resolve(undefined);
      return new Promise((resolve) => wake = resolve);
    },
    send: (data) =>
      new Promise((resolve) => {
        if (wake === undefined) {
          offered = { data, taken: resolve };
        } else {
          taken = resolve;
          wake(data);
          wake = undefined;
        }
      }),
    endSend() {
      end();
      return Promise.resolve();
    },
    close() {
      end();
      taken?.();
      offered?.taken();
    },
  };
}
