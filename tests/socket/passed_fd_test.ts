/** Descriptors that arrive and are no sockets: files, pipes, terminals. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { PassedFd } from "../../core/control.ts";
import { libc } from "../../ffi/abi/library.ts";
import { Socket, socketPair } from "../../ffi/mod.ts";
import { bytes, claim, pending, text } from "./_tools.ts";

/** Passes a descriptor to ourselves: what arrives is another of the same open file. */
async function passed(fd: number): Promise<PassedFd> {
  const [a, b] = socketPair();
  await a.sendMsg([bytes("x")], { control: [{ type: "rights", fds: [fd] }] });
  const { control } = await b.recvMsg(1);
  a.close();
  b.close();
  return control!.get("rights")!.fds[0];
}

/** open(2): O_RDWR and the like; Deno's own open tells no descriptor. */
function open(path: string, flags: number): number {
  return libc().open(new TextEncoder().encode(`${path}\0`), flags);
}

async function everything(passed: PassedFd): Promise<string> {
  return text(new Uint8Array(await new Response(passed.readable).arrayBuffer()));
}

claim("a passed file is read, written and described", async () => {
  const path = await Deno.makeTempFile();
  const long = "line\n".repeat(40_000);
  await Deno.writeTextFile(path, long, { mode: 0o640 });
  await Deno.chmod(path, 0o640);
  const fd = open(path, 2);
  using file = await passed(fd);
  libc().close(fd);
  assertEquals(file.stat(), { kind: "file", sizeBytes: long.length, mode: 0o640 });
  assertEquals(await everything(file), long);
  const writer = file.writable.getWriter();
  await writer.write(bytes("the end"));
  await writer.close();
  assertEquals(await Deno.readTextFile(path), `${long}the end`);
  assertEquals(file.stat().sizeBytes, long.length + 7);
  await Deno.remove(path);
});

claim("a passed pipe waits for what comes, blocks nobody, and ends", async () => {
  const dir = await Deno.makeTempDir();
  await new Deno.Command("mkfifo", { args: [`${dir}/pipe`] }).output();
  // Blocking, as a shell's are: O_RDWR, so that opening does not wait.
  const fd = open(`${dir}/pipe`, 2);
  const pipe = await passed(fd);
  assertEquals(pipe.stat().kind, "pipe");
  const reader = pipe.readable.getReader();
  const reading = reader.read();
  assert(await pending(reading));
  libc().write(fd, bytes("water"), 5);
  assertEquals(text((await reading).value!), "water");
  // A full pipe: the write waits for room, and goes on.
  const writer = pipe.writable.getWriter();
  const large = new Uint8Array(1 << 20).fill(7);
  const writing = writer.write(large);
  assert(await pending(writing));
  for (let got = 0; got < large.length;) got += (await reader.read()).value!.length;
  await writing;
  const last = reader.read();
  assert(await pending(last));
  pipe.close();
  await assertRejects(() => last, Error, "EBADF");
  libc().close(fd);
  await Deno.remove(dir, { recursive: true });
});

claim("what a passed descriptor is comes from the kernel", async () => {
  const [a, b] = socketPair();
  for (
    const [fd, kind] of [
      [a.fd, "socket"],
      [open("/dev/null", 2), "characterDevice"],
      [open("/", 0), "directory"],
      [libc().epoll_create1(0), "other"],
    ] as const
  ) {
    using one = await passed(fd);
    assertEquals(one.stat().kind, kind);
    if (fd !== a.fd) libc().close(fd);
  }
  using directory = await (async () => {
    const fd = open("/", 0);
    const one = await passed(fd);
    libc().close(fd);
    return one;
  })();
  await assertRejects(() => everything(directory), Error, "EISDIR");
  const socket = Socket.fromFd((await passed(a.fd)).take());
  await socket.send(bytes("taken"));
  assertEquals(text(await b.recv()), "taken");
  for (const each of [socket, a, b]) each.close();
});

claim("a descriptor that was closed or taken is nobody's any more", async () => {
  const fd = open("/dev/null", 2);
  const one = await passed(fd);
  libc().close(fd);
  one.close();
  one.close();
  assertThrows(() => one.stat(), Error, "EBADF");
  assertThrows(() => one.take(), Error, "EBADF");
  await assertRejects(() => one.readable.getReader().read(), Error, "EBADF");
});
