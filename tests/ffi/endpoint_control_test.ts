/** Ancillary data through the endpoints of the libc engine. */
import { assertEquals } from "@std/assert";
import { IP_RECVTTL } from "../../ffi/abi/ip_constants.ts";
import { SOL_IP } from "../../ffi/abi/socket_constants.ts";
import { socketOption } from "../../core/option.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { bytes, leavesNoFd, test, text } from "./_messages.ts";

const RECVTTL = socketOption<boolean>(SOL_IP, IP_RECVTTL, {
  size: 4,
  encode: (on) => new Uint8Array(new Int32Array([Number(on)]).buffer),
  decode: (b) => b[0] !== 0,
});

test("an endpoint sends and receives control data, one message or many", async () => {
  using receiver = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
  using sender = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
  receiver.setOption(RECVTTL, true);
  const to = receiver.localAddr;
  await sender.sendTo(bytes("a"), to, { control: [{ type: "ttl", ttl: 3 }] });
  await sender.sendMany([{ data: bytes("b"), to, control: [{ type: "ttl", ttl: 4 }] }]);
  const one = await receiver.recvFrom();
  const [other] = await receiver.recvMany();
  assertEquals([one, other].map((m) => [text(m.data), m.control?.get("ttl")?.ttl]), [
    ["a", 3],
    ["b", 4],
  ]);
});

test("controlBytes limits the room, and what is lost is told", async () => {
  using receiver = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
  receiver.setOption(RECVTTL, true);
  const to = receiver.localAddr;
  for (let i = 0; i < 2; i++) await receiver.sendTo(bytes("x"), to);
  const one = await receiver.recvFrom({ controlBytes: 0 });
  const [other] = await receiver.recvMany(8, { controlBytes: 0 });
  assertEquals([one, other].map(({ control }) => control?.truncated), [true, true]);
});

test("recv() of an endpoint leaves no descriptor that came with the message", () =>
  leavesNoFd(async () => {
    const path = `\0berkeley-${Deno.pid}-${crypto.randomUUID()}`;
    using receiver = await unix.bind({ path, engine: "libc" });
    using sender = await unix.bind({ engine: "libc" });
    const control = [{ type: "rights", fds: [1, 1] }] as const;
    await sender.sendTo(bytes("x"), { path }, { control });
    assertEquals(text(await receiver.recv()), "x");
    await sender.sendMany([{ data: bytes("y"), to: { path }, control }]);
    const [message] = await receiver.recvMany();
    assertEquals(message.control?.get("rights")?.fds.length, 2);
    message.control![Symbol.dispose]();
  }));
