/**
 * The end of a connection of messages, told from an empty message: recvmsg(2) returns 0 for both.
 *
 * On a unix socket each message is asked to carry a timestamp, its mark, which the end has not. Elsewhere
 * the queue tells.
 *
 * @module
 */
import type { Control } from "../../core/control.ts";
import type { SocketOption } from "../../core/option.ts";
import { MSG_PEEK, SO_TIMESTAMPNS, SOL_SOCKET } from "../abi/socket_constants.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { tryRecvMsg } from "../messages/message_calls.ts";
import { SO_MEMINFO } from "../options/buffer.ts";
import type { SocketGiven } from "./socket.ts";

/** A receive that met the end of a connection. */
export const ENDED: unique symbol = Symbol();

/** What is known of a socket when its endpoint is made. */
export interface MessageGiven extends Omit<SocketGiven, "alone" | "connected"> {
  /** Whether it has a peer. Default false. */
  connected?: boolean;
  /** Whether its connection can end, which an empty receive then tells. Default true. */
  ends?: boolean;
  /** Whether its protocol has no empty messages: what is empty is the end. Default false. */
  noEmpty?: boolean;
  /** Whether messages must be received one by one, as `tryReceive` does. Default false. */
  oneByOne?: boolean;
}

/**
 * Whether what was empty is the end: of that there is always more, where a message would block. What
 * waits, be it empty too, takes memory.
 */
export function isAtEnd(core: Descriptor): boolean {
  try {
    return tryRecvMsg(core, 1, { flags: MSG_PEEK })?.lengthBytes === 0 &&
      core.getOption(SO_MEMINFO).recvAllocatedBytes === 0;
  } catch {
    return false; // an error that the next receive tells
  }
}

/** Whether an option is the one that marks the messages. */
export function asksForMarks(option: SocketOption<unknown>): boolean {
  return option?.level === SOL_SOCKET && option.option === SO_TIMESTAMPNS; // what it is, is checked below
}

/** Has each message of a socket marked. */
export function setMarks(core: Descriptor): void {
  const on = new Uint8Array([1, 0, 0, 0]);
  core.call("setsockopt", (lib, fd) => lib.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, on, 4));
}

/** Whether nothing came beside a message but its mark. */
export function holdsOnlyMark(control: Control | undefined): boolean {
  if (control === undefined || control.truncated) return false;
  let count = 0;
  for (const { type } of control) {
    if (type !== "timestamp") return false;
    count++;
  }
  return count === 1;
}
