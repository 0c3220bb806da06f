/**
 * Random sequences of calls with random views and arguments, against a model: a queue of the bytes, or
 * messages, that were sent and not received yet.
 */
import { equals } from "@std/bytes";
import {
  type Any,
  endSending,
  type Message,
  type MessageKind,
  type PairKind,
  type Stream,
} from "../contract/_claim.ts";
import { isSocketError } from "../../core/mod.ts";
import type { Counts } from "./_rows.ts";
import type { Random } from "./_random.ts";

/** What is passed for bytes, and what it truly is. */
interface View {
  name: string;
  value: Any;
  /** The memory that the value stands for; absent where it is none. */
  truth?: Uint8Array;
  /** The memory around it, which nobody may touch. */
  around?: Uint8Array;
  /** Whether it may be refused. */
  refusable: boolean;
}

class Liar extends Uint8Array<ArrayBuffer> {
  override get length(): number {
    return 1 << 20;
  }
  override get byteLength(): number {
    return 1 << 20;
  }
}

const GUARD = 0xa5;
const GUARD_BYTES = 64;

/** A view of `size` random bytes, of any make. */
function anyView(random: Random, size: number): View {
  const offset = random.integer(0, GUARD_BYTES);
  const around = inside(new ArrayBuffer(size + 2 * GUARD_BYTES)).fill(GUARD);
  const { buffer } = around;
  const truth = new Uint8Array(buffer, offset, size);
  fill(truth, random);
  const good = { truth, around, refusable: false };
  const makes: (() => View)[] = [
    () => ({ name: "a part of a buffer", value: truth, ...good }),
    () => ({ name: "a Buffer's like", value: around.subarray(offset, offset + size), ...good }),
    () => ({ name: "a subclass", value: new Liar(buffer, offset, size), ...good, refusable: true }),
    () => {
      const value = new Uint8Array(buffer, offset, size);
      for (const name of ["length", "byteLength", "byteOffset"]) {
        Object.defineProperty(value, name, { value: 1 << 20 });
      }
      return { name: "own properties", value, ...good, refusable: true };
    },
    () => {
      const value = new Uint8Array(new SharedArrayBuffer(size + 8), 8, size);
      fill(value, random);
      return { name: "shared memory", value, truth: value, refusable: true };
    },
    () => {
      const memory = new WebAssembly.Memory({ initial: 1 });
      const value = new Uint8Array(memory.buffer, offset, Math.min(size, 65536 - offset));
      fill(value, random);
      return { name: "WebAssembly memory", value, truth: value, refusable: true };
    },
    () => {
      const value = new Uint8Array(new ArrayBuffer(size, { maxByteLength: size + 100 }));
      fill(value, random);
      return { name: "a resizable buffer", value, truth: value, refusable: true };
    },
    () => {
      const value = new Uint8Array(size);
      structuredClone(value.buffer, { transfer: [value.buffer] });
      return { name: "memory that is gone", value, refusable: true };
    },
    () => ({ name: "a proxy", value: new Proxy(truth, {}), refusable: true }),
    () => ({
      name: "no view",
      value: random.pick([null, undefined, "text", 7, {}, [1, 2], buffer, new Uint16Array(size)]),
      refusable: true,
    }),
  ];
  return random.pick(makes)();
}

function inside(buffer: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

function fill(bytes: Uint8Array, random: Random): void {
  const first = random.integer(0, 255);
  for (let i = 0; i < bytes.length; i++) bytes[i] = first + i * 7;
}

function check(holds: boolean, text: string): asserts holds {
  if (!holds) throw new Error(text);
}

/** Passes a view; `undefined` if it was refused with a TypeError, which only some may be. */
async function pass<T>(
  what: string,
  { name, truth, refusable }: View,
  call: () => Promise<T>,
): Promise<T | undefined> {
  let value: T;
  try {
    value = await call();
  } catch (error) {
    check(refusable && error instanceof TypeError, `${what} of ${name} says ${error}`);
    return undefined;
  }
  check(truth !== undefined, `${what} takes ${name}`);
  return value;
}

/** Only the view's own memory was written. */
function checkAround({ name, truth, around }: View): void {
  if (around === undefined || truth === undefined) return;
  const from = truth.byteOffset;
  const to = from + truth.length;
  const untouched = around.every((byte, i) => byte === GUARD || (i >= from && i < to));
  check(untouched, `memory around ${name} was written`);
}

const BAD_SIZES: readonly Any[] = [-1, 0, NaN, 1.5, 2 ** 40, "1", null, {}, 10n];
const BAD_OPTIONS: readonly Any[] = [
  null,
  7,
  { timeoutMs: -1 },
  { timeoutMs: "1" },
  { signal: {} },
  { timeout: 1 },
];

/** A call with bad arguments, refused before it does anything. */
async function refused(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    check(error instanceof TypeError || error instanceof RangeError, `${what} says ${error}`);
    return;
  }
  throw new Error(`${what} was taken`);
}

/** What is closed says so, whatever is called. */
async function closed(calls: Record<string, () => Promise<unknown>>): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call();
    } catch (error) {
      check(isSocketError(error, "EBADF"), `${name} when it is closed says ${error}`);
      continue;
    }
    throw new Error(`${name} works when it is closed`);
  }
}

const MOST_BYTES = 4000;

/** Streams: what comes is what went, in order. */
export async function fuzzStream(kind: PairKind, random: Random, calls: number): Promise<Counts> {
  const [a, b, listener] = await kind.pair();
  using _listener = listener;
  using _a = a;
  using _b = b;
  let due = new Uint8Array();
  let early = 0;
  const receive = async (): Promise<void> => {
    const came = await receiveSome(b, random, due.length);
    if (came === undefined) return void early++;
    check(equals(came, due.slice(0, came.length)), `${came.length} other bytes came`);
    due = due.slice(came.length);
  };
  for (let call = 0; call < calls; call++) {
    const choice = random.integer(0, 9);
    if (due.length > 20 * MOST_BYTES || (choice < 4 && due.length > 0)) {
      await receive();
    } else if (choice < 8) {
      const view = anyView(random, random.integer(0, 9) === 0 ? 0 : random.size(MOST_BYTES));
      const all = random.chance(0.5);
      const count = await pass("a send", view, async () => {
        if (!all) return await a.send(view.value);
        await a.sendAll(view.value);
        return view.truth?.length ?? 0;
      });
      if (count === undefined) early++;
      else due = Uint8Array.of(...due, ...view.truth!.subarray(0, count));
      checkAround(view);
    } else {
      const size = random.pick(BAD_SIZES);
      const options = random.pick(BAD_OPTIONS);
      await refused(`recv(${String(size)})`, () => b.recv(size));
      await refused(`recv(1, ${JSON.stringify(options)})`, () => b.recv(1, options));
      await refused("send with such options", () => a.send(new Uint8Array(1), options));
      early += 3;
    }
  }
  while (due.length > 0) await receive();
  await endSending(kind, a);
  check((await b.recv()).length === 0, "more came than was sent");
  const one = new Uint8Array(1);
  for (const end of [a, b]) {
    end.close();
    end.close();
    await closed({
      recv: () => end.recv(),
      recvInto: () => end.recvInto(one),
      recvExact: () => end.recvExact(1),
      send: () => end.send(one),
      sendAll: () => end.sendAll(one),
      shutdown: () => end.shutdown("write"),
    });
  }
  return { calls, cancelled: early };
}

/** Some of the `due` bytes; `undefined` if the view was refused. */
async function receiveSome(
  stream: Stream,
  random: Random,
  due: number,
): Promise<Uint8Array | undefined> {
  const size = random.size(2 * MOST_BYTES);
  switch (random.integer(0, 2)) {
    case 0:
      return await stream.recv(size);
    case 1:
      return await stream.recvExact(Math.min(size, due));
    default: {
      const view = anyView(random, size);
      const count = await pass("recvInto", view, () => stream.recvInto(view.value));
      checkAround(view);
      return count === undefined ? undefined : view.truth!.slice(0, count);
    }
  }
}

const MOST_MESSAGE_BYTES = 1000;
const WINDOW = 8;

/** Messages: what comes is what went, one by one. */
export async function fuzzMessages(
  kind: MessageKind,
  random: Random,
  calls: number,
): Promise<Counts> {
  const [a, b] = await kind.pair();
  using _a: Disposable = a;
  using _b: Disposable = b;
  const due: Uint8Array[] = [];
  let early = 0;
  const receive = async (): Promise<void> => {
    for (const data of await receiveMessages(b, random, due.length)) {
      check(equals(data, due.shift()!), `a message of ${data.length} bytes is another one`);
    }
  };
  for (let call = 0; call < calls; call++) {
    const choice = random.integer(0, 9);
    if (due.length >= WINDOW || (choice < 4 && due.length > 0)) {
      await receive();
    } else if (choice < 8) {
      const view = anyView(random, random.integer(kind.noEmpty ? 1 : 0, MOST_MESSAGE_BYTES));
      const many = random.chance(0.5);
      const sent = await pass(
        "a send",
        view,
        () => many ? a.sendMany([{ data: view.value }]) : a.send(view.value),
      );
      if (sent === undefined) early++;
      else due.push(view.truth!.slice());
      checkAround(view);
    } else {
      const options = random.pick(BAD_OPTIONS);
      await refused(`recv(${JSON.stringify(options)})`, () => b.recv(options));
      await refused("a size", () => b.recv({ size: random.pick(BAD_SIZES) }));
      await refused("a send with such options", () => a.send(new Uint8Array(1), options));
      await refused("messages", () => a.sendMany(random.pick<Any>([null, 7, {}, [7], [{}]])));
      early += 4;
    }
  }
  while (due.length > 0) await receive();
  const one = new Uint8Array(1);
  for (const end of [a, b]) {
    end.close();
    end.close();
    await closed({
      recv: () => end.recv(),
      recvFrom: () => end.recvFrom(),
      recvMany: () => end.recvMany(),
      send: () => end.send(one),
      sendMany: () => end.sendMany([{ data: one }]),
    });
  }
  return { calls, cancelled: early };
}

async function receiveMessages(
  endpoint: Message,
  random: Random,
  due: number,
): Promise<Uint8Array[]> {
  switch (random.integer(0, 2)) {
    case 0:
      return [await endpoint.recv()];
    case 1:
      return [(await endpoint.recvFrom({ size: MOST_MESSAGE_BYTES })).data];
    default:
      return (await endpoint.recvMany(random.integer(1, due))).map(({ data }) => data);
  }
}
