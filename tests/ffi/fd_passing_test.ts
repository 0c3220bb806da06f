import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  MSG_PEEK,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../ffi/abi/socket_constants.ts";
import { closeFd } from "../../ffi/abi/library.ts";
import type { OutgoingControl } from "../../core/control.ts";
import { openFds } from "../_tools.ts";
import { bytes, isCloexec, leavesNoFd, test, text, withPair } from "./_messages.ts";

const rights = (...fds: number[]): OutgoingControl => [{ type: "rights", fds }];
const TYPES = [["stream", SOCK_STREAM], ["dgram", SOCK_DGRAM], [
  "seqpacket",
  SOCK_SEQPACKET,
]] as const;

/** Runs `run` with the descriptor of a file that holds `content`. */
async function withFile(content: string, run: (fd: number) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, content);
  const before = openFds();
  const file = await Deno.open(path);
  try {
    const [fd] = [...openFds()].filter((fd) => !before.has(fd));
    await run(Number(fd));
  } finally {
    file.close();
    await Deno.remove(path);
  }
}

const readFd = (fd: number): string => Deno.readTextFileSync(`/proc/self/fd/${fd}`);

for (const [name, type] of TYPES) {
  test(
    `descriptors pass over a ${name} socket, open the same file and are close-on-exec`,
    () =>
      withPair(type, async (a, b) => {
        await withFile("hello", async (fd) => {
          await a.sendMsg([bytes("x")], { control: rights(fd, fd) });
          const { data, control } = await b.recvMsg();
          assertEquals(text(data), "x");
          assertEquals(control?.truncated, false);
          const fds = control!.get("rights")!.fds;
          assertEquals(fds.length, 2);
          for (const passed of fds) {
            assert(passed.fd !== fd);
            assertEquals(readFd(passed.fd), "hello");
            assert(isCloexec(passed.fd));
            passed.close();
          }
        });
      }),
  );
}

test("253 descriptors pass at once, 254 are refused before the call", () =>
  withPair(SOCK_STREAM, async (a, b) => {
    await a.sendMsg([bytes("x")], { control: rights(...new Array(253).fill(1)) });
    const { control } = await b.recvMsg();
    assertEquals(control!.get("rights")!.fds.length, 253);
    control![Symbol.dispose]();
    await assertRejects(
      () => a.sendMsg([bytes("x")], { control: rights(...new Array(254).fill(1)) }),
      RangeError,
      "254 descriptors",
    );
  }));

test("dispose() closes what was not taken, take() keeps it open", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    await a.sendMsg([bytes("x")], { control: rights(1, 1, 1) });
    const { control } = await b.recvMsg();
    const [first, second, third] = control!.get("rights")!.fds;
    const taken = second.take();
    third.close();
    third.close();
    const number = first.fd;
    control![Symbol.dispose]();
    control![Symbol.dispose]();
    assertThrows(() => Deno.statSync(`/proc/self/fd/${number}`), Deno.errors.NotFound);
    Deno.statSync(`/proc/self/fd/${taken}`);
    // None can be taken twice, or sent by its number after it is gone.
    for (const gone of [first, second, third]) {
      assertEquals(gone.fd, -1);
      assertThrows(() => gone.take(), Deno.errors.BadResource);
    }
    await assertRejects(
      () => a.sendMsg([bytes("x")], { control: [{ type: "rights", fds: [first] }] }),
      RangeError,
    );
    closeFd(taken);
  }));

test("a passed descriptor can be passed on as it is", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    await withFile("again", async (fd) => {
      await a.sendMsg([bytes("x")], { control: rights(fd) });
      const first = (await b.recvMsg()).control!.get("rights")!.fds[0];
      await b.sendMsg([bytes("y")], { control: [{ type: "rights", fds: [first] }] });
      assertEquals(readFd(first.fd), "again");
      first.close();
      using control = (await a.recvMsg()).control!;
      assertEquals(readFd(control.get("rights")!.fds[0].fd), "again");
    });
  }));

test("with no room for control data the kernel closes the descriptors and says so", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    await a.sendMsg([bytes("x")], { control: rights(1, 1) });
    const message = await b.recvMsg(10, { controlBytes: 0 });
    assertEquals(message.control?.truncated, true);
    assertEquals([...message.control!], []);
    assertEquals(message.truncated, false);
  }));

test("room cut off at every byte brings as many descriptors as fit and leaks none", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const count = 5;
    const whole = 16 + 4 * count;
    for (let room = 0; room <= whole + 8; room++) {
      await leavesNoFd(async () => {
        await a.sendMsg([bytes("x")], { control: rights(...new Array(count).fill(1)) });
        using control = (await b.recvMsg(10, { controlBytes: room })).control!;
        const fds = control.get("rights")?.fds ?? [];
        assertEquals(fds.length, room < 20 ? 0 : Math.min(count, (room - 16) >> 2), `room ${room}`);
        assertEquals(control.truncated, room < whole, `room ${room}`);
      });
    }
  }));

test("each look with MSG_PEEK brings descriptors of its own", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    await withFile("peek", async (fd) => {
      await a.sendMsg([bytes("x")], { control: rights(fd) });
      for (const flags of [MSG_PEEK, MSG_PEEK, 0]) {
        using control = (await b.recvMsg(10, { flags })).control!;
        assertEquals(readFd(control.get("rights")!.fds[0].fd), "peek");
      }
    });
  }));

test("recv() and recvMany() leave no descriptor behind that nobody asked for", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    for (let i = 0; i < 3; i++) await a.sendMsg([bytes("x")], { control: rights(1, 1) });
    await b.recv(10);
    const messages = await b.recvMany(8);
    assertEquals(messages.length, 2);
    for (const { control } of messages) {
      assertEquals(control!.get("rights")!.fds.length, 2);
      control![Symbol.dispose]();
    }
  }));

test("a batch closes what its loop did not ask for, and leaves what it did", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const kept = [];
    for (let i = 0; i < 4; i++) await a.sendMsg([bytes(`${i}`)], { control: rights(1) });
    let seen = 0;
    for await (const batch of b.recvBatches({ max: 2, size: 10 })) {
      kept.push(batch.control(0)!);
      seen += batch.count;
      if (seen === 4) break;
    }
    assertEquals(kept.length, 2);
    for (const control of kept) {
      const { fd } = control.get("rights")!.fds[0];
      Deno.statSync(`/proc/self/fd/${fd}`);
      control[Symbol.dispose]();
    }
  }));

test("descriptors that are dropped with their message are closed by the garbage collector", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const before = openFds();
    await a.sendMsg([bytes("x")], { control: rights(...new Array(100).fill(1)) });
    await b.recvMsg();
    const leaked = () => [...openFds()].filter((fd) => !before.has(fd)).length;
    for (let i = 0; i < 1000 && leaked() > 0; i++) {
      // Enough garbage to make it run, and turns for its callbacks.
      const garbage = Array.from({ length: 100 }, () => new Uint8Array(100_000));
      assertEquals(garbage.length, 100);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals(leaked(), 0);
  }));

test("an unclosed descriptor number is refused with EBADF and sends nothing", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const error = await assertRejects(() =>
      a.sendMsg([bytes("x")], { control: rights(1_000_000) })
    ) as Error & { code: string };
    assertEquals(error.code, "EBADF");
    assertEquals(b.tryRecv(), null);
  }));
