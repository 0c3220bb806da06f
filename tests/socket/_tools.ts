/** What the tests of sockets share. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { InetAddress } from "../../core/address.ts";
import { isSocketError, type SocketError } from "../../core/errors.ts";
import { AF_INET, AF_INET6, SOCK_STREAM } from "../../ffi/mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import { type Socket, socket, socketPair } from "../../ffi/mod.ts";
import { type Needs, openFds, testWith } from "../_tools.ts";

// Opened before any test, or the sanitizer takes it for a leak of the first.
libc();

export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const text = (data: Uint8Array): string => new TextDecoder().decode(data);
export const LOOPBACK = { hostname: "127.0.0.1", port: 0 } as const;

let serial = 0;

/** An abstract name that nobody uses. */
export function freshAbstract(): string {
  return `\0sockets-socket-${Deno.pid}-${serial++}`;
}

let warm: Promise<void> | undefined;

/** The poller keeps descriptors of its own once anything has waited. */
function warmUp(): Promise<void> {
  return warm ??= (async () => {
    const [a, b] = socketPair();
    await a.recv(1, { timeoutMs: 1 }).catch(() => {});
    a.close();
    b.close();
  })();
}

/** Registers a test that must leave no descriptor open; the sanitizers are on. */
export function claim(
  name: string,
  fn: () => Promise<void> | void,
  needs: Needs = {},
): void {
  testWith(needs, name, async () => {
    await warmUp();
    const before = openFds();
    await within(fn);
    // What Deno itself closes (a child's pipes) goes a moment later.
    for (let i = 0; i < 100 && openFds().size > before.size; i++) await loops(5);
    const left = [...openFds()].filter((fd) => !before.has(fd));
    assertEquals(left.map(linkOf), [], "descriptors left open");
  }, { sanitizeOps: false });
}

/** Fails instead of hanging. */
async function within(fn: () => Promise<void> | void): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("hangs")), 60_000);
  try {
    await Promise.race([fn(), promise]);
  } finally {
    clearTimeout(timer);
  }
}

function linkOf(fd: string): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "closed by now";
  }
}

/** Lets everything that is ready happen. */
export async function loops(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether a promise is still pending after the event loop has turned a while. */
export async function pending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  await loops();
  return !settled;
}

/** Asserts a rejection with a POSIX code. */
export async function rejectsWith(promise: Promise<unknown>, code: string): Promise<SocketError> {
  const error = await assertRejects(() => promise, Error);
  assert(isSocketError(error, code), `${error} has not the code ${code}`);
  return error;
}

/** Asserts a throw with a POSIX code. */
export function throwsWith(fn: () => unknown, code: string): SocketError {
  const error = assertThrows(fn, Error);
  assert(isSocketError(error, code), `${error} has not the code ${code}`);
  return error;
}

/** Asserts that a wait ran out of time. */
export async function timesOut(promise: Promise<unknown>): Promise<void> {
  const error = await assertRejects(() => promise, DOMException);
  assertEquals(error.name, "TimeoutError");
}

/** A TCP socket that listens on the loopback. */
export function listening(family: number = AF_INET, backlog?: number): Socket {
  const listener = socket(family, SOCK_STREAM);
  listener.bind({ hostname: family === AF_INET6 ? "::1" : "127.0.0.1", port: 0 });
  listener.listen(backlog);
  return listener;
}

/** A listener, a client and its peer. */
export interface Trio extends Disposable {
  listener: Socket;
  client: Socket;
  server: Socket;
}

/** Both ends of a TCP connection, and who accepted it. */
export async function tcpTrio(family: number = AF_INET): Promise<Trio> {
  const listener = listening(family);
  const client = socket(family, SOCK_STREAM);
  await client.connect(listener.localAddr);
  const [server] = await listener.accept();
  return {
    listener,
    client,
    server,
    [Symbol.dispose]() {
      for (const each of [listener, client, server]) each.close();
    },
  };
}

/** The port of an internet socket. */
export function portOf(own: Socket): number {
  return (own.localAddr as InetAddress).port;
}

/** Ticks of processor time that this process has used. */
export function cpuTicks(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1].split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
