import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { isSocketError, sctp, SO_RCVBUF, SO_TYPE, SOCK_SEQPACKET } from "../../mod.ts";
import { Begun } from "../../sctp/_parts.ts";
import { assertFds, limitMs, openFds, testWith } from "../_tools.ts";
import { lacksSctp } from "./_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const here = { kernel: lacksSctp };
const limit = { timeoutMs: limitMs(5000) };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const LARGE = Uint8Array.from({ length: 150_000 }, (_, i) => i * 31 + (i >> 8));
const MSG_PEEK = 2;

testWith({}, "parts are joined by association, stream and order, up to the room", () => {
  const begun = new Begun();
  const room = 6;
  assertEquals(begun.joined("1 0 0", bytes("whole"), true, room)?.data, bytes("whole"));
  assertEquals(begun.joined("1 0 0", bytes("ab"), false, room), undefined);
  assertEquals(begun.joined("1 1 0", bytes("x"), false, room), undefined);
  assertEquals(begun.before("1 0 0", bytes("c")), bytes("abc"));
  assertEquals(begun.joined("1 0 0", bytes("cd"), true, room), { data: bytes("abcd"), cut: false });
  for (let i = 0; i < 1000; i++) begun.joined("1 1 0", bytes("yz"), false, room);
  assertEquals(begun.joined("1 1 0", bytes("!"), true, room), { data: bytes("xyzyzy"), cut: true });
  assert(begun.isEmpty);
});

testWith({}, "what has begun of an association goes with it", () => {
  const begun = new Begun();
  for (const key of ["1 0 0", "2 0 0"]) begun.joined(key, bytes("a"), false, 9);
  const taken = begun.taken(2);
  assertEquals(taken.joined("2 0 0", bytes("b"), true, 9)?.data, bytes("ab"));
  assertEquals(begun.joined("2 0 0", bytes("b"), true, 9)?.data, bytes("b"));
  assertEquals(begun.joined("1 0 0", bytes("b"), true, 9)?.data, bytes("ab"));
});

testWith(
  {},
  "what will not be finished is forgotten: of its stream, or all of the association",
  () => {
    const begun = new Begun();
    for (const key of ["1 0 0", "1 1 0", "1 1 1", "12 1 0"]) {
      begun.joined(
        key,
        bytes("a"),
        false,
        9,
      );
    }
    begun.lose(1, 1);
    assertEquals(begun.joined("1 1 0", bytes("b"), true, 9)?.data, bytes("b"));
    assertEquals(begun.joined("1 0 0", bytes("b"), true, 9)?.data, bytes("ab"));
    begun.lose(12, 0);
    assert(begun.isEmpty);
  },
);

async function manyWith(events: sctp.SctpEvent[]) {
  const server = await sctp.bind({
    hostname: "127.0.0.1",
    events,
    options: [[SO_RCVBUF, 20_000], [sctp.SCTP_PARTIAL_DELIVERY_POINT, 2000]],
  });
  const { hostname, port } = server.localAddr;
  const client = await sctp.connect({ hostname, port, noDelay: true });
  return { server, client, [Symbol.dispose]: () => [server, client].forEach((it) => it.close()) };
}

testWith(here, "a peek shows what has come of a long message, and leaves it", async () => {
  using pair = await manyWith([]);
  const { server, client } = pair;
  const sending = client.send(LARGE);
  const peeked = await server.recvFrom({ ...limit, flags: MSG_PEEK, size: LARGE.length });
  assert(peeked.truncated && peeked.data.length > 0);
  assertEquals(peeked.data, LARGE.subarray(0, peeked.data.length));
  // The room for control data must not matter: it tells whose part it is.
  const whole = await server.recvFrom({ ...limit, size: LARGE.length, controlBytes: 0 });
  assertEquals([whole.data, whole.truncated], [LARGE, false]);
  await sending;
  await client.send(bytes("short"));
  assertEquals(text((await server.recvFrom({ ...limit, flags: MSG_PEEK, size: 5 })).data), "short");
  assertEquals(text(await server.recv(limit)), "short");
});

testWith(
  here,
  "the loss of a message that had begun is told to who asks, and to nobody else",
  async () => {
    for (const asks of [true, false]) {
      using pair = await manyWith(asks ? ["association", "partialDelivery"] : ["association"]);
      const { server } = pair;
      assertEquals((await server.recvMessage(limit)).type, "association");
      using client = await sctp.bind({ hostname: "127.0.0.1" });
      const sending = client.sendTo(LARGE, server.localAddr).catch(() => {});
      assertEquals((await server.recvMessage(limit)).type, "association");
      // A part of it has come, and waits.
      await server.recvFrom({ ...limit, flags: MSG_PEEK });
      await client.endAssociation(client.associations()[0], "abort", limit);
      await sending;
      const told: string[] = [];
      for (;;) {
        const event = await server.recvMessage(limit);
        told.push(event.type);
        if (event.type === "association") break;
      }
      assertEquals(told, asks ? ["partialDelivery", "association"] : ["association"]);
      using again = await sctp.connect({ hostname: "127.0.0.1", port: server.localAddr.port });
      await again.send(bytes("next"));
      assertEquals((await server.recvMessage(limit)).type, "association");
      assertEquals(text(await server.recv(limit)), "next");
    }
  },
);

testWith(
  here,
  "a peeled-off association takes what has begun with it, and tells its end",
  async () => {
    using pair = await manyWith(["association"]);
    const { server, client } = pair;
    const up = await server.recvMessage(limit);
    assert(up.type === "association");
    const sending = client.send(LARGE);
    await server.recvFrom({ ...limit, flags: MSG_PEEK });
    using alone = server.peelOff(up.associationId);
    assertEquals(alone.getOption(SO_TYPE), SOCK_SEQPACKET);
    assertEquals(alone.type, "seqpacket");
    assertEquals(await alone.recv({ ...limit, size: LARGE.length }), LARGE);
    await sending;
    client.close();
    assertEquals((await alone.recvMessage(limit)).type, "association");
    await assertRejects(() => alone.recv(limit), Deno.errors.UnexpectedEof);
    await assertRejects(() => alone.recv(limit), Deno.errors.UnexpectedEof);
    assertThrows(() => server.peelOff(up.associationId));
    const addresses = "127.0.0.1" as unknown as [];
    assertThrows(() => server.bindMore(addresses), TypeError, "addresses is not an array");
  },
);

testWith(here, "an address more that cannot be had leaves nothing open", async () => {
  const before = openFds();
  const bad = { hostname: "127.0.0.1", port: 0, addresses: ["192.0.2.77"] };
  for (const open of [sctp.bind, sctp.listen]) {
    const error = await assertRejects(async () => await open(bad));
    assert(isSocketError(error, "EADDRNOTAVAIL"), String(error));
  }
  await assertFds(before);
});

testWith(here, "by many addresses both ends' names are known when the peer has gone", async () => {
  using listener = await sctp.listen({ hostname: "127.0.0.1", port: 0, addresses: ["127.0.0.2"] });
  const { hostname, port } = listener.localAddr;
  using client = await sctp.connect({ hostname, port, addresses: ["127.0.0.2"] });
  (await listener.accept(limit)).close();
  await assertRejects(() => client.recv(limit), Deno.errors.UnexpectedEof);
  await assertRejects(() => client.recv(limit), Deno.errors.UnexpectedEof);
  assert(["127.0.0.1", "127.0.0.2"].includes(client.remoteAddr!.hostname));
  client.close();
  assertEquals(client.remoteAddr?.port, port);
});
