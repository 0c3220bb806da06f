/** Workers, ends of processes, and what waiting costs there. */
import { assert, assertEquals } from "@std/assert";
import { runJson, runProgram } from "./_program.ts";
import { claim } from "./_tools.ts";

const WORKERS = `
  const worker = (source) => new Worker(
    "data:application/typescript," + encodeURIComponent(source), { type: "module" });
  const answer = (worker) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
  });
`;

claim("eight Workers echo on sockets of their own at the same time", async () => {
  const got = await runJson<number[]>(`
    ${WORKERS}
    import { socket } from "$/ffi/mod.ts";
    const echo = \`
      import { socket } from "$/ffi/mod.ts";
      const listener = socket();
      listener.bind({ hostname: "127.0.0.1", port: 0 });
      listener.listen();
      postMessage(listener.localAddr.port);
      const [connection] = await listener.accept();
      let total = 0;
      for (let data; (data = await connection.recv()).length > 0;) {
        total += data.length;
        await connection.sendAll(data);
      }
      connection.close();
      listener.close();
      postMessage(total);
    \`;
    const workers = Array.from({ length: 8 }, () => worker(echo));
    const got = await Promise.all(workers.map(async (worker) => {
      const port = await answer(worker);
      const ended = answer(worker);
      const client = socket();
      await client.connect({ hostname: "127.0.0.1", port });
      for (let round = 0; round < 200; round++) {
        await client.sendAll(new Uint8Array(100));
        for (let got = 0; got < 100;) got += (await client.recv(100)).length;
      }
      client.close();
      return await ended;
    }));
    console.log(JSON.stringify(got));
    for (const each of workers) each.terminate();
  `);
  assertEquals(got, Array(8).fill(20_000));
});

claim(
  "Workers that are terminated while they wait neither hang the process nor hurt others",
  async () => {
    const { code, stdout, stderr } = await runProgram(
      `
    ${WORKERS}
    import { socketPair } from "$/ffi/mod.ts";
    const waiting = \`
      import { socket, socketPair } from "$/ffi/mod.ts";
      const pairs = Array.from({ length: 10 }, () => socketPair());
      const listener = socket();
      listener.bind({ hostname: "127.0.0.1", port: 0 });
      listener.listen();
      for (const [a] of pairs) a.recv().catch(() => {});
      listener.accept().catch(() => {});
      setTimeout(() => postMessage("waits"), 20);
    \`;
    const [a, b] = socketPair();
    const receiving = b.recv();
    for (let round = 0; round < 5; round++) {
      const workers = [0, 1, 2].map(() => worker(waiting));
      await Promise.all(workers.map(answer));
      for (const each of workers) each.terminate();
    }
    await a.send(new Uint8Array(5));
    console.log((await receiving).length);
    a.close();
    b.close();
  `,
      { prefix: ["timeout", "60"] },
    );
    assertEquals([code, stdout], [0, "5\n"], stderr);
  },
);

claim("a Worker's close() during a wait lets the process end", async () => {
  const { code, stdout, stderr } = await runProgram(
    `
    ${WORKERS}
    const each = worker(\`
      import { socketPair } from "$/ffi/mod.ts";
      const [a] = socketPair();
      a.recv().catch(() => {});
      setTimeout(() => { postMessage("closing"); self.close(); }, 20);
    \`);
    console.log(await answer(each));
  `,
    { prefix: ["timeout", "60"] },
  );
  assertEquals([code, stdout], [0, "closing\n"], stderr);
});

claim("a thousand sockets wait on no thread of their own, and cost next to nothing", async () => {
  const { threads, ticks, served } = await runJson<
    { threads: number; ticks: number; served: number }
  >(`
    import { AF_UNIX, SOCK_DGRAM, socketPair } from "$/ffi/mod.ts";
    const count = () => [...Deno.readDirSync("/proc/self/task")].length;
    const cpu = () => {
      const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1].split(" ");
      return Number(fields[11]) + Number(fields[12]);
    };
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    await Deno.readTextFile("/proc/self/stat");
    const pairs = Array.from({ length: 1000 }, () => socketPair(AF_UNIX, SOCK_DGRAM));
    const before = count();
    const receives = pairs.map(([, b], i) => i % 2 === 0 ? b.recv(10) : b.recvMsg(10));
    await pause(200);
    const threads = count() - before;
    const start = cpu();
    await pause(1000);
    const ticks = cpu() - start;
    await Promise.all(pairs.map(([a]) => a.send(new Uint8Array(1))));
    const served = (await Promise.all(receives)).length;
    for (const pair of pairs) for (const each of pair) each.close();
    console.log(JSON.stringify({ threads, ticks, served }));
  `);
  assertEquals(served, 1000);
  assert(threads <= 1, `${threads} threads more`);
  assert(ticks <= 10, `${ticks} ticks in a second`);
});

/** What waits, and how it is unreferenced. */
const WAITS = {
  "a bare receive": `const [a, b] = socketPair(); const own = a; const wait = own.recv();`,
  "a bare accept": `const own = socket(); own.bind(at); own.listen(); const wait = own.accept();`,
  "an endpoint's receive": `const [own, b] = unix.pair(); const wait = own.recv();`,
  "an endpoint's accept":
    `const own = await tcp.listen({ ...at, engine: "libc" }); const wait = own.accept();`,
  "a datagram endpoint's receive":
    `const own = await udp.bind({ ...at, engine: "libc" }); const wait = own.recvFrom();`,
  "a send to a full queue": `const own = socket(1, 2); const r = socket(1, 2); r.bind({ path: "" });
    const to = r.localAddr; let wait;
    for (let i = 0; i < 300; i++) wait = own.sendTo(new Uint8Array(1), to).catch(() => {});`,
};

for (const [name, source] of Object.entries(WAITS)) {
  const program = (then: string) => `
    import { socket, socketPair } from "$/ffi/mod.ts";
    import * as tcp from "$/tcp/mod.ts";
    import * as udp from "$/udp/mod.ts";
    import * as unix from "$/unix/mod.ts";
    const at = { hostname: "127.0.0.1", port: 0 };
    ${source}
    wait.then(() => console.log("settled"), ({ code }) => console.log(code));
    ${then}
  `;

  claim(`${name} keeps the process alive, unreferenced it does not`, async () => {
    const free = await runProgram(program(`own.unref(); console.log("free");`), {
      prefix: ["timeout", "30"],
    });
    assertEquals([free.code, free.stdout], [0, "free\n"], free.stderr);
    // An unreferenced timer fires only if something else keeps the process.
    const kept = await runProgram(
      program(`own.unref(); own.ref();
        Deno.unrefTimer(setTimeout(() => { console.log("kept"); Deno.exit(); }, 300));`),
      { prefix: ["timeout", "30"] },
    );
    assertEquals([kept.code, kept.stdout], [0, "kept\n"], kept.stderr);
  });
}

claim("an open socket with nothing pending does not keep the process", async () => {
  const { code, stdout } = await runProgram(
    `
    import { socketPair, socket } from "$/ffi/mod.ts";
    const [a, b] = socketPair();
    await a.send(new Uint8Array(1));
    await b.recv();
    const listener = socket();
    listener.listen();
    await listener.accept({ timeoutMs: 10 }).catch(() => {});
    console.log("done");
  `,
    { prefix: ["timeout", "30"] },
  );
  assertEquals([code, stdout], [0, "done\n"]);
});
