/** What Workers leave that are terminated: nothing that is theirs, and nobody else's is touched. */
import { assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { ROUTINES } from "../../ffi/abi/thread_end.ts";
import { runProgram } from "./_child.ts";

for (const [arch, prefix] of [["x86_64", "x86_64-linux-gnu-"], ["aarch64", "aarch64-linux-gnu-"]]) {
  testWith(
    { tools: [`${prefix}as`, `${prefix}objcopy`] },
    `the routine for ${arch} is what GNU's assembler makes of its source`,
    async () => {
      const routine = ROUTINES[arch as keyof typeof ROUTINES];
      const folder = await Deno.makeTempDir();
      try {
        const source = routine.map(([, line]) => `${line}\n`).join("");
        await Deno.writeTextFile(`${folder}/routine.s`, source);
        for (
          const [tool, ...args] of [
            ["as", "-o", "routine.o", "routine.s"],
            ["objcopy", "-O", "binary", "-j", ".text", "routine.o", "routine"],
          ]
        ) {
          const { code, stderr } = await new Deno.Command(prefix + tool, { args, cwd: folder })
            .output();
          assertEquals(code, 0, new TextDecoder().decode(stderr));
        }
        const made = (await Deno.readFile(`${folder}/routine`)).toHex();
        assertEquals(routine.map(([code]) => code).join(""), made);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

const HEAD = `
  // Contexts of this process; aio-nr counts the whole machine's.
  const aio = () => Deno.readTextFileSync("/proc/self/maps").split("/[aio]").length - 1;
  const links = () => new Map([...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
    try { return [name, Deno.readLinkSync("/proc/self/fd/" + name)]; } catch { return [name, ""]; }
  }));
  const held = () => [...links().values()].filter((link) => /^(socket|anon_inode):/.test(link)).length;
  // Deno may keep the epoll and the eventfd of a Worker that has ended; a leak is in every round.
  const isLeft = (before) => held() > before + 2;
  const start = async (source) => {
    const url = "data:application/typescript," + encodeURIComponent(source);
    const worker = new Worker(url, { type: "module" });
    worker.said = () => new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
    worker.first = await worker.said();
    return worker;
  };
  const until = async (test) => {
    for (let i = 0; i < 500 && !test(); i++) await new Promise((go) => setTimeout(go, 20));
  };
`;

async function said(source: string, env: Record<string, string> = {}): Promise<unknown> {
  const { code, stdout, stderr } = await runProgram(HEAD + source, ["-A"], { env });
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

/** A Worker that holds open whatever can be, and waits. */
const BUSY = `
  import { socketPair, tcp, udp, unix } from "$/mod.ts";
  const engine = "libc";
  const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine });
  const client = await tcp.connect({ ...listener.localAddr, engine });
  const server = await listener.accept();
  const [one, other] = unix.pair();
  const [a, b] = socketPair();
  using datagrams = await udp.bind({ hostname: "127.0.0.1", port: 0, engine });
  const receiving = [server, one, a, datagrams].map((each) => each.recv().catch(() => {}));
  await client.sendAll(new Uint8Array(10));
  await receiving[0];
  server.recv().catch(() => {});
  postMessage(listener.localAddr.port);
`;

for (const rings of ["1", "0"]) {
  testWith(
    {},
    `Workers that are terminated while they wait close all they have, ${
      rings === "1" ? "with" : "without"
    } io_uring`,
    async () => {
      const left = await said(
        `
        const busy = ${JSON.stringify(BUSY)};
        const slots = aio();
        // Deno's own for its first Workers stay.
        (await start("postMessage(0)")).terminate();
        await new Promise((go) => setTimeout(go, 500));
        const before = held();
        const ends = [];
        for (let round = 0; round < 6; round++) {
          const worker = await start(busy);
          const peer = await Deno.connect({ hostname: "127.0.0.1", port: worker.first });
          const during = held() - before;
          worker.terminate();
          // The kernel tells the peer: nobody accepts it any more.
          ends.push(during >= 8 && await peer.read(new Uint8Array(1)).catch(({ code }) => code));
          peer.close();
        }
        await until(() => !isLeft(before) && aio() <= slots);
        console.log(JSON.stringify([ends, !isLeft(before), aio() <= slots]));
      `,
        { SOCKETS_IO_URING: rings },
      );
      assertEquals(left, [new Array(6).fill("ECONNRESET"), true, true]);
    },
  );
}

testWith({}, "a Worker's descriptors are closed, however many they are", async () => {
  const left = await said(`
    (await start("postMessage(0)")).terminate();
    await new Promise((go) => setTimeout(go, 500));
    const before = held();
    const worker = await start(\`
      import { socketPair } from "$/mod.ts";
      const pairs = Array.from({ length: 1500 }, () => socketPair());
      // Every third is closed by itself, and its place taken again.
      for (let i = 0; i < 1500; i += 3) pairs[i].forEach((each) => each.close());
      for (let i = 0; i < 1500; i += 3) pairs[i] = socketPair();
      postMessage(pairs.length);
    \`);
    const during = held() - before;
    worker.terminate();
    await until(() => !isLeft(before));
    console.log(JSON.stringify([during >= 3000, !isLeft(before)]));
  `);
  assertEquals(left, [true, true]);
});

testWith({}, "a Worker that is terminated leaves alone what it gave away", async () => {
  const got = await said(`
    import { Socket } from "$/mod.ts";
    const worker = await start(\`
      import { socketPair } from "$/mod.ts";
      const [a, b] = socketPair();
      const [c, d] = socketPair();
      // A number that was closed is another's now, and a's is whose it was given to.
      const { fd } = c;
      c.close();
      const opened = await Deno.open("/dev/zero");
      self.onmessage = () => {};
      postMessage([a.detach(), b.detach()]);
    \`);
    const [a, b] = worker.first.map((fd) => Socket.fromFd(fd));
    const numbers = () => [...links()].filter(([, link]) => link === "/dev/zero").map(([fd]) => fd);
    // Ours has the next free number: those that the Worker has closed.
    const files = Array.from({ length: 20 }, () => Deno.openSync("/dev/zero"));
    const before = links().size;
    worker.terminate();
    await until(() => numbers().length === files.length);
    await new Promise((go) => setTimeout(go, 200));
    const read = files.map((file) => file.readSync(new Uint8Array(1)));
    await a.sendAll(new Uint8Array(3));
    console.log(JSON.stringify([numbers().length, read.every((n) => n === 1), (await b.recv()).length]));
  `);
  assertEquals(got, [20, true, 3]);
});

testWith({}, "what Deno holds, too, is closed only while its number is not another's", async () => {
  const got = await said(`
    const worker = await start(\`
      import { libc } from "$/ffi/abi/library.ts";
      import { closeAtThreadEnd } from "$/ffi/abi/thread_end.ts";
      const fds = [libc().eventfd(0, 0x80000), libc().eventfd(0, 0x80000)];
      fds.forEach((fd) => closeAtThreadEnd(fd, true));
      // As Deno may do.
      libc().close(fds[0]);
      self.onmessage = () => {};
      postMessage(fds);
    \`);
    const [taken, own] = worker.first.map(String);
    const files = [];
    while (links().get(taken) !== "/dev/zero") files.push(Deno.openSync("/dev/zero"));
    worker.terminate();
    await until(() => links().get(own) !== "anon_inode:[eventfd]");
    console.log(JSON.stringify([links().get(taken), links().get(own) ?? "closed"]));
  `);
  assertEquals(got, ["/dev/zero", "closed"]);
});
