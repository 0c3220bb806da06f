/** What the types say of addresses, by programs that are compiled. */
import { assert, assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SOCK_DGRAM,
  SOCK_STREAM,
  socket,
  socketPair,
} from "../../mod.ts";

const PROGRAMS = new URL("_addresses.ts", import.meta.url).pathname;

async function check(path: string): Promise<{ success: boolean; text: string }> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", path],
    cwd: new URL("../..", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).output();
  return { success, text: new TextDecoder().decode(stderr) };
}

Deno.test("addresses are read without a cast, whatever was opened", async () => {
  const { success, text } = await check(PROGRAMS);
  assert(success, text);
});

// The C library is bound where it is first called, which the sanitizer takes for a leak.
Deno.test("what the types promise of addresses is so, also where nobody is named", {
  sanitizeResources: false,
}, async () => {
  for (
    const [family, name] of [[AF_INET, "inet"], [AF_INET6, "inet6"], [AF_UNIX, "unix"]] as const
  ) {
    using unbound = socket(family, SOCK_DGRAM);
    assertEquals(unbound.localAddr.family, name);
    assertEquals(unbound.remoteAddr, undefined);
  }
  const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
  await a.send(Uint8Array.of(1));
  assertEquals((await b.recvFrom())[1].path, "");
  a.close();
  b.close();
  // A stream names nobody in recvfrom(2): it is the peer, as long as there is one.
  using server = socket(AF_INET, SOCK_STREAM);
  server.bind({ hostname: "127.0.0.1", port: 0 });
  server.listen();
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect(server.localAddr);
  const [connection] = await server.accept();
  await client.send(Uint8Array.of(1, 2));
  assertEquals((await connection.recvFrom(1))[1], client.localAddr);
  assertEquals((await connection.recvMsg(1)).from, client.localAddr);
  connection.shutdown("both");
  client.close();
  assertEquals((await connection.recvFrom(1))[1].family, "inet");
  connection.close();
});
