/** The poller's descriptors: what it does without them, and when it gives them back. */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { runProgram } from "./_child.ts";

const HEAD = `
  import { libc, replaceLibc } from "$/ffi/abi/library.ts";
  import { allowLoopParking } from "$/ffi/loop/parker.ts";
  import { socketPair, socket, Socket } from "$/ffi/mod.ts";
  import * as unix from "$/unix/mod.ts";
  const links = () => [...Deno.readDirSync("/proc/self/fd")].map((entry) => {
    try { return Deno.readLinkSync("/proc/self/fd/" + entry.name); } catch { return ""; }
  }).filter((link) => link.startsWith("anon_inode:"));
  // Each poller has a timer; the event loop of Deno has none.
  const own = () => links().filter((link) => link.includes("timerfd")).length;
  // Contexts of this process; aio-nr counts the whole machine's.
  const aio = () => Deno.readTextFileSync("/proc/self/maps").split("/[aio]").length - 1;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const until = async (test) => { while (!test()) await pause(20); };
  const echo = async (a, b) => {
    const receiving = b.recv();
    receiving.catch(() => {});
    await pause(5);
    await a.sendAll(new Uint8Array([1, 2, 3]));
    return (await receiving).length;
  };
`;

async function said(source: string, maxFds?: number): Promise<unknown> {
  const { code, stdout, stderr } = await runProgram(HEAD + source, ["-A"], { maxFds });
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

/** The program as that of a Worker, which posts what it has to say. */
function inWorker(source: string): string {
  return `
    const source = ${JSON.stringify(HEAD + source)};
    const url = "data:application/typescript," + encodeURIComponent(source);
    const worker = new Worker(url, { type: "module" });
    console.log(await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data)));
    worker.terminate();`;
}

testWith(
  {},
  "a Worker's poller gives its descriptors back after its last wait, and comes again",
  async () => {
    const got = await said(inWorker(`
    const before = own();
    const [a, b] = unix.pair();
    const rounds = [];
    for (let i = 0; i < 2; i++) {
      const got = await echo(a, b);
      const held = own() - before;
      await until(() => own() === before);
      rounds.push([got, held > 0]);
    }
    // Watched by the first set and forgotten with it; what came meanwhile is there.
    await a.sendAll(new Uint8Array(5));
    rounds.push((await b.recv()).length, await echo(b, a));
    a.close();
    b.close();
    postMessage(JSON.stringify(rounds));
  `));
    assertEquals(got, [[3, true], [3, true], 5, 3]);
  },
);

for (const atOnce of [false, true]) {
  const when = atOnce ? "as soon as they are done" : "when they have given up waiting";
  testWith(
    {},
    `forty Workers that are terminated ${when} leave no descriptor and no AIO slot`,
    async () => {
      const { fds, slots } = await said(`
      const source = \`
        import { socketPair } from "$/ffi/mod.ts";
        const [a, b] = socketPair();
        const receiving = b.recv();
        setTimeout(() => a.sendAll(new Uint8Array(3)), 20);
        await receiving;
        a.close();
        b.close();
        postMessage("done");
      \`;
      const slots = aio();
      let before;
      const url = "data:application/typescript," + encodeURIComponent(source);
      for (let round = 0; round < 4; round++) {
        const workers = Array.from({ length: 10 }, () => new Worker(url, { type: "module" }));
        await Promise.all(workers.map((each) => new Promise((resolve) => each.onmessage = () => {
          if (${atOnce}) each.terminate();
          resolve();
        })));
        if (!${atOnce}) await until(() => own() === 0);
        for (const each of workers) each.terminate();
        // Deno's own for its first Workers stay.
        if (before === undefined) await pause(500);
        before ??= links().length - own();
      }
      for (let i = 0; i < 250 && (aio() > slots || links().length > before); i++) await pause(20);
      console.log(JSON.stringify({ fds: links().length - before, slots: aio() - slots }));
    `) as { fds: number; slots: number };
      assert(fds <= 0, `${fds} descriptors are left`);
      assert(slots <= 0, `${slots} AIO slots are left`);
    },
  );
}

for (
  const [name, missing, works] of [
    ["eventfd", ["eventfd"], true],
    ["eventfd, AIO and timers", ["eventfd", "syscall_io_setup", "timerfd_create"], true],
    ["eventfd and socketpair", ["eventfd", "socketpair"], true],
    ["epoll", ["epoll_create1"], false],
  ] as const
) {
  testWith({}, `waits ${works ? "work" : "reject"} in a sandbox without ${name}`, async () => {
    const got = await said(`
      const [a, b] = socketPair();
      const real = libc();
      let errno;
      const refuse = () => { errno = 1; return -1; };
      const fake = { ...real, errno: () => errno ?? real.errno() };
      for (const name of ${JSON.stringify(missing)}) fake[name] = refuse;
      replaceLibc(fake);
      const receiving = echo(a, b).then((count) => count, ({ code, syscall }) => [code, syscall]);
      console.log(JSON.stringify(await receiving));
    `);
    assertEquals(got, works ? 3 : ["EPERM", "epoll_create1"]);
  });
}

for (const loop of [true, false]) {
  const way = loop ? "in the event loop" : "on a thread";
  testWith({}, `a full descriptor table at the first wait rejects it, parked ${way}`, async () => {
    const got: unknown[] = [];
    // With 0 to 5 descriptors left something else is the first that fails.
    for (let left = 0; left < 6; left++) {
      got.push(
        await said(
          `
          allowLoopParking(${loop});
          const [a, b] = socketPair();
          const filled = [];
          for (;;) {
            const fd = libc().eventfd(0, 0);
            if (fd < 0) break;
            filled.push(fd);
          }
          for (let i = 0; i < ${left}; i++) libc().close(filled.pop());
          const result = await echo(a, b).then((count) => count, ({ code }) => code);
          for (const fd of filled) libc().close(fd);
          // It is over with the fault.
          console.log(JSON.stringify([result, await echo(a, b)]));
        `,
          200,
        ),
      );
    }
    assertEquals(got, [["EMFILE", 3], ...new Array(5).fill([3, 3])]);
  });
}

testWith({}, "a place in the set serves its owners when their count wraps", async () => {
  const got = await said(`
    const [a, b] = socketPair();
    // Each owner takes the place that the last has left; the count starts four before its end.
    const results = [];
    for (let i = 0; i < 8; i++) {
      const [c, d] = socketPair();
      results.push(await echo(c, d));
      c.close();
      d.close();
    }
    a.close();
    b.close();
    console.log(JSON.stringify(results));
  `);
  assertEquals(got, new Array(8).fill(3));
});
