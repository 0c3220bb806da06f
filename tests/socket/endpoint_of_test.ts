/** From sockets to endpoints and back. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_UNIX,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  Socket,
  socket,
  socketPair,
} from "../../ffi/mod.ts";
import { endpointOf } from "../../faces/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { bytes, claim, freshAbstract, LOOPBACK, text } from "./_tools.ts";

claim("endpointOf() takes a listener, and what it accepts are endpoints", async () => {
  const server = socket(AF_INET, SOCK_STREAM);
  server.bind(LOOPBACK);
  server.listen();
  const address = server.localAddr;
  const listener = endpointOf(server);
  assertEquals([server.fd, listener.role], [-1, "listener"]);
  assert(listener.role === "listener");
  assertEquals(listener.localAddr, address);
  const client = socket(AF_INET, SOCK_STREAM);
  await client.connect(address);
  const accepted = await listener.accept();
  assert(accepted.role === "stream");
  const stream = endpointOf(client);
  assert(stream.role === "stream");
  await stream.sendAll(bytes("line\n"));
  for await (const line of accepted.lines()) {
    assertEquals(line, "line");
    break;
  }
  // And back: what was sent meanwhile is there.
  await stream.sendAll(bytes("back"));
  const again = Socket.fromFd(accepted.detach());
  assertEquals(text(await again.recv()), "back");
  again.close();
  stream.close();
  const bare = Socket.fromFd(listener.detach());
  assertEquals(bare.localAddr, address);
  bare.close();
});

claim("endpointOf() takes sockets that keep message boundaries, connected or not", async () => {
  const bound = socket(AF_INET, SOCK_DGRAM);
  bound.bind(LOOPBACK);
  const endpoint = endpointOf(bound);
  assert(endpoint.role === "message");
  assertEquals(endpoint.remoteAddr, undefined);
  using sender = await udp.bind({ ...LOOPBACK, engine: "libc" });
  await sender.sendTo(bytes("datagram"), endpoint.localAddr as typeof sender.localAddr);
  const message = await endpoint.recvFrom();
  assertEquals([text(message.data), message.from], ["datagram", sender.localAddr]);
  endpoint.close();

  const [a, b] = socketPair(AF_UNIX, SOCK_SEQPACKET).map(endpointOf);
  assert(a.role === "message" && b.role === "message");
  assertEquals(a.type, "seqpacket");
  for (const word of ["one", ""]) await a.send(bytes(word));
  a.close();
  const got: string[] = [];
  for await (const { data } of b) got.push(text(data));
  assertEquals(got, ["one", ""]);
  b.close();
});

claim("detach() refuses where something would be lost", async () => {
  const [a, b] = socketPair().map(endpointOf);
  assert(a.role === "stream" && b.role === "stream");
  const receiving = b.recv();
  assertThrows(() => b.detach(), Deno.errors.Busy, "pending");
  await a.sendAll(bytes("x"));
  await receiving;
  a.close();
  b.close();

  using sender = await udp.bind({ ...LOOPBACK, engine: "libc" });
  const receiver = socket(AF_INET, SOCK_DGRAM);
  receiver.bind(LOOPBACK);
  const endpoint = endpointOf(receiver);
  assert(endpoint.role === "message");
  const to = endpoint.localAddr as typeof sender.localAddr;
  await sender.sendMany([1, 2, 3].map((n) => ({ data: new Uint8Array(n), to })));
  for await (const _ of endpoint) break;
  assertThrows(() => endpoint.detach(), Deno.errors.Busy, "messages wait");
  await endpoint.recvMany();
  const fd = endpoint.detach();
  assertRejects(() => endpoint.recv());
  Socket.fromFd(fd).close();
});

claim("what cannot be an endpoint is refused, and stays what it is", () => {
  using unconnected = socket(AF_INET, SOCK_STREAM);
  const error = assertThrows(() => endpointOf(unconnected)) as { code?: string };
  assertEquals(error.code, "ENOTCONN");
  assert(unconnected.fd >= 0);
  const closed = socket(AF_INET, SOCK_STREAM);
  closed.close();
  assertEquals((assertThrows(() => endpointOf(closed)) as { code?: string }).code, "EBADF");
  for (const other of [undefined, null, {}, 5]) {
    assertThrows(() => endpointOf(other as unknown as Socket), TypeError, "not a Socket");
  }
});

claim("the kernel's word narrows what endpointOf() gives, to methods and addresses", async () => {
  const [a, b] = socketPair().map(endpointOf);
  assert(a.family === "unix" && a.role === "stream");
  assert(b.family === "unix" && b.role === "stream");
  await a.sendFds(bytes("x"), [0]);
  const { fds } = await b.recvFds();
  assertEquals(fds.length, 1);
  for (const fd of fds) fd.close();
  assertEquals(b.peerCredentials().pid, Deno.pid);
  a.close();
  b.close();

  const bound = socket(AF_INET, SOCK_DGRAM);
  bound.bind(LOOPBACK);
  using datagrams = endpointOf(bound);
  assert(datagrams.family === "inet" && "joinMulticast" in datagrams);
  const port: number = datagrams.localAddr.port;
  assert(port > 0);
  await datagrams.joinMulticast("239.1.2.3", { interface: "lo" });
  await datagrams.leaveMulticast("239.1.2.3", { interface: "lo" });
  // By name, as its family's endpoints can.
  await datagrams.sendTo(bytes("to a name"), { hostname: "localhost", port });
  assertEquals(text(await datagrams.recv()), "to a name");

  const path = freshAbstract();
  const own = socket(AF_UNIX, SOCK_STREAM);
  own.bind({ path });
  own.listen();
  using listener = endpointOf(own);
  assert(listener.role === "listener");
  using client = await unix.connect({ path, engine: "libc" });
  using accepted = await listener.accept();
  assert(accepted.family === "unix" && accepted.role === "stream");
  await client.sendFds(bytes("y"), [0]);
  const { fds: [fd] } = await accepted.recvFds();
  fd.close();
});
