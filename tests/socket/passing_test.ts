/** Descriptors and credentials that pass between processes. */
import { assertEquals } from "@std/assert";
import { Socket } from "../../ffi/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { Python } from "./_python.ts";
import { bytes, claim, freshAbstract, text } from "./_tools.ts";

const PYTHON = { tools: ["python3"] };
const hostname = "127.0.0.1";

claim("peerCredentials() and CPython's SO_PEERCRED see each other", async () => {
  await using python = new Python();
  const path = freshAbstract();
  for (const type of ["stream", "seqpacket"] as const) {
    using listener = await unix.listen({ path: path + type, type, engine: "libc" });
    await python.exec(`
s = socket.socket(socket.AF_UNIX, socket.SOCK_${type.toUpperCase()})
s.connect(${JSON.stringify(path + type)})`);
    using server = await listener.accept() as unix.LibcUnixStream;
    const { pid, uid, gid } = server.peerCredentials();
    assertEquals([pid, uid, gid], await python.eval("[os.getpid(), os.getuid(), os.getgid()]"));
    const seen = await python.eval(
      `struct.unpack("3I", s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))`,
    );
    assertEquals(seen, [Deno.pid, Deno.uid(), Deno.gid()]);
  }
  const [a, b] = unix.pair();
  assertEquals(a.peerCredentials().pid, Deno.pid);
  a.close();
  b.close();
}, PYTHON);

claim("an open file and a live connection pass to CPython and back", async () => {
  await using python = new Python();
  const path = freshAbstract();
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "in the file");
  using listener = await unix.listen({ path, engine: "libc" });
  using tcpListener = await tcp.listen({ hostname, port: 0, engine: "libc" });
  await python.exec(`
s = socket.socket(socket.AF_UNIX); s.connect(${JSON.stringify(path)})
f = open(${JSON.stringify(file)}, "rb")
t = socket.create_connection(("${hostname}", ${tcpListener.localAddr.port}))
socket.send_fds(s, [b"two"], [f.fileno(), t.fileno()])
f.close(); t.close()`);
  using server = await listener.accept();
  using peer = await tcpListener.accept();
  const { data, fds, truncated } = await server.recvFds();
  assertEquals([text(data), fds.length, truncated], ["two", 2, false]);
  // A file is no socket; the connection is one, and still open.
  assertEquals(
    await Deno.readTextFile(`/proc/self/fd/${fds[0].fd}`),
    "in the file",
  );
  let code = "";
  try {
    Socket.fromFd(fds[0].fd);
  } catch (error) {
    code = (error as { code: string }).code;
  }
  assertEquals(code, "ENOTSOCK");
  using taken = Socket.fromFd(fds[1].take());
  assertEquals([taken.family, taken.type], ["inet", "stream"]);
  await taken.sendAll(bytes("alive"));
  assertEquals(text(await peer.recvExact(5)), "alive");
  // And back: CPython answers through the descriptor it is given.
  await server.sendFds(bytes("1"), [taken]);
  await python.exec(`
data, fds, flags, _ = socket.recv_fds(s, 10, 4)
socket.socket(fileno=fds[0]).sendall(b"by cpython")`);
  assertEquals(text(await peer.recvExact(10)), "by cpython");
  for (const fd of fds) fd.close();
  await Deno.remove(file);
}, PYTHON);

claim("descriptors that nobody takes are closed, and an ordinary receive drops them", async () => {
  const [a, b] = unix.pair();
  using _a = a;
  using _b = b;
  using _carried = await Deno.open("/dev/null");
  const own = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name)).find((fd) => {
    try {
      return fd > 2 && Deno.readLinkSync(`/proc/self/fd/${fd}`) === "/dev/null";
    } catch {
      return false;
    }
  })!;
  await a.sendFds(bytes("x"), [own, own, own]);
  const { fds } = await b.recvFds();
  for (const fd of fds) fd.close();
  await a.sendFds(bytes("y"), [own]);
  assertEquals(text(await b.recvExact(1)), "y");
  // claim() counts what is open.
});
