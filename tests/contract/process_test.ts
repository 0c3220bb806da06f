/** What an open endpoint means for the process. Each claim runs in a process of its own. */
import { assertEquals } from "@std/assert";
import { runDeno } from "./_helpers.ts";
import { claim } from "./_claim.ts";
import { childOf, STREAM_KINDS } from "./_kinds.ts";

const OPEN = `
  const client = await connect(listener.localAddr);
  const server = await listener.accept();`;

claim(STREAM_KINDS, "unref lets the process end though waits are pending", async (kind) => {
  const { code, stdout, stderr } = await runDeno(`
    ${childOf(kind)}${OPEN}
    for (const endpoint of [client, server, listener]) endpoint.unref();
    for (const wait of [client.recv(), server.recv(1, { timeoutMs: 60_000 }), listener.accept()]) {
      wait.then(() => console.log("settled"), () => console.log("rejected"));
    }
    console.log("end");
  `);
  assertEquals([code, stdout], [0, "end\n"], stderr);
});

claim(STREAM_KINDS, "a referenced wait keeps the process until it settles", async (kind) => {
  const { code, stdout, stderr } = await runDeno(`
    ${childOf(kind)}${OPEN}
    for (const endpoint of [client, server, listener]) { endpoint.unref(); endpoint.ref(); }
    const timer = setTimeout(() => client.sendAll(new Uint8Array(3)), 20);
    Deno.unrefTimer(timer);
    console.log((await server.recv()).length);
    for (const endpoint of [client, server, listener]) endpoint.close();
  `);
  assertEquals([code, stdout], [0, "3\n"], stderr);
});

claim(STREAM_KINDS, "closing everything lets the process end", async (kind) => {
  const { code, stdout, stderr } = await runDeno(`
    ${childOf(kind)}${OPEN}
    const waits = [client.recv(), server.recv(), listener.accept()];
    await server.recv(1, { timeoutMs: 1 }).catch(() => {});
    for (const endpoint of [client, server, listener]) endpoint.close();
    const codes = (await Promise.allSettled(waits)).map((w) => w.reason.code);
    console.log(codes.join());
  `);
  assertEquals([code, stdout], [0, "EBADF,EBADF,EBADF\n"], stderr);
});

claim(
  STREAM_KINDS,
  "an unreferenced wait does not outlive those that kept the process",
  async (kind) => {
    const { code, stdout, stderr } = await runDeno(`
    ${childOf(kind)}${OPEN}
    listener.unref();
    listener.accept().catch(() => {});
    const receiving = server.recv();
    setTimeout(() => client.sendAll(new Uint8Array(3)), 20);
    console.log((await receiving).length);
    for (const endpoint of [client, server]) endpoint.close();
  `);
    assertEquals([code, stdout], [0, "3\n"], stderr);
  },
);
