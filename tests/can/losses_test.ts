import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { can, SO_SNDBUF } from "../../mod.ts";
import { assertFds, IN_GUEST, limitMs, openFds, testWith } from "../_tools.ts";
import { lacksCan, withBus, withLastingBus } from "./_bus.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const here = { kernel: lacksCan, root: true, tools: ["ip"] };
const limit = { timeoutMs: limitMs(5000) };
const bytes = (...values: number[]) => Uint8Array.from(values);

testWith(
  here,
  "who leaves the loop over frames leaves those that came behind it",
  () =>
    withBus(async (name) => {
      using a = await can.openRaw({ interface: name });
      using b = await can.openRaw({ interface: name });
      for (let id = 1; id <= 4; id++) await a.sendFrame({ id });
      const ids: number[] = [];
      const heard = ({ frame }: can.CanReceived) => frame.kind === "data" && ids.push(frame.id);
      for await (const received of b.frames()) {
        heard(received);
        break;
      }
      for await (const received of b.frames(limit)) {
        heard(received);
        if (ids.length === 2) break;
      }
      heard(await b.recvFrame(limit));
      heard(await b.recvFrame());
      assertEquals(ids, [1, 2, 3, 4]);
    }),
);

testWith(
  here,
  "a filter takes the remote frames of its identifier too",
  () =>
    withBus(async (name) => {
      using a = await can.openRaw({ interface: name });
      using b = await can.openRaw({ interface: name, filters: [{ id: 0x123 }] });
      await a.sendFrame({ id: 0x124 });
      await a.sendFrame({ kind: "remote", id: 0x123, remoteBytes: 2 });
      assertEquals((await b.recvFrame(limit)).frame.kind, "remote");
    }),
);

testWith(
  here,
  "the broadcast manager ends what is remote, and refuses what it does not know",
  () =>
    withBus(async (name) => {
      using manager = await can.openBroadcastManager({ interface: name });
      await manager.sendCyclic({ kind: "remote", id: 0x70 }, { intervalMs: 1000 });
      await manager.stopSending(0x70);
      // A socket that cannot tell its address times out as any other.
      await assertRejects(() => manager.next({ timeoutMs: 1 }), DOMException, "timed out");
      const xl = { kind: "xl", priority: 1, data: new Uint8Array(60) } as const;
      await assertRejects(() => manager.send(xl), TypeError, "CAN XL");
      await assertRejects(
        () => manager.sendCyclic([{ id: 1 }, xl], { intervalMs: 5 }),
        TypeError,
        "CAN XL",
      );
      const wrong = { extnded: true } as { extended?: boolean };
      await assertRejects(() => manager.stopSending(1, wrong), TypeError, "extnded");
      await assertRejects(() => manager.unwatch(0x800, { extended: false }), RangeError, "11 bits");
      const next = { timeoutMS: 1 } as { timeoutMs?: number };
      await assertRejects(() => manager.next(next), TypeError, "timeoutMS");
    }),
);

testWith(
  here,
  "a long message of J1939 goes whole, however little room there is",
  () =>
    withBus(async (name) => {
      const options = [[SO_SNDBUF, 16_384]] as const;
      using a = await can.openJ1939({ interface: name, address: 0x20, options });
      using b = await can.openJ1939({ interface: name, address: 0x21 });
      const to = { family: "can", interface: "", pgn: 0xef00, address: 0x21 } as const;
      const message = Uint8Array.from({ length: 40_000 }, (_, i) => i * 31 + (i >> 8));
      // The kernel takes some 14 KiB of it at first.
      const sending = a.sendTo(message, to, { timeoutMs: limitMs(10_000) });
      sending.catch(() => {});
      const got = await b.recv({ timeoutMs: limitMs(10_000) });
      assertEquals([await sending, got], [message.length, message]);
      await a.sendTo(bytes(1, 2, 3), to);
      assertEquals(await b.recv(limit), bytes(1, 2, 3));
    }),
);

testWith({}, "what CAN's functions do not know is refused before anything is opened", async () => {
  const claim = { interface: "x", name: 1n, addresses: [1] };
  const claims: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [null, TypeError, "options is not an object"],
    [{ ...claim, adress: 1 }, TypeError, "adress"],
    [{ ...claim, name: 1 }, TypeError, "name is not a bigint"],
    [{ ...claim, name: 0n }, RangeError, "name 0"],
    [{ ...claim, signal: 1 }, TypeError, "signal"],
    [{ ...claim, addresses: [0xfe] }, RangeError, "addresses[0]"],
  ];
  for (const [options, Class, word] of claims) {
    await assertRejects(() => can.claimAddress(options as can.ClaimOptions), Class, word);
  }
  const socket = { sendFrame: () => Promise.resolve() } as unknown as can.CanRaw;
  const plays: [unknown[], typeof TypeError | typeof RangeError, string][] = [
    [[null, []], TypeError, "socket"],
    [[socket, 5], TypeError, "lines"],
    [[socket, [], { speed: 0 }], RangeError, "speed"],
    [[socket, [], { interfaces: { a: 1 } }], TypeError, "interfaces.a"],
  ];
  for (const [args, Class, word] of plays) {
    await assertRejects(() => can.play(...args as Parameters<typeof can.play>), Class, word);
  }
  assertThrows(() => can.unpackJ1939Name(1 as unknown as bigint), TypeError, "name");
  assertThrows(() => can.packJ1939Name(null as unknown as can.J1939Name), TypeError, "fields");
  const { codec } = can.CAN_RAW_FILTER;
  assertThrows(() => codec.encode([{ id: 0x800, extended: false }]), RangeError, "11 bits");
});

testWith(
  { ...here, tools: ["ip", "tc"] },
  "a log that is faster than the bus waits for room in its queue, and loses no frame",
  () =>
    withBus(async (name) => {
      // Some twelve frames wait; the next one is ENOBUFS.
      const tbf = ["root", "tbf", "rate", "100kbit", "burst", "100", "limit", "200"];
      const { success, stderr } = await new Deno.Command("tc", {
        args: ["qdisc", "add", "dev", name, ...tbf],
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      using listener = await can.openRaw({ interface: name });
      using player = await can.openRaw();
      const log = Array.from({ length: 100 }, (_, i) => `(1.0) ${name} ${100 + i}#`);
      assertEquals(await can.play(player, log, { speed: Infinity }), 100);
      const heard = [];
      for (const _ of log) heard.push(can.formatFrame((await listener.recvFrame(limit)).frame));
      assertEquals(heard, log.map((line) => line.split(" ")[2]));
      await assertRejects(
        async () => {
          for (let i = 0; i < 1000; i++) await player.sendFrame({ id: i }, { interface: name });
        },
        Error,
        "ENOBUFS",
      );
    }),
);

testWith(
  // The link of a claim that was given up can never be deleted: it stays in the guest.
  { ...here, kernel: () => IN_GUEST ? lacksCan() : "the kernel would keep the link" },
  "a claim that is given up rejects with the signal's reason, and holds nothing",
  () =>
    withLastingBus(async (name) => {
      const name64 = 0x8000_0000_0c80_0007n;
      const claim = { interface: name, name: name64, addresses: [0x40, 0x41] };
      const before = openFds();
      const reason = new Error("enough");
      await assertRejects(
        () => can.claimAddress({ ...claim, signal: AbortSignal.abort(reason) }),
        Error,
        "enough",
      );
      // After its claim was said, and before the time for objections is over.
      using listener = await can.openRaw({ interface: name });
      const controller = new AbortController();
      const claiming = can.claimAddress({ ...claim, signal: controller.signal });
      await listener.recvFrame(limit);
      controller.abort(reason);
      assert(await assertRejects(() => claiming) === reason);
      listener.close();
      await assertFds(before);
      // The NAME is free, and the first address with it.
      using claimed = await can.claimAddress(claim);
      assertEquals(claimed.address, 0x40);
    }),
);

testWith({}, "who aborts a replay does not wait for the next line", async () => {
  const controller = new AbortController();
  const socket = {
    sendFrame: () => Promise.resolve(controller.abort()),
  } as unknown as can.CanRaw;
  async function* lines() {
    yield "(1.0) x 001#";
    await new Promise(() => {});
  }
  const { signal } = controller;
  const error = await assertRejects(() => can.play(socket, lines(), { signal }));
  assert(error === signal.reason);
});

testWith(
  {},
  "no frame of a log goes before its time, at any speed, and none waits for another",
  async () => {
    const sent: [note: string, name: string | undefined, at: number][] = [];
    const socket = {
      sendFrame(frame: can.CanFrameInput, options: { interface?: string }) {
        sent.push([can.formatFrame(frame), options.interface, performance.now()]);
        return Promise.resolve();
      },
    } as unknown as can.CanRaw;
    const log = [
      "(5.000000) a 003#",
      "(5.030000) b 004#",
      "(5.020000) a 005#",
      "(5.090000) a 006#",
    ];
    for (const speed of [1, 3]) {
      sent.length = 0;
      const began = performance.now();
      assertEquals(await can.play(socket, log, { speed, interfaces: { a: "x" } }), 3);
      const [ids, names] = [sent.map(([id]) => id), sent.map(([, name]) => name)];
      assertEquals([ids, names], [["003#", "005#", "006#"], ["x", "x", "x"]]);
      for (const [i, dueMs] of [0, 20, 90].entries()) {
        assert(sent[i][2] - began >= dueMs / speed, `${sent[i][2] - began} ms at ${speed}`);
      }
    }
  },
);

testWith({}, "a log's pause may be longer than a timer's", async () => {
  const controller = new AbortController();
  let sent = 0;
  const socket = {
    sendFrame: () => {
      sent++;
      // Where the long pause ended at once, the second frame would go before this.
      setTimeout(() => controller.abort(), 50);
      return Promise.resolve();
    },
  } as unknown as can.CanRaw;
  const log = ["(1.0) x 001#", "(9999999.0) x 001#"];
  const options = { signal: controller.signal };
  await assertRejects(() => can.play(socket, log, options));
  assert(sent === 1, `${sent}`);
});
