/** Real traffic: round trips timed one by one, then a bulk both ways at once, every byte compared. */
import type { Message, MessageEndpoint, StreamEndpoint } from "../../mod.ts";
import type { Outcome } from "./row.ts";
import { show } from "./row.ts";

const ROUND_TRIPS = 200;
/** Round trips before the timed ones: the first few compile. */
const WARM_UP = 50;
const PING_BYTES = 64;
const BULK_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** A message that every family takes, in numbers that no receive buffer is too small for. */
const MESSAGE_BYTES = 1024;
const MESSAGES_AT_ONCE = 16;
const MESSAGE_ROUNDS = 32;
/** Nothing here takes so long; what does is lost. */
export const LIMIT = { timeoutMs: 10_000 };

interface ShownAddress {
  family?: string;
  hostname?: string;
  port?: number;
  path?: string;
}

/** Bytes that differ from place to place. */
function pattern(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0, x = 1; i < size; i++) bytes[i] = x = (x * 75 + 74) % 65537;
  return bytes;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function expectSame(got: Uint8Array, sent: Uint8Array): void {
  if (!same(got, sent)) throw new Error("What came back is not what was sent");
}

/** A promise whose failure is heard later, or not at all when another one came first. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Echoes on `server`, and exchanges with it from `client`. */
export async function exchangeStream<A extends ShownAddress>(
  client: StreamEndpoint<A>,
  server: StreamEndpoint<A>,
): Promise<Outcome> {
  const echo = handled(echoStream(server));
  const local = show(client.localAddr);
  const remote = show(client.remoteAddr);
  const ping = pattern(PING_BYTES);
  const rttsMs: number[] = [];
  for (let i = 0; i < WARM_UP + ROUND_TRIPS; i++) {
    const start = performance.now();
    await client.sendAll(ping);
    const back = await client.recvExact(ping.length, LIMIT);
    if (i >= WARM_UP) rttsMs.push(performance.now() - start);
    expectSame(back, ping);
  }
  const bulk = pattern(BULK_BYTES);
  const sending = client.sendAll(bulk).then(() => client.shutdown("write"));
  expectSame(await client.recvExact(bulk.length, LIMIT), bulk);
  await sending;
  if ((await client.recv(1, LIMIT)).length !== 0) throw new Error("More came back than was sent");
  await echo;
  return {
    local,
    remote,
    bytes: 2 * (bulk.length + (WARM_UP + ROUND_TRIPS) * ping.length),
    rttsMs,
    engine: client.engine,
  };
}

async function echoStream(server: StreamEndpoint<unknown>): Promise<void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const count = await server.recvInto(buffer);
    if (count === 0) break;
    await server.sendAll(buffer.subarray(0, count));
  }
  await server.shutdown("write");
}

/**
 * Echoes on `server`, and exchanges with it from `client`, which has it as its peer.
 *
 * @param answer How the server answers a message.
 */
export async function exchangeMessages<A extends ShownAddress>(
  client: MessageEndpoint<A>,
  server: MessageEndpoint<A>,
  answer: (message: Message<A>) => Promise<unknown>,
): Promise<Outcome> {
  const local = show(client.localAddr);
  const remote = show(client.remoteAddr);
  const counts = await exchangeTurns(
    { send: (data) => client.send(data), recv: () => client.recv(LIMIT) },
    async () => await answer(await server.recvFrom(LIMIT)),
  );
  return { local, remote, ...counts, engine: client.engine };
}

/** The side that asks. */
export interface Asker {
  /** Sends a message. */
  send(data: Uint8Array): Promise<unknown>;
  /** Receives the answer's payload. */
  recv(): Promise<Uint8Array>;
}

/**
 * Asks and compares the answers: one at a time, then some at once.
 *
 * @param client Who asks.
 * @param answerOne Waits for one message and sends it back.
 * @param messageBytes The size of the messages sent at once.
 */
export async function exchangeTurns(
  client: Asker,
  answerOne: () => Promise<unknown>,
  messageBytes: number = MESSAGE_BYTES,
): Promise<{ bytes: number; rttsMs: number[] }> {
  const answering = handled((async () => {
    const total = WARM_UP + ROUND_TRIPS + MESSAGES_AT_ONCE * MESSAGE_ROUNDS;
    for (let i = 0; i < total; i++) await answerOne();
  })());
  const ping = pattern(PING_BYTES);
  const rttsMs: number[] = [];
  for (let i = 0; i < WARM_UP + ROUND_TRIPS; i++) {
    const start = performance.now();
    await client.send(ping);
    const back = await client.recv();
    if (i >= WARM_UP) rttsMs.push(performance.now() - start);
    expectSame(back, ping);
  }
  const message = pattern(messageBytes);
  for (let round = 0; round < MESSAGE_ROUNDS; round++) {
    for (let i = 0; i < MESSAGES_AT_ONCE; i++) await client.send(message);
    for (let i = 0; i < MESSAGES_AT_ONCE; i++) expectSame(await client.recv(), message);
  }
  await answering;
  const bytes = 2 * ((WARM_UP + ROUND_TRIPS) * ping.length +
    MESSAGES_AT_ONCE * MESSAGE_ROUNDS * message.length);
  return { bytes, rttsMs };
}
