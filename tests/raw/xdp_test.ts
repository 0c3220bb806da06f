import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { isSocketError, SO_SNDBUF } from "../../mod.ts";
import * as raw from "../../raw/mod.ts";
import { BPF_MAP_TYPE_XSKMAP, BPF_PROG_TYPE_XDP, BPF_XDP } from "../../ffi/abi/bpf_constants.ts";
import { closeFd } from "../../ffi/abi/library.ts";
import { XDP_FLAGS_SKB_MODE } from "../../ffi/abi/xdp_constants.ts";
import { createMap, linkProgram, loadProgram } from "../../ffi/bpf/calls.ts";
import { redirectProgram } from "../../raw/_xdp_bytecode.ts";
import { assertFds, limitMs, openFds, testWith } from "../_tools.ts";
import { Netns } from "./_netns.ts";
import { ETH_P_TEST, frame, indexOf, open } from "./_packets.ts";
import { pair } from "./_topology.ts";
import { countsOf, openSender, openXdp, programOf, XDP_NEEDS } from "./_xdp.ts";

const limit = { timeoutMs: limitMs(5000) };

/** Frames with their numbers. */
const numbered = (count: number, bytes = 0) =>
  Array.from({ length: count }, (_, i) => frame(`frame ${i} ${"x".repeat(bytes)}`));

testWith(XDP_NEEDS, "a frame arrives as it was sent, by the queue that it is told of", async () => {
  await using ends = await pair();
  using sender = await openSender(ends.here);
  using receiver = await openXdp(ends.there);
  assertEquals([sender.family, sender.type, sender.engine], ["xdp", "raw", "libc"]);
  assertEquals([sender.attached, receiver.attached], [undefined, "native"]);
  assertEquals([sender.zeroCopy, receiver.zeroCopy], [false, false]);
  assertEquals(await sender.send(frame("hello")), 19);
  const { data, from, truncated } = await receiver.recvFrom(limit);
  assertEquals([data, truncated], [frame("hello"), false]);
  const address: raw.XdpAddress = {
    family: "xdp",
    interface: "v0",
    interfaceIndex: await indexOf(ends.there),
    queue: 0,
    flags: 8,
  };
  assertEquals(from, address);
  assertEquals(receiver.localAddr, address);
  assertEquals(receiver.remoteAddr, undefined);
});

for (const attach of ["native", "generic"] as const) {
  testWith(XDP_NEEDS, `${attach}: many frames go and come in order, whoever asks how`, async () => {
    await using ends = await pair();
    using sender = await openSender(ends.here);
    using receiver = await openXdp(ends.there, { attach });
    assertEquals(receiver.attached, attach);
    // 1 is native, 2 generic (XDP_ATTACHED_DRV and XDP_ATTACHED_SKB, linux/if_link.h).
    assertEquals((await programOf(ends.there))?.mode, attach === "native" ? 1 : 2);
    const frames = numbered(500, 600);
    assertEquals(await sender.sendMany(frames.map((data) => ({ data }))), 500);
    const got: Uint8Array[] = [(await receiver.recvFrom(limit)).data];
    for (const { data } of await receiver.recvMany(100, limit)) got.push(data);
    for await (const { data } of receiver) {
      got.push(data);
      if (got.length === 300) break;
    }
    for await (const batch of receiver.recvBatches({ max: 7, ...limit })) {
      for (let i = 0; i < batch.count; i++) got.push(batch.data(i).slice());
      if (got.length >= 400) break;
    }
    while (got.length < 500) {
      for (const { data } of await receiver.recvMany(1024, limit)) got.push(data);
    }
    assertEquals(got, frames);
  });
}

testWith(
  XDP_NEEDS,
  "what a batch shows is lent: frames that come meanwhile go elsewhere",
  async () => {
    await using ends = await pair();
    using sender = await openSender(ends.here);
    using receiver = await openXdp(ends.there, { rxFrames: 8 });
    const frames = numbered(12);
    await sender.sendMany(frames.slice(0, 8).map((data) => ({ data })));
    let turn = 0;
    for await (const batch of receiver.recvBatches({ size: 20, ...limit })) {
      const shown = () => Array.from({ length: batch.count }, (_, i) => batch.data(i));
      if (turn++ === 0) {
        assertEquals(batch.count, 8);
        const data = shown();
        // None of its frames is left to receive into.
        assertEquals(await sender.sendMany(frames.map((data) => ({ data }))), 12);
        assertEquals(receiver.statistics().rxDropped, 12);
        assertEquals(data, frames.slice(0, 8).map((data) => data.subarray(0, 20)));
        assertEquals(batch.toMessages().map(({ data }) => data), shown());
        assertEquals([batch.truncated(0), batch.flags(0), batch.lengthBytes(7)], [true, 0x20, 20]);
        assertEquals([batch.control(0), batch.from(0).queue], [undefined, 0]);
        assertThrows(() => batch.data(8), RangeError, "message 8 of 8");
        assertThrows(() => batch.data(0.5), RangeError, "message 0.5");
        queueMicrotask(() => sender.send(frames[9]));
      } else {
        assertEquals(shown(), [frames[9].subarray(0, 20)]);
        break;
      }
    }
    // All of them were given back.
    await sender.sendMany(frames.slice(0, 8).map((data) => ({ data })));
    assertEquals((await receiver.recvMany(1024, limit)).length, 8);
  },
);

testWith(
  XDP_NEEDS,
  "what does not fit is cut and says so; waits end early and lose nothing",
  async () => {
    await using ends = await pair();
    using sender = await openSender(ends.here);
    using receiver = await openXdp(ends.there);
    await assertRejects(() => receiver.recvFrom({ timeoutMs: 5 }), DOMException, "timed out");
    await assertRejects(() => receiver.recvMany(9, { signal: AbortSignal.timeout(5) }));
    const controller = new AbortController();
    const [aborted, next] = [receiver.recv({ signal: controller.signal }), receiver.recv()];
    controller.abort(new Error("enough"));
    await assertRejects(() => aborted, Error, "enough");
    await sender.send(frame("one"));
    await sender.send(frame("two"));
    await sender.send(frame("three"));
    assertEquals(await next, frame("one"));
    const cut = await receiver.recvFrom({ size: 16 });
    assertEquals([cut.data, cut.truncated], [frame("two").subarray(0, 16), true]);
    assertEquals(await receiver.recv(), frame("three"));
  },
);

testWith(
  XDP_NEEDS,
  "every frame sent is received or counted as dropped, as the kernel counts",
  async () => {
    await using ends = await pair();
    for (const netns of [ends.here, ends.there]) netns.sysctl({ "ipv6.conf.all.disable_ipv6": 1 });
    using sender = await openSender(ends.here, { txFrames: 64 });
    using receiver = await openXdp(ends.there, { rxFrames: 64 });
    const before = await countsOf(ends.there);
    const COUNT = 20_000;
    const messages = numbered(100).map((data) => ({ data }));
    let sent = 0;
    for (; sent < COUNT; sent += 100) assertEquals(await sender.sendMany(messages), 100);
    let received = 0;
    await receiver.recvMany(1024, limit).then((got) => received += got.length);
    const { rxDropped, rxInvalidDescs, rxRingFull } = receiver.statistics();
    assertEquals([received, rxInvalidDescs, rxRingFull], [64, 0, 0]);
    assertEquals(received + rxDropped, COUNT);
    const after = await countsOf(ends.there);
    assertEquals(after.rx.packets - before.rx.packets, COUNT);
    assertEquals(after.rx.dropped - before.rx.dropped, rxDropped);
    const { txInvalidDescs } = sender.statistics();
    assertEquals(txInvalidDescs, 0);
  },
);

testWith(XDP_NEEDS, "sends wait for room, of however few frames", async () => {
  await using ends = await pair();
  using sender = await openSender(ends.here, { txFrames: 2, needWakeup: false });
  using receiver = await openXdp(ends.there, { rxFrames: 4096 });
  const frames = numbered(2000);
  const one = sender.send(frame("first"));
  function* messages() {
    // One buffer, filled again and again.
    const data = new Uint8Array(frames[1999].length);
    for (const frame of frames) {
      data.set(frame);
      yield { data: data.subarray(0, frame.length) };
    }
  }
  assertEquals(await sender.sendMany(messages()), 2000);
  assertEquals(await one, 19);
  const got: Uint8Array[] = [];
  while (got.length < 2001) {
    for (const { data } of await receiver.recvMany(1024, limit)) got.push(data);
  }
  assertEquals(got, [frame("first"), ...frames]);
});

testWith(XDP_NEEDS, "what is no frame to be sent is refused, and nothing goes", async () => {
  await using ends = await pair();
  using sender = await openSender(ends.here);
  using receiver = await openXdp(ends.there);
  const code = (expected: string) => (error: unknown) =>
    assert(isSocketError(error, expected), `${error}`);
  await assertRejects(() => sender.send(new Uint8Array(13)), RangeError, "no Ethernet header");
  await assertRejects(() => sender.send(new Uint8Array(0)), RangeError, "no Ethernet header");
  code("EMSGSIZE")(await assertRejects(() => sender.send(new Uint8Array(2049))));
  const data = frame("hello");
  code("EISCONN")(await assertRejects(() => sender.sendTo(data, receiver.localAddr)));
  code("EOPNOTSUPP")(await assertRejects(() => sender.send(data, { flags: 1 })));
  await assertRejects(() => sender.send(data, { control: [] }), TypeError, "control");
  code("EOPNOTSUPP")(await assertRejects(() => receiver.recv({ flags: 2 })));
  code("EOPNOTSUPP")(await assertRejects(() => sender.connect(receiver.localAddr)));
  const text = "hello" as unknown as Uint8Array;
  await assertRejects(() => sender.sendMany([{ data }, { data: text }]), TypeError, "data");
  // One that is refused by the kernel's rules ends the batch, as it does on any socket.
  const long = { data: new Uint8Array(3000) };
  assertEquals(await sender.sendMany([{ data }, { data }, long, { data }]), 2);
  code("EMSGSIZE")(await assertRejects(() => sender.sendMany([long])));
  await sender.send(frame("last"));
  const got: Uint8Array[] = [];
  while (got.length < 4) got.push(...(await receiver.recvMany(9, limit)).map(({ data }) => data));
  assertEquals(got, [data, data, data, frame("last")]);
});

testWith(
  XDP_NEEDS,
  "frames of other types go on to the network stack, and all when it is closed",
  async () => {
    await using ends = await pair();
    const pings = async () => {
      using _ = ends.here.enter();
      const events = await Array.fromAsync(raw.ping("192.0.2.2", { count: 1, timeoutMs: 200 }));
      return events.map(({ type }) => type);
    };
    {
      using _some = await openXdp(ends.there);
      assertEquals(await pings(), ["reply"]);
    }
    {
      using all = await openXdp(ends.there, { etherType: undefined });
      assertEquals(await pings(), ["timeout"]);
      const types = (await all.recvMany(1024, limit)).map(({ data }) => data[12] << 8 | data[13]);
      assert(types.includes(0x0806) || types.includes(0x0800), `${types}`);
    }
    assertEquals(await programOf(ends.there), undefined);
    assertEquals(await pings(), ["reply"]);
  },
);

testWith(
  XDP_NEEDS,
  "sockets of several queues share a program; each gets what came by its own",
  async () => {
    await using here = await Netns.make();
    await using there = await Netns.make();
    await here.ip(
      "link add v0 numtxqueues 3 numrxqueues 3 type veth peer name v0 numtxqueues 3 numrxqueues 3 " +
        `netns ${there.name}`,
    );
    for (const netns of [here, there]) await netns.ip("link set v0 up");
    const attached = () => raw.attachXdp({ interface: "v0", etherType: ETH_P_TEST });
    using program = there.inside(attached);
    assertEquals([program.interface, program.attach], ["v0", "native"]);
    // In the driver there are sockets for queues 0 and 2; what comes by 1 goes on to the network stack.
    const queues = [0, 1, 2];
    const senders = await Promise.all(queues.map((queue) => openSender(here, { queue })));
    const receivers = await Promise.all([0, 2].map((queue) => openXdp(there, { queue, program })));
    using stack = await open(there, { etherType: ETH_P_TEST });
    for (const queue of queues) await senders[queue].send(frame(`by ${queue}`));
    assertEquals(await receivers[0].recv(limit), frame("by 0"));
    assertEquals(await receivers[1].recv(limit), frame("by 2"));
    assertEquals(await stack.recv(limit), frame("by 1"));
    receivers[0].close();
    await senders[0].send(frame("to the stack"));
    assertEquals(await stack.recv(limit), frame("to the stack"));
    program.close();
    program.close();
    const late = openXdp(there, { queue: 1, program });
    assert(isSocketError(await assertRejects(() => late), "EBADF"));
    for (const endpoint of [...senders, ...receivers]) endpoint.close();
  },
);

testWith(
  XDP_NEEDS,
  "a map that a program of the user's redirects by takes the socket",
  async () => {
    await using ends = await pair();
    const map = createMap(BPF_MAP_TYPE_XSKMAP, 1);
    const program = loadProgram(BPF_PROG_TYPE_XDP, redirectProgram(map, undefined));
    const index = await indexOf(ends.there);
    const link = ends.there.inside(() => linkProgram(program, index, BPF_XDP, XDP_FLAGS_SKB_MODE));
    assert(link >= 0, `${link}`);
    {
      using receiver = await openXdp(ends.there, { mapFd: map });
      using sender = await openSender(ends.here);
      await sender.send(frame("by your map"));
      let got = await receiver.recv(limit);
      while (got[12] !== 0x88) got = await receiver.recv(limit); // IPv6 has its own business
      assertEquals(got, frame("by your map"));
    }
    // What is no such map.
    for (const [fd, code] of [[program, "EINVAL"], [0x7fffffff, "EBADF"]] as const) {
      const error = await openXdp(ends.there, { mapFd: fd }).catch((error) => error);
      assert(isSocketError(error, code), `${error}`);
    }
    for (const fd of [map, program, link]) closeFd(fd);
  },
);

testWith(XDP_NEEDS, "an interface that goes down refuses frames, and comes up again", async () => {
  await using ends = await pair();
  using sender = await openSender(ends.here);
  using receiver = await openXdp(ends.there);
  const waiting = receiver.recv();
  await ends.here.ip("link set v0 down");
  const error = await sender.send(frame("down")).catch((error) => error);
  assert(isSocketError(error, "ENETDOWN"), `${error}`);
  await ends.here.ip("link set v0 up");
  while (!/state UP/.test(await ends.here.ip("link show v0")));
  await sender.send(frame("up again"));
  assertEquals(await waiting, frame("up again"));
});

testWith(
  XDP_NEEDS,
  "an interface that is removed is an error, also to those who wait",
  async () => {
    await using ends = await pair();
    const before = openFds();
    const sender = await openSender(ends.here);
    const receiver = await openXdp(ends.there);
    const waiting = receiver.recvFrom().catch((error) => error);
    await ends.there.ip("link delete v0");
    assert(isSocketError(await waiting, "ENODEV"), `${await waiting}`);
    for (const endpoint of [receiver, sender]) {
      const error = await endpoint.send(frame("gone")).catch((error) => error);
      assert(isSocketError(error, "ENODEV"), `${error}`);
      endpoint.close();
    }
    await assertFds(before);
  },
);

testWith(
  XDP_NEEDS,
  "closing ends what waits, once, and leaves neither descriptors nor mappings",
  async () => {
    await using ends = await pair();
    const before = openFds();
    const mappings = () => /socket:\[/.test(Deno.readTextFileSync("/proc/self/maps"));
    for (let i = 0; i < 20; i++) {
      const endpoint = await openXdp(ends.there, { rxFrames: 16, txFrames: 16 });
      assert(mappings());
      const waiting = [endpoint.recv(), endpoint.recvMany()];
      const batches = Array.fromAsync(endpoint.recvBatches()).catch((error) => error);
      endpoint.close();
      endpoint.close();
      for (const wait of waiting) {
        assert(isSocketError(await assertRejects(() => wait), "EBADF"));
      }
      await batches;
      assert(isSocketError(await assertRejects(() => endpoint.send(frame("late"))), "EBADF"));
      assertThrows(() => endpoint.statistics(), Deno.errors.BadResource);
      assertThrows(() => endpoint.zeroCopy, Deno.errors.BadResource);
      assertEquals(endpoint.localAddr.queue, 0);
    }
    assert(!mappings());
    await assertFds(before);
    // Views that were lent stay what they are.
    using sender = await openSender(ends.here);
    const receiver = await openXdp(ends.there);
    await sender.send(frame("kept"));
    for await (const batch of receiver.recvBatches(limit)) {
      const data = batch.data(0);
      receiver.close();
      assertEquals(data, frame("kept"));
      assertThrows(() => structuredClone(data, { transfer: [data.buffer] }), TypeError);
    }
  },
);

testWith(XDP_NEEDS, "what cannot be opened is refused, and says why", async () => {
  await using ends = await pair();
  const before = openFds();
  const refused = async (options: Partial<raw.OpenXdpOptions>, code: string, text: string) => {
    const error = await openXdp(ends.there, options).catch((error) => error);
    assert(isSocketError(error, code), `${error}`);
    assert(error.message.includes(text), error.message);
  };
  {
    using _first = await openXdp(ends.there);
    await refused(
      { attach: "none", etherType: undefined },
      "EBUSY",
      "queue 0 has an AF_XDP socket already",
    );
    await refused({}, "EBUSY", "has an XDP program already");
    const again = () =>
      ends.there.inside(() => raw.attachXdp({ interface: "v0", attach: "native" }));
    const error = assertThrows(again);
    assert(isSocketError(error, "EBUSY"), `${error}`);
    assert(/has an XDP program already/.test(error.message), error.message);
  }
  await refused({ queue: 7 }, "EINVAL", "no queue 7");
  await refused({ copy: false }, "EOPNOTSUPP", "without copies");
  await refused({ interface: "nosuch0" }, "ENODEV", "nosuch0");
  using _lo = await openXdp(ends.there, { interface: "lo" });
  const options = { interface: "lo", attach: "native" } as const;
  const error = assertThrows(() => ends.here.inside(() => raw.attachXdp(options)));
  assert(isSocketError(error, "EOPNOTSUPP") && /no native XDP/.test(error.message), `${error}`);
  _lo.close();
  await assertFds(before);
});

testWith(XDP_NEEDS, "copying can be asked for, and options are set before bind", async () => {
  await using ends = await pair();
  for (const netns of [ends.here, ends.there]) await netns.ip("link set v0 mtu 3000");
  using copying = await openXdp(ends.there, {
    ...{ copy: true, frameBytes: 4096, headroomBytes: 64, rxFrames: 32, txFrames: 32 },
    options: [[SO_SNDBUF, 100_000]],
  });
  assertEquals([copying.localAddr.flags, copying.getOption(SO_SNDBUF)], [10, 200_000]);
  using sender = await openSender(ends.here, { frameBytes: 4096 });
  const long = frame("x".repeat(2900));
  await sender.send(long);
  assertEquals(await copying.recv(limit), long);
});

testWith(XDP_NEEDS, "where the driver refuses a program, the network stack runs it", async () => {
  await using ends = await pair();
  for (const netns of [ends.here, ends.there]) await netns.ip("link set v0 mtu 9000");
  const native = openXdp(ends.there, { attach: "native" });
  const error = await assertRejects(() => native);
  assert(isSocketError(error, "ERANGE") && /lower the MTU/.test(error.message), `${error}`);
  using receiver = await openXdp(ends.there);
  assertEquals([receiver.attached, (await programOf(ends.there))?.mode], ["generic", 2]);
});
