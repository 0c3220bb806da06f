/**
 * `_outside_child.ts NAME ENGINE`: a fault of the place that the process is in, which must be its own.
 * It says how it went: `hidden`, `told CODE`, `untold ERROR` or `corrupt WHAT`.
 */
import { equals } from "@std/bytes";
import { isSocketError, tcp, udp, unix } from "../../mod.ts";
import { PYTHON } from "../_tools.ts";
import { Child } from "./_child.ts";

const [name, engine] = Deno.args as [string, "deno" | "libc"];
const script = (name: string) => new URL(name, import.meta.url).pathname;
const HERE = "192.0.2.1";
const THERE = "192.0.2.2";
const UDP_PORT = 4000;
const SIZE = 3_000_000;

class Corrupt extends Error {}

function check(holds: boolean, text: string): void {
  if (!holds) throw new Corrupt(text);
}

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

const noise = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8)) & 255);

/** The code of the error that a call is told. */
async function codeOf(call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
  } catch (error) {
    if (isSocketError(error)) return error.code;
    throw error;
  }
}

/** A veth to another namespace, down for a while in the middle of a stream and of datagrams. */
async function link(): Promise<string> {
  await using other = new Child(["unshare", "-n", "sh", "-c", "echo ready; exec cat"]);
  await other.until(/^ready$/m);
  const there = ["nsenter", "-t", String(other.pid), "-n"];
  const [enter, ...inside] = there;
  const ipThere = async (...args: string[]) => {
    await new Deno.Command(enter, { args: [...inside, "ip", ...args] }).output();
  };
  await ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", `${other.pid}`);
  await ip("address", "add", `${HERE}/24`, "dev", "near");
  await ip("link", "set", "near", "up");
  await ipThere("address", "add", `${THERE}/24`, "dev", "far");
  await ipThere("link", "set", "far", "up");
  using listener = await tcp.listen({ hostname: HERE, port: 0, engine });
  const at = `${HERE}:${listener.localAddr.port}`;
  await using peer = new Child([...there, PYTHON, script("_peer.py"), "inet", at, "echo"]);
  await using datagrams = new Child([
    ...[...there, PYTHON, script("_peer.py"), "inet", `${THERE}:${UDP_PORT}`, "udp"],
  ]);
  await Promise.all([peer.until(/^ready$/m), datagrams.until(/^ready$/m)]);
  using stream = await listener.accept();
  using messages = await udp.bind({ hostname: HERE, engine });
  const to = { hostname: THERE, port: UDP_PORT } as const;
  const sending = stream.sendAll(noise).then(() => stream.shutdown("write"));
  let code: string | undefined;
  for (let at = 0, down = false; at < SIZE || code === "";) {
    if (at > SIZE / 3 && !down) {
      down = true;
      await ip("link", "set", "near", "down");
      code = await codeOf(() => messages.sendTo(Uint8Array.of(1), to));
      await ip("link", "set", "near", "up");
    }
    const came = await stream.recv();
    check(came.length > 0, `the stream ended after ${at} bytes`);
    check(equals(came, noise.subarray(at, at + came.length)), `other bytes after ${at}`);
    at += came.length;
  }
  await sending;
  check((await stream.recv()).length === 0, "more came than was sent");
  // The link is up: a datagram comes back.
  for (let tries = 0;; tries++) {
    await messages.sendTo(Uint8Array.of(2, tries), to);
    const [first] = await messages.recv({ timeoutMs: 500 }).catch(() => [undefined]);
    if (first === 2) break;
    check(tries < 20, "no datagram comes back since the link was down");
  }
  return code === undefined ? "hidden" : `told ${code}`;
}

/** A Unix socket takes an inode: where none is left it is refused, and others go on. */
async function fullDisk(): Promise<string> {
  const [first, second] = ["/mnt/first", "/mnt/second"];
  const echoed = async (listener: unix.UnixListener) => {
    using client = await unix.connect({ path: listener.localAddr.path, engine });
    using server = await listener.accept();
    await client.sendAll(noise.subarray(0, 1000));
    check(equals(await server.recvExact(1000), noise.subarray(0, 1000)), "other bytes came");
  };
  using listener = await unix.listen({ path: first, engine });
  const codes = new Set([
    await codeOf(() => unix.listen({ path: second, engine })),
    await codeOf(() => unix.bind({ path: second, engine })),
  ]);
  await echoed(listener);
  listener.close(); // its inode stays as long as it listens
  await Deno.remove(first).catch(() => {});
  using other = await unix.listen({ path: second, engine });
  await echoed(other);
  check(codes.size === 1 && codes.has("ENOSPC"), `a full disk says ${[...codes]}`);
  return "told ENOSPC";
}

/** Makes a limit of this process lower, and puts it back. */
async function limiter(limit: string, value: number): Promise<AsyncDisposable & Limiter> {
  const child = new Child([PYTHON, script("_limiter.py"), `${Deno.pid}`, limit, `${value}`]);
  await child.until(/^ready$/m);
  return {
    lower: async () => {
      await child.go();
      await child.until(/^low$/m);
    },
    back: async () => {
      await child.go();
      await child.until(/^back$/m);
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

interface Limiter {
  lower(): Promise<void>;
  back(): Promise<void>;
}

/** The limit that leaves so many numbers to descriptors. */
function limitWithRoomFor(count: number): number {
  const used = new Set([...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name)));
  let limit = 0;
  for (let free = 0; free < count; limit++) if (!used.has(limit)) free++;
  return limit;
}

/** Connections come while descriptors run out: all are served once there are some again. */
async function fewDescriptors(): Promise<string> {
  const heard = Promise.withResolvers<string>();
  using listener = await tcp.listen({
    hostname: "127.0.0.1",
    port: 0,
    engine,
    onError: (error) => heard.resolve((error as Error & { code: string }).code),
  });
  const at = `127.0.0.1:${listener.localAddr.port}`;
  await using peer = new Child([PYTHON, script("_peer.py"), "inet", at, "many"]);
  await peer.until(/^ready$/m);
  await using limits = await limiter("RLIMIT_NOFILE", limitWithRoomFor(25));
  const serving = (async () => {
    for await (const stream of listener) {
      (async () => {
        using connection = stream;
        await connection.sendAll(await connection.recvExact(1));
        await connection.recv();
      })();
    }
  })();
  await limits.lower();
  await peer.go();
  const code = await heard.promise;
  await limits.back();
  await peer.until(/^all answered$/m);
  listener.close();
  await serving;
  check(code === "EMFILE", `no descriptor is left, and onError hears ${code}`);
  return "hidden";
}

/** No memory for what is asked: refused, and nothing is lost by it. */
async function littleMemory(): Promise<string> {
  await ip("link", "set", "lo", "up");
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine });
  using client = await tcp.connect({ ...listener.localAddr, engine });
  using server = await listener.accept();
  const has = Number(/^VmSize:\s+(\d+)/m.exec(await Deno.readTextFile("/proc/self/status"))![1]);
  await using limits = await limiter("RLIMIT_AS", (has + 100_000) * 1024);
  await limits.lower();
  await client.sendAll(noise.subarray(0, 1000));
  let refused: unknown;
  await server.recvExact(2 ** 30).catch((error) => refused = error);
  check(refused instanceof RangeError, `a receive of 1 GiB says ${refused}`);
  await limits.back();
  const came = await server.recvExact(1000);
  check(equals(came, noise.subarray(0, 1000)), "what came meanwhile is lost");
  return "told RangeError";
}

const SCENARIOS: Record<string, () => Promise<string>> = {
  "link": link,
  "full disk": fullDisk,
  "few descriptors": fewDescriptors,
  "little memory": littleMemory,
};

let outcome: string;
try {
  outcome = await SCENARIOS[name]();
} catch (error) {
  outcome = error instanceof Corrupt ? `corrupt ${error.message}` : `untold ${error}`;
}
console.log(outcome);
Deno.exit(0);
