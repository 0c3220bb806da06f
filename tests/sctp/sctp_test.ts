import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { isSocketError, sctp } from "../../mod.ts";
import { compiledC } from "../_compiled.ts";
import { assertFds, limitMs, openFds, PYTHON, testWith } from "../_tools.ts";
import { lacksSctp } from "./_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const IPPROTO_SCTP = 132;

const here = { kernel: lacksSctp };
const limit = { timeoutMs: limitMs(5000) };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

async function pair(
  options: Partial<sctp.SctpConnectOptions> = {},
  listening: Partial<sctp.SctpListenOptions> = {},
) {
  const listener = await sctp.listen({ hostname: "127.0.0.1", port: 0, ...listening });
  const { hostname, port } = listener.localAddr;
  const client = await sctp.connect({ hostname, port, ...options });
  const server = await listener.accept(limit);
  const close = () => [client, server, listener].forEach((endpoint) => endpoint.close());
  return { listener, client, server, close };
}

/** The next message that is no notification. */
async function nextMessage(endpoint: sctp.SctpEndpoint): Promise<sctp.SctpMessage> {
  for (;;) {
    const message = await endpoint.recvMessage(limit);
    if (message.type === "message") return message;
  }
}

/** The next notification of a type. */
async function nextEvent<T extends sctp.SctpNotification["type"]>(
  endpoint: sctp.SctpEndpoint,
  type: T,
): Promise<Extract<sctp.SctpNotification, { type: T }>> {
  for (;;) {
    const message = await endpoint.recvMessage(limit);
    if (message.type === type) return message as Extract<sctp.SctpNotification, { type: T }>;
  }
}

testWith(here, "messages go both ways on their streams, and the end is told", async () => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    const { client, server, close } = await pair({}, { hostname });
    assertEquals([client.role, client.protocol, client.engine], ["message", IPPROTO_SCTP, "libc"]);
    assertEquals(server.remoteAddr, client.localAddr);
    await client.sendMessage(bytes("one"), { stream: 3, ppid: 0x01020304, unordered: true });
    await client.sendMessage(bytes("two"), { stream: 4 });
    const one = await nextMessage(server);
    assertEquals([text(one.data), one.stream, one.ppid, one.unordered], [
      ...["one", 3, 0x01020304, true],
    ]);
    const two = await nextMessage(server);
    assertEquals([text(two.data), two.stream, two.unordered], ["two", 4, false]);
    await server.send(bytes("plain"));
    assertEquals(text(await client.recv(limit)), "plain");
    client.close();
    await assertRejects(() => server.recv(limit), Deno.errors.UnexpectedEof);
    close();
  }
});

testWith(
  here,
  "a message of many parts comes whole, or cut to the room that was given",
  async () => {
    const { client, server, close } = await pair();
    const large = Uint8Array.from({ length: 150_000 }, (_, i) => i * 31 + (i >> 8));
    await client.sendMessage(large, { stream: 1 });
    const whole = await server.recvFrom({ ...limit, size: large.length });
    assertEquals([whole.data, whole.truncated], [large, false]);
    await client.send(large);
    const cut = await server.recvFrom({ ...limit, size: 1000 });
    assertEquals([cut.data, cut.truncated], [large.subarray(0, 1000), true]);
    await client.send(bytes("next"));
    assertEquals(text(await server.recv(limit)), "next");
    close();
  },
);

testWith(here, "a socket with many associations tells them apart, and peels one off", async () => {
  using server = await sctp.bind({ hostname: "127.0.0.1", events: ["association"] });
  using a = await sctp.bind({ hostname: "127.0.0.1" });
  using b = await sctp.connect({ hostname: "127.0.0.1", port: server.localAddr.port });
  await a.sendMessage(bytes("from a"), { to: server.localAddr, stream: 1 });
  const up = await nextEvent(server, "association");
  assertEquals(up.state, "up");
  const messages = new Map<string, number>();
  await b.send(bytes("from b"));
  while (messages.size < 2) {
    const message = await nextMessage(server);
    messages.set(text(message.data), message.associationId);
    await server.sendMessage(message.data, { associationId: message.associationId });
  }
  assertEquals([text(await a.recv(limit)), text(await b.recv(limit))], ["from a", "from b"]);
  assertEquals(server.associations().sort(), [...messages.values()].sort());
  const id = messages.get("from b")!;
  using alone = server.peelOff(id);
  await b.send(bytes("again"));
  assertEquals(text(await alone.recv(limit)), "again");
  assertEquals(alone.remoteAddr, b.localAddr);
  await server.endAssociation(messages.get("from a")!);
  await nextEvent(server, "association");
  assertEquals(server.associations(), []);
});

testWith(here, "status, paths and addresses are the kernel's; addresses come and go", async () => {
  const { client, server, close } = await pair(
    { init: { outStreams: 7, maxInStreams: 5 } },
    { addresses: ["127.0.0.2"] },
  );
  const status = client.status();
  assertEquals([status.state, status.outStreams, status.inStreams], ["ESTABLISHED", 7, 5]);
  assertEquals(status.primary.address.hostname, "127.0.0.1");
  assert(status.primary.mtuBytes > 1000 && status.receiveWindowBytes > 0);
  const hosts = (list: { hostname: string }[]) => list.map(({ hostname }) => hostname).sort();
  assertEquals(hosts(client.peerAddresses()), ["127.0.0.1", "127.0.0.2"]);
  assertEquals(hosts(server.localAddresses()), ["127.0.0.1", "127.0.0.2"]);
  const path = client.path(client.peerAddresses().find(({ hostname }) => hostname.endsWith(".2"))!);
  assert(["active", "unconfirmed"].includes(path.state), path.state);
  close();
  using many = await sctp.bind({ hostname: "127.0.0.1", addresses: ["127.0.0.3"] });
  assertEquals(hosts(many.localAddresses()), ["127.0.0.1", "127.0.0.3"]);
  const { port } = many.localAddr;
  many.bindMore([{ hostname: "127.0.0.4", port }]);
  many.unbind([{ hostname: "127.0.0.3", port }]);
  assertEquals(hosts(many.localAddresses()), ["127.0.0.1", "127.0.0.4"]);
  using multi = await sctp.connect({ hostname: "127.0.0.4", port, addresses: ["127.0.0.1"] });
  await multi.send(bytes("by any path"));
  assertEquals(text((await nextMessage(many)).data), "by any path");
});

testWith(
  here,
  "nobody there is ECONNREFUSED; notifications tell the course of things",
  async () => {
    const listener = await sctp.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.localAddr;
    listener.close();
    const error = await assertRejects(() =>
      sctp.connect({ hostname: "127.0.0.1", port, ...limit })
    );
    assert(isSocketError(error, "ECONNREFUSED"), String(error));
    const all: sctp.SctpEvent[] = ["association", "senderDry", "adaptation", "shutdown"];
    const { client, server, close } = await pair({
      events: all,
      options: [[sctp.SCTP_ADAPTATION_LAYER, 99]],
    }, { events: all, options: [[sctp.SCTP_ADAPTATION_LAYER, 77]] });
    assertEquals((await nextEvent(client, "adaptation")).indication, 77);
    await client.send(bytes("x"));
    await nextMessage(server);
    await nextEvent(client, "senderDry");
    client.shutdown("write");
    await nextEvent(server, "shutdown");
    close();
  },
);

testWith(here, "what is not delivered in time is given up, and told", async () => {
  const { client, server, close } = await pair({
    events: ["sendFailed"],
    options: [[sctp.SCTP_PR_SUPPORTED, true]],
  }, { options: [[sctp.SCTP_PR_SUPPORTED, true]] });
  // The window is filled, so that what follows waits.
  const block = new Uint8Array(60_000);
  let sent = 0;
  for (; sent < 50; sent++) {
    const waits = await client.send(block, { timeoutMs: 0 }).then(() => false, () => true);
    if (waits) break;
  }
  const late = client.sendMessage(bytes("late"), { lifetimeMs: 1, context: 42 });
  const drain = (async () => {
    for (let i = 0; i < sent; i++) await nextMessage(server);
  })();
  await late.catch(() => {});
  await drain;
  await client.sendMessage(bytes("last"), { maxRetransmissions: 3 });
  const next = await nextMessage(server);
  assert(["late", "last"].includes(text(next.data)));
  await assertRejects(
    () => client.sendMessage(bytes("x"), { lifetimeMs: 1, priority: 1 }),
    TypeError,
    "only one",
  );
  close();
});

testWith(here, "streams are begun anew and added, as both ends allow", async () => {
  const allowed: sctp.SctpConnectOptions["options"] = [
    [sctp.SCTP_RECONFIG_SUPPORTED, true],
    [sctp.SCTP_ENABLE_STREAM_RESET, 7],
  ];
  const events: sctp.SctpEvent[] = ["streamReset", "streamChange"];
  const options = { events, options: allowed, init: { outStreams: 4, maxInStreams: 8 } };
  const { client, server, close } = await pair(options, options);
  await client.sendMessage(bytes("a"), { stream: 2 });
  await client.sendMessage(bytes("b"), { stream: 2 });
  await nextMessage(server);
  assertEquals((await nextMessage(server)).streamSequence, 1);
  client.resetStreams("out", [2]);
  const reset = await nextEvent(client, "streamReset");
  assertEquals([reset.direction, reset.outcome, reset.streams], ["out", "done", [2]]);
  await client.sendMessage(bytes("c"), { stream: 2 });
  assertEquals((await nextMessage(server)).streamSequence, 0);
  client.addStreams({ out: 2 });
  const change = await nextEvent(client, "streamChange");
  assertEquals([change.outcome, client.status().outStreams], ["done", 6]);
  close();
});

testWith(here, "options are set and read as the kernel takes them", async () => {
  using endpoint = await sctp.bind({
    ...{ hostname: "127.0.0.1", noDelay: true, init: { outStreams: 3, maxAttempts: 2 } },
    options: [[sctp.SCTP_RTOINFO, { initialMs: 500, minMs: 100, maxMs: 900 }]],
  });
  const options: [Parameters<typeof endpoint.setOption>[0], unknown][] = [
    [sctp.SCTP_AUTOCLOSE, 9],
    [sctp.SCTP_DISABLE_FRAGMENTS, true],
    [sctp.SCTP_MAXSEG, 1000],
    [sctp.SCTP_CONTEXT, 5],
    [sctp.SCTP_FRAGMENT_INTERLEAVE, 1],
    [sctp.SCTP_PARTIAL_DELIVERY_POINT, 5000],
    [sctp.SCTP_MAX_BURST, 8],
    [sctp.SCTP_STREAM_SCHEDULER, 1],
    [sctp.SCTP_ENABLE_STREAM_RESET, 3],
    [sctp.SCTP_I_WANT_MAPPED_V4_ADDR, false],
  ];
  for (const [option, value] of options) {
    endpoint.setOption(option, value);
    assertEquals(endpoint.getOption(option), value, option.name);
  }
  assertEquals(endpoint.getOption(sctp.SCTP_NODELAY), true);
  assertEquals(endpoint.getOption(sctp.SCTP_INITMSG).outStreams, 3);
  assertEquals(endpoint.getOption(sctp.SCTP_RTOINFO).maxMs, 900);
  assertEquals(endpoint.getOption(sctp.SCTP_GET_ASSOC_NUMBER), 0);
  assert(endpoint.getOption(sctp.SCTP_ASSOCINFO).maxRetransmissions! > 0);
});

testWith(here, "waits are cancelled without loss, and nothing stays open", async () => {
  const before = openFds();
  const { client, server, close } = await pair();
  for (let i = 0; i < 20; i++) {
    await assertRejects(() => server.recv({ timeoutMs: i % 3 }), DOMException);
    await client.send(bytes(String(i)));
    assertEquals(text(await server.recv(limit)), String(i));
  }
  const controller = new AbortController();
  const waiting = server.recv({ signal: controller.signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  close();
  await assertFds(before);
});

testWith(here, "a C program with many associations speaks with ours", async () => {
  const program = await compiledC(new URL("_peer.c", import.meta.url).pathname);
  const child = new Deno.Command(program, { stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const port = Number(text((await reader.read()).value!));
  using client = await sctp.connect({ hostname: "127.0.0.1", port });
  await client.sendMessage(bytes("ping"), { stream: 2, ppid: 0xdeadbeef });
  const answer = await nextMessage(client);
  assertEquals([text(answer.data), answer.stream, answer.ppid], ["ping", 3, 0xdeadbeef]);
  await client.send(bytes("end"));
  await reader.cancel();
  assertEquals((await child.status).code, 0);
});

testWith(
  { ...here, tools: ["python3"] },
  "CPython's one-to-one sockets speak with ours",
  async () => {
    const code = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)
s.connect(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"from python")
print(s.recv(100).decode())`;
    using listener = await sctp.listen({ hostname: "127.0.0.1", port: 0 });
    const args = ["-c", code, `${listener.localAddr.port}`];
    const output = new Deno.Command(PYTHON, { args, stdout: "piped" }).output();
    using server = await listener.accept({ timeoutMs: limitMs(10_000) });
    assertEquals(text(await server.recv(limit)), "from python");
    await server.send(bytes("from deno"));
    assertEquals(text((await output).stdout), "from deno\n");
  },
);

testWith({}, "a kernel without SCTP says which module is missing", async () => {
  if (lacksSctp() === undefined) return;
  const error = await assertRejects(() => sctp.listen({ hostname: "127.0.0.1", port: 0 }));
  assert(isSocketError(error) && /load the module sctp/.test(error.message), String(error));
});
