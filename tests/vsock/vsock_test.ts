import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Address, AF_VSOCK, isSocketError, SOCK_STREAM, socket, vsock } from "../../mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import { runJson } from "../socket/_program.ts";
import { limitMs, PYTHON, testWith } from "../_tools.ts";
import { lacksLoopback } from "./_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const here = { kernel: lacksLoopback };
const LOCAL = 1; // VMADDR_CID_LOCAL
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

testWith(here, "a VSOCK stream carries bytes both ways and knows both ends", async () => {
  using listener = await vsock.listen();
  assertEquals([listener.family, listener.type, listener.engine], ["vsock", "stream", "libc"]);
  const { port } = listener.localAddr;
  const accepting = listener.accept({ timeoutMs: limitMs(5000) });
  using client = await vsock.connect({ cid: LOCAL, port });
  using server = await accepting;
  assertEquals(client.remoteAddr, { family: "vsock", cid: LOCAL, port });
  // A socket that was bound by connecting says CID_ANY of itself, and what its peer sees is CID 1.
  assertEquals(server.remoteAddr, { ...client.localAddr, cid: LOCAL });
  assertEquals(server.localAddr, { family: "vsock", cid: LOCAL, port });
  await client.sendAll(bytes("there"));
  assertEquals(text(await server.recvExact(5)), "there");
  await server.sendAll(bytes("and back"));
  assertEquals(text(await client.recvExact(8)), "and back");
  await client.shutdown("write");
  assertEquals(await server.recv(), new Uint8Array(0));
});

testWith(here, "VSOCK seqpackets keep their boundaries, and end", async () => {
  using listener = await vsock.listen({ type: "seqpacket" });
  const accepting = listener.accept({ timeoutMs: limitMs(5000) });
  const { port } = listener.localAddr;
  using client = await vsock.connect({ cid: LOCAL, port, type: "seqpacket" });
  using server = await accepting;
  assertEquals([client.type, client.role], ["seqpacket", "message"]);
  await client.send(bytes("one"));
  await client.send(bytes("two, longer"));
  client.close();
  const got: string[] = [];
  for await (const { data } of server) got.push(text(data));
  assertEquals(got, ["one", "two, longer"]);
});

testWith(
  here,
  "a seqpacket without room ends the sending, and no part of it reaches the peer",
  async () => {
    using listener = await vsock.listen({ type: "seqpacket" });
    const { port } = listener.localAddr;
    using client = await vsock.connect({ cid: LOCAL, port, type: "seqpacket" });
    using server = await listener.accept({ timeoutMs: limitMs(5000) });
    const block = new Uint8Array(1000).fill(7); // 256 KiB are no multiple of it
    let sent = 0;
    const error = await assertRejects(async () => {
      for (;; sent++) await client.send(block);
    });
    assert(isSocketError(error, "ENOBUFS"), String(error));
    await assertRejects(() => client.send(block), Deno.errors.BrokenPipe);
    const sizes: number[] = [];
    for await (const { data } of server) sizes.push(data.length);
    assertEquals([sizes.length, new Set(sizes)], [sent, new Set([1000])]);
  },
);

testWith(here, "sending many seqpackets tells how many went", async () => {
  using listener = await vsock.listen({ type: "seqpacket" });
  const { port } = listener.localAddr;
  using client = await vsock.connect({ cid: LOCAL, port, type: "seqpacket" });
  using server = await listener.accept({ timeoutMs: limitMs(5000) });
  const all = ["a", "bc", "def"].map((data) => ({ data: bytes(data) }));
  assertEquals(await client.sendMany(all), 3);
  for (const { data } of all) assertEquals(await server.recv(), data);
});

testWith(here, "connecting where nobody listens is refused, the address in the error", async () => {
  const error = await assertRejects(() => vsock.connect({ cid: LOCAL, port: 4_000_000_001 }));
  assert(isSocketError(error, "ECONNRESET"), String(error));
  assertEquals(error.address, "vsock:1:4000000001");
});

testWith(here, "VSOCK options are set and read as the kernel takes them", async () => {
  using listener = await vsock.listen({
    options: [
      [vsock.SO_VM_SOCKETS_BUFFER_MIN_SIZE, 1024],
      [vsock.SO_VM_SOCKETS_BUFFER_MAX_SIZE, 1_000_000],
      [vsock.SO_VM_SOCKETS_BUFFER_SIZE, 65536],
      [vsock.SO_VM_SOCKETS_CONNECT_TIMEOUT, 1500],
    ],
  });
  assertEquals(listener.getOption(vsock.SO_VM_SOCKETS_BUFFER_SIZE), 65536);
  assertEquals(listener.getOption(vsock.SO_VM_SOCKETS_BUFFER_MIN_SIZE), 1024);
  assertEquals(listener.getOption(vsock.SO_VM_SOCKETS_BUFFER_MAX_SIZE), 1_000_000);
  // The kernel counts in ticks of 1 to 10 ms.
  const timeout = listener.getOption(vsock.SO_VM_SOCKETS_CONNECT_TIMEOUT);
  assert(timeout >= 1490 && timeout <= 1510, String(timeout));
});

testWith(here, "the bare socket speaks VSOCK by the same addresses", async () => {
  using server = socket(AF_VSOCK, SOCK_STREAM);
  server.bind({ family: "vsock", cid: 0xffffffff, port: 0xffffffff });
  server.listen();
  const { localAddr } = server;
  assert(localAddr.family === "vsock" && localAddr.port !== 0xffffffff);
  using client = socket(AF_VSOCK, SOCK_STREAM);
  await client.connect({ family: "vsock", cid: LOCAL, port: localAddr.port });
  const [accepted, from] = await server.accept();
  using _accepted = accepted;
  assertEquals(from, { ...client.localAddr, cid: LOCAL } as Address);
});

testWith(here, "VSOCK datagrams need a transport that has them: ENODEV", async () => {
  const error = await assertRejects(() => vsock.bind());
  assert(isSocketError(error, "ENODEV"), String(error));
  assert(error.message.includes("load the module vmw_vsock_vmci_transport"), error.message);
});

testWith(here, "localCid() says what CPython's ioctl says", async () => {
  const { stdout } = await new Deno.Command(PYTHON, {
    args: [
      "-c",
      `import fcntl, struct
with open("/dev/vsock", "rb") as f:
    print(struct.unpack("I", fcntl.ioctl(f, 0x7b9, bytes(4)))[0])`,
    ],
  }).output();
  assertEquals(vsock.localCid(), Number(text(stdout)));
});

testWith(here, "CPython's socket is the peer, stream and seqpacket", async () => {
  for (const [type, constant] of [["stream", "STREAM"], ["seqpacket", "SEQPACKET"]] as const) {
    using listener = await vsock.listen({ type } as vsock.VsockListenOptions);
    const { port } = listener.localAddr;
    const child = new Deno.Command(PYTHON, {
      args: [
        "-c",
        `import socket, sys
s = socket.socket(socket.AF_VSOCK, socket.SOCK_${constant})
s.connect((1, ${port}))
s.send(b"from Python")
print(s.recv(100).decode())`,
      ],
      stdout: "piped",
    }).spawn();
    const peer = await listener.accept({ timeoutMs: limitMs(5000) });
    const got = "recvFrom" in peer ? await peer.recv() : await peer.recv(100);
    assertEquals(text(got as Uint8Array), "from Python");
    await peer.send(bytes(`to ${type}`));
    assertEquals(text((await child.output()).stdout).trim(), `to ${type}`);
    peer.close();
  }
});

testWith(here, "the deno engine speaks VSOCK where --unstable-vsock is on", async () => {
  const got = await runJson(
    `
    import { vsock } from "$/mod.ts";
    using listener = await vsock.listen({ engine: "deno", port: 5001 });
    const accepting = listener.accept();
    using client = await vsock.connect({ engine: "deno", cid: 1, port: 5001 });
    using server = await accepting;
    await client.sendAll(Uint8Array.of(1, 2, 3));
    const data = await server.recvExact(3);
    await client.shutdown("write");
    const end = await server.recv();
    console.log(JSON.stringify([server.engine, client.remoteAddr, [...data], end.length]));
    Deno.exit();`,
    { flags: ["--unstable-vsock", "--allow-net=vsock:4294967295:5001,vsock:1:5001"] },
  );
  assertEquals(got, ["deno", { family: "vsock", cid: 1, port: 5001 }, [1, 2, 3], 0]);
});

testWith({}, "bad VSOCK arguments are refused before any call", async () => {
  const wrong: [unknown, string][] = [
    [{ cid: -1, port: 1 }, "cid -1"],
    [{ cid: 1 }, "port is not a number"],
    [{ cid: 1, port: 2 ** 32 }, "port 4294967296"],
    [{ cid: 1, port: 1, typ: "stream" }, 'unknown option "typ"'],
    [{ cid: 1, port: 1, type: "raw" }, "type raw"],
    [{ cid: 1, port: 1, engine: "deno", type: "seqpacket" }, 'type "seqpacket" needs'],
  ];
  for (const [options, message] of wrong) {
    await assertRejects(() => vsock.connect(options as vsock.VsockConnectOptions), Error, message);
  }
  assertThrows(() => vsock.SO_VM_SOCKETS_BUFFER_SIZE.codec.encode(-1), RangeError);
});
