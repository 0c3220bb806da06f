/** What all openers do the same way: what they refuse, how they choose the engine, what their errors say. */
import { testWith } from "../_tools.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { socketOption } from "../../core/mod.ts";
import * as raw from "../../raw/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import type { Any } from "./_claim.ts";
import { freshAbstract, freshPath } from "./_places.ts";

import { runDeno } from "./_helpers.ts";

const HERE = "127.0.0.1";

/** Each opener with options that it takes. */
const OPENERS: readonly [string, (options: Any) => Promise<{ close(): void }>, () => Any][] = [
  ["tcp.listen", tcp.listen, () => ({ hostname: HERE, port: 0 })],
  ["tcp.createServer", tcp.createServer, () => ({ hostname: HERE, port: 0 })],
  ["tcp.connect", tcp.connect, () => ({ hostname: HERE, port: 1 })],
  ["tcp.createConnection", tcp.createConnection, () => ({ hostname: HERE, port: 1 })],
  ["udp.bind", udp.bind, () => ({ hostname: HERE })],
  ["udp.connect", udp.connect, () => ({ hostname: HERE, port: 9 })],
  ["unix.listen", unix.listen, () => ({ path: freshPath() })],
  ["unix.connect", unix.connect, () => ({ path: freshAbstract() })],
  ["unix.bind", unix.bind, () => ({ path: freshPath() })],
];

const PLAIN = socketOption<number>(1, 12, {
  size: 4,
  encode: () => new Uint8Array(4),
  decode: () => 0,
});

/** What no opener takes, whatever else it is given; and what the error names. */
const BAD: readonly [Any, string][] = [
  [{ hostnam: HERE }, '"hostnam"'],
  [{ engine: "node" }, "engine"],
  [{ engine: null }, "engine"],
  [{ options: 5 }, "options"],
  [{ options: [[5, 5]] }, "options[0][0]"],
  [{ options: [5] }, "options[0]"],
  [{ options: [[{ ...PLAIN, level: -1 }, 1]] }, "options[0][0].level"],
  [{ signal: {} }, "signal"],
  [{ timeoutMs: "5" }, "timeoutMs"],
  [{ timeoutMs: -1 }, "timeoutMs"],
  [{ timeoutMs: NaN }, "timeoutMs"],
  [{ family: "ipx" }, "family"],
];

/** What single parameters do not take. */
const BAD_OF: Readonly<Record<string, readonly Any[]>> = {
  port: ["80", -1, 65536, 1.5, NaN, -0, null, 5n],
  backlog: ["x", -1, 0.5, 2 ** 31, null],
  reusePort: [1, "yes", null],
  reuseAddress: [1, "yes", null],
  dualStack: [1, null],
  onError: ["x", {}, null],
  protocol: ["TCP", 6, null],
  scopeId: [-1, 2 ** 32, "lo"],
  flowInfo: [-1, 2 ** 32],
  attemptDelayMs: [9, 60_001, "250"],
  localAddress: [5, "127.0.0.1", { hostname: HERE, prt: 1 }, { hostname: "" }],
  hostname: [5, "a\0b", null],
  mode: [-1, 0o1000, "0600"],
  type: ["raw", 1, null],
  path: [5, "", "a\0b", null],
  pathBytes: [[1], "x"],
};
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  "tcp.listen": ["port", "backlog", "reusePort", "dualStack", "onError", "protocol", "scopeId"],
  "tcp.createServer": ["port", "backlog", "reusePort", "dualStack", "onError", "protocol"],
  "tcp.connect": ["port", "scopeId", "flowInfo", "attemptDelayMs", "localAddress", "hostname"],
  "tcp.createConnection": ["port", "attemptDelayMs", "localAddress"],
  "udp.bind": ["port", "reusePort", "reuseAddress", "protocol", "scopeId", "hostname"],
  "udp.connect": ["port", "reusePort", "reuseAddress", "flowInfo", "localAddress", "hostname"],
  "unix.listen": ["mode", "type", "path", "pathBytes", "backlog", "onError"],
  "unix.connect": ["type", "path", "pathBytes"],
  "unix.bind": ["mode", "path", "pathBytes"],
};

async function assertRefused(open: () => Promise<{ close(): void }>, names: string): Promise<void> {
  const error = await assertRejects(async () => (await open()).close(), Error);
  assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
  assert(error.message.startsWith("Cannot "), error.message);
  assert(error.message.includes(names), `"${error.message}" does not name ${names}`);
}

const PACKET = { interface: "lo", etherType: 0x88b5 };
/** Openers of one engine, with what each of its parameters does not take. */
const RAW_OPENERS: readonly [string, (options: Any) => Promise<{ close(): void }>, Any, Any][] = [
  ["raw.openIp", raw.openIp, { protocol: 253 }, {
    family: ["ipx", 4],
    protocol: [-1, 256, null, {}],
    includeHeader: [1, "yes", null],
    hostname: [5, "", "a\0b"],
    interface: [5, "", null],
    icmpTypes: [5, [256], ["echo"]],
    checksumOffset: [-2, "0"],
    filter: [5, [{}]],
    options: [5, [[5, 5]]],
  }],
  ["raw.openIcmp", raw.openIcmp, {}, {
    family: ["ipx", 4],
    type: ["stream", 3],
    hostname: [5, ""],
    interface: [5, ""],
    options: [5, [[5, 5]]],
  }],
  ["raw.openPacket", raw.openPacket, PACKET, {
    etherType: [0, 65536, "ip"],
    type: ["cooked", 3],
    promiscuous: ["yes", 1],
    interface: [5, ""],
    receiveBufferBytes: [4095, "1"],
    filter: [5, [{}]],
    options: [5, [[5, 5]]],
  }],
];

for (const [name, open, good, bad] of RAW_OPENERS) {
  Deno.test(`${name} refuses by name what it does not take, before anything is made`, async () => {
    await assertRefused(() => open({ ...good, misspelt: 1 }), "misspelt");
    await assertRefused(() => open({ ...good, signal: {} }), "signal");
    for (const [parameter, values] of Object.entries(bad) as [string, Any[]][]) {
      for (const value of values) {
        const names = parameter === "filter" ? "" : parameter;
        await assertRefused(() => open({ ...good, [parameter]: value }), names);
      }
    }
  });
}

for (const [name, open, good] of OPENERS) {
  for (const engine of ["deno", "libc"] as const) {
    Deno.test(`${name} on ${engine} refuses by name what it does not take, before anything is made`, async () => {
      for (const [bad, names] of BAD) {
        await assertRefused(() => open({ engine, ...good(), ...bad }), names);
      }
      for (const parameter of PARAMETERS[name]) {
        for (const value of BAD_OF[parameter]) {
          const options = { engine, ...good(), [parameter]: value };
          await assertRefused(() => open(options), parameter);
          // Neither a socket nor its file was made.
          if (typeof options.path !== "string" || parameter === "path") continue;
          await assertRejects(() => Deno.lstat(options.path), Error);
        }
      }
      for (const options of [null, 5, "x", []]) await assertRefused(() => open(options), "");
    });
  }

  Deno.test(`${name} reads each option once`, async () => {
    const reads = new Map<PropertyKey, number>();
    const options = new Proxy({ ...good(), engine: "libc" }, {
      get: (target, key) => {
        reads.set(key, (reads.get(key) ?? 0) + 1);
        return target[key as string];
      },
    });
    await open(options).then((endpoint) => endpoint.close(), () => {});
    assert(reads.size >= 2);
    for (const [key, count] of reads) assertEquals(count, 1, String(key));
  });
}

/** Calls that fail in the system, each of its own, for the caller's frame. */
async function failingCaller(
  engine: "deno" | "libc",
  call: () => Promise<unknown>,
): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error(`nothing failed on ${engine}`);
}

for (const engine of ["deno", "libc"] as const) {
  Deno.test(`errors of the openers show the caller, on ${engine}`, async () => {
    using taken = await tcp.listen({ hostname: HERE, port: 0 });
    const { port } = taken.localAddr;
    using bound = await udp.bind({ hostname: HERE, engine });
    for (
      const [code, call] of [
        ["EADDRINUSE", () => tcp.listen({ hostname: HERE, port, engine })],
        ["ECONNREFUSED", () => tcp.connect({ hostname: HERE, port: 1, engine })],
        ["EADDRINUSE", () => udp.bind({ hostname: HERE, port: bound.localAddr.port, engine })],
        ["ENOENT", () => unix.connect({ path: freshPath(), engine })],
        ["EAI_NONAME", () => tcp.connect({ hostname: "no.such.invalid.", port: 1, engine })],
      ] as const
    ) {
      const error = await failingCaller(engine, call) as Error & { code: string };
      if (code === "EAI_NONAME") assert(error.code.startsWith("EAI_"), `${error}`);
      else assertEquals(error.code, code);
      assert(error.stack!.includes("failingCaller"), error.stack);
      assert(error.stack!.includes(error.message), error.stack);
    }
  });

  Deno.test(`a time-out says what was waited for, on ${engine}`, async () => {
    using listener = await tcp.listen({ hostname: HERE, port: 0, engine });
    const { port } = listener.localAddr;
    using client = await tcp.connect({ hostname: HERE, port, engine });
    using server = await listener.accept();
    using socket = await udp.bind({ hostname: HERE, engine });
    const options = { timeoutMs: 5 };
    const peer = `127.0.0.1:${client.localAddr.port}`;
    for (
      const [call, what] of [
        [() => listener.accept(options), `accept on 127.0.0.1:${port}`],
        [() => server.recv(9, options), `receive from ${peer}`],
        [() => server.recvFrame(options), `receive a frame from ${peer}`],
        [() => server.sendAll(new Uint8Array(1 << 24), options), `send to ${peer}`],
        [() => socket.recv(options), `receive on 127.0.0.1:${socket.localAddr.port}`],
      ] as const
    ) {
      const error = await assertRejects(call, DOMException);
      assertEquals([error.name, error.message], [
        "TimeoutError",
        `Cannot ${what}: timed out after 5 ms`,
      ]);
    }
  });
}

testWith({}, "udp takes libc where ffi is granted already, and asks nobody for it", async () => {
  const source = `import * as udp from "${new URL("../../udp/mod.ts", import.meta.url)}";
    using socket = await udp.bind({ hostname: "127.0.0.1" });
    using peer = await udp.connect(socket.localAddr);
    using asked = await udp.bind({ hostname: "127.0.0.1", engine: "deno" });
    console.log(socket.engine, peer.engine, asked.engine);`;
  const net = ["--allow-net", "--no-prompt"];
  assertEquals((await runDeno(source, { args: net })).stdout, "deno deno deno\n");
  const granted = await runDeno(source, { args: [...net, "--allow-ffi"] });
  assertEquals(granted.stdout, "libc libc deno\n", granted.stderr);
});

testWith(
  {},
  "createServer of :: takes IPv6 alone, as Python's; listen takes IPv4 too",
  async () => {
    using six = await tcp.createServer({ hostname: "::", port: 0 });
    assertEquals(six.engine, "libc");
    await assertRejects(
      () => tcp.connect({ hostname: HERE, port: six.localAddr.port }),
      Deno.errors.ConnectionRefused,
    );
    using both = await tcp.listen({ hostname: "::", port: 0, dualStack: true, engine: "libc" });
    using _four = await tcp.connect({ hostname: HERE, port: both.localAddr.port });
    using any = await tcp.createServer({ hostname: "", port: 0 });
    assertEquals([any.localAddr.hostname, any.engine], ["0.0.0.0", "deno"]);
  },
);
