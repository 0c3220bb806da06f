/** When serveHttp loads npm's `ws`, what that needs, and what happens meanwhile. */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;
const PROGRAM = `
import * as tcp from "${ROOT}tcp/mod.ts";
import { serveHttp } from "${ROOT}bridge/mod.ts";

const UPGRADE = "GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n";
const [what] = Deno.args;
const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
const server = serveHttp(listener, () => new Response("plain"), what === "plain" ? {} : {
  onWebSocket: (socket) => {
    socket.onmessage = ({ data }) => socket.send(data);
  },
});
const { port } = server.localAddr;
if (what === "shutdown" || what === "gone") {
  const client = await tcp.connect(server.localAddr);
  await client.sendAll(new TextEncoder().encode(UPGRADE));
  if (what === "gone") client.close();
  const ended = server.shutdown();
  // The answer, a close or nothing, and then the end: whenever ws was there.
  if (what === "shutdown") while ((await client.recv()).length > 0);
  client.close();
  await ended;
  console.log("ended");
} else {
  console.log(await (await fetch("http://127.0.0.1:" + port)).text());
  if (what === "echo") {
    const client = new WebSocket("ws://127.0.0.1:" + port);
    client.onopen = () => client.send("echo");
    console.log(await new Promise((resolve) => {
      client.onmessage = ({ data }) => resolve(data);
      client.onerror = () => resolve("refused");
    }));
  }
  server.close();
}
`;

/** Runs the program with few permissions. */
async function run(what: string, ...flags: string[]): Promise<{ out: string; err: string }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, PROGRAM);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-net=127.0.0.1", ...flags],
        ...["--config", `${ROOT}deno.json`, file, what],
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { out: decoder.decode(stdout), err: decoder.decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

const ALLOWED = "--allow-env=WS_NO_BUFFER_UTIL";

Deno.test("a server without WebSockets loads no ws, which would need a permission", async () => {
  assertEquals(await run("plain"), { out: "plain\n", err: "" });
});

for (const flag of [ALLOWED, ALLOWED.replace("allow", "ignore")]) {
  Deno.test(`WebSockets need ${flag} beside the network`, async () => {
    assertEquals(await run("echo", flag), { out: "plain\necho\n", err: "" });
  });
}

Deno.test("without it they are refused, the console says why, and HTTP goes on", async () => {
  const { out, err } = await run("echo");
  assertEquals(out, "plain\nrefused\n");
  assert(/npm's ws was not loaded: Requires env access to "WS_NO_BUFFER_UTIL"/.test(err), err);
});

for (const what of ["shutdown", "gone"]) {
  Deno.test(`${what} while ws is loaded: the server ends`, async () => {
    assertEquals(await run(what, ALLOWED), { out: "ended\n", err: "" });
  });
}
