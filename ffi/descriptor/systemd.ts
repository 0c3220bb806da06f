/**
 * What a service manager hands to its services: sockets, and a place to report to.
 *
 * @module
 */
import { isSocketError } from "../../core/errors.ts";
import { checkWaitOptions, type WaitOptions } from "../../core/wait.ts";
import { AF_UNIX, SOCK_DGRAM } from "../abi/socket_constants.ts";
import { socket } from "./make_socket.ts";
import { Socket } from "./socket.ts";

/** SD_LISTEN_FDS_START (`man 3 sd_listen_fds`). */
const FIRST_FD = 3;
const MOST_FDS = 65536;

/** A socket that the service manager opened. */
export interface InheritedSocket {
  /** Its name from LISTEN_FDNAMES (`FileDescriptorName=`); `"unknown"` where none is told. */
  name: string;
  /** The socket, owned by the caller. */
  socket: Socket;
}

/**
 * The sockets that a service manager such as systemd opened for this process (socket activation,
 * `man 3 sd_listen_fds`): as many as LISTEN_FDS says, if LISTEN_PID is this process. They are made
 * non-blocking and close-on-exec. The variables are removed, so that neither a second call nor a
 * child takes the sockets again. Descriptors that are no sockets are left alone.
 *
 * Needs `--allow-ffi` and `--allow-env` for LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES.
 *
 * @example Serve on what systemd has opened, or on a socket of one's own
 * ```ts
 * import { AF_INET, inheritedSockets, SOCK_STREAM, socket } from "@berkeley/sockets";
 *
 * const [inherited] = inheritedSockets();
 * using server = inherited?.socket ?? socket(AF_INET, SOCK_STREAM, 0);
 * if (inherited === undefined) {
 *   server.bind({ hostname: "127.0.0.1", port: 0 });
 *   server.listen();
 * }
 * ```
 *
 * @returns The sockets; none if this process was given none.
 * @throws {RangeError} If LISTEN_FDS is no number.
 * @throws {SocketError} `EBADF` if there are fewer than LISTEN_FDS says; those there were are closed.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi` or `--allow-env`.
 */
export function inheritedSockets(): InheritedSocket[] {
  const pid = Deno.env.get("LISTEN_PID");
  const count = Deno.env.get("LISTEN_FDS");
  const names = Deno.env.get("LISTEN_FDNAMES")?.split(":") ?? [];
  if (count === undefined || pid !== String(Deno.pid)) return [];
  if (!/^[0-9]{1,5}$/.test(count) || Number(count) > MOST_FDS) {
    throw new RangeError(`Cannot take inherited sockets: LISTEN_FDS ${count} is no number of them`);
  }
  const sockets: InheritedSocket[] = [];
  for (let i = 0; i < Number(count); i++) {
    try {
      sockets.push({
        name: names[i] === undefined || names[i] === "" ? "unknown" : names[i],
        socket: Socket.fromFd(FIRST_FD + i),
      });
    } catch (error) {
      if (isSocketError(error, "ENOTSOCK")) continue;
      for (const { socket } of sockets) socket.close();
      throw error;
    }
  }
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) Deno.env.delete(name);
  return sockets;
}

/**
 * Tells the service manager about this service (`man 3 sd_notify`), by one datagram to the socket
 * that NOTIFY_SOCKET names.
 *
 * Needs `--allow-ffi`, `--allow-env=NOTIFY_SOCKET`, and the permissions for that socket: `--allow-net`,
 * and for a path `--allow-read` and `--allow-write`.
 *
 * @example Ready to serve
 * ```ts
 * import { sdNotify } from "@berkeley/sockets";
 *
 * await sdNotify("READY=1\nSTATUS=Serving");
 * ```
 *
 * @param state Assignments, one a line: `READY=1`, `STOPPING=1`, `RELOADING=1`, `STATUS=…`, `WATCHDOG=1`.
 * @param options Signal and time limit.
 * @returns Whether there was somebody to tell: false when NOTIFY_SOCKET is not set.
 * @throws {Deno.errors.NotSupported} If NOTIFY_SOCKET is neither a path nor an abstract name.
 * @throws {SocketError} If it cannot be sent, `ECONNREFUSED` say.
 */
export async function sdNotify(state: string, options?: WaitOptions): Promise<boolean> {
  if (typeof state !== "string") throw new TypeError("Cannot notify: state is not a string");
  if (options !== undefined) checkWaitOptions(options, "notify");
  const name = Deno.env.get("NOTIFY_SOCKET");
  if (name === undefined || name === "") return false;
  if (!name.startsWith("/") && !name.startsWith("@")) {
    throw new Deno.errors.NotSupported(
      `Cannot notify: NOTIFY_SOCKET ${name} is neither a path nor an abstract name`,
    );
  }
  using sender = socket(AF_UNIX, SOCK_DGRAM, 0);
  const path = name.startsWith("@") ? `\0${name.slice(1)}` : name;
  await sender.sendTo(new TextEncoder().encode(state), { family: "unix", path }, options);
  return true;
}
