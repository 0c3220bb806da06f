/**
 * UDP in processes of their own: what permission it takes, and what keeps a process alive.
 */

import { assertEquals } from "@std/assert";
import { runDeno } from "../contract/_helpers.ts";

const MOD = new URL("../../udp/mod.ts", import.meta.url).href;

const SCRIPT = `
  import * as udp from "${MOD}";
  using server = await udp.bind({ hostname: "127.0.0.1" });
  using client = await udp.connect(server.localAddr);
  await client.send(new TextEncoder().encode("hello"));
  const { data, from } = await server.recvFrom({ timeoutMs: 10000 });
  await server.sendTo(data, from);
  const back = new TextDecoder().decode(await client.recv());
  console.log(back, server.engine, typeof Deno.listenDatagram);
`;

Deno.test("UDP works with --allow-net alone, with and without --unstable-net", async () => {
  for (const [flags, kind] of [[[], "undefined"], [["--unstable-net"], "function"]] as const) {
    const { stdout, stderr } = await runDeno(SCRIPT, {
      args: ["--no-prompt", "--allow-net", ...flags],
    });
    assertEquals(stdout, `hello deno ${kind}\n`, stderr);
  }
});

Deno.test("a missing net permission is NotCapable, names its flag, and can be caught", async () => {
  for (const flags of [[], ["--unstable-net"]]) {
    const { stdout, stderr } = await runDeno(
      `
      import * as udp from "${MOD}";
      const told = (error) => console.log(error instanceof Deno.errors.NotCapable, error.message.includes("--allow-net"));
      await udp.bind({ hostname: "127.0.0.2" }).catch(told);
      await udp.bind({ hostname: "some.name.invalid" }).catch(told);
      using socket = await udp.bind({ hostname: "127.0.0.1" });
      await socket.sendTo(new Uint8Array(1), { hostname: "127.0.0.3", port: 9 }).catch(told);
      await socket.sendTo(new Uint8Array(1), { hostname: "127.0.0.1", port: 9 });
      console.log("end");
    `,
      { args: ["--no-prompt", "--allow-net=127.0.0.1", ...flags] },
    );
    assertEquals(stdout, "true true\n".repeat(3) + "end\n", stderr);
  }
});

Deno.test("unref lets the process end though a receive is pending, and ref keeps it", async () => {
  for (const flags of [["--allow-net"], ["--allow-net", "--unstable-net"]]) {
    const { code, stdout, stderr } = await runDeno(
      `
      import * as udp from "${MOD}";
      const server = await udp.bind({ hostname: "127.0.0.1" });
      const client = await udp.bind({ hostname: "127.0.0.1" });
      client.unref();
      server.unref();
      server.ref();
      Deno.unrefTimer(setTimeout(() => client.sendTo(new Uint8Array(3), server.localAddr), 20));
      console.log((await server.recv()).length);
      server.unref();
      server.recv().then(() => console.log("never"));
      console.log("end");
    `,
      { args: ["--no-prompt", ...flags] },
    );
    assertEquals([code, stdout], [0, "3\nend\n"], stderr);
  }
});
