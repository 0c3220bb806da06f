/** Each tutorial program against CPython's on the other side. */
import { assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { Program } from "./_programs.ts";

const NEEDS = { tools: ["python3"] };
const OURS = ["_bsd.ts", ".ts"];

interface Pair {
  server: string;
  client: string;
  /** What comes before the word that the server prints first (its port, say). */
  serverArgs?: (dir: string) => string[];
  clientArgs?: string[];
  received: string[];
  /** What the server prints after that. */
  served?: string[];
}

async function talk(pair: Pair): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await using server = new Program(`tutorial/${pair.server}`, pair.serverArgs?.(dir) ?? []);
    const where = (await server.line()).split(" ").slice(1).join(" ");
    await using client = new Program(`tutorial/${pair.client}`, [where, ...pair.clientArgs ?? []]);
    assertEquals(await client.rest(), pair.received);
    assertEquals(await server.rest(), pair.served ?? []);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Each of three hears the two others. */
const CHAT = ["ann", "ben", "cem"].flatMap((name) => Array(2).fill(`received ${name} says hello`));

const socketPath = (dir: string) => [`${dir}/tutorial.sock`];

for (const ours of OURS) {
  for (
    const [topic, text, serverArgs] of [
      ["tcp_echo", "Hello, world", undefined],
      ["udp_echo", "Hello, world", undefined],
      ["unix_ipc", "desserts", socketPath],
    ] as const
  ) {
    testWith(NEEDS, `${topic}: server${ours} serves Python's client`, () =>
      talk({
        server: `${topic}/server${ours}`,
        client: `${topic}/client.py`,
        serverArgs,
        received: [`received ${text}`],
      }));
    testWith(NEEDS, `${topic}: client${ours} asks Python's server`, () =>
      talk({
        server: `${topic}/server.py`,
        client: `${topic}/client${ours}`,
        serverArgs,
        received: [`received ${text}`],
      }));
  }
  testWith(
    NEEDS,
    `many_clients: server${ours} serves Python's clients at the same time`,
    () =>
      talk({
        server: `many_clients/server${ours}`,
        client: "many_clients/clients.py",
        serverArgs: () => ["20"],
        clientArgs: ["20"],
        received: ["received 20"],
      }),
  );
  testWith(NEEDS, `chat: server${ours} passes on what each of Python's clients says`, () =>
    talk({
      server: `chat/server${ours}`,
      client: "chat/clients.py",
      serverArgs: () => ["3"],
      received: CHAT,
    }));
  testWith(NEEDS, `dual_stack: server${ours} takes Python's clients of both families`, () =>
    talk({
      server: `dual_stack/server${ours}`,
      client: "dual_stack/clients.py",
      received: ["received ::ffff:127.0.0.1", "received ::1"],
    }));
  testWith(NEEDS, `non_blocking: client${ours} does not wait for Python's server`, () =>
    talk({
      server: "non_blocking/server.py",
      client: `non_blocking/client${ours}`,
      received: ["nothing yet", "received went"],
    }));
  testWith(NEEDS, `web_page: server${ours} answers Python's HTTP client`, () =>
    talk({
      server: `web_page/server${ours}`,
      client: "web_page/client.py",
      received: ["received 200 <h1>Hello from a socket</h1>"],
      served: ["request GET /page HTTP/1.1"],
    }));
}

testWith(NEEDS, "the Python programs of the tutorials talk to each other", async () => {
  await talk({
    server: "many_clients/server.py",
    client: "many_clients/clients.py",
    serverArgs: () => ["3"],
    clientArgs: ["3"],
    received: ["received 3"],
  });
  await talk({
    server: "chat/server.py",
    client: "chat/clients.py",
    serverArgs: () => ["3"],
    received: CHAT,
  });
  await talk({
    server: "dual_stack/server.py",
    client: "dual_stack/clients.py",
    received: ["received ::ffff:127.0.0.1", "received ::1"],
  });
  await talk({
    server: "web_page/server.py",
    client: "web_page/client.py",
    received: ["received 200 <h1>Hello from a socket</h1>"],
    served: ["request GET /page HTTP/1.1"],
  });
});
