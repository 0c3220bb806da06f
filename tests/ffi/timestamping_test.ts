import { assert, assertEquals } from "@std/assert";
import {
  MSG_ERRQUEUE,
  SCM_TSTAMP_SCHED,
  SCM_TSTAMP_SND,
  SO_TIMESTAMP,
  SO_TIMESTAMPING,
  SO_TIMESTAMPNS,
  SOF_TIMESTAMPING_OPT_ID,
  SOF_TIMESTAMPING_OPT_TSONLY,
  SOF_TIMESTAMPING_RX_SOFTWARE,
  SOF_TIMESTAMPING_SOFTWARE,
  SOF_TIMESTAMPING_TX_SCHED,
  SOF_TIMESTAMPING_TX_SOFTWARE,
  SOL_SOCKET,
} from "../../ffi/abi/socket_constants.ts";
import type { Socket } from "../../ffi/mod.ts";
import { addressOf, bytes, setInt, test, text, udp4, udp6 } from "./_messages.ts";

/** What a kernel's stamp may be off the clock of JS, which counts in milliseconds. */
const SLACK_NANOS = 5_000_000n;

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

for (
  const [name, option] of [["SO_TIMESTAMPNS", SO_TIMESTAMPNS], [
    "SO_TIMESTAMP",
    SO_TIMESTAMP,
  ]] as const
) {
  test(`${name} tells when a datagram came, however late it is read`, async () => {
    using receiver = udp4();
    setInt(receiver, SOL_SOCKET, option, 1);
    const before = now();
    await receiver.sendMsg([bytes("x")], { to: addressOf(receiver) });
    const after = now();
    const { nanos } = (await receiver.recvMsg()).control!.get("timestamp")!;
    assert(nanos >= before - SLACK_NANOS && nanos <= after + SLACK_NANOS, `${before} ${nanos}`);
  });
}

for (const [name, open] of [["IPv4", udp4], ["IPv6", udp6]] as const) {
  test(`SO_TIMESTAMPING stamps datagrams on receipt, over ${name}`, async () => {
    using receiver = open();
    setInt(
      receiver,
      SOL_SOCKET,
      SO_TIMESTAMPING,
      SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE,
    );
    const before = now();
    await receiver.sendMsg([bytes("x")], { to: addressOf(receiver) });
    const stamp = (await receiver.recvMsg()).control!.get("timestamping")!;
    assert(stamp.softwareNanos! >= before - SLACK_NANOS);
    assertEquals(stamp.hardwareNanos, undefined);
  });

  test(`SO_TIMESTAMPING tells on the error queue when each datagram went, over ${name}`, async () => {
    using receiver = open();
    using sender = open();
    setInt(
      sender,
      SOL_SOCKET,
      SO_TIMESTAMPING,
      SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
        SOF_TIMESTAMPING_OPT_TSONLY,
    );
    const before = now();
    for (let i = 0; i < 3; i++) await sender.sendMsg([bytes("x")], { to: addressOf(receiver) });
    for (let id = 0; id < 3; id++) {
      const { error, stamp, data } = await nextStamp(sender);
      assertEquals([error.code, error.origin, error.info], [
        "ENOMSG",
        "timestamping",
        SCM_TSTAMP_SND,
      ]);
      assertEquals([error.data, data.length], [id, 0]);
      assertEquals(error.offender, undefined);
      assert(stamp.softwareNanos! >= before - SLACK_NANOS);
    }
  });
}

test("a control message asks for the stamps of one datagram only", async () => {
  using receiver = udp4();
  using sender = udp4();
  setInt(sender, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID);
  const to = addressOf(receiver);
  await sender.sendMsg([bytes("without")], { to });
  const flags = SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE;
  await sender.sendMsg([bytes("with")], { to, control: [{ type: "timestamping", flags }] });
  const kinds = new Set<number>();
  for (let i = 0; i < 2; i++) {
    const { error, data } = await nextStamp(sender);
    kinds.add(error.info);
    // Without OPT_TSONLY the packet comes back with its headers.
    assertEquals(text(data).endsWith("with"), true);
  }
  assertEquals(kinds, new Set([SCM_TSTAMP_SCHED, SCM_TSTAMP_SND]));
});

async function nextStamp(sender: Socket) {
  const message = await sender.recvMsg(2048, { flags: MSG_ERRQUEUE, timeoutMs: 10_000 });
  assert((message.flags & MSG_ERRQUEUE) !== 0);
  const error = message.control!.get("error")!;
  const stamp = message.control!.get("timestamping")!;
  return { error, stamp, data: message.data };
}
