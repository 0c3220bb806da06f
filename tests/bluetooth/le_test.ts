/** Low Energy's channels: credit-based ones of L2CAP, isochronous ones. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { bluetooth, isSocketError } from "../../mod.ts";
import { limitMs, testWith } from "../_tools.ts";
import { lacksControllers, openControllers } from "./_controllers.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const NEEDS = { root: true, tools: ["gcc", "btvirt"], kernel: lacksControllers };
const limit = { timeoutMs: limitMs(5000) };

testWith(NEEDS, "a credit-based channel of Low Energy carries messages up to its MTU", async () => {
  await using controllers = await openControllers();
  const { near, far } = controllers;
  const at = { kind: "l2cap", address: far.address, psm: 0x85, addressType: "lePublic" } as const;
  using listener = await bluetooth.listen(at);
  // Only a socket that is bound to an address of Low Energy takes it (l2cap_sock_setsockopt).
  listener.setOption(bluetooth.BT_RCVMTU, 300);
  const accepting = listener.accept(limit);
  using client = await bluetooth.connect({ ...at, localAddress: near.address, ...limit });
  using server = await accepting;
  assert(client.remoteAddr?.kind === "l2cap");
  const { psm, addressType, address, cid } = client.remoteAddr;
  assertEquals([psm, addressType, address], [at.psm, at.addressType, far.address]);
  // The channel's number is agreed on: of those that are given out (Core 5.3, volume 3, part A, 2.1).
  assert(cid !== undefined && cid >= 0x40 && cid <= 0x7f, `${cid}`);
  assertEquals(client.getOption(bluetooth.BT_SNDMTU), 300);
  const large = Uint8Array.from({ length: 300 }, (_, i) => i);
  // More than there are credits for at first: they come back as messages are taken.
  for (let i = 0; i < 40; i++) {
    large[0] = i;
    await client.send(large, limit);
    assertEquals(await server.recv(limit), large);
    await server.send(large.subarray(0, 20), limit);
    assertEquals((await client.recv(limit)).length, 20);
  }
  const error = await assertRejects(() => client.send(new Uint8Array(301)));
  assert(isSocketError(error, "EMSGSIZE"), String(error));
});

testWith(NEEDS, "a service of Low Energy that nobody has is refused", async () => {
  await using controllers = await openControllers();
  const { near, far } = controllers;
  const at = { kind: "l2cap", address: far.address, psm: 0x99, addressType: "lePublic" } as const;
  const error = await assertRejects(() =>
    bluetooth.connect({ ...at, localAddress: near.address, ...limit })
  );
  assert(isSocketError(error, "ECONNREFUSED"), String(error));
});

testWith(NEEDS, "an isochronous channel carries packets from one to the other", async () => {
  await using controllers = await openControllers({ isochronous: true });
  const { near, far } = controllers;
  const at = { kind: "iso", address: far.address, addressType: "lePublic" } as const;
  using listener = await bluetooth.listen(at);
  const accepting = listener.accept(limit);
  accepting.catch(() => {});
  using client = await bluetooth.connect({ ...at, localAddress: near.address, ...limit });
  using server = await accepting;
  const sound = new Uint8Array(40).fill(7);
  await client.send(sound);
  assertEquals(await server.recv(limit), sound);
});
