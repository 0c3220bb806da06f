/** The one waiter: what it costs, whom it wakes, and when it lets the process go. */
import { assert, assertEquals } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { socketPair } from "../../ffi/mod.ts";
import * as unix from "../../unix/mod.ts";
import { Watch } from "../../ffi/loop/watch.ts";
import { testWith } from "../_tools.ts";
import { lacksRings } from "../ring/_lacks.ts";
import { runProgram } from "./_child.ts";

libc();

/** The ways to park: in Deno's event loop, woken by io_uring or by AIO, and on a thread of its pool. */
const WAYS = [
  ["in the event loop by io_uring", "", lacksRings],
  ["in the event loop by AIO", "useIoUring(false);", undefined],
  ["on a thread", "allowLoopParking(false);", undefined],
] as const;

const HEAD = `
  import { allowLoopParking } from "$/ffi/loop/parker.ts";
  import { useIoUring } from "$/ffi/ring/permitted.ts";
  import { Socket, socketPair } from "$/ffi/mod.ts";
  import { libc } from "$/ffi/abi/library.ts";
  import * as tcp from "$/tcp/mod.ts";
  import * as unix from "$/unix/mod.ts";
  const threads = () => [...Deno.readDirSync("/proc/self/task")].length;
  const parked = () => new Promise((resolve) => setTimeout(resolve, 100));
  const cpuTicks = () => {
    const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1].split(" ");
    return Number(fields[11]) + Number(fields[12]);
  };
`;

async function claims(source: string): Promise<unknown> {
  const { code, stdout, stderr } = await runProgram(HEAD + source, ["-A"]);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

for (const [way, setting, kernel] of WAYS) {
  testWith(
    { kernel },
    `a thousand pending receives take one thread at most, parked ${way}`,
    async () => {
      const { more, sum } = await claims(`
      ${setting}
      const pairs = Array.from({ length: 1000 }, () => unix.pair());
      // The pool makes threads as needed: file access, say, has its own.
      await Deno.readTextFile("/proc/self/stat");
      const before = threads();
      const receives = pairs.map(([, b]) => b.recvExact(1));
      await parked();
      const more = threads() - before;
      pairs.forEach(([a], i) => void a.sendAll(new Uint8Array([i])));
      const sum = (await Promise.all(receives)).reduce((sum, [byte]) => sum + byte, 0);
      for (const pair of pairs) for (const end of pair) end.close();
      console.log(JSON.stringify({ more, sum }));
    `) as { more: number; sum: number };
      assertEquals(sum, Array.from({ length: 1000 }, (_, i) => i & 255).reduce((a, b) => a + b));
      assert(more <= (way === "on a thread" ? 1 : 0), `${more} threads more`);
    },
  );

  testWith({ kernel }, `an idle process takes no CPU, parked ${way}`, async () => {
    const ticks = await claims(`
      ${setting}
      const [a, b] = unix.pair();
      const waiting = a.recv();
      await parked();
      const before = cpuTicks();
      for (let i = 0; i < 10; i++) await parked();
      console.log(cpuTicks() - before);
      b.close();
      await waiting;
      a.close();
    `);
    // A second of idling; a tick is 10 ms.
    assert(ticks as number <= 3, `${ticks} ticks`);
  });

  testWith({ kernel }, `every wait is woken by its own descriptor, parked ${way}`, async () => {
    const order = await claims(`
      ${setting}
      const pairs = Array.from({ length: 50 }, () => unix.pair());
      const order = [];
      const receives = pairs.map(([, b], i) => b.recv().then(() => order.push(i)));
      for (const i of [31, 4, 15, 9, 26]) {
        await parked();
        await pairs[i][0].sendAll(new Uint8Array(1));
        await receives[i];
      }
      for (const pair of pairs) for (const end of pair) end.close();
      await Promise.allSettled(receives);
      console.log(JSON.stringify(order));
    `);
    assertEquals(order, [31, 4, 15, 9, 26]);
  });

  testWith(
    { kernel },
    `an unreferenced wait is still served while something else lives, parked ${way}`,
    async () => {
      const got = await claims(`
      ${setting}
      const [a, b] = unix.pair();
      a.unref();
      const receiving = a.recv();
      await parked();
      await b.sendAll(new Uint8Array([1, 2]));
      const living = setTimeout(() => {}, 60000);
      const got = (await receiving).length;
      clearTimeout(living);
      a.close();
      b.close();
      console.log(got);
    `);
      assertEquals(got, 2);
    },
  );

  testWith(
    { kernel },
    `ref and unref of a pending wait decide over the process, parked ${way}`,
    async () => {
      const { code, stdout, stderr } = await runProgram(
        `${HEAD}
      ${setting}
      const [a, b] = unix.pair();
      a.unref();
      a.recv().then(() => console.log("never"));
      await parked();
      a.ref();
      await parked();
      a.unref();
      console.log("end");
      `,
        ["-A"],
      );
      assertEquals([code, stdout], [0, "end\n"], stderr);
    },
  );

  testWith(
    { kernel },
    `workers have pollers of their own and may be terminated while they wait, parked ${way}`,
    async () => {
      const replies = await claims(`
      ${setting}
      const source = \`
        import { allowLoopParking } from "$/ffi/loop/parker.ts";
        import { useIoUring } from "$/ffi/ring/permitted.ts";
        import * as unix from "$/unix/mod.ts";
        ${setting}
        const [a, b] = unix.pair();
        a.recvExact(1).then(([byte]) => {
          postMessage(byte);
          a.recv();
        });
        setTimeout(() => b.sendAll(new Uint8Array([self.name.length])), 50);
      \`;
      const url = "data:application/typescript," + encodeURIComponent(source);
      const workers = ["a", "bb", "ccc"].map((name) => new Worker(url, { type: "module", name }));
      const replies = await Promise.all(workers.map((worker) =>
        new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data))
      ));
      await parked();
      for (const worker of workers) worker.terminate();
      const [a, b] = unix.pair();
      setTimeout(() => b.sendAll(new Uint8Array(4)), 50);
      replies.push((await a.recv()).length);
      a.close();
      b.close();
      console.log(JSON.stringify(replies));
    `);
      assertEquals(replies, [1, 2, 3, 4]);
    },
  );
}

testWith({}, "a descriptor number that is used again gets no event of its last owner", async () => {
  const outcome = await claims(`
    const [old, oldPeer] = unix.pair();
    const keeper = Socket.fromFd(libc().fcntl(old.core.fd, 1030, 0)); // F_DUPFD_CLOEXEC
    const first = old.recv().catch(({ code }) => code);
    await parked();
    old.close();
    const codes = [await first];
    // The kernel gives the lowest free number: the same one.
    const [next, nextPeer] = unix.pair();
    let early = false;
    const second = next.recv().then((data) => { early ||= data.length === 0; return data.length; });
    await oldPeer.sendAll(new Uint8Array(100)).catch(() => {});
    await parked();
    await nextPeer.sendAll(new Uint8Array(3));
    console.log(JSON.stringify([...codes, await second, early]));
    Deno.exit();
  `);
  assertEquals(outcome, ["EBADF", 3, false]);
});

testWith({}, "an event does not reach the next owner of its place in the same batch", async () => {
  const ends = [0, 1, 2].map(() => socketPair());
  const [first, second, third] = ends.map(([a]) => new Watch(a.fd));
  const told: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  second.addReader({ ready: () => told.push("second"), fail: () => told.push("second failed") });
  first.addReader({
    ready() {
      told.push("first");
      second.release(() => new Error("closed"));
      // Takes the place that has just become free, while an event for its last owner is in hand.
      third.addReader({ ready: () => told.push("third"), fail: () => {} });
      resolve();
    },
    fail: () => {},
  });
  for (const [, b] of ends.slice(0, 2)) await b.sendAll(new Uint8Array(1));
  await promise;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(told, ["first", "second failed"]);
  for (const watch of [first, third]) watch.release(() => new Error("closed"));
  for (const pair of ends) for (const end of pair) end.close();
}, { sanitizeOps: false });

testWith(
  {},
  "more bytes than one turn hands out all come, whoever closes and opens meanwhile",
  async () => {
    const size = 65536;
    const pairs = Array.from({ length: 64 }, () => unix.pair());
    // All wait, and then there is more for them than a turn's share.
    let told = 0;
    const receives = pairs.map(async ([, b], i) => {
      const room = new Uint8Array(size);
      const count = await b.recvInto(room);
      told++;
      return count > 0 && room.subarray(0, count).every((byte) => byte === i);
    });
    const all = Promise.all(receives.slice(0, 60));
    for (const [i, [a]] of pairs.entries()) a.sendAll(new Uint8Array(size).fill(i)).catch(() => {});
    await receives[0];
    const toldFirst = told;
    // Of those that were reported but not told yet, some close, and others take their places.
    const closed = await Promise.all([60, 61, 62, 63].map((i) => {
      pairs[i][1].close();
      return receives[i].catch(({ code }) => code);
    }));
    const [late, latePeer] = unix.pair();
    const lateCount = late.recv(9);
    assertEquals(await all, new Array(60).fill(true));
    await latePeer.sendAll(new Uint8Array(3));
    assertEquals((await lateCount).length, 3);
    assert(toldFirst < 60, `${toldFirst} were told in one turn`);
    assertEquals(closed, new Array(4).fill("EBADF"));
    for (const end of [...pairs.flat(), late, latePeer]) end.close();
  },
  { sanitizeOps: false },
);

testWith({}, "a flood on one connection starves neither timers nor Deno's own I/O", async () => {
  const { ticks, reads } = await claims(`
    const [a, b] = unix.pair();
    let on = true;
    const data = new Uint8Array(65536), room = new Uint8Array(65536);
    const sending = (async () => { while (on) await a.sendAll(data); a.close(); })();
    const receiving = (async () => { while (await b.recvInto(room) > 0); })();
    let ticks = 0, reads = 0;
    const timer = setInterval(() => ticks++, 1);
    const end = performance.now() + 300;
    while (performance.now() < end) { await Deno.readTextFile("/proc/self/stat"); reads++; }
    on = false;
    clearInterval(timer);
    await sending;
    await receiving;
    b.close();
    console.log(JSON.stringify({ ticks, reads }));
  `) as { ticks: number; reads: number };
  assert(ticks >= 10 && reads >= 10, `${ticks} ticks, ${reads} reads`);
});

testWith({}, "receiving without ever waiting lets timers run", async () => {
  const ticks = await claims(`
    const [a, b] = unix.pair();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const room = new Uint8Array(4096), data = new Uint8Array(4096);
    // One promise after the other that is resolved already: the event loop comes in only if let in.
    for (let i = 0; i < 20000; i++) {
      await a.sendAll(data);
      await b.recvInto(room);
    }
    clearInterval(timer);
    a.close();
    b.close();
    console.log(ticks);
  `);
  assert(ticks as number > 0, `${ticks} ticks`);
});
