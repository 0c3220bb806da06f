/** Bad arguments: refused before any call is made, and never the end of the process. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_UNIX,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  socket,
  socketPair,
} from "../../ffi/mod.ts";
import { SO_RCVBUF, SO_TYPE } from "../../ffi/options/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { ScriptedLibc } from "../ffi/_scripted.ts";
import { denoCommand } from "./_program.ts";
import { bytes, claim, LOOPBACK } from "./_tools.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

function detachedBytes(): Uint8Array {
  const data = new Uint8Array(8);
  structuredClone(data.buffer, { transfer: [data.buffer] });
  return data;
}

/** Memory that no call takes. */
const MEMORY: Any[] = [
  undefined,
  null,
  "text",
  5,
  [1, 2],
  new ArrayBuffer(4),
  new Uint16Array(4),
  new DataView(new ArrayBuffer(4)),
  new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 })),
  new Uint8Array(new SharedArrayBuffer(4, { maxByteLength: 8 })),
  detachedBytes(),
];
const SIZES: Any[] = ["1", null, 1n, {}, -1, 1.5, NaN, Infinity, 2 ** 31, 2 ** 53];
const FLAGS: Any[] = ["0", 1n, {}, -1, 0.5, NaN, 2 ** 31];
const WAITS: Any[] = [
  null,
  5,
  { timeoutMs: "1" },
  { timeoutMs: -1 },
  { timeoutMs: NaN },
  { signal: {} },
  { signal: null },
];
const ADDRESSES: Any[] = [
  undefined,
  null,
  "127.0.0.1:80",
  {},
  { hostname: "127.0.0.1" },
  { hostname: "127.0.0.1", port: "80" },
  { hostname: "127.0.0.1", port: -1 },
  { hostname: "127.0.0.1", port: 65536 },
  { hostname: "127.0.0.1", port: 1.5 },
  { hostname: "127.0.0.256", port: 1 },
  { hostname: "127.1", port: 1 },
  { hostname: "127.0.0.1\0", port: 1 },
  { hostname: "::1::", port: 1 },
  { hostname: "::1", port: 1, scopeId: -1 },
  { hostname: "::1", port: 1, scopeId: 2 ** 32 },
  { hostname: "::1", port: 1, flowInfo: 1.5 },
  { family: "inet6", hostname: "127.0.0.1", port: 1 },
  { family: "inet", hostname: "::1", port: 1 },
  { family: "ipx", hostname: "::1", port: 1 },
  { family: 2, hostname: "127.0.0.1", port: 1 },
  { path: 5 },
  { path: "a\0b" },
  { path: "x".repeat(108) },
  { path: "\0".padEnd(109, "x") },
  { pathBytes: "x" },
  { pathBytes: detachedBytes() },
  { family: "other", familyNumber: 70000, data: new Uint8Array(1) },
  { family: "other", familyNumber: 2 },
  { family: "other", familyNumber: 2, data: new Uint8Array(200) },
];

/** Functions that only touch memory. */
const NO_SYSCALLS = new Set(["addressOf", "copyFrom", "copyTo", "strnlen"]);

/** Runs `call`, which must throw or reject with a TypeError or RangeError while libc hears nothing. */
async function refused(script: ScriptedLibc, call: () => unknown, what: string): Promise<void> {
  const before = new Map(script.calls);
  let got: unknown = "no error";
  try {
    got = await call();
  } catch (error) {
    got = error;
  }
  const right = got instanceof TypeError || got instanceof RangeError ||
    (got instanceof DOMException && what.includes("signal"));
  assert(right, `${what}: ${got}`);
  const made = [...script.calls].filter(([name, count]) =>
    (before.get(name) ?? 0) !== count && !NO_SYSCALLS.has(name)
  );
  assertEquals(made, [], what);
}

const show = (value: unknown) => {
  try {
    return JSON.stringify(value, (_, each) => typeof each === "bigint" ? `${each}n` : each) ??
      String(value);
  } catch {
    return "?";
  }
};

claim("every method of Socket refuses bad arguments before any call is made", async () => {
  const [stream, peer] = socketPair();
  const datagram = socket(AF_INET, SOCK_DGRAM);
  using script = new ScriptedLibc();
  const data = bytes("x");
  for (const own of [stream, datagram]) {
    for (const bad of MEMORY) {
      const what = `memory ${show(bad)} ${bad?.constructor?.name}`;
      await refused(script, () => own.send(bad), what);
      await refused(script, () => own.sendAll(bad), what);
      await refused(script, () => own.sendTo(bad, LOOPBACK), what);
      await refused(script, () => own.trySend(bad), what);
      await refused(script, () => own.recvInto(bad), what);
      await refused(script, () => own.sendMsg(bad), what);
      await refused(script, () => own.sendMsg([data, bad]), what);
      await refused(script, () => own.recvMsgInto([bad]), what);
      await refused(script, () => own.sendMany([{ data: bad }]), what);
    }
    for (const bad of SIZES) {
      await refused(script, () => own.recv(bad), `size ${show(bad)}`);
      await refused(script, () => own.recvFrom(bad), `size ${show(bad)}`);
      await refused(script, () => own.tryRecv(bad), `size ${show(bad)}`);
      await refused(script, () => own.recvMsg(bad), `size ${show(bad)}`);
      await refused(script, () => own.recvMany(bad), `max ${show(bad)}`);
      await refused(script, () => own.recvMany(1, { size: bad }), `size ${show(bad)}`);
      await refused(script, () => own.recvBatches({ size: bad }).next(), `size ${show(bad)}`);
      await refused(script, () => own.recvBatches({ max: bad }).next(), `max ${show(bad)}`);
      await refused(script, () => own.listen(bad), `backlog ${show(bad)}`);
      await refused(script, () => own.recvMsg(1, { controlBytes: bad }), `room ${show(bad)}`);
    }
    for (const bad of FLAGS) {
      const options = { flags: bad };
      await refused(script, () => own.send(data, options), `flags ${show(bad)}`);
      await refused(script, () => own.sendAll(data, options), `flags ${show(bad)}`);
      await refused(script, () => own.sendTo(data, LOOPBACK, options), `flags ${show(bad)}`);
      await refused(script, () => own.trySend(data, options), `flags ${show(bad)}`);
      await refused(script, () => own.recv(1, options), `flags ${show(bad)}`);
      await refused(script, () => own.recvInto(data, options), `flags ${show(bad)}`);
      await refused(script, () => own.recvFrom(1, options), `flags ${show(bad)}`);
      await refused(script, () => own.tryRecv(1, options), `flags ${show(bad)}`);
      await refused(script, () => own.sendMsg([data], options), `flags ${show(bad)}`);
      await refused(script, () => own.recvMsg(1, options), `flags ${show(bad)}`);
      await refused(script, () => own.recvMany(1, options), `flags ${show(bad)}`);
    }
    for (const bad of WAITS) {
      const what = `wait signal ${show(bad)}`;
      await refused(script, () => own.send(data, bad), what);
      await refused(script, () => own.sendAll(data, bad), what);
      await refused(script, () => own.sendTo(data, LOOPBACK, bad), what);
      await refused(script, () => own.recv(1, bad), what);
      await refused(script, () => own.recv(0, bad), what);
      await refused(script, () => own.recvInto(new Uint8Array(1), bad), what);
      await refused(script, () => own.recvFrom(1, bad), what);
      await refused(script, () => own.recvMsg(1, bad), what);
      await refused(script, () => own.sendMsg([data], bad), what);
      await refused(script, () => own.recvMany(1, bad), what);
      await refused(script, () => own.sendMany([{ data }], bad), what);
      await refused(script, () => own.accept(bad), what);
      await refused(script, () => own.connect(LOOPBACK, bad), what);
    }
    for (const bad of ADDRESSES) {
      const what = `address ${show(bad)}`;
      await refused(script, () => own.bind(bad), what);
      await refused(script, () => own.connect(bad), what);
      await refused(script, () => own.sendTo(data, bad), what);
      if (bad === undefined) continue;
      await refused(script, () => own.sendMsg([data], { to: bad }), what);
      await refused(script, () => own.sendMany([{ data, to: bad }]), what);
    }
    for (const bad of [undefined, null, "all", "", 2, {}, "constructor"] as Any[]) {
      await refused(script, () => own.shutdown(bad), `how ${show(bad)}`);
    }
    for (const bad of [undefined, null, 5, "SO_RCVBUF", {}] as Any[]) {
      await refused(script, () => own.getOption(bad), `option ${show(bad)}`);
      await refused(script, () => own.setOption(bad, 1), `option ${show(bad)}`);
    }
    for (const bad of [undefined, null, "1", 1.5, -1, 2 ** 32, NaN, {}] as Any[]) {
      await refused(script, () => own.setOption(SO_RCVBUF, bad), `value ${show(bad)}`);
    }
    await refused(script, () => own.setOption(SO_TYPE, 1), "a read-only option");
  }
  for (const each of [stream, peer, datagram]) each.close();
});

claim("opening refuses bad arguments before any call is made", async () => {
  using script = new ScriptedLibc();
  for (const bad of ["2", null, {}, 2n, -1, 1.5, NaN, 2 ** 31, Infinity] as Any[]) {
    const what = show(bad);
    await refused(script, () => socket(bad), `family ${what}`);
    await refused(script, () => socket(AF_INET, bad), `type ${what}`);
    await refused(script, () => socket(AF_INET, SOCK_STREAM, bad), `protocol ${what}`);
    await refused(script, () => socketPair(bad), `family ${what}`);
    await refused(script, () => socketPair(AF_UNIX, bad), `type ${what}`);
    await refused(script, () => socketPair(AF_UNIX, SOCK_STREAM, bad), `protocol ${what}`);
    await refused(script, () => Socket.fromFd(bad), `fd ${what}`);
  }
  const engine = "libc" as const;
  for (const bad of ["80", null, undefined, -1, 65536, 1.5, NaN] as Any[]) {
    const what = `port ${show(bad)}`;
    await refused(script, () => tcp.listen({ port: bad, engine }), what);
    await refused(script, () => tcp.connect({ hostname: "127.0.0.1", port: bad, engine }), what);
    await refused(script, () => udp.connect({ hostname: "127.0.0.1", port: bad, engine }), what);
    if (bad !== undefined) await refused(script, () => udp.bind({ port: bad, engine }), what);
  }
  for (const bad of [undefined, null, 5, "", "x".repeat(108), "a\0b"] as Any[]) {
    const what = `path ${show(bad)}`;
    await refused(script, () => unix.listen({ path: bad, engine }), what);
    await refused(script, () => unix.connect({ path: bad, engine }), what);
    if (bad !== undefined) await refused(script, () => unix.bind({ path: bad, engine }), what);
  }
  for (
    const bad of [
      { engine: "posix" },
      { options: 5 },
      { options: [5] },
      { options: [[SO_RCVBUF]] },
      { options: [[{}, 1]] },
      { signal: 5 },
      { timeoutMs: -1 },
      { typo: 1 },
      { protocol: "sctp" },
    ] as Any[]
  ) {
    const what = `${show(bad)} signal`;
    await refused(script, () => tcp.listen({ port: 0, engine, ...bad }), what);
    await refused(
      script,
      () => tcp.connect({ hostname: "127.0.0.1", port: 1, engine, ...bad }),
      what,
    );
    await refused(script, () => udp.bind({ port: 0, engine, ...bad }), what);
    await refused(script, () => unix.connect({ path: "\0none", engine, ...bad }), what);
  }
  for (const bad of [null, 5, "x", { type: "raw" }, { type: 1 }, { kind: "dgram" }] as Any[]) {
    await refused(script, () => unix.pair(bad), `pair ${show(bad)}`);
  }
  script.assertClosedOnce();
});

claim("every method of a closed socket says EBADF, and makes no call", async () => {
  const [own, peer] = socketPair();
  peer.close();
  own.close();
  using script = new ScriptedLibc();
  const data = bytes("x");
  const calls: (() => unknown)[] = [
    () => own.bind({ path: "\0x" }),
    () => own.listen(),
    () => own.accept(),
    () => own.connect({ path: "\0x" }),
    () => own.send(data),
    () => own.sendAll(data),
    () => own.sendAll(new Uint8Array(0)),
    () => own.sendTo(data, { path: "\0x" }),
    () => own.recv(),
    () => own.recv(0),
    () => own.recvInto(data),
    () => own.recvFrom(),
    () => own.recvMsg(),
    () => own.recvMsgInto([data]),
    () => own.sendMsg([data]),
    () => own.sendMany([{ data }]),
    () => own.recvMany(),
    () => own.recvBatches().next(),
    () => own.tryRecv(),
    () => own.trySend(data),
    () => own.shutdown("both"),
    () => own.getOption(SO_RCVBUF),
    () => own.setOption(SO_RCVBUF, 1),
    () => own.localAddr,
    () => own.remoteAddr,
    () => own.dup(),
    () => own.detach(),
  ];
  for (const call of calls) {
    let got: Any;
    try {
      got = await call();
    } catch (error) {
      got = error;
    }
    assertEquals(got?.code, "EBADF", String(call));
    assert(got instanceof Deno.errors.BadResource, String(call));
  }
  assertEquals([...script.calls.keys()].filter((name) => !NO_SYSCALLS.has(name)), []);
  assertThrows(() => own.dup(), Deno.errors.BadResource);
});

claim("a shared view is received into and sent from", async () => {
  const [a, b] = socketPair();
  const shared = new Uint8Array(new SharedArrayBuffer(16), 4, 5);
  shared.set(bytes("share"));
  assertEquals(await a.send(shared as Any), 5);
  shared.fill(0);
  assertEquals(await b.recvInto(shared as Any), 5);
  assertEquals(new TextDecoder().decode(shared.slice()), "share");
  a.close();
  b.close();
});

for (const seed of [1, 2]) {
  claim(`random arguments at every method never end the process (seed ${seed})`, async () => {
    const dir = await Deno.makeTempDir();
    const program = new URL("_fuzz.ts", import.meta.url).pathname;
    const command = denoCommand(program, ["-A", "--v8-flags=--expose-gc"]);
    try {
      const { code, stdout, stderr } = await new Deno.Command(command[0], {
        args: [...command.slice(1), String(seed), "400"],
        cwd: dir,
        stdin: "null",
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      const { outcomes, still } = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals(still, 7);
      assert(outcomes > 800, `${outcomes}`);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}
