/**
 * Waits cancelled at random, call by call against a model of what has to come: byte `i` of a stream
 * is `piece(i, 1)`, connection `i` says `i`.
 */
import { equals } from "@std/bytes";
import { getAddrInfo } from "../../addrinfo/mod.ts";
import type { WaitOptions } from "../../core/mod.ts";
import type { PairKind, Stream, StreamKind } from "../contract/_claim.ts";
import { attempt, check, LARGE_BYTES, message, piece, type Tried } from "./_pattern.ts";
import { type Random, randomEnd, turnOfLoop } from "./_random.ts";

const MOST_BYTES = 200_000;

/** Sends the stream in pieces by random calls, and ends it; resolves to how many bytes there are. */
async function sendPieces(
  stream: Stream,
  random: Random,
  calls: number,
  tried: Tried,
): Promise<number> {
  let at = 0;
  for (let call = 0; call < calls; call++) {
    const size = random.chance(0.1) ? LARGE_BYTES : random.size(MOST_BYTES);
    const data = piece(at, size);
    const options = randomEnd(random);
    const all = random.chance(0.5);
    const outcome = await attempt(
      tried,
      async () =>
        all ? (await stream.sendAll(data, options), data.length) : await stream.send(data, options),
    );
    at += "value" in outcome ? outcome.value : outcome.bytesSent;
  }
  // What a cancelled send has begun belongs to the next one.
  const last = piece(at, MOST_BYTES);
  await stream.sendAll(last);
  await stream.shutdown("write");
  return at + last.length;
}

/** Receives by random calls, up to three at once, until the end; resolves to how many bytes came. */
async function receivePieces(stream: Stream, random: Random, tried: Tried): Promise<number> {
  let at = 0;
  let ended = false;
  while (!ended) {
    const calls = Array.from(
      { length: random.integer(1, 3) },
      () => attempt(tried, receiveCall(stream, random)),
    );
    // Calls are served in their order.
    for (const outcome of await Promise.all(calls)) {
      if (!("value" in outcome) || outcome.value === undefined) continue;
      ended ||= outcome.value.length === 0;
      checkBytes(outcome.value, at);
      at += outcome.value.length;
    }
  }
  return at;
}

function checkBytes(came: Uint8Array, at: number): void {
  for (let done = 0; done < came.length; done += MOST_BYTES) {
    const part = came.subarray(done, done + MOST_BYTES);
    const expected = piece(at + done, part.length);
    if (equals(part, expected)) continue;
    const wrong = part.findIndex((byte, i) => byte !== expected[i]);
    throw new Error(`Byte ${at + done + wrong} of the stream is another one`);
  }
}

/** A call that resolves to bytes, empty at the end; `undefined`: the stream ends too early for it. */
function receiveCall(stream: Stream, random: Random): () => Promise<Uint8Array | undefined> {
  const options = randomEnd(random);
  const size = random.size(MOST_BYTES);
  switch (random.integer(0, 3)) {
    case 0:
      return () => stream.recv(size, options);
    case 1:
      return () => exactOrNone(stream, size, options);
    case 2:
      return async () =>
        await stream.recvUntil(Uint8Array.of(random.integer(0, 255)), options) ?? new Uint8Array();
    default:
      return async () => {
        const buffer = new Uint8Array(size);
        return buffer.subarray(0, await stream.recvInto(buffer, options));
      };
  }
}

async function exactOrNone(
  stream: Stream,
  size: number,
  options: WaitOptions,
): Promise<Uint8Array | undefined> {
  try {
    return await stream.recvExact(size, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.UnexpectedEof)) throw error;
  }
}

/** Both directions of a connection at once, every wait of both ends cancelled at random. */
export async function cancelStreams(
  kind: PairKind,
  random: Random,
  calls: number,
): Promise<Tried> {
  const tried = { calls: 0, cancelled: 0 };
  const [client, server, listener] = await kind.pair();
  using _listener = listener;
  using _client = client;
  using _server = server;
  const [there, atServer, back, atClient] = await Promise.all([
    sendPieces(client, random, calls, tried),
    receivePieces(server, random, tried),
    sendPieces(server, random, calls, tried),
    receivePieces(client, random, tried),
  ]);
  check(there === atServer, `${there} bytes were sent, ${atServer} received`);
  check(back === atClient, `${back} bytes were sent back, ${atClient} received`);
  return tried;
}

/** A connection closed at a random moment: what had gone is received, and nobody waits for ever. */
export async function closeStreams(
  kind: PairKind,
  random: Random,
  rounds: number,
): Promise<Tried> {
  const tried = { calls: 0, cancelled: 0 };
  for (let round = 0; round < rounds; round++) {
    const [client, server, listener] = await kind.pair();
    using _listener = listener;
    using _client = client;
    using _server = server;
    let sent = 0;
    const sending = (async () => {
      for (;;) {
        const data = piece(sent, random.size(MOST_BYTES));
        tried.calls++;
        try {
          await client.sendAll(data);
          sent += data.length;
        } catch (error) {
          const { code, bytesSent } = error as { code?: string; bytesSent?: number };
          check(code === "EBADF", `a send that was closed says ${error}`);
          sent += bytesSent ?? 0;
          tried.cancelled++;
          return;
        }
      }
    })();
    const waiting = client.recv().then(
      () => check(false, "received what nobody sent"),
      (error) => check(error.code === "EBADF", `a receive that was closed says ${error}`),
    );
    const closing = (async () => {
      const turns = random.integer(0, 30);
      for (let turn = 0; turn < turns; turn++) await turnOfLoop();
      client.close();
    })();
    const [received] = await Promise.all([
      receivePieces(server, random, tried),
      sending,
      waiting,
      closing,
    ]);
    check(received === sent, `${sent} bytes were sent before the close, ${received} received`);
  }
  return tried;
}

/** Accepts and connects cancelled at random: each connection that came to be is accepted once. */
export async function cancelConnections(
  kind: StreamKind,
  random: Random,
  count: number,
): Promise<Tried> {
  const tried = { calls: 0, cancelled: 0 };
  using listener = await kind.listen();
  const made = new Set<number>();
  const seen = new Set<number>();
  let connecting = true;
  const connects = async () => {
    for (let number = 0; number < count; number += 4) {
      await Promise.all([0, 1, 2, 3].map((i) => connectOnce(number + i)));
    }
    connecting = false;
  };
  const connectOnce = async (number: number): Promise<void> => {
    const options = randomEnd(random);
    const outcome = await attempt(tried, () => kind.connect(listener.localAddr, options));
    if (!("value" in outcome)) return;
    using connection = outcome.value;
    made.add(number);
    await connection.sendAll(message(number).subarray(0, 4));
    check((await connection.recv()).length === 1, `connection ${number} has no answer`);
  };
  const answers: Promise<void>[] = [];
  const accepts = async () => {
    while (connecting || seen.size < made.size) {
      const options = randomEnd(random);
      const bounded = "signal" in options ? options : { timeoutMs: random.integer(0, 2) };
      const outcome = await attempt(tried, () => listener.accept(bounded));
      if ("value" in outcome) answers.push(answer(outcome.value));
      else await turnOfLoop();
    }
  };
  const answer = async (accepted: Stream): Promise<void> => {
    using connection = accepted;
    // One that was cancelled when the kernel had connected it already says nothing, or is reset.
    const data = await connection.recvExact(4).catch((error) => {
      const known = error instanceof Deno.errors.UnexpectedEof || error?.code === "ECONNRESET";
      check(known, `an accepted connection says ${error}`);
    });
    if (data === undefined) return;
    const number = new DataView(data.buffer, data.byteOffset).getUint32(0);
    check(!seen.has(number), `connection ${number} was accepted twice`);
    seen.add(number);
    await connection.sendAll(Uint8Array.of(1));
  };
  await Promise.all([connects(), accepts()]);
  await Promise.all(answers);
  check(seen.size === made.size, `${made.size} connections were made, ${seen.size} accepted`);
  return tried;
}

/** Look-ups cancelled at random: the others have their answers. */
export async function cancelLookups(random: Random, count: number): Promise<Tried> {
  const tried = { calls: 0, cancelled: 0 };
  const hints = { type: "stream", family: "inet" } as const;
  const expected = JSON.stringify(await getAddrInfo("localhost", "80", hints));
  const one = async () => {
    const options = { ...hints, ...randomEnd(random) };
    const outcome = await attempt(tried, () => getAddrInfo("localhost", "80", options));
    if (!("value" in outcome)) return;
    const came = JSON.stringify(outcome.value);
    check(came === expected, `localhost was ${came}, not ${expected}`);
  };
  for (let done = 0; done < count; done += 10) {
    await Promise.all(Array.from({ length: Math.min(10, count - done) }, one));
  }
  return tried;
}
