import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { isSocketError, MSG_EOR, MSG_OOB, tipc } from "../../mod.ts";
import { limitMs, PYTHON, testWith } from "../_tools.ts";
import { lacksTipc } from "./_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const here = { kernel: lacksTipc };
/** Services of this process's own: another job of the same kernel may have its. */
const SERVICE = 1_000_000 + 10 * Deno.pid;
const GROUP = SERVICE + 1;
const PYTHONS = SERVICE + 2;
const NOBODYS = SERVICE + 3;
const PEER = new URL("_peer.py", import.meta.url).pathname;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const limit = { timeoutMs: limitMs(5000) };

testWith(
  here,
  "messages reach an instance, a range reaches all, an answer its sender",
  async () => {
    using low = await tipc.bind({ service: SERVICE, lower: 0, upper: 4, scope: "node" });
    using high = await tipc.bind({ service: SERVICE, lower: 3, upper: 9, scope: "node" });
    using client = await tipc.bind();
    assertEquals([client.family, client.type, client.role], ["tipc", "rdm", "message"]);
    await client.sendTo(bytes("one"), { kind: "service", service: SERVICE, instance: 8 });
    const { data, from } = await high.recvFrom(limit);
    assertEquals([text(data), from.kind], ["one", "socket"]);
    await high.sendTo(bytes("answer"), from);
    assertEquals(text(await client.recv(limit)), "answer");
    await client.sendTo(bytes("all"), { kind: "range", service: SERVICE, lower: 0, upper: 9 });
    assertEquals([await low.recv(limit), await high.recv(limit)].map(text), ["all", "all"]);
  },
);

testWith(
  here,
  "a TIPC stream stands once it is accepted, and carries bytes both ways",
  async () => {
    using listener = await tipc.listen({ service: SERVICE, instance: 1, scope: "node" });
    const connecting = tipc.connect({ service: SERVICE, instance: 1, ...limit });
    using server = await listener.accept(limit);
    using client = await connecting;
    assertEquals([client.type, client.role, client.engine], ["stream", "stream", "libc"]);
    assertEquals(client.remoteAddr?.kind, "socket");
    const large = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7);
    const sending = client.sendAll(large);
    assertEquals(await server.recvExact(large.length, limit), large);
    await sending;
    await assertRejects(() => server.recv(1, { timeoutMs: 10 }), DOMException);
    client.close();
    const ended = await server.recv(1, limit).catch((error) => error.code);
    assert(ended === "ECONNRESET" || ended.length === 0, String(ended));
  },
);

testWith(here, "TIPC seqpackets keep their boundaries", async () => {
  using listener = await tipc.listen({
    ...{ service: SERVICE, instance: 2, type: "seqpacket", scope: "node" },
  });
  const connecting = tipc.connect({ service: SERVICE, instance: 2, type: "seqpacket", ...limit });
  using server = await listener.accept(limit);
  using client = await connecting;
  for (const word of ["a", "bc"]) await client.send(bytes(word));
  assertEquals([await server.recv(limit), await server.recv(limit)].map(text), ["a", "bc"]);
});

testWith(
  here,
  "nobody bound is EHOSTUNREACH; a listener that does not accept can be left",
  async () => {
    const error = await assertRejects(() =>
      tipc.connect({ service: NOBODYS, instance: 1, ...limit })
    );
    assert(isSocketError(error, "EHOSTUNREACH"), String(error));
    using _listener = await tipc.listen({ service: SERVICE, instance: 3, scope: "node" });
    const late = tipc.connect({ service: SERVICE, instance: 3, timeoutMs: 50 });
    await assertRejects(() => late, DOMException);
  },
);

testWith(here, "a group's messages reach its members, and membership is told", async () => {
  using first = await tipc.joinGroup({
    ...{ service: GROUP, instance: 1, memberEvents: true, scope: "node" },
  });
  using second = await tipc.joinGroup({ service: GROUP, instance: 2, scope: "node" });
  const joined = await first.recvFrom(limit);
  assertEquals([joined.data.length, joined.flags], [0, MSG_OOB]);
  await second.send(bytes("to all"));
  const { data, flags } = await first.recvFrom(limit);
  assertEquals([text(data), flags], ["to all", undefined]);
  await first.sendTo(bytes("to one"), { kind: "service", service: GROUP, instance: 2 });
  assertEquals(text(await second.recv(limit)), "to one");
  second.close();
  for await (const event of first) {
    assertEquals(event.flags, MSG_OOB | MSG_EOR);
    break;
  }
});

testWith(here, "the topology server tells who is bound, comes and goes", async () => {
  using _there = await tipc.bind({ service: SERVICE, lower: 5, upper: 6, scope: "node" });
  const events: string[] = [];
  let later: Awaited<ReturnType<typeof tipc.bind>> | undefined;
  for await (const { type, lower, upper } of tipc.watch({ service: SERVICE, ...limit })) {
    events.push(`${type} ${lower}-${upper}`);
    if (events.length === 1) {
      later = await tipc.bind({ service: SERVICE, instance: 7, scope: "node" });
    } else if (events.length === 2) later?.close();
    else break;
  }
  assertEquals(events, ["published 5-6", "published 7-7", "withdrawn 7-7"]);
  const none: unknown[] = [];
  for await (const event of tipc.watch({ service: NOBODYS, durationMs: 10, ...limit })) {
    none.push(event);
  }
  assertEquals(none, []);
});

testWith(here, "options are set and read as the kernel takes them", async () => {
  using endpoint = await tipc.bind({ options: [[tipc.TIPC_IMPORTANCE, 2]] });
  assertEquals(endpoint.getOption(tipc.TIPC_IMPORTANCE), 2);
  endpoint.setOption(tipc.TIPC_DEST_DROPPABLE, false);
  assertEquals(endpoint.getOption(tipc.TIPC_DEST_DROPPABLE), false);
  endpoint.setOption(tipc.TIPC_CONN_TIMEOUT, 1234);
  assertEquals(endpoint.getOption(tipc.TIPC_CONN_TIMEOUT), 1234);
  endpoint.setOption(tipc.TIPC_SRC_DROPPABLE, true);
  assertEquals(endpoint.getOption(tipc.TIPC_SRC_DROPPABLE), true);
  assertEquals(endpoint.getOption(tipc.TIPC_SOCK_RECVQ_DEPTH), 0);
  endpoint.setOption(tipc.TIPC_MCAST_REPLICAST, true);
});

testWith({ ...here, tools: ["python3"] }, "CPython's TIPC sockets speak with ours", async () => {
  const rdm = new Deno.Command(PYTHON, { args: [PEER, "rdm", `${PYTHONS}`], stdout: "piped" })
    .spawn();
  const reader = rdm.stdout.getReader();
  await reader.read();
  using client = await tipc.bind();
  await client.sendTo(bytes("shout"), { kind: "service", service: PYTHONS, instance: 4 });
  assertEquals(text(await client.recv(limit)), "SHOUT");
  await reader.cancel();
  assertEquals((await rdm.status).code, 0);

  using listener = await tipc.listen({ service: PYTHONS, instance: 5, scope: "node" });
  const calling = new Deno.Command(PYTHON, {
    args: [PEER, "stream", `${PYTHONS}`],
    stdout: "piped",
  }).output();
  using server = await listener.accept({ timeoutMs: limitMs(10_000) });
  assertEquals(text(await server.recvExact(11, limit)), "from python");
  await server.sendAll(bytes("from deno"));
  assertEquals(text((await calling).stdout), "from deno\n");
});
