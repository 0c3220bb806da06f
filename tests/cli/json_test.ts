/** Every line of JSON that `sock` writes is one of the rows in which it is written down. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../cli/_commands.ts";
import { ERROR_EVENT, type EventRow, VERSION_EVENT } from "../../cli/event_rows.ts";
import { can, udp, wire } from "../../mod.ts";
import { lacksControllers, openControllers } from "../bluetooth/_controllers.ts";
import { lacksCan, withBus } from "../can/_bus.ts";
import { limitMs, testWith } from "../_tools.ts";
import { closedPort, runSock, Sock } from "./_sock.ts";

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  strings: (value) => Array.isArray(value) && value.every(CHECKS.string),
  objects: (value) => Array.isArray(value) && value.every(CHECKS.object),
};

/** Checks one line of a stream against the rows; returns which it is. */
function checkLine(line: string, on: "stdout" | "stderr", rows: readonly EventRow[]): string {
  const { event, time, ...fields } = JSON.parse(line);
  assertEquals(Object.keys(JSON.parse(line)).slice(0, 2), ["event", "time"], line);
  assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const row = rows.find((one) => one.event === event);
  assert(row !== undefined, `no row for ${line}`);
  assertEquals(row.on, on, line);
  for (const [name, type] of Object.entries(row.fields)) {
    const optional = type.endsWith("?");
    const value = fields[name];
    if (optional && (value === undefined || value === null)) continue;
    assert(CHECKS[type.replace("?", "")](value), `${name} of ${line} is no ${type}`);
  }
  for (const name of Object.keys(fields)) {
    assert(name in row.fields, `${name} of ${line} is not written down`);
  }
  return event;
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

/** Runs of a command that together show what it can tell; each gives its two streams. */
type Scenario = () => Promise<{ out: string; err: string }[]>;

/** `address` is served by `serving`, and stopped when a client has been there. */
async function serve(
  args: readonly string[],
  client: (address: string) => Promise<unknown>,
): Promise<{ out: string; err: string }> {
  await using server = new Sock(args);
  await server.end();
  await client(await server.address());
  await server.told(/"event":"close"/);
  server.child.kill("SIGINT");
  const { err } = await server.result();
  // What the peer sent is not JSON.
  return { out: "", err };
}

/** One answer with a record, from a server of one line. */
async function digAnswered(): Promise<{ out: string; err: string }> {
  using server = await udp.bind({ hostname: "127.0.0.1", port: 0, engine: "deno" });
  const running = runSock(["dig", "-j", "a.test", `@127.0.0.1:${server.localAddr.port}`]);
  const { data, from } = await server.recvFrom();
  const { id, questions } = wire.DnsView.parse(data);
  const answers = [{ type: "A", name: "a.test", ttl: 1, address: "192.0.2.1" }] as const;
  await server.sendTo(
    wire.encodeDns({ kind: "dns", id, response: true, questions, answers: [...answers] }),
    from,
  );
  return await running;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async connect() {
    await using server = new Sock(["echo", "tcp:127.0.0.1:0"]);
    const address = await server.address();
    const { err } = await runSock(["connect", "-j", "-x", address], "hello");
    return [{ out: "", err }, await runSock(["connect", "-j", `tcp:127.0.0.1:${closedPort()}`])];
  },
  async listen() {
    const args = ["listen", "-j", "-k", "-x", "--allow", "127.0.0.1", "tcp:127.0.0.1:0"];
    return [
      await serve(args, async (address) => {
        await runSock(["connect", address, "--source", "127.0.0.2"]);
        await runSock(["connect", address, "--timeout", "0.3"], "hello");
      }),
    ];
  },
  async echo() {
    return [
      await serve(
        ["echo", "-j", "-x", "udp:127.0.0.1:0", "-t", "0.2"],
        (address) => runSock(["connect", address], "hello"),
      ),
    ];
  },
  async relay() {
    await using server = new Sock(["echo", "tcp:127.0.0.1:0"]);
    const target = await server.address();
    const args = ["relay", "-j", "tcp:127.0.0.1:0", target];
    const dead = ["relay", "-j", "tcp:127.0.0.1:0", `tcp:127.0.0.1:${closedPort()}`];
    return [
      await serve(args, (address) => runSock(["connect", address], "hello")),
      await serve(dead, (address) => runSock(["connect", address], "hello")),
    ];
  },
  async resolve() {
    return [
      await runSock(["resolve", "-j", "-r", "-c", "localhost", "http"]),
      await runSock(["resolve", "-j", "localhost", "nosuchservice"]),
    ];
  },
  async dig() {
    // An echo is no answer: it is waited for in vain.
    await using server = new Sock(["echo", "udp:127.0.0.1:0"]);
    const port = await server.port();
    return [
      await runSock(["dig", "-j", "a.test", `@127.0.0.1:${port}`, "-t", "50ms", "--tries", "1"]),
      await digAnswered(),
    ];
  },
  async ping() {
    return [
      await runSock(["ping", "-j", "-c", "2", "-i", "10ms", "127.0.0.1", "no such host"]),
      await runSock(["ping", "-j", "no such host"]),
    ];
  },
  async sweep() {
    return [await runSock(["sweep", "-j", "-a", "127.0.0.1-2", "no such host"])];
  },
  async scan() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const ports = `${listener.addr.port},${closedPort()}`;
    return [
      await runSock(["scan", "-j", "--all", "127.0.0.1", ports]),
      await runSock(["scan", "-j", "127.0.0.1", "nosuchservice"]),
    ];
  },
  async trace() {
    return [await runSock(["trace", "-j", "127.0.0.1"])];
  },
  async interfaces() {
    return [await runSock(["interfaces", "-j"])];
  },
  async routes() {
    return [
      await runSock(["routes", "-j", "--table", "all"]),
      await runSock(["routes", "-j", "--table", "mein"]),
    ];
  },
  async neighbors() {
    return [
      await runSock(["neighbors", "-j", "--all"]),
      await runSock(["neighbors", "-j", "--device", "nosuchlink"]),
    ];
  },
  async sockets() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    return [await runSock(["sockets", "-j", "tcp", "--port", `${port}`])];
  },
  async top() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    using server = await listener.accept();
    let over = false;
    const stream = (async () => {
      while (!over) {
        await client.write(new Uint8Array(1000));
        await server.read(new Uint8Array(1000));
      }
    })();
    const top = ["top", "-j", "-c", "1", "-i", "100ms", "--port", `${listener.addr.port}`];
    const run = await runSock(top);
    over = true;
    await stream;
    return [run];
  },
  async "bt scan"() {
    await using _controllers = await openControllers();
    return [
      await runSock(["bt", "scan", "-j", "hci0", "--le", "-t", `${limitMs(1000)}ms`]),
      await runSock(["bt", "scan", "-j", "hci7"]),
    ];
  },
  "can dump": async () => [(await canRuns()).dump],
  "can send": async () => [(await canRuns()).send],
  "can play": async () => [(await canRuns()).play],
};

type CanRuns = Record<"dump" | "send" | "play", { out: string; err: string }>;
let canRun: Promise<CanRuns> | undefined;

/** Frames of a bus and what the three commands tell of them: run once. */
function canRuns(): Promise<CanRuns> {
  return canRun ??= runCan();
}

async function runCan(): Promise<CanRuns> {
  let result: CanRuns | undefined;
  await withBus(async (name) => {
    using bus = await can.openRaw({ interface: name });
    await using dump = new Sock(["can", "dump", "-j", `${name},0:0,#FFFFFFFF`, "-n", "50"]);
    let over = false;
    const dumped = dump.result().finally(() => over = true);
    const notes = ["123#01", "123#R2", "12345678##3AA", "20000004#000C000000000000"];
    while (!over) {
      for (const note of notes) await bus.sendFrame(can.parseFrame(note));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    result = {
      dump: await dumped,
      send: await runSock(["can", "send", "-j", name, ...notes]),
      play: await runSock(["can", "play", "-j", "-"], `(1.0) ${name} 123#\n`),
    };
  });
  return result!;
}

/** Those that write for another program: a shell, man. */
const WITHOUT_JSON = ["completions", "manual"];

for (const row of COMMANDS) {
  if (WITHOUT_JSON.includes(row.name)) continue;
  testWith(
    {
      root: /^(ping|sweep|trace|can |bt )/.test(row.name),
      ...(row.name.startsWith("can ") && { kernel: lacksCan }),
      ...(row.name.startsWith("bt ") && { kernel: lacksControllers }),
    },
    `${row.name} --json writes only what is written down, where it belongs`,
    async () => {
      const command = await row.load();
      const rows = [...command.events, ERROR_EVENT];
      assert(row.name in SCENARIOS, `no runs of ${row.name}`);
      const seen = new Set<string>();
      for (const { out, err } of await SCENARIOS[row.name]()) {
        for (const line of lines(out)) seen.add(checkLine(line, "stdout", rows));
        for (const line of lines(err)) seen.add(checkLine(line, "stderr", rows));
      }
      assert(seen.size > 0);
    },
  );
}

Deno.test("the events of each command are named once, and their fields have kinds", async () => {
  for (const row of COMMANDS) {
    const { events } = await row.load();
    assertEquals(new Set(events.map(({ event }) => event)).size, events.length, row.name);
    for (const { fields } of [...events, ERROR_EVENT, VERSION_EVENT]) {
      for (const type of Object.values(fields)) assert(type.replace("?", "") in CHECKS);
    }
  }
});

Deno.test("--version --json is as it is written down", async () => {
  const { out } = await runSock(["--version", "--json"]);
  assertEquals(checkLine(out.trim(), "stdout", [VERSION_EVENT]), "version");
});

Deno.test("resolve blames the service when it is the service", async () => {
  for (
    const [args, message] of [
      [["127.0.0.1", "nosuchservice"], 'Unknown service "nosuchservice" (EAI_SERVICE)'],
      [["::1", "tftp", "-T", "stream"], 'Service "tftp" is not spoken over stream (EAI_SERVICE)'],
    ] as const
  ) {
    const { code, err } = await runSock(["resolve", ...args]);
    assertEquals([code, err], [4, `sock: ${message}\n`]);
  }
});

testWith(
  { root: true },
  "ping asks several hosts side by side, and sums up a line each",
  async () => {
    const args = ["ping", "-c", "2", "-i", "10ms"];
    const { code, out } = await runSock([...args, "127.0.0.1", "::1"]);
    assertEquals(code, 0);
    assertMatch(out, /^127\.0\.0\.1: 64 bytes from 127\.0\.0\.1: icmp_seq=1 /m);
    assertMatch(out, /^::1: 64 bytes from ::1: icmp_seq=2 /m);
    assertMatch(
      out,
      /\n\nHOST +SENT +RECEIVED +LOSS +MIN .*\n127\.0\.0\.1 +2 +2 +0% .*\n::1 +2 +2 +0% .*\n$/,
    );
    const some = await runSock([...args, "-q", "127.0.0.1", "no such host"]);
    assertEquals(some.code, 2);
    assertMatch(some.err, /^sock: Cannot resolve "no such host"/);
    assertMatch(some.out, /^127\.0\.0\.1 +2 +2 +0%/m);
  },
);

testWith(
  { root: true },
  "sweep ends with 2 when one target of several cannot be resolved",
  async () => {
    const { code, out, err } = await runSock(["sweep", "127.0.0.1", "no such host"]);
    assertEquals(code, 2);
    assertMatch(out, /^127\.0\.0\.1 /);
    assertMatch(err, /^sock: Cannot resolve "no such host" \(EAI_[A-Z]+\)$/m);
    assertMatch(err, /^1 hosts, 1 alive, 0 silent, 1 not resolved, /m);
  },
);
