/** Rings of Workers, which come and go within the process. */
import { assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { runProgram } from "../ffi/_child.ts";
import { lacksRings } from "./_lacks.ts";

testWith(
  { kernel: lacksRings },
  "Workers that are ended while they receive leave the process whole",
  async () => {
    const { code, stdout, stderr } = await runProgram(
      `
      const source = \`
        import { tcp } from "$/mod.ts";
        import { useIoUring } from "$/ffi/ring/permitted.ts";
        useIoUring(true);
        const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
        postMessage(listener.localAddr.port);
        for await (const conn of listener) {
          (async () => {
            const buffer = new Uint8Array(2048);
            for (;;) {
              const count = await conn.recvInto(buffer);
              if (count === 0) return conn.close();
              await conn.sendAll(buffer.subarray(0, count));
            }
          })();
        }
      \`;
      const url = "data:application/typescript," + encodeURIComponent(source);
      let echoes = 0;
      for (let round = 0; round < 6; round++) {
        const worker = new Worker(url, { type: "module" });
        const port = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
        const peers = await Promise.all(
          Array.from({ length: 20 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
        );
        for (let i = 0; i < 20; i++) {
          await Promise.all(peers.map(async (peer) => {
            await peer.write(new Uint8Array(100));
            let got = 0;
            while (got < 100) got += await peer.read(new Uint8Array(100)) ?? Infinity;
            echoes++;
          }));
        }
        // In the middle of it.
        const writing = peers.map((peer) => peer.write(new Uint8Array(1000)).catch(() => {}));
        worker.terminate();
        await Promise.all(writing);
        // The heap is used meanwhile.
        const heap = Array.from({ length: 2000 }, (_, i) => new Uint8Array(4096).fill(i));
        await new Promise((resolve) => setTimeout(resolve, 50));
        for (const [i, part] of heap.entries()) {
          if (part.some((byte) => byte !== (i & 255))) throw new Error("memory was overwritten");
        }
        for (const peer of peers) peer.close();
      }
      console.log(echoes);
    `,
      ["-A"],
    );
    assertEquals([code, stdout], [0, "2400\n"], stderr);
  },
);

testWith(
  { kernel: lacksRings },
  "a Worker's ring stays while connections are in it, and is given back after the last",
  async () => {
    const { code, stdout, stderr } = await runProgram(
      `
      const source = \`
        import { tcp } from "$/mod.ts";
        import { useIoUring } from "$/ffi/ring/permitted.ts";
        import { poller } from "$/ffi/loop/poller.ts";
        useIoUring(true);
        const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
        const client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
        const server = await listener.accept();
        listener.close();
        const got = [];
        for (let i = 0; i < 3 || !poller.ring?.receivers; i++) {
          const receiving = server.recv();
          await pause(5);
          await client.sendAll(new Uint8Array(3));
          got[0] = (await receiving).length;
        }
        // Longer than an idle set is kept. Nobody waits, and the ring receives.
        await pause(2500);
        got.push(poller.ring.receivers);
        await client.sendAll(new Uint8Array(5));
        await pause(50);
        got.push((await server.recv()).length);
        server.close();
        client.close();
        postMessage(got);
      \`;
      const url = "data:application/typescript," + encodeURIComponent(source);
      const worker = new Worker(url, { type: "module" });
      const got = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
      const rings = () => [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
        try {
          return Deno.readLinkSync("/proc/self/fd/" + name).includes("io_uring");
        } catch {
          return false;
        }
      }).length;
      while (rings() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      console.log(JSON.stringify(got));
      worker.terminate();
    `,
      ["-A"],
    );
    assertEquals([code, stdout], [0, "[3,1,5]\n"], stderr);
  },
);
