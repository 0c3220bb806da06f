/** A C library and networking of Deno's that count what is asked of them, and do nothing of it. */
import { SYMBOLS } from "../../ffi/abi/symbols.ts";
import { type Libc, libc, replaceLibc } from "../../ffi/abi/library.ts";

/** Calls that reach nobody: what waits and cleans up goes on while the trap is set. */
const HARMLESS =
  /^(errno|copy|close|free|calloc|epoll_|eventfd|timerfd_|clock_|sched_yield|read$|write$|syscall_io_)/;
const NETWORKING = [
  "connect",
  "connectTls",
  "listen",
  "listenTls",
  "listenDatagram",
  "resolveDns",
  "networkInterfaces",
  "hostname",
] as const;
const EPERM = 1;

/** What was asked for since the trap was set last. */
export const caught: string[] = [];

const real = libc();
let failed = false;

function trapped(name: string, call: unknown): unknown {
  if (typeof call !== "function" || HARMLESS.test(name)) return call;
  const { result } = SYMBOLS[name as keyof typeof SYMBOLS];
  const failure = /size|64/.test(result) ? -1n : -1;
  return () => {
    caught.push(name);
    failed = true;
    return name.endsWith("_blocking") ? Promise.resolve(failure) : failure;
  };
}

const trap = Object.fromEntries(
  Object.entries(real).map(([name, call]) => [name, trapped(name, call)]),
);
trap.errno = () => {
  const errno = failed ? EPERM : real.errno();
  failed = false;
  return errno;
};

/** Sets the trap; it is open again when what this returns is disposed of. */
export function setTrap(): Disposable {
  caught.length = 0;
  failed = false;
  const before = replaceLibc(trap as unknown as Libc);
  // deno-lint-ignore no-explicit-any
  const place = Deno as any;
  const kept = NETWORKING.map((name) => [name, place[name]] as const);
  for (const name of NETWORKING) {
    place[name] = () => {
      caught.push(`Deno.${name}`);
      throw new Deno.errors.PermissionDenied("trapped");
    };
  }
  return {
    [Symbol.dispose]() {
      replaceLibc(before);
      for (const [name, call] of kept) place[name] = call;
    },
  };
}
