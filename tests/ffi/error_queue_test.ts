import { assert, assertEquals, assertRejects } from "@std/assert";
import { IP_RECVERR, IPV6_RECVERR } from "../../ffi/abi/ip_constants.ts";
import { MSG_ERRQUEUE, SOL_IP, SOL_IPV6 } from "../../ffi/abi/socket_constants.ts";
import { IP_MTU_DISCOVER } from "../../ffi/abi/ip_constants.ts";
import type { Inet6Address } from "../../core/address.ts";
import { addressOf, bytes, nobody, setInt, test, text, udp4, udp6 } from "./_messages.ts";

test("a refused datagram comes back with the ICMP error and who sent it", async () => {
  using sender = udp4();
  setInt(sender, SOL_IP, IP_RECVERR, 1);
  const to = nobody();
  await sender.sendMsg([bytes("refused")], { to });
  const message = await sender.recvMsg(100, { flags: MSG_ERRQUEUE, timeoutMs: 10_000 });
  // The payload and the destination are those of the datagram.
  assertEquals(text(message.data), "refused");
  assertEquals(message.from, to);
  assert((message.flags & MSG_ERRQUEUE) !== 0);
  assertEquals(message.control!.get("error"), {
    type: "error",
    code: "ECONNREFUSED",
    errno: 111,
    origin: "icmp",
    icmpType: 3,
    icmpCode: 3,
    info: 0,
    data: 0,
    offender: { family: "inet", hostname: "127.0.0.1", port: 0 },
  });
});

test("the same over IPv6", async () => {
  using sender = udp6();
  setInt(sender, SOL_IPV6, IPV6_RECVERR, 1);
  const gone = udp6();
  const to = addressOf(gone) as Inet6Address;
  gone.close();
  await sender.sendMsg([bytes("refused")], { to });
  const message = await sender.recvMsg(100, { flags: MSG_ERRQUEUE, timeoutMs: 10_000 });
  const error = message.control!.get("error")!;
  assertEquals([error.code, error.origin, error.icmpType, error.icmpCode], [
    "ECONNREFUSED",
    "icmp6",
    1,
    4,
  ]);
  assertEquals(error.offender, { family: "inet6", hostname: "::1", port: 0 });
  assertEquals(message.from, to);
});

test("a datagram larger than the path takes is told with the MTU, by the host itself", async () => {
  using sender = udp4();
  using receiver = udp4();
  setInt(sender, SOL_IP, IP_RECVERR, 1);
  const PROBE = 3; // IP_PMTUDISC_PROBE (linux/in.h)
  setInt(sender, SOL_IP, IP_MTU_DISCOVER, PROBE);
  const mtu = Number(Deno.readTextFileSync("/sys/class/net/lo/mtu"));
  if (mtu > 65535) {
    // No datagram can be too large for it: the kernel refuses without a word.
    const error = await assertRejects(() =>
      sender.sendMsg([new Uint8Array(65508)], { to: addressOf(receiver) })
    ) as Error & { code: string };
    assertEquals(error.code, "EMSGSIZE");
    return;
  }
  const data = new Uint8Array(Math.min(65507, mtu));
  await assertRejects(() => sender.sendMsg([data], { to: addressOf(receiver) }));
  const message = await sender.recvMsg(10, { flags: MSG_ERRQUEUE, timeoutMs: 10_000 });
  const error = message.control!.get("error")!;
  assertEquals([error.code, error.origin, error.info], ["EMSGSIZE", "local", mtu]);
});

test("errors of several datagrams queue up, each with its own destination", async () => {
  using sender = udp4();
  setInt(sender, SOL_IP, IP_RECVERR, 1);
  const dead = [nobody(), nobody(), nobody()];
  for (const to of dead) {
    // A pending error is told to the next send, which it keeps from being sent: once.
    await sender.sendMsg([bytes(`${to.port}`)], { to }).catch(() =>
      sender.sendMsg([bytes(`${to.port}`)], { to })
    );
  }
  for (const to of dead) {
    const { from, data } = await sender.recvMsg(100, { flags: MSG_ERRQUEUE, timeoutMs: 10_000 });
    assertEquals([from, text(data)], [to, `${to.port}`]);
  }
});

test("an empty error queue makes recvMsg() wait, data in the socket or not", async () => {
  using sender = udp4();
  setInt(sender, SOL_IP, IP_RECVERR, 1);
  await sender.sendMsg([bytes("data")], { to: addressOf(sender) });
  await assertRejects(
    () => sender.recvMsg(100, { flags: MSG_ERRQUEUE, timeoutMs: 5 }),
    DOMException,
    "timed out",
  );
  const waiting = sender.recvMsg(100, { flags: MSG_ERRQUEUE, timeoutMs: 10_000 });
  await sender.sendMsg([bytes("lost")], { to: nobody() });
  assertEquals(text((await waiting).data), "lost");
  // The error that was also left on the socket is told once; the data is still there.
  const first = await sender.recvMsg().catch((error) => error.code);
  const message = first === "ECONNREFUSED" ? await sender.recvMsg() : first;
  assertEquals(text(message.data), "data");
});
