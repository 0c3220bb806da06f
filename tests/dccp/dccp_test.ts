import { assert, assertEquals, assertRejects } from "@std/assert";
import { dccp, isSocketError } from "../../mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import { compiledC } from "../_compiled.ts";
import { limitMs, testWith } from "../_tools.ts";
import { lacksDccp } from "./_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const IPPROTO_DCCP = 33;

const here = { kernel: lacksDccp };
const PEER = new URL("_peer.c", import.meta.url).pathname;
const LOOPBACK = { hostname: "127.0.0.1", service: "test" } as const;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

async function pair(hostname = "127.0.0.1") {
  const listener = await dccp.listen({ hostname, service: "test", port: 0 });
  const accepting = listener.accept({ timeoutMs: limitMs(5000) });
  const { port } = listener.localAddr;
  const client = await dccp.connect({ hostname, port, service: "test" });
  return { listener, client, server: await accepting };
}

testWith(here, "packets go both ways, over IPv4 and IPv6, and the end is told", async () => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    const { listener, client, server } = await pair(hostname);
    assertEquals([client.type, client.role, client.protocol], ["dccp", "message", IPPROTO_DCCP]);
    assertEquals(server.remoteAddr, client.localAddr);
    for (const packet of ["one", "two, longer"]) await client.send(bytes(packet));
    assertEquals(text(await server.recv()), "one");
    assertEquals(text(await server.recv()), "two, longer");
    await server.send(bytes("back"));
    assertEquals(text(await client.recv({ timeoutMs: limitMs(5000) })), "back");
    client.close();
    await assertRejects(() => server.recv({ timeoutMs: limitMs(5000) }), Deno.errors.UnexpectedEof);
    server.close();
    listener.close();
  }
});

testWith(
  here,
  "empty packets are packets, and an address beside the peer's is refused",
  async () => {
    const { listener, client, server } = await pair();
    for (const packet of ["", "", "a", ""]) await client.send(bytes(packet));
    client.close();
    const limit = { timeoutMs: limitMs(5000) };
    for (const packet of ["", "", "a", ""]) assertEquals(text(await server.recv(limit)), packet);
    await assertRejects(() => server.recv(limit), Deno.errors.UnexpectedEof);
    server.close();
    const again = dccp.connect({ ...LOOPBACK, port: listener.localAddr.port });
    using other = await listener.accept(limit);
    using caller = await again;
    const to = { hostname: "127.0.0.9", port: 9 };
    const error = await assertRejects(() => caller.sendTo(bytes("x"), to));
    assert(isSocketError(error, "EISCONN"), String(error));
    const both = [{ data: bytes("one") }, { data: bytes("x"), to }];
    assertEquals(await caller.sendMany(both), 1);
    assertEquals(text(await other.recv(limit)), "one");
    listener.close();
  },
);

testWith(here, "a C program's server and client speak with ours", async () => {
  const program = await compiledC(PEER);
  const child = new Deno.Command(program, { args: ["serve", "test"], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const port = Number(text((await reader.read()).value!));
  const client = await dccp.connect({ ...LOOPBACK, port });
  for (const word of ["a", "b", "c"]) {
    await client.send(bytes(word));
    assertEquals(text(await client.recv({ timeoutMs: limitMs(5000) })), word);
  }
  client.close();
  await reader.cancel();
  assertEquals((await child.status).code, 0);

  using listener = await dccp.listen({ ...LOOPBACK, service: ["othr", "test"], port: 0 });
  const calling = new Deno.Command(program, {
    args: ["call", `${listener.localAddr.port}`, "test", "hello"],
  }).output();
  using server = await listener.accept({ timeoutMs: limitMs(5000) });
  await server.send(await server.recv({ timeoutMs: limitMs(5000) }));
  assertEquals(text((await calling).stdout), "hello\n");
});

testWith(here, "another service is refused", async () => {
  using listener = await dccp.listen({ ...LOOPBACK, port: 0 });
  const { port } = listener.localAddr;
  const error = await assertRejects(() => dccp.connect({ ...LOOPBACK, port, service: "nope" }));
  assert(isSocketError(error, "EBADRQC"), String(error));
});

testWith(here, "options are set and read as the kernel takes them", async () => {
  using listener = await dccp.listen({
    ...LOOPBACK,
    service: [7, "abcd"],
    port: 0,
    ccid: [2],
    options: [[dccp.DCCP_SOCKOPT_SEND_CSCOV, 1]],
  });
  {
    const accepting = listener.accept({ timeoutMs: limitMs(5000) });
    const { port } = listener.localAddr;
    using near = await dccp.connect({ hostname: "127.0.0.1", port, service: 7 });
    using far = await accepting;
    // Agreed on with the peer, so it counts from the handshake on.
    assertEquals([near, far].map((end) => end.getOption(dccp.DCCP_SOCKOPT_SEND_CSCOV)), [0, 1]);
  }
  assertEquals(listener.getOption(dccp.DCCP_SOCKOPT_SERVICE), [7, dccp.serviceCode("abcd")]);
  assert(listener.getOption(dccp.DCCP_SOCKOPT_AVAILABLE_CCIDS).includes(2));
  const { listener: other, client, server } = await pair();
  server.setOption(dccp.DCCP_SOCKOPT_SERVER_TIMEWAIT, true);
  assertEquals(server.getOption(dccp.DCCP_SOCKOPT_SERVER_TIMEWAIT), true);
  assert(client.getOption(dccp.DCCP_SOCKOPT_GET_CUR_MPS) > 500);
  assert([2, 3].includes(client.getOption(dccp.DCCP_SOCKOPT_TX_CCID)));
  client.setOption(dccp.DCCP_SOCKOPT_QPOLICY_TXQLEN, 9);
  assertEquals(client.getOption(dccp.DCCP_SOCKOPT_QPOLICY_TXQLEN), 9);
  for (const endpoint of [other, client, server]) endpoint.close();
});

testWith(
  here,
  "a packet too long is EMSGSIZE, an empty one is no end, a wait can be cancelled",
  async () => {
    const { listener, client, server } = await pair();
    const error = await assertRejects(() => client.send(new Uint8Array(100_000)));
    assert(isSocketError(error, "EMSGSIZE"), String(error));
    await assertRejects(() => server.recv({ timeoutMs: 10 }), DOMException);
    await client.send(new Uint8Array(0));
    assertEquals(await server.recv({ timeoutMs: limitMs(5000) }), new Uint8Array(0));
    await client.send(bytes("after"));
    assertEquals(text(await server.recv({ timeoutMs: limitMs(5000) })), "after");
    for (const endpoint of [listener, client, server]) endpoint.close();
  },
);

testWith({}, "a kernel without DCCP says which module is missing", async () => {
  if (lacksDccp() === undefined) return;
  const error = await assertRejects(() => dccp.listen({ ...LOOPBACK, port: 0 }));
  assert(isSocketError(error) && /load the module dccp/.test(error.message), String(error));
});
