import { assertEquals, assertMatch } from "@std/assert";
import { PYTHON, testWith } from "../_tools.ts";
import { runSock, runTool, sockCommand } from "./_sock.ts";

/** Runs Python with `sock(role, fd, …)`, which starts sock with a descriptor of Python's. */
async function withPython(program: string): Promise<string> {
  const line = [Deno.execPath(), ...sockCommand([], ["-A"])];
  const prelude = `
import socket, subprocess
def sock(command, s, *more):
    return subprocess.Popen(${JSON.stringify(line)} + [command, f"fd:{s.fileno()}", *more],
        pass_fds=[s.fileno()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
`;
  const { code, out } = await runTool(PYTHON, ["-c", prelude + program]);
  assertEquals(code, 0, out);
  return out;
}

testWith({ tools: [PYTHON] }, "fd: serves on a listener of CPython's", async () => {
  const out = await withPython(`
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
p = sock("echo", l)
print(p.stderr.readline().decode().replace(str(l.getsockname()[1]), "PORT"), end="")
for i in range(2):
    c = socket.create_connection(l.getsockname()); c.sendall(b"hello"); print(c.recv(9).decode()); c.close()
p.terminate(); print(p.wait())
`);
  assertEquals(out, "sock: listening on fd:127.0.0.1:PORT\nhello\nhello\n143\n");
});

testWith(
  { tools: [PYTHON] },
  "fd: talks over a connection and over datagrams of CPython's",
  async () => {
    const out = await withPython(`
a, b = socket.socketpair()
p = sock("connect", b); b.close()
p.stdin.write(b"from sock"); p.stdin.close()
print(a.recv(99).decode()); a.sendall(b"to sock"); a.close()
print(p.stdout.read().decode(), p.wait())
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", 0))
p = sock("echo", u)
p.stderr.readline()
c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); c.sendto(b"datagram", u.getsockname())
print(c.recv(99).decode()); p.terminate(); p.wait()
`);
    assertEquals(out, "from sock\nto sock 0\ndatagram\n");
  },
);

testWith(
  { tools: [PYTHON] },
  "fd: says what a descriptor cannot be, and what is none",
  async () => {
    const out = await withPython(`
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
a, b = socket.socketpair()
for command, s in [("connect", l), ("echo", b)]:
    p = sock(command, s)
    print(p.wait(), p.stderr.read().decode().split("\\n")[0].replace(str(s.fileno()), "N"))
`);
    assertEquals(
      out,
      "2 sock: fd:N listens: it can serve, not connect\n" +
        "2 sock: fd:N is a connection: it can connect, not serve\n",
    );
    const none = await runSock(["connect", "fd:987"]);
    assertEquals(none.code, 1);
    assertMatch(none.err, /EBADF/);
    assertEquals((await runSock(["connect", "fd:x"])).code, 2);
    assertEquals((await runSock(["connect", "fd:3", "--engine", "deno"])).code, 2);
  },
);
