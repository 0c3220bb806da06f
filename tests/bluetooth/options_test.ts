/** Security, modes and pairing, and a controller for oneself alone: between two virtual controllers. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { bluetooth, isSocketError } from "../../mod.ts";
import { limitMs, testWith } from "../_tools.ts";
import { lacksControllers, openControllers } from "./_controllers.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const NEEDS = { root: true, tools: ["gcc", "btvirt"], kernel: lacksControllers };
const limit = { timeoutMs: limitMs(5000) };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
/** Modes of struct l2cap_options (bluetooth/l2cap.h). */
const ERTM = 3;
const STREAMING = 4;

testWith(
  NEEDS,
  "channels are retransmitted or streamed as both ends ask; options are told",
  async () => {
    await using controllers = await openControllers();
    const { near, far } = controllers;
    for (const mode of [ERTM, STREAMING]) {
      const at = { kind: "l2cap", address: far.address, psm: 0x1005 } as const;
      const asked = {
        ...{ outMtuBytes: 0, inMtuBytes: 700, flushTimeout: 0xffff, mode, fcs: 1 },
        ...{ maxTransmissions: 4, windowFrames: 10 },
      };
      const options: bluetooth.BluetoothListenOptions["options"] = [
        [bluetooth.L2CAP_OPTIONS, asked],
        [bluetooth.BT_SECURITY, { level: 1 }],
      ];
      using listener = await bluetooth.listen({ ...at, options });
      assertEquals(listener.getOption(bluetooth.L2CAP_OPTIONS).inMtuBytes, 700);
      const accepting = listener.accept(limit);
      using client = await bluetooth.connect({
        ...{ ...at, localAddress: near.address, options, ...limit },
      });
      using server = await accepting;
      for (const endpoint of [client, server]) {
        const told = endpoint.getOption(bluetooth.L2CAP_OPTIONS);
        assertEquals([told.mode, told.inMtuBytes, told.outMtuBytes], [mode, 700, 700]);
      }
      for (const word of ["one", "two"]) await client.send(bytes(word));
      assertEquals([text(await server.recv(limit)), text(await server.recv(limit))], [
        "one",
        "two",
      ]);
    }
  },
);

testWith(NEEDS, "each option is set and read as the kernel takes it", async () => {
  await using controllers = await openControllers();
  const { far } = controllers;
  using channel = await bluetooth.listen({ kind: "l2cap", address: far.address, psm: 0x1007 });
  for (const level of [1, 2, 3]) {
    channel.setOption(bluetooth.BT_SECURITY, { level });
    assertEquals(channel.getOption(bluetooth.BT_SECURITY).level, level);
  }
  for (const value of [true, false]) {
    channel.setOption(bluetooth.BT_DEFER_SETUP, value);
    assertEquals(channel.getOption(bluetooth.BT_DEFER_SETUP), value);
  }
  // That packets are not dropped takes a connection that can do so.
  channel.setOption(bluetooth.BT_FLUSHABLE, true);
  assertEquals(channel.getOption(bluetooth.BT_FLUSHABLE), true);
  const never = assertThrows(() => channel.setOption(bluetooth.BT_FLUSHABLE, false));
  assert(isSocketError(never, "EINVAL"), String(never));
  assertThrows(() => channel.setOption(bluetooth.BT_SECURITY, { level: 5 }), RangeError, "4");
  using sound = await bluetooth.listen({ kind: "sco", address: far.address });
  assertEquals(sound.getOption(bluetooth.BT_VOICE), 0x60);
  using serial = await bluetooth.listen({ kind: "rfcomm", address: far.address, channel: 11 });
  serial.setOption(bluetooth.BT_SECURITY, { level: 2 });
  assertEquals(serial.getOption(bluetooth.BT_SECURITY).level, 2);
  // The mode of a channel of Low Energy, where the kernel was told to have such of enhanced credits.
  using credits = await bluetooth.listen({
    ...{ kind: "l2cap", address: far.address, psm: 0x87, addressType: "lePublic" },
  });
  const parameter = "/sys/module/bluetooth/parameters/enable_ecred";
  const before = await Deno.readTextFile(parameter);
  await Deno.writeTextFile(parameter, "Y");
  try {
    assertEquals(credits.getOption(bluetooth.BT_MODE), 3);
  } finally {
    await Deno.writeTextFile(parameter, before.trim());
  }
});

testWith(NEEDS, "two controllers pair; a channel that must be encrypted then is", async () => {
  await using controllers = await openControllers();
  const { near, far } = controllers;
  using management = await bluetooth.openManagement();
  for (const { index } of [near, far]) {
    await management.set(index, "ssp", true, limit);
    await management.set(index, "bondable", true, limit);
  }
  await management.pair(near.index, { address: far.address }, limit);
  const again = await assertRejects(
    () => management.pair(near.index, { address: far.address }, limit),
    bluetooth.ManagementError,
  );
  assertEquals(again.message, "Cannot pair: already paired");
  const at = { kind: "l2cap", address: far.address, psm: 0x1009 } as const;
  const options: bluetooth.BluetoothListenOptions["options"] = [
    [bluetooth.BT_SECURITY, { level: 2 }],
  ];
  {
    using listener = await bluetooth.listen({ ...at, options });
    const accepting = listener.accept(limit);
    const dial = { ...at, localAddress: near.address, options, ...limit };
    using client = await bluetooth.connect(dial);
    using server = await accepting;
    assertEquals(client.getOption(bluetooth.BT_SECURITY).level, 2);
    await client.send(bytes("secret"));
    assertEquals(text(await server.recv(limit)), "secret");
  }
  await management.unpair(near.index, { address: far.address }, limit);
  const gone = await assertRejects(
    () => management.unpair(near.index, { address: far.address }, limit),
    bluetooth.ManagementError,
  );
  assertEquals(gone.message, "Cannot unpair: not paired");
});

testWith(NEEDS, "a controller that is switched off can be had for oneself alone", async () => {
  await using controllers = await openControllers();
  const { far } = controllers;
  const mine = { device: far.index, channel: "user" } as const;
  const busy = await assertRejects(() => bluetooth.openHci(mine));
  assert(isSocketError(busy, "EBUSY"), String(busy));
  using management = await bluetooth.openManagement();
  await management.set(far.index, "powered", false, limit);
  {
    using user = await bluetooth.openHci(mine);
    // HCI_Read_BD_ADDR (Core 5.3, volume 4, part E, 7.4.6), and the event that completes it.
    await user.send(Uint8Array.of(1, 0x09, 0x10, 0));
    let event = await user.recv(limit);
    while (event[0] !== 4 || event[1] !== 0x0e || event[4] !== 0x09 || event[5] !== 0x10) {
      event = await user.recv(limit);
    }
    const told = [...event.subarray(7, 13)].reverse();
    const address = told.map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
    assertEquals([event[6], address], [0, far.address]);
    const second = await assertRejects(() => bluetooth.openHci(mine));
    assert(isSocketError(second, "EBUSY"), String(second));
    // It is none of the management's while it is somebody's.
    assert(!(await management.indexes(limit)).includes(far.index));
  }
  assert((await management.indexes(limit)).includes(far.index));
});
