import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { bluetooth, isSocketError } from "../../mod.ts";
import { limitMs, PYTHON, testWith } from "../_tools.ts";
import { lacksControllers, openControllers } from "./_controllers.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const NEEDS = { root: true, tools: ["gcc", "btvirt"], kernel: lacksControllers };
const limit = { timeoutMs: limitMs(5000) };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

testWith(NEEDS, "RFCOMM, L2CAP and SCO connect two controllers, with their addresses", async () => {
  await using controllers = await openControllers();
  const { near, far } = controllers;
  {
    const at = { kind: "rfcomm", address: far.address, channel: 7 } as const;
    using listener = await bluetooth.listen(at);
    const accepting = listener.accept(limit);
    using client = await bluetooth.connect({ ...at, localAddress: near.address, ...limit });
    using server = await accepting;
    assertEquals([client.role, client.type, client.family], ["stream", "stream", "bluetooth"]);
    assertEquals(client.remoteAddr, { family: "bluetooth", ...at });
    const large = Uint8Array.from({ length: 5000 }, (_, i) => i);
    const sending = client.sendAll(large);
    assertEquals(await server.recvExact(large.length, { timeoutMs: limitMs(20_000) }), large);
    await sending;
  }
  {
    const at = { kind: "l2cap", address: far.address, psm: 0x1001 } as const;
    using listener = await bluetooth.listen({ ...at, options: [[bluetooth.BT_RCVMTU, 800]] })
      .catch(() => bluetooth.listen(at));
    const accepting = listener.accept(limit);
    using client = await bluetooth.connect({ ...at, localAddress: near.address, ...limit });
    using server = await accepting;
    assertEquals([client.role, client.type], ["message", "seqpacket"]);
    for (const word of ["one", "two, longer"]) await client.send(bytes(word));
    assertEquals([await server.recv(limit), await server.recv(limit)].map(text), [
      ...["one", "two, longer"],
    ]);
    const options = client.getOption(bluetooth.L2CAP_OPTIONS);
    assert(options.inMtuBytes >= 48 && options.outMtuBytes >= 48, JSON.stringify(options));
    assertEquals(client.getOption(bluetooth.BT_SECURITY).level, 1);
  }
  {
    using listener = await bluetooth.listen({ kind: "sco", address: far.address });
    const accepting = listener.accept(limit);
    const at = { kind: "sco", address: far.address, localAddress: near.address } as const;
    using client = await bluetooth.connect({ ...at, ...limit });
    using server = await accepting;
    const sound = new Uint8Array(48).fill(7);
    await client.send(sound);
    assertEquals(await server.recv(limit), sound);
  }
  const nobody = { kind: "rfcomm", address: far.address, channel: 9 } as const;
  const error = await assertRejects(() =>
    bluetooth.connect({ ...nobody, localAddress: near.address, ...limit })
  );
  assert(isSocketError(error), String(error));
});

testWith(NEEDS, "the management lists, switches and finds; HCI's monitor hears it", async () => {
  await using controllers = await openControllers();
  const { near, far } = controllers;
  using management = await bluetooth.openManagement();
  assertEquals((await management.indexes(limit)).sort(), [near.index, far.index]);
  const info = await management.info(near.index, limit);
  assertEquals([info.index, info.address], [near.index, near.address]);
  assert(info.current.includes("powered") && info.supported.includes("le"));
  using monitor = await bluetooth.openHci({ device: 0xffff, channel: "monitor" });
  const off = await management.set(near.index, "connectable", false, limit);
  assert(!off.includes("connectable"));
  assert((await management.set(near.index, "connectable", true, limit)).includes("connectable"));
  assert((await monitor.recv(limit)).length >= 6);
  // The answer to a command that was given up is not that to the next.
  const giving = new AbortController();
  const given = management.set(near.index, "powered", false, { signal: giving.signal });
  giving.abort();
  await assertRejects(() => given, DOMException);
  assert((await management.set(near.index, "powered", true, limit)).includes("powered"));
  const error = await assertRejects(() => management.info(77, limit), bluetooth.ManagementError);
  assertEquals([error.status, error.message.includes("invalid index")], [17, true]);
  const devices: [unknown, string][] = [
    [null, "device is not an object"],
    [{ address: far.address, adressType: "bredr" }, "adressType"],
    [{ address: far.address, addressType: "le" }, "addressType"],
  ];
  for (const [device, word] of devices) {
    const bad = device as { address: string };
    await assertRejects(() => management.pair(near.index, bad), TypeError, word);
    await assertRejects(() => management.unpair(near.index, bad), TypeError, word);
  }
  await management.set(far.index, "le", true, limit);
  await management.set(near.index, "le", true, limit);
  await management.set(far.index, "advertising", true, limit);
  let found: string | undefined;
  for await (const device of management.discover(near.index, { timeoutMs: limitMs(10_000) })) {
    found = device.address;
    if (found === far.address) break;
  }
  assertEquals(found, far.address);
});

const PYTHON_CLIENT = `
import socket, sys
with socket.socket(socket.AF_BLUETOOTH, socket.SOCK_STREAM, socket.BTPROTO_RFCOMM) as s:
    s.bind((sys.argv[1], 0))
    s.connect((sys.argv[2], 5))
    s.send(b"from python")
    print(s.recv(100).decode())`;

testWith(
  { ...NEEDS, tools: [...NEEDS.tools, "python3"] },
  "CPython's RFCOMM speaks with ours",
  async () => {
    await using controllers = await openControllers();
    const { near, far } = controllers;
    using listener = await bluetooth.listen({ kind: "rfcomm", address: far.address, channel: 5 });
    const args = ["-c", PYTHON_CLIENT, near.address, far.address];
    const output = new Deno.Command(PYTHON, { args, stdout: "piped" }).output();
    using server = await listener.accept({ timeoutMs: limitMs(10_000) });
    assertEquals(text(await server.recvExact(11, limit)), "from python");
    await server.sendAll(bytes("from deno"));
    assertEquals(text((await output).stdout), "from deno\n");
  },
);
