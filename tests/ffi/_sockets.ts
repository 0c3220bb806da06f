/** What the tests of the BSD face share. */
import { assertEquals } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { AF_INET, SOCK_STREAM, type Socket, socket, socketPair } from "../../ffi/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";

libc();
/** Text of bytes, and bytes of a text. */
export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytes = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
export const loopback = { hostname: "127.0.0.1", port: 0 } as const;

/** A listener, a client and its peer. */
export async function tcpTrio(): Promise<{ listener: Socket; client: Socket; server: Socket }> {
  const listener = socket(AF_INET, SOCK_STREAM, 0);
  listener.bind(loopback);
  listener.listen();
  const client = socket();
  const accepting = listener.accept();
  await client.connect(listener.localAddr);
  const [server, from] = await accepting;
  assertEquals(from, client.localAddr);
  return { listener, client, server };
}

/** Registers a test after which no descriptor may be left open. */
export function leakTest(name: string, fn: () => Promise<void>, tools: string[] = []): void {
  testWith({ tools }, name, async () => {
    // The poller's own descriptors come with the first wait.
    const [a, b] = socketPair();
    await a.recv(1, { timeoutMs: 0 }).catch(() => {});
    a.close();
    b.close();
    const before = openFds();
    await fn();
    await assertFds(before);
  }, { sanitizeOps: false });
}
