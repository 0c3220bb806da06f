/** Socket.sendFile beside CPython's socket.sendfile: by the kernel's calls, of what can be sent. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PassedFd } from "../../core/control.ts";
import { AF_INET, SOCK_DGRAM, type Socket, socket, socketPair } from "../../ffi/mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import * as tcp from "../../tcp/mod.ts";
import { ScriptedLibc } from "../ffi/_scripted.ts";
import { runJson } from "./_program.ts";
import { Python } from "./_python.ts";
import {
  bytes,
  claim,
  listening,
  pending,
  portOf,
  rejectsWith,
  tcpTrio,
  text,
  timesOut,
} from "./_tools.ts";

const O_RDWR = 2;

async function fileOf(content: Uint8Array): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, content);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

function pattern(size: number): Uint8Array {
  return new Uint8Array(size).map((_, i) => i * 31 + (i >> 8));
}

function openFd(path: string, flags = 0): number {
  return libc().open(bytes(`${path}\0`), flags);
}

async function passed(fd: number): Promise<PassedFd> {
  const [a, b] = socketPair();
  await a.sendMsg([bytes("x")], { control: [{ type: "rights", fds: [fd] }] });
  const { control } = await b.recvMsg(1);
  a.close();
  b.close();
  return control!.get("rights")!.fds[0];
}

async function takeAll(from: Socket): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const part = await from.recv(1 << 20);
    if (part.length === 0) return await new Blob(parts).bytes();
    parts.push(part);
  }
}

/** Each part of a file of 1,000,003 bytes that is asked for. */
const PARTS: readonly { offset?: number; count?: number }[] = [
  {},
  { offset: 1 },
  { count: 1 },
  { offset: 65_535, count: 2 },
  { offset: 1_000_002 },
  { offset: 1_000_003 },
  { offset: 2_000_000 },
  { offset: 999_000, count: 5_000 },
  { offset: 4096, count: 900_000 },
];

claim("sendFile sends what CPython's sendfile does, and counts as it does", async () => {
  await using file = await fileOf(pattern(1_000_003));
  await using python = new Python();
  using listener = listening();
  await python.exec("import hashlib");
  for (const part of PARTS) {
    const { offset = 0, count = null } = part;
    // Theirs, into a socket of ours.
    await python.exec(
      `c = socket.create_connection(("127.0.0.1", ${portOf(listener)}))\n` +
        `f = open(${JSON.stringify(file.path)}, "rb")`,
    );
    const [theirs] = await listener.accept();
    const arriving = takeAll(theirs);
    const counted = await python.eval<number>(
      `(c.sendfile(f, ${offset}, ${count ?? "None"}), c.close(), f.close())[0]`,
    );
    const sample = await arriving;
    theirs.close();
    // Ours, into a socket of theirs.
    await python.exec(
      "l = socket.create_server(('127.0.0.1', 0))\n" +
        "got = []\n" +
        "def take():\n" +
        "    s, _ = l.accept()\n" +
        "    with s:\n" +
        "        while d := s.recv(1 << 20): got.append(d)\n" +
        "t = threading.Thread(target=take); t.start()",
    );
    using ours = socket();
    const port = await python.eval<number>("l.getsockname()[1]");
    await ours.connect({ hostname: "127.0.0.1", port });
    assertEquals(await ours.sendFile(file.path, part), counted, JSON.stringify(part));
    ours.close();
    const digest = await python.eval<string>(
      "(t.join(), l.close(), hashlib.sha256(b''.join(got)).hexdigest())[2]",
    );
    const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", sample.slice()));
    assertEquals(digest, expected.toHex());
  }
});

claim(
  "a path is sent by sendfile(2), a pipe by splice(2), and an open file by copying",
  async () => {
    const content = pattern(300_000);
    await using file = await fileOf(content);
    using trio = await tcpTrio();
    using scripted = new ScriptedLibc();
    const { client, server } = trio;
    const arriving = takeAll(server);
    await client.sendFile(file.path);
    assert(scripted.count("sendfile") > 0);
    assertEquals([scripted.count("splice"), scripted.count("send")], [0, 0]);
    using open = await Deno.open(file.path);
    const before = scripted.count("sendfile");
    await client.sendFile(open, { offset: 299_990 });
    assertEquals(scripted.count("sendfile"), before);
    assert(scripted.count("send") > 0);
    const [read, write] = pipePair();
    libc().write(write, bytes("from a pipe"), 11);
    libc().close(write);
    assertEquals(await client.sendFile(read), 11);
    assert(scripted.count("splice") > 0);
    libc().close(read);
    client.shutdown("write");
    const got = await arriving;
    assertEquals(got.subarray(0, 300_000), content);
    assertEquals(got.subarray(300_000, 300_010), content.subarray(299_990));
    assertEquals(text(got.subarray(300_010)), "from a pipe");
  },
);

claim("a kernel that cannot send a file has it copied, from where it stopped", async () => {
  const content = pattern(3_000_000);
  await using file = await fileOf(content);
  for (const errno of [22, 38]) { // EINVAL, ENOSYS
    using trio = await tcpTrio();
    using scripted = new ScriptedLibc();
    scripted.on("sendfile", (count) => count === 2 ? errno : undefined);
    const arriving = takeAll(trio.server);
    assertEquals(await trio.client.sendFile(file.path), content.length);
    assertEquals(scripted.count("sendfile"), 2);
    trio.client.close();
    assertEquals(await arriving, content);
  }
});

claim("EINTR and a full socket are the library's business", async () => {
  const content = pattern(20_000_000);
  await using file = await fileOf(content);
  using trio = await tcpTrio();
  using scripted = new ScriptedLibc();
  scripted.on("sendfile", (count) => count % 3 === 1 ? 4 : count % 5 === 2 ? 11 : undefined);
  const sending = trio.client.sendFile(file.path).then(() => trio.client.close());
  assertEquals(await takeAll(trio.server), content);
  await sending;
});

claim(
  "a pipe is sent as it fills, up to its end, and its wait ends early without loss",
  async () => {
    using trio = await tcpTrio();
    const { client, server } = trio;
    const [read, write] = pipePair();
    using pipe = await passed(read);
    libc().close(read);
    await timesOut(client.sendFile(pipe, { timeoutMs: 10 }));
    const sending = client.sendFile(pipe);
    assert(await pending(sending));
    for (const part of ["one ", "two ", "three"]) {
      libc().write(write, bytes(part), part.length);
      assertEquals(text(await server.recv()), part);
    }
    await assertRejects(() => client.sendFile(pipe, { offset: 1 }), TypeError, "no offset");
    libc().close(write);
    assertEquals(await sending, 13);
  },
);

claim("closing the socket ends a sendFile that waits for a pipe", async () => {
  const [read, write] = pipePair();
  using trio = await tcpTrio();
  const waiting = trio.client.sendFile(read);
  assert(await pending(waiting));
  trio.client.close();
  assertEquals((await rejectsWith(waiting, "EBADF")).bytesSent, 0);
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
  using endpoint = await tcp.connect({ ...listener.localAddr, engine: "libc" });
  using peer = await listener.accept();
  const sending = endpoint.sendFile(read);
  // It is under way while the other direction works, and sends wait until it has ended.
  const after = endpoint.sendAll(bytes("after"));
  await peer.sendAll(bytes("hello"));
  assertEquals(text(await endpoint.recv()), "hello");
  libc().write(write, bytes("before "), 7);
  assertEquals(text(await peer.recvExact(7)), "before ");
  assert(await pending(after));
  endpoint.close();
  await rejectsWith(sending, "EBADF");
  await rejectsWith(after, "EBADF");
  libc().close(read);
  libc().close(write);
});

claim("what is neither a file nor a pipe is refused, and so is a socket of messages", async () => {
  const [a, b] = socketPair();
  await assertRejects(() => a.sendFile(b.fd), TypeError, "socket");
  const folder = openFd("/");
  await assertRejects(() => a.sendFile(folder), TypeError, "directory");
  libc().close(folder);
  await rejectsWith(a.sendFile(1_000_000), "EBADF");
  using datagrams = socket(AF_INET, SOCK_DGRAM);
  await assertRejects(() => datagrams.sendFile("/etc/hostname"), TypeError, "messages");
  a.close();
  b.close();
  await rejectsWith(a.sendFile("/etc/hostname"), "EBADF");
});

claim("a file of proc is sent though it says that it is empty", async () => {
  const [a, b] = socketPair();
  const arriving = takeAll(b);
  await a.sendFile("/proc/self/limits");
  a.close();
  assertEquals(text(await arriving), await Deno.readTextFile("/proc/self/limits"));
  b.close();
});

claim("sendFile takes --allow-read of the path, and all of it for a number", async () => {
  await using file = await fileOf(bytes("secret"));
  const source = `
    import { socketPair } from "$/ffi/mod.ts";
    const path = ${JSON.stringify(file.path)};
    const [a] = socketPair();
    const told = {};
    const ways = { path: path, file: new URL("file://" + path), other: "/etc/hostname", number: 0 };
    for (const [name, what] of Object.entries(ways)) {
      told[name] = await a.sendFile(what).then(() => "sent", (e) => e.name + " " + e.message.match(/--allow-read\\b/));
    }
    console.log(JSON.stringify(told));
    Deno.exit();
  `;
  const refused = "NotCapable --allow-read";
  const none = await runJson(source, { flags: ["--allow-ffi", "--allow-net"] });
  assertEquals(none, { path: refused, file: refused, other: refused, number: refused });
  const one = await runJson(source, {
    flags: ["--allow-ffi", "--allow-net", `--allow-read=${file.path}`],
  });
  assertEquals(one, { path: "sent", file: "sent", other: refused, number: refused });
});

/** Both ends of a pipe whose ends are descriptors of this process. */
function pipePair(): [read: number, write: number] {
  const path = Deno.makeTempFileSync();
  Deno.removeSync(path);
  new Deno.Command("mkfifo", { args: [path] }).outputSync();
  const both = openFd(path, O_RDWR);
  const [read, write] = [openFd(path, 0), openFd(path, 1)];
  libc().close(both);
  Deno.removeSync(path);
  return [read, write];
}
