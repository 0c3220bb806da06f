/** Connected pairs of every engine, for the tests of the bridges. */
import type { StreamEndpoint } from "../../core/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";

// deno-lint-ignore no-explicit-any
export type Stream = StreamEndpoint<any>;

/** The kinds of pairs. */
export const PAIRS: readonly [string, () => Promise<[Stream, Stream]>][] = [
  ["tcp", () => tcpPair("deno")],
  ["tcp by libc", () => tcpPair("libc")],
  ["unix", () => unixPair("deno")],
  ["unix by libc", () => unixPair("libc")],
];

/** A TCP pair over loopback. */
export async function tcpPair(engine: "deno" | "libc"): Promise<[Stream, Stream]> {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine });
  const client = await tcp.connect({ ...listener.localAddr, engine });
  return [client, await listener.accept()];
}

async function unixPair(engine: "deno" | "libc"): Promise<[Stream, Stream]> {
  const path = `\0sockets-bridge-${Deno.pid}-${crypto.randomUUID()}`;
  using listener = await unix.listen({ path, engine });
  const client = await unix.connect({ path, engine });
  return [client, await listener.accept()] as unknown as [Stream, Stream];
}

// The libc engine's library and waiter stay: they must not look like a leak of the first test that
// needs them.
for (const end of await tcpPair("libc")) end.close();
