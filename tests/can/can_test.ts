import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { can, isSocketError } from "../../mod.ts";
import { limitMs, PYTHON, testWith } from "../_tools.ts";
import { lacksCan, withBus } from "./_bus.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const here = { kernel: lacksCan, root: true, tools: ["ip"] };
const limit = { timeoutMs: limitMs(5000) };
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const bytes = (...values: number[]) => Uint8Array.from(values);

testWith(
  here,
  "frames of every kind go over the bus, with their origin and time",
  () =>
    withBus(async (name) => {
      using a = await can.openRaw({ interface: name, receiveOwn: true });
      using b = await can.openRaw({ interface: name, timestamps: true });
      assertEquals([a.family, a.type, a.role, a.engine], ["can", "raw", "message", "libc"]);
      const frames: can.CanFrame[] = [
        { kind: "data", id: 0x123, extended: false, data: bytes(1, 2) },
        { kind: "data", id: 0x12345678, extended: true, data: bytes() },
        { kind: "remote", id: 5, extended: false, data: bytes(), remoteBytes: 4 },
        { kind: "data", id: 6, extended: false, data: new Uint8Array(8), lengthCode: 12 },
        {
          ...{ kind: "fd", id: 7, extended: false, data: new Uint8Array(64) },
          ...{ bitRateSwitch: true, errorStateIndicator: false },
        },
      ];
      await a.sendFrame(frames[0]);
      await b.recvFrame(limit); // the first timestamps are switched on by a work queue
      await a.recvFrame(limit);
      for (const frame of frames) {
        await a.sendFrame(frame);
        const heard = await b.recvFrame(limit);
        assertEquals([heard.frame, heard.interface, heard.origin], [frame, name, "host"]);
        assert(heard.timestampNanos !== undefined);
        assertEquals((await a.recvFrame(limit)).origin, "self");
      }
      let seen = 0;
      for (let i = 0; i < 100; i++) await a.sendFrame({ id: i, data: bytes(i) });
      for await (const { frame } of b.frames()) {
        assert(frame.kind === "data");
        assertEquals([frame.id, frame.data[0]], [seen, seen]);
        if (++seen === 100) break;
      }
    }),
);

testWith(
  here,
  "filters are the kernel's: by identifier, by mask, inverted, joined, none",
  () =>
    withBus(async (name) => {
      using sender = await can.openRaw({ interface: name });
      const heard = async (options: can.CanRawOptions) => {
        using socket = await can.openRaw({ interface: name, ...options });
        for (const id of [0x100, 0x101, 0x200]) await sender.sendFrame({ id });
        await sender.sendFrame({ id: 0x100, extended: true });
        const ids: string[] = [];
        for (;;) {
          const message = await socket.recvFrame({ timeoutMs: 0 }).catch(() => undefined);
          if (message === undefined) return ids.join(" ");
          const { frame } = message;
          if (frame.kind === "data") ids.push(frame.id.toString(16) + (frame.extended ? "x" : ""));
        }
      };
      assertEquals(await heard({}), "100 101 200 100x");
      assertEquals(await heard({ filters: [] }), "");
      assertEquals(await heard({ filters: [{ id: 0x100 }] }), "100");
      assertEquals(await heard({ filters: [{ id: 0x100, extended: true }] }), "100x");
      assertEquals(await heard({ filters: [{ id: 0x100, mask: 0x700 }] }), "100 101");
      assertEquals(
        await heard({
          filters: [{ id: 0x100, mask: 0x700 }, { id: 0x101, inverted: true }],
          joinFilters: true,
        }),
        "100",
      );
    }),
);

testWith(
  { ...here, tools: ["ip", "candump", "cansend"] },
  "can-utils hear and say the same",
  () =>
    withBus(async (name) => {
      const dump = new Deno.Command("candump", {
        args: ["-L", "-n", "3", `${name},0:0,#FFFFFFFF`],
        stdout: "piped",
      }).spawn();
      const output = dump.output();
      using bus = await can.openRaw();
      const notes = ["123#1122", "1F334455##3112233", "7FF#R4"];
      // candump says nothing when it is ready: what it must hear is said until it ends.
      let ended = false;
      output.then(() => ended = true);
      for (let i = 0; !ended; i++) {
        await bus.sendFrame(can.parseFrame(notes[i % 3]), { interface: name });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const lines = text((await output).stdout).trim().split("\n").map(can.parseLogLine);
      for (const entry of lines) {
        assertEquals(entry?.interface, name);
        assert(notes.includes(can.formatFrame(entry!.frame)), can.formatFrame(entry!.frame));
      }
      using listener = await can.openRaw({ interface: name });
      const { success } = await new Deno.Command("cansend", { args: [name, "5A1#11.22.33"] })
        .output();
      assert(success);
      assertEquals(can.formatFrame((await listener.recvFrame(limit)).frame), "5A1#112233");
    }),
);

testWith(
  { ...here, tools: ["ip", "canplayer", "candump"] },
  "canplayer sends what our log says, and what candump then logs we read, word for word",
  () =>
    withBus(async (name) => {
      const frames: can.CanFrame[] = [
        { kind: "data", id: 1, extended: false, data: bytes(1, 2, 3) },
        { kind: "data", id: 0x12345678, extended: true, data: bytes() },
        { kind: "remote", id: 0x7ff, extended: false, data: bytes(), remoteBytes: 5 },
        {
          ...{ kind: "fd", id: 5, extended: false, data: new Uint8Array(12).fill(9) },
          ...{ bitRateSwitch: true, errorStateIndicator: false },
        },
        {
          ...{ kind: "fd", id: 6, extended: true, data: bytes() },
          ...{ bitRateSwitch: false, errorStateIndicator: true },
        },
      ];
      const folder = await Deno.makeTempDir();
      const lines = frames.map((frame, i) =>
        can.formatLogLine({ timestampNanos: BigInt(i) * 1000n, interface: "can7", frame })
      );
      await Deno.writeTextFile(`${folder}/ours.log`, lines.join("\n") + "\n");
      using bus = await can.openRaw({ interface: name });
      const dump = new Deno.Command("candump", {
        args: ["-l", "-n", `${2 * frames.length}`, name],
        ...{ cwd: folder, stdout: "null", stderr: "null" },
      }).spawn();
      let ended = false;
      const ending = dump.status.then(() => ended = true);
      const play = () =>
        new Deno.Command("canplayer", { args: ["-I", "ours.log", `${name}=can7`], cwd: folder })
          .output();
      assert((await play()).success);
      for (const frame of frames) assertEquals((await bus.recvFrame(limit)).frame, frame);
      // candump says nothing when it is ready: the log is played until it has heard enough.
      while (!ended) await play();
      await ending;
      const [file] = [...Deno.readDirSync(folder)].filter(({ name }) =>
        name.startsWith("candump-")
      );
      const logged = (await Deno.readTextFile(`${folder}/${file.name}`)).trim().split("\n");
      const entries = logged.map((line) => can.parseLogLine(line)!);
      assertEquals(entries.map((entry) => can.formatLogLine(entry)), logged);
      const [first] = entries.map(({ frame }) => can.formatFrame(frame));
      const begin = frames.findIndex((frame) => can.formatFrame(frame) === first);
      for (const [i, { frame }] of entries.entries()) {
        assertEquals(frame, frames[(begin + i) % frames.length]);
      }
      await Deno.remove(folder, { recursive: true });
    }),
);

testWith(here, "a log is played at its times, to other interfaces", () =>
  withBus(async (name) => {
    using listener = await can.openRaw({ interface: name });
    using player = await can.openRaw();
    const log = [
      "# a log",
      "",
      "(0000000010.000000) can7 001#01",
      "(0000000010.020000) can7 002#02 T",
    ];
    assertEquals(await can.play(player, log, { speed: Infinity, interfaces: { can7: name } }), 2);
    assertEquals(
      [await listener.recvFrame(limit), await listener.recvFrame(limit)]
        .map(({ frame }) => can.formatFrame(frame)),
      ["001#01", "002#02"],
    );
    await assertRejects(() => can.play(player, ["nonsense"]), SyntaxError);
    const signal = AbortSignal.timeout(20);
    const late = ["(1.0) x 001#", "(1000.0) x 001#"];
    await assertRejects(() => can.play(player, late, { interfaces: { x: name }, signal }));
  }));

testWith(
  here,
  "the broadcast manager sends in cycles and tells of changes and absence",
  () =>
    withBus(async (name) => {
      using manager = await can.openBroadcastManager({ interface: name });
      using bus = await can.openRaw({ interface: name });
      await manager.sendCyclic([{ id: 0x50, data: bytes(1) }, { id: 0x50, data: bytes(2) }], {
        ...{ intervalMs: 0, count: 4, firstIntervalMs: 5, announce: true },
      });
      const values: number[] = [];
      for (let i = 0; i < 4; i++) values.push((await bus.recvFrame(limit)).frame.data[0]);
      assertEquals(values, [1, 2, 1, 2]);
      assertEquals(await manager.next(limit), { type: "sent", id: 0x50 });
      await manager.stopSending(0x50);
      const missing = await assertRejects(() => manager.stopSending(0x51));
      assert(isSocketError(missing, "EINVAL") || isSocketError(missing, "ENOENT"), String(missing));

      await manager.watch({ id: 0x60, mask: bytes(0xff, 0) });
      for (const [first, second] of [[1, 0], [1, 9], [2, 9]]) {
        await bus.sendFrame({ id: 0x60, data: bytes(first, second) });
      }
      const changes: number[] = [];
      for await (const event of manager) {
        assert(event.type === "changed");
        changes.push(event.frame.data[0]);
        if (changes.length === 2) break;
      }
      assertEquals(changes, [1, 2]);
      await manager.unwatch(0x60);
      await manager.watch({ id: 0x61, mask: bytes(0xff), timeoutMs: limitMs(20) });
      await bus.sendFrame({ id: 0x61, data: bytes(1) });
      // A slow machine may hear of its absence before the first frame.
      let event = await manager.next(limit);
      if (event.type === "timeout") event = await manager.next(limit);
      assertEquals([event.type, event.id], ["changed", 0x61]);
      assertEquals(await manager.next(limit), { type: "timeout", id: 0x61 });
    }),
);

testWith(
  here,
  "ISO-TP carries messages longer than a frame, both ways",
  () =>
    withBus(async (name) => {
      const options = { flags: 0, txPadding: 0xaa };
      using tester = await can.openIsoTp({
        ...{ interface: name, txId: 0x7e0, rxId: 0x7e8 },
        options: [[can.CAN_ISOTP_OPTS, options], [can.CAN_ISOTP_RECV_FC, {
          bs: 8,
          stmin: 0,
          wftmax: 0,
        }]],
      });
      using unit = await can.openIsoTp({ interface: name, txId: 0x7e8, rxId: 0x7e0 });
      for (const size of [1, 7, 8, 100, 4095]) {
        const message = Uint8Array.from({ length: size }, (_, i) => i);
        await tester.send(message);
        assertEquals(await unit.recv(limit), message, `${size} bytes`);
      }
      await unit.send(bytes(9, 8, 7));
      assertEquals(await tester.recv(limit), bytes(9, 8, 7));
      assertEquals(tester.getOption(can.CAN_ISOTP_OPTS).txPadding, 0xaa);
    }),
);

testWith(
  here,
  "J1939 sends groups to addresses and NAMEs, which are claimed",
  () =>
    withBus(async (name) => {
      using a = await can.openJ1939({ interface: name, address: 0x20 });
      using b = await can.openJ1939({ interface: name, address: 0x21 });
      const to = { family: "can", interface: "", pgn: 0xef00, address: 0x21 } as const;
      const message = Uint8Array.from({ length: 300 }, (_, i) => i);
      await a.sendTo(message, to);
      const got = await b.recvFrom(limit);
      assertEquals([got.data, got.from.pgn, got.from.address], [message, 0xef00, 0x20]);
      const [low, high] = [0x10n, 0x20n];
      using first = await can.claimAddress({ interface: name, name: low, addresses: [0x40] });
      using second = await can.claimAddress({
        interface: name,
        name: high,
        addresses: [0x41, 0x42],
      });
      assertEquals([first.address, second.address], [0x40, 0x41]);
      using named = await can.openJ1939({ interface: name, name: high });
      await named.sendTo(bytes(1), { family: "can", interface: "", pgn: 0xef00, name: low });
      const { from } = await first.endpoint.recvFrom(limit);
      assertEquals([from.name, from.address], [high, 0x41]);
    }),
);

testWith(
  { ...here, tools: ["ip", "python3"] },
  "CPython's sockets speak with ours",
  () =>
    withBus(async (name) => {
      const peer = new URL("_peer.py", import.meta.url).pathname;
      const start = async (what: string) => {
        const args = [peer, name, what];
        const child = new Deno.Command(PYTHON, { args, stdout: "piped" }).spawn();
        const lines = child.stdout.pipeThrough(new TextDecoderStream());
        const reader = lines.getReader();
        await reader.read();
        return { child, reader };
      };
      const raw = await start("raw");
      using bus = await can.openRaw({ interface: name });
      await bus.sendFrame({ id: 0x321, data: bytes(1, 2, 3) });
      assertEquals((await raw.reader.read()).value, "21030000030000000102030000000000\n");
      assertEquals(can.formatFrame((await bus.recvFrame(limit)).frame), "001ABCDE#616263");
      await raw.reader.cancel();
      assertEquals((await raw.child.status).code, 0);

      const isotp = await start("isotp");
      using unit = await can.openIsoTp({ interface: name, txId: 0x7e0, rxId: 0x7e8 });
      await unit.send(bytes(...Array(20).keys()));
      assertEquals(await unit.recv(limit), bytes(...Array(20).keys()).reverse());
      await isotp.reader.cancel();
      await isotp.child.status;

      const j1939 = await start("j1939");
      using node = await can.openJ1939({ interface: name, address: 0x31 });
      await node.sendTo(bytes(1, 2, 3), {
        family: "can",
        interface: "",
        pgn: 0xef00,
        address: 0x30,
      });
      assertEquals((await j1939.reader.read()).value, `${0xef00} ${0x31}\n`);
      assertEquals(await node.recv(limit), bytes(3, 2, 1));
      await j1939.reader.cancel();
      await j1939.child.status;
    }),
);

testWith({}, "an interface that is not there, a kernel without CAN, are told", async () => {
  const error = await assertRejects(() => can.openRaw({ interface: "no-such-if" }));
  assert(isSocketError(error), String(error));
  if (lacksCan() !== undefined) {
    const missing = await assertRejects(() => can.openRaw());
    assert(isSocketError(missing, "EAFNOSUPPORT") && /module can/.test(missing.message));
  }
});
