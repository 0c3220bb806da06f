/** `sock can` beside candump, cansend, cangen and canplayer, in the guest. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { can } from "../../mod.ts";
import { lacksCan, withBus } from "../can/_bus.ts";
import { limitMs, testWith } from "../_tools.ts";
import { runSock, Sock } from "./_sock.ts";

const here = { kernel: lacksCan, root: true, tools: ["ip", "candump", "cangen", "canplayer"] };
const limit = { timeoutMs: limitMs(10_000) };
/** Tells that a program listens, and that it has heard all. */
const READY = "7FF#00";
const OVER = "7FE#FF";

/** Lines of a program, read as they come. */
class Lines {
  readonly all: string[] = [];
  #wake: () => void = () => {};

  constructor(output: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#read(output);
  }

  async #read(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of output.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.all.push(...lines);
      this.#wake();
    }
  }

  count(frame: string): number {
    return this.all.filter((line) => line.endsWith(` ${frame}`)).length;
  }

  /** Resolves when more comes, or has not for a while. */
  async more(): Promise<void> {
    let timer;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, limitMs(20));
    });
    clearTimeout(timer);
  }
}

/** What candump and sock print of what `say` says, with the same arguments. */
async function bothHear(
  operands: readonly string[],
  names: readonly string[],
  say: (bus: can.CanRaw) => Promise<void>,
): Promise<[theirs: string[], ours: string[]]> {
  await using sock = new Sock(["can", "dump", ...operands]);
  const candump = new Deno.Command("candump", { args: ["-L", ...operands], stdout: "piped" })
    .spawn();
  const outputs = [new Lines(candump.stdout), new Lines(sock.child.stdout)];
  try {
    using bus = await can.openRaw();
    const tell = async (note: string) => {
      for (const name of names) await bus.sendFrame(can.parseFrame(note), { interface: name });
    };
    while (
      !outputs.every((output) => names.every((name) => output.count(`${name} ${READY}`) > 0))
    ) {
      await tell(READY);
      await outputs[1].more();
    }
    await say(bus);
    await tell(OVER);
    for (const output of outputs) {
      while (output.count(OVER) < names.length) await output.more();
    }
  } finally {
    candump.kill("SIGINT");
    await candump.status;
  }
  const [theirs, ours] = outputs.map(({ all }) => all.filter((line) => !line.endsWith(READY)));
  return [theirs, ours];
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  assert(success, new TextDecoder().decode(stderr));
}

testWith(
  here,
  "can dump prints line by line what candump -L prints",
  () =>
    withBus((name) =>
      withBus(async (other) => {
        const longer = `${other}x`;
        await run("ip", "link", "set", other, "down");
        await run("ip", "link", "set", other, "name", longer);
        await run("ip", "link", "set", longer, "up");
        try {
          const [theirs, ours] = await bothHear([name, longer], [name, longer], async () => {
            for (const bus of [name, longer, name]) {
              await run("cangen", bus, "-m", "-g", "0", "-n", "60");
            }
          });
          // Both have two sockets: which of two that are ready is read first is theirs to choose.
          assertEquals(ours.toSorted(), theirs.toSorted());
          assertEquals(theirs.length, 182);
          for (const bus of [name, longer]) {
            const of = (lines: string[]) => lines.filter((line) => line.includes(` ${bus} `));
            assertEquals(of(ours), of(theirs));
          }
          // One socket for all: the very same lines.
          const [all, allOurs] = await bothHear(["any"], [name, longer], async () => {
            for (const bus of [longer, name]) await run("cangen", bus, "-m", "-g", "0", "-n", "20");
          });
          assertEquals(allOurs, all);
        } finally {
          await run("ip", "link", "set", longer, "down");
          await run("ip", "link", "set", longer, "name", other);
        }
      })
    ),
);

testWith(
  here,
  "can dump takes the filters of candump, and they mean the same",
  () =>
    withBus(async (name) => {
      const notes = [
        ...["100#01", "101#02", "123#03", "123#R", "00000123#04", "12345678#05", "12345678#R2"],
        ...["123##1AA", "400#06", "4AB#07", "20000004#000C000000000000", "7F0#08"],
      ];
      for (
        const filters of [
          ["123:7FF", "400:700"],
          ["123:C00007FF"],
          ["12345678:DFFFFFFF"],
          ["100~7FF", "j", "400~700"],
          ["00000123:9FFFFFFF", "#FFFFFFFF"],
          ["0~0", "#4"],
        ]
      ) {
        // What begins and ends the comparison must come through, too.
        const operand = [name, ...filters, ...(filters.includes("j") ? [] : ["7FE:7FE"])].join(",");
        const [theirs, ours] = await bothHear([operand], [name], async (bus) => {
          for (const note of notes) {
            await bus.sendFrame(can.parseFrame(note), { interface: name });
          }
        });
        assertEquals(ours, theirs, operand);
        assert(theirs.length > 1, operand);
      }
    }),
);

testWith(
  here,
  "can dump ends after some frames, after silence, and tells what it lost",
  () =>
    withBus(async (name) => {
      using bus = await can.openRaw({ interface: name });
      {
        await using silent = new Sock(["can", "dump", name, "-t", "0.2"]);
        const { code, err } = await silent.result();
        assertEquals(code, 3);
        assertMatch(err, /^sock: Timed out after 0\.20 s waiting for a frame/);
      }
      await using sock = new Sock(["can", "dump", name, "-n", "3", "--json"]);
      let over = false;
      const result = sock.result().finally(() => over = true);
      while (!over) {
        await bus.sendFrame({ id: 0x123, data: Uint8Array.of(1, 2) });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { code, out } = await result;
      const events = out.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals([code, events.length], [0, 3]);
      const { time: _, timestampMicros, ...fields } = events[0];
      assert(Math.abs(timestampMicros / 1000 - Date.now()) < 600_000);
      assertEquals(fields, {
        ...{ event: "frame", interface: name, frame: "123#0102", kind: "data", id: 0x123 },
        ...{ extended: false, data: "0102", origin: "host" },
      });
    }),
);

testWith(here, "can dump tells of frames that did not fit", () =>
  withBus(async (name) => {
    using bus = await can.openRaw({ interface: name });
    await using sock = new Sock(["can", "dump", name, "-b", "1", "--json"]);
    const lines = new Lines(sock.child.stdout);
    while (lines.all.length === 0) {
      await bus.sendFrame(can.parseFrame(READY));
      await lines.more();
    }
    sock.child.kill("SIGSTOP");
    for (let i = 0; i < 300; i++) await bus.sendFrame({ id: i });
    sock.child.kill("SIGCONT");
    // The count comes with the frames behind the gap.
    let told = false;
    const event = sock.told(/"event":"lost".*"frames":(\d+)/).finally(() => told = true);
    while (!told) {
      await bus.sendFrame({ id: 1 });
      await lines.more();
    }
    const lost = Number((await event)[1]);
    assert(lost > 200 && lost < 300, `${lost}`);
  }));

testWith(here, "can send speaks cansend's notation", () =>
  withBus(async (name) => {
    using bus = await can.openRaw({ interface: name });
    const notes = ["5A1#11.2233.44", "123#R3", "1F334455#", "213##311223344"];
    assertEquals(await runSock(["can", "send", name, ...notes]), { code: 0, out: "", err: "" });
    const heard = [];
    for (const _ of notes) heard.push(can.formatFrame((await bus.recvFrame(limit)).frame));
    assertEquals(heard, ["5A1#11223344", "123#R3", "1F334455#", "213##311223344"]);
    // One that is none: nothing is sent.
    const wrong = await runSock(["can", "send", name, "001#", "1234#00"]);
    assertEquals([wrong.code, wrong.err.split("\n")[0]], [
      2,
      'sock: Cannot read a CAN frame: "1234#00" is none',
    ]);
    assertEquals((await runSock(["can", "send", "nosuchbus", "123#"])).code, 1);
    await assertNothing(bus);
  }));

async function assertNothing(bus: can.CanRaw): Promise<void> {
  const heard = await bus.recvFrame({ timeoutMs: 0 }).catch(() => undefined);
  assertEquals(heard, undefined);
}

const LOG = [
  "(1000.000000) can7 001#01",
  "(1000.000000) can8 002#02",
  "(1000.400000) can7 003##1AA",
].join("\n");

testWith(
  here,
  "can play replays a log at its times, a multiple of them, or at once",
  () =>
    withBus(async (name) => {
      using bus = await can.openRaw({ interface: name, timestamps: true });
      await bus.sendFrame(can.parseFrame(READY)); // the first timestamps are switched on late
      const heard = async (frames: number) => {
        const result: { note: string; at: bigint }[] = [];
        for (let i = 0; i < frames; i++) {
          const { frame, timestampNanos } = await bus.recvFrame(limit);
          result.push({ note: can.formatFrame(frame), at: timestampNanos! });
        }
        return result;
      };
      const gap = ([first, last]: { at: bigint }[]) => Number(last.at - first.at) / 1e6;
      const file = await Deno.makeTempFile();
      await Deno.writeTextFile(file, LOG);
      const play = async (...args: string[]) => {
        const { code, err } = await runSock(["can", "play", file, ...args, `${name}=can7`]);
        assertEquals(code, 0, err);
        assertMatch(err, /^sock: 2 frames sent in /);
        const frames = await heard(2);
        assertEquals(frames.map(({ note }) => note), ["001#01", "003##1AA"]);
        return gap(frames);
      };
      // A pause is never cut short: a timer may be late, not early.
      assert(await play() >= 400);
      assert(await play("--speed", "4") >= 100);
      await play("--speed", "max");
      // canplayer sends the same.
      await run("canplayer", "-I", file, "-t", `${name}=can7`);
      assertEquals((await heard(2)).map(({ note }) => note), ["001#01", "003##1AA"]);
      await assertNothing(bus);
      // From standard input, and a line that is none.
      const wrong = await runSock(["can", "play", "-", `${name}=can7`], "(1.0) can7 001#\nhello\n");
      assertEquals([wrong.code, wrong.err], [
        1,
        'sock: Cannot read a CAN log: "hello" is no line of one\n',
      ]);
      assertEquals((await heard(1))[0].note, "001#");
      await Deno.remove(file);
    }),
);

testWith(
  here,
  "what can dump prints can play replays, frame by frame",
  () =>
    withBus((name) =>
      withBus(async (copy) => {
        using listener = await can.openRaw({ interface: copy });
        const [, ours] = await bothHear(
          [name],
          [name],
          () => run("cangen", name, "-mn", "40", "-g", "0"),
        );
        const { code, err } = await runSock(
          ["can", "play", "-", "--speed", "max", "--json", `${copy}=${name}`],
          `${ours.join("\n")}\n`,
        );
        assertEquals([code, JSON.parse(err).frames], [0, ours.length]);
        for (const line of ours) {
          const { frame } = await listener.recvFrame(limit);
          const { timestampNanos, interface: at } = can.parseLogLine(line)!;
          assertEquals(can.formatLogLine({ timestampNanos, interface: at, frame }), line);
        }
      })
    ),
);

testWith(
  here,
  "can play stops at once when it is interrupted, also while it waits for a line",
  () =>
    withBus(async (name) => {
      using bus = await can.openRaw({ interface: name });
      await using sock = new Sock(["can", "play", "-"]);
      await sock.write(`(1.0) ${name} 001#\n`);
      await bus.recvFrame(limit);
      sock.child.kill("SIGINT");
      assertEquals((await sock.child.status).code, 130);
    }),
);

testWith(
  {},
  "what makes no sense to can dump, send and play is told before a bus is opened",
  async () => {
    for (
      const [args, message] of [
        [["dump", ",123:7FF"], "lacks an interface"],
        [["dump", "vcan0,123"], 'Cannot read a CAN filter: "123" is none'],
        [["dump", "vcan0,123:xyz"], "Cannot read a CAN filter"],
        [["dump", "vcan0", "-n", "0"], "--count"],
        [["send", "vcan0"], "an argument is missing"],
        [["send", "vcan0", "123"], "Cannot read a CAN frame"],
        [["play", "-", "--speed", "0"], "--speed is a number above 0"],
        [["play", "-", "vcan0"], "is not INTERFACE=LOGGED"],
        [["paly", "-"], 'did you mean "can play"?'],
      ] as const
    ) {
      const { code, err } = await runSock(["can", ...args], "", { permissions: [] });
      assertEquals(code, 2, err);
      assert(err.includes(message), err);
    }
    const help = await runSock(["can", "--help"], "", { permissions: [] });
    assertMatch(help.out, /can dump .*\n.*can send .*\n.*can play /);
    assertEquals(await runSock(["help", "can"], "", { permissions: [] }), help);
    assertMatch((await runSock(["help", "can", "send"])).out, /^sock can send: /);
  },
);
