/**
 * Whether io_uring may be used: by the kernel that is tried, by the user it can be forbidden.
 *
 * @module
 */

/**
 * The environment variable that forbids io_uring (`0`), or asks for it wherever it can serve (`1`).
 * Read only where `--allow-env` is granted.
 */
const VARIABLE = "SOCKETS_IO_URING";

let allowed: boolean | undefined;
let asked = false;

function readVariable(): void {
  if (asked) return;
  asked = true;
  if (Deno.permissions.querySync({ name: "env", variable: VARIABLE }).state !== "granted") return;
  const value = Deno.env.get(VARIABLE);
  if (value === "0" || value === "1") allowed = value === "1";
}

/** Whether rings may be made. */
export function ringsAllowed(): boolean {
  readVariable();
  return allowed !== false;
}

/** Whether rings are asked for even where they are not expected to pay. */
export function ringsWanted(): boolean {
  readVariable();
  return allowed === true;
}

/**
 * Decides whether the libc engine uses io_uring in this isolate: the main one, or a Worker. The
 * environment variable `SOCKETS_IO_URING` does the same with `1` and `0`, where `--allow-env` lets it be
 * read.
 *
 * With `true`, TCP streams receive and send by it: one request in the kernel brings all that a connection
 * receives, and what a turn of the event loop sends goes in one call. That spares two system calls a
 * message with many connections and small messages; with few connections or large messages there is
 * nothing to spare. With `false`, there is no ring at all. By default only the waiting is io_uring's.
 * Nothing else changes, and a kernel that forbids it (before Linux 6.15, under seccomp, by
 * `kernel.io_uring_disabled`) is served by epoll.
 *
 * @param on Whether to use it; `undefined` leaves it to the environment. To be said before the first
 * wait; later it counts for what begins then.
 * @throws {TypeError} If `on` is something else.
 *
 * @example Echo to a thousand clients
 * ```ts
 * import { tcp, useIoUring } from "@berkeley/sockets";
 *
 * useIoUring(true);
 * using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
 * using client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
 * using server = await listener.accept();
 * await client.sendAll(new TextEncoder().encode("hello"));
 * await server.sendAll(await server.recvExact(5));
 * await client.recvExact(5);
 * ```
 */
export function useIoUring(on?: boolean): void {
  if (on !== undefined && typeof on !== "boolean") {
    throw new TypeError("Cannot use io_uring: on is not a boolean");
  }
  asked = on !== undefined;
  allowed = on;
}
