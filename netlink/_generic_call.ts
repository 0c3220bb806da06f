/**
 * A command of a generic family: the attributes that it takes, and those that answer it.
 *
 * @module
 */
import type { ReplyReader } from "./_exchange.ts";
import type { AttributeRows, AttributeTable, AttributeValues } from "./attributes.ts";
import type { ByteSink } from "./_bytes.ts";
import { GENLMSGHDR } from "./generic.ts";
import type { RequestShape } from "./message.ts";

/** What is asked of a family, and how the answer is read. */
export interface GenericCall<Q extends AttributeRows, R extends AttributeRows, T> {
  /** The family's message type. */
  readonly family: number;
  /** The command. */
  readonly command: number;
  /** The version of the family's messages. Default: 1. */
  readonly version?: number;
  /** The attributes of the request. */
  readonly query: AttributeTable<Q>;
  /** Their values. */
  readonly values: AttributeValues<Q>;
  /** The attributes of replies. */
  readonly reply: AttributeTable<R>;
  /** What a reply is made into; `undefined` leaves it out. */
  readonly read: (values: AttributeValues<R>) => T | undefined;
  /** What it is for, in errors. */
  readonly action: string;
}

/** A command as a request, or as what a dump asks for. */
export interface GenericRequest<T> {
  readonly type: number;
  readonly payload: (sink: ByteSink) => void;
  readonly read: ReplyReader<T>;
  readonly action: string;
  readonly shape: RequestShape;
}

/** See {@linkcode GenericCall}. */
export function genericRequest<Q extends AttributeRows, R extends AttributeRows, T>(
  call: GenericCall<Q, R, T>,
): GenericRequest<T> {
  const { family, command, version = 1, query, values, reply, read, action } = call;
  return {
    type: family,
    payload(sink) {
      GENLMSGHDR.encode(sink, { cmd: command, version });
      query.encode(sink, values);
    },
    read: (source, at, end) =>
      read(reply.decode(source, at + GENLMSGHDR.size, end - at - GENLMSGHDR.size)),
    action,
    shape: { headerBytes: GENLMSGHDR.size, attributes: query },
  };
}
