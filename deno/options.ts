/**
 * The socket options that Deno's own connections can set.
 *
 * @module
 */
import type { SocketOption } from "../core/option.ts";

const SETTERS: Readonly<Record<string, (conn: Deno.TcpConn, on: boolean) => void>> = {
  TCP_NODELAY: (conn, on) => conn.setNoDelay(on),
  SO_KEEPALIVE: (conn, on) => conn.setKeepAlive(on),
};

/** Whether the deno engine can set an option of a TCP connection. */
export function denoCanSet(name: string): boolean {
  return Object.hasOwn(SETTERS, name);
}

/** Sets an option of a connection and remembers it for {@linkcode getDenoOption}. */
export function setDenoOption<T>(
  conn: Deno.Conn,
  known: Map<string, unknown>,
  option: SocketOption<T>,
  value: T,
): void {
  if (!("setNoDelay" in conn) || !denoCanSet(option.name)) throw unsupported("set", option);
  if (typeof value !== "boolean") {
    throw new TypeError(`Cannot set ${option.name}: value is not a boolean`);
  }
  SETTERS[option.name](conn as Deno.TcpConn, value);
  known.set(option.name, value);
}

/** The value of an option, where it was set here: Deno's own calls cannot read options. */
export function getDenoOption<T>(known: Map<string, unknown>, option: SocketOption<T>): T {
  if (!known.has(option.name)) throw unsupported("get", option);
  return known.get(option.name) as T;
}

/** What an option that only libc can reach is refused with. */
export function unsupported(verb: "get" | "set", option: SocketOption<unknown>): Error {
  return new Deno.errors.NotSupported(
    `Cannot ${verb} ${option.name}: the deno engine has no call for it, open with engine: "libc"`,
  );
}
