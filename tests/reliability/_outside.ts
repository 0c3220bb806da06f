/**
 * Faults that come from outside while a connection is at work: peers of another make that are killed,
 * stopped, reset and deaf, segments of a stranger, and what `_outside_child.ts` does in places of its
 * own: links that go down, full disks, limits.
 */
import { equals } from "@std/bytes";
import { createHash } from "node:crypto";
import type { Any, StreamKind } from "../contract/_claim.ts";
import { LISTENER_KINDS } from "../contract/_kinds.ts";
import { isSocketError, raw, wire } from "../../mod.ts";
import { limitMs, missing, type Needs, PYTHON } from "../_tools.ts";
import { Child } from "./_child.ts";
import { BAD, type Outcome } from "./_outcome.ts";
import type { Random } from "./_random.ts";

/** One of them. `run` throws what must not be. */
export interface OutsideFault {
  what: string;
  on: string;
  needs: Needs;
  run(random: Random): Promise<Outcome>;
}

const PEER = new URL("_peer.py", import.meta.url).pathname;
const CHILD = new URL("_outside_child.ts", import.meta.url).pathname;
const CHUNK = 65536;
const LARGE = 3_000_000;
const HANG_MS = limitMs(60_000);

/** The pattern of `_peer.py`: it repeats after 65,536 bytes. */
const UNIT = Uint8Array.from({ length: CHUNK }, (_, i) => (i * 31 + (i >> 8)) & 255);

class Corrupt extends Error {}

function check(holds: boolean, text: string): void {
  if (!holds) throw new Corrupt(text);
}

function patternOf(size: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(size);
  for (let at = 0; at < size; at += CHUNK) data.set(UNIT.subarray(0, size - at), at);
  return data;
}

/** Checks that `came` is the pattern from `at` on. */
function checkPattern(came: Uint8Array, at: number): void {
  for (let done = 0; done < came.length;) {
    const from = (at + done) % CHUNK;
    const part = came.subarray(done, done + CHUNK - from);
    check(equals(part, UNIT.subarray(from, from + part.length)), `other bytes after ${at + done}`);
    done += part.length;
  }
}

/** An end of which one is told as it has to be; anything else is thrown. */
function told(error: unknown): void {
  const known = isSocketError(error) &&
    ["ECONNRESET", "EPIPE", "ECONNABORTED"].includes(error.code);
  if (!known) throw error;
}

/** A connection of ours to a peer that runs `mode`. */
async function withPeer(
  kind: StreamKind,
  mode: string,
  use: (stream: Any, peer: Child) => Promise<Outcome>,
): Promise<Outcome> {
  using listener = await kind.listen();
  const { path, hostname, port } = listener.localAddr;
  const where = path?.replace("\0", "@") ?? `${hostname}:${port}`;
  await using peer = new Child([PYTHON, PEER, kind.family, where, mode]);
  await peer.until(/^ready$/m);
  using stream = await listener.accept();
  return await use(stream, peer);
}

/** Receives and checks the pattern until the end or an error; how it ended. */
async function receivePattern(stream: Any, heard?: () => void): Promise<Outcome> {
  for (let at = 0;;) {
    let came: Uint8Array;
    try {
      came = await stream.recv();
    } catch (error) {
      told(error);
      return "told";
    }
    if (came.length === 0) return "told"; // the end is told as an end
    checkPattern(came, at);
    at += came.length;
    if (at > CHUNK) heard?.();
  }
}

async function sendForEver(stream: Any): Promise<void> {
  try {
    for (;;) await stream.sendAll(UNIT);
  } catch (error) {
    told(error);
  }
}

function killed(kind: StreamKind): Promise<Outcome> {
  return withPeer(kind, "pattern", async (stream, peer) => {
    const receiving = receivePattern(stream, () => peer.kill("SIGKILL"));
    const [outcome] = await Promise.all([receiving, sendForEver(stream)]);
    return outcome;
  });
}

function stopped(kind: StreamKind, random: Random): Promise<Outcome> {
  return withPeer(kind, "echo", async (stream, peer) => {
    const data = patternOf(LARGE);
    const sending = (async () => {
      await stream.sendAll(data);
      await stream.shutdown("write");
    })();
    let at = 0;
    const stopAt = random.integer(1, LARGE - 1);
    let didStop = false;
    for (;;) {
      if (at >= stopAt && !didStop) {
        didStop = true;
        peer.kill("SIGSTOP");
        at += await whileStopped(stream, at);
        peer.kill("SIGCONT");
      }
      const came = await stream.recv();
      if (came.length === 0) break;
      checkPattern(came, at);
      at += came.length;
    }
    await sending;
    check(at === LARGE, `${at} bytes came back of ${LARGE}`);
    return "hidden";
  });
}

/** Takes what is on its way until a wait runs out; how much that was. */
async function whileStopped(stream: Any, at: number): Promise<number> {
  for (let got = 0;;) {
    try {
      const came = await stream.recv(CHUNK, { timeoutMs: 50 });
      checkPattern(came, at + got);
      got += came.length;
      if (at + got === LARGE) return got;
    } catch (error) {
      check((error as Error).name === "TimeoutError", `a wait for a stopped peer says ${error}`);
      return got;
    }
  }
}

function reset(kind: StreamKind): Promise<Outcome> {
  return withPeer(kind, "reset", async (stream, peer) => {
    const receiving = stream.recv().then(
      () => check(false, "a reset is received as an end"),
      (error: unknown) => check(isSocketError(error, "ECONNRESET"), `a reset says ${error}`),
    );
    await peer.go();
    await receiving;
    await sendForEver(stream); // told once more, by EPIPE or ECONNRESET, and never taken
    return "told";
  });
}

function zeroWindow(kind: StreamKind, random: Random): Promise<Outcome> {
  return withPeer(kind, "deaf", async (stream, peer) => {
    const data = patternOf(4 * LARGE);
    let sent = 0;
    for (let tries = 0; tries < 5; tries++) {
      try {
        await stream.sendAll(data.subarray(sent), { timeoutMs: random.integer(0, 50) });
        check(false, "a peer that takes nothing has taken all");
      } catch (error) {
        if ((error as Error).name !== "TimeoutError") throw error;
        sent += (error as { bytesSent?: number }).bytesSent ?? 0;
      }
    }
    await peer.go();
    await stream.sendAll(data.subarray(sent));
    await stream.shutdown("write");
    const [, came, hash] = await peer.until(/^(\d+) ([0-9a-f]{64})$/m);
    check(Number(came) === data.length, `${came} bytes came of ${data.length}`);
    check(createHash("sha256").update(data).digest("hex") === hash, "other bytes came");
    return "hidden";
  });
}

/** A stranger's RST: of the number that is due it ends the connection, of another it does nothing. */
function injected(kind: StreamKind, exact: boolean): Promise<Outcome> {
  return withPeer(kind, "echo", async (stream) => {
    using forger = await raw.openIp({ protocol: "tcp", includeHeader: true });
    const data = patternOf(1000);
    const echoed = async () => {
      await stream.sendAll(data);
      check(equals(await stream.recvExact(data.length), data), "other bytes came back");
    };
    const { sequence, tcp, ip } = await lastSegment(stream, echoed, data.length);
    const forged = wire.encode(
      { kind: "ipv4", source: ip.source, destination: ip.destination, protocol: 6 },
      {
        kind: "tcp",
        sourcePort: tcp.sourcePort,
        destinationPort: tcp.destinationPort,
        // Within the window but not what is due: RFC 5961 asks back, and goes on.
        sequence: (sequence + (exact ? 0 : 100)) >>> 0,
        flags: wire.TH_RST,
        window: 0,
      },
    );
    await forger.sendTo(forged, { hostname: "127.0.0.1", port: 0 });
    if (!exact) {
      await echoed();
      return "hidden";
    }
    try {
      await stream.recv();
    } catch (error) {
      check(isSocketError(error, "ECONNRESET"), `a stranger's reset says ${error}`);
      return "told";
    }
    throw new Corrupt("a stranger's reset is received as an end");
  });
}

/** What the peer's segments of an echo of `size` bytes end with, and the number after them. */
async function lastSegment(
  stream: Any,
  echoed: () => Promise<void>,
  size: number,
): Promise<{ sequence: number; tcp: wire.TcpView; ip: wire.Ipv4View }> {
  for (;;) {
    using wiretap = await raw.openIp({
      protocol: "tcp",
      hostname: "127.0.0.1",
      filter: raw.assembleBpf(`ldh [20]
        jne #${stream.remoteAddr.port}, drop
        ret #-1
        drop: ret #0`),
    });
    const [segment] = await Promise.all([segmentsOf(wiretap, stream, size), echoed()]);
    if (segment !== undefined) return segment;
  }
}

/** As {@linkcode lastSegment}; `undefined` if some do not come: others filled the queue before the filter. */
async function segmentsOf(wiretap: Any, { localAddr, remoteAddr }: Any, size: number) {
  for (let length = 0;;) {
    let packet: Uint8Array;
    try {
      packet = await wiretap.recv({ timeoutMs: 2000 });
    } catch (error) {
      if ((error as Error).name !== "TimeoutError") throw error;
      return undefined;
    }
    const frame = wire.decodePacket(packet);
    const tcp = frame.layer("tcp")!;
    if (tcp.sourcePort !== remoteAddr.port || tcp.destinationPort !== localAddr.port) continue;
    length += tcp.end - tcp.payloadStart;
    const sequence = (tcp.sequence + tcp.end - tcp.payloadStart) >>> 0;
    if (length >= size) return { sequence, tcp, ip: frame.layer("ipv4")! };
  }
}

/** A scenario of `_outside_child.ts` in a place of its own, or where it changes its own limits. */
async function inChild(name: string, engine: string, place: readonly string[]): Promise<Outcome> {
  const deno = [Deno.execPath(), "run", "-A", "--unstable-net", "--no-check", "--quiet"];
  await using child = new Child([...place, ...deno, CHILD, name, engine]);
  const { code, signal } = await child.status;
  const text = await child.text();
  const said = /^(hidden|told|untold|corrupt)\b.*/m.exec(text);
  if (said !== null && code === 0 && !BAD.includes(said[1] as Outcome)) return said[1] as Outcome;
  throw new Error(said === null ? `crashed: code ${code}, signal ${signal}: ${text}` : said[0]);
}

/** Runs one: whatever must not be is thrown, a hang too. */
async function bounded(run: () => Promise<Outcome>): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hung for ${HANG_MS} ms`)), HANG_MS);
  });
  try {
    return await Promise.race([run(), hangs]);
  } catch (error) {
    throw error instanceof Corrupt ? new Error(`corrupt: ${error.message}`) : error;
  } finally {
    clearTimeout(timer);
  }
}

type OfKind = (kind: StreamKind, random: Random) => Promise<Outcome>;

const STREAMS = LISTENER_KINDS.filter(({ name }) => /^(tcp4|unix|abstract)( by libc)?$/.test(name));
const TCP = STREAMS.filter(({ family }) => family === "inet");

function onKinds(what: string, kinds: readonly StreamKind[], needs: Needs, run: OfKind) {
  return kinds.map((kind): OutsideFault => ({
    what,
    on: kind.name,
    needs,
    run: (random) => bounded(() => run(kind, random)),
  }));
}

const OWN_NET = ["unshare", "-n"];
const FULL_DISK = [
  ...["unshare", "-m", "sh", "-c"],
  // Room for two names: the folder's own, and one.
  'mount -t tmpfs -o size=4k,nr_inodes=2 full /mnt && exec "$@"',
  "full-disk",
];

function inChildren(what: string, name: string, place: readonly string[], tools: string[]) {
  return ["deno", "libc"].map((engine): OutsideFault => ({
    what,
    on: `a process, ${engine}`,
    needs: { root: true, tools },
    run: () => bounded(() => inChild(name, engine, place)),
  }));
}

const NET_TOOLS = ["unshare", "ip", "nsenter"];

/** All of them. */
export const OUTSIDE: readonly OutsideFault[] = [
  ...onKinds("the peer is killed", STREAMS, {}, killed),
  ...onKinds("the peer is stopped and continued", STREAMS, {}, stopped),
  ...onKinds("the peer resets", TCP, {}, reset),
  ...onKinds("the peer takes nothing for a while", STREAMS, {}, zeroWindow),
  ...onKinds("a stranger resets", TCP, { root: true }, (kind) => injected(kind, true)),
  ...onKinds("a stranger guesses a reset", TCP, { root: true }, (kind) => injected(kind, false)),
  ...inChildren("a link goes down and up", "link", OWN_NET, NET_TOOLS),
  ...inChildren("the disk is full", "full disk", FULL_DISK, ["unshare", "mount"]),
  ...inChildren("descriptors run out", "few descriptors", [], []),
  ...inChildren("memory runs out", "little memory", OWN_NET, ["unshare", "ip"]),
];

/** Why one cannot run here, or undefined. */
export function outsideMissing({ needs }: OutsideFault): string | undefined {
  return missing({ ...needs, tools: [PYTHON, ...needs.tools ?? []] });
}
