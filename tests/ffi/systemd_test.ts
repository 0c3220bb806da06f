/** Sockets and reports between a service and its manager. */
import { assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { AF_UNIX, sdNotify, SOCK_DGRAM, socket } from "../../ffi/mod.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { ROOT } from "./_child.ts";

libc();

/** Starts a program as systemd does: descriptors from 3 on, LISTEN_PID its own. */
const MANAGER = `
import json, os, socket, sys
program, deno, config = sys.argv[1:4]
stream = socket.create_server(("127.0.0.1", 0))
dgram = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
dgram.bind("\\0systemd-test-%d" % os.getpid())
reader, writer = os.pipe()
port = stream.getsockname()[1]
fds = [os.dup(fd) for fd in (stream.fileno(), reader, dgram.fileno())]
fds = [os.dup2(fd, 50 + i) for i, fd in enumerate(fds)]
pid = os.fork()
if pid == 0:
    for i, fd in enumerate(fds): os.dup2(fd, 3 + i, inheritable=True)
    env = dict(os.environ, LISTEN_FDS="3", LISTEN_FDNAMES="web::log",
               LISTEN_PID=str(os.getpid() + int(sys.argv[4])), PORT=str(port))
    os.execve(deno, [deno, "run", "--no-check", "-A", "--config", config, program], env)
os.waitpid(pid, 0)
`;

const SERVICE = `
  import { inheritedSockets } from "$/ffi/mod.ts";
  const inherited = inheritedSockets();
  const told = inherited.map(({ name, socket }) => [name, socket.family, socket.type, socket.fd]);
  const again = inheritedSockets().length;
  const left = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"].filter((name) => Deno.env.has(name));
  let got = "";
  if (inherited.length > 0) {
    const accepting = inherited[0].socket.accept();
    const client = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")) });
    const [server] = await accepting;
    await server.sendAll(new TextEncoder().encode("activated"));
    server.close();
    got = await new Response(client.readable).text();
  }
  for (const { socket } of inherited) socket.close();
  console.log(JSON.stringify({ told, again, left, got }));
`;

async function runAsService(pidOffset: number): Promise<unknown> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, SERVICE.replaceAll("$/", ROOT.href));
  const { stdout, stderr } = await new Deno.Command(PYTHON, {
    args: [
      "-c",
      MANAGER,
      file,
      Deno.execPath(),
      new URL("deno.json", ROOT).pathname,
      String(pidOffset),
    ],
  }).output();
  await Deno.remove(file);
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

testWith(
  { tools: ["python3"] },
  "inherited sockets are taken once, with their names, and serve",
  async () => {
    // The pipe between them is no socket and stays.
    assertEquals(await runAsService(0), {
      told: [["web", "inet", "stream", 3], ["log", "unix", "dgram", 5]],
      again: 0,
      left: [],
      got: "activated",
    });
  },
);

testWith(
  { tools: ["python3"] },
  "sockets that were meant for another process are left alone",
  async () => {
    assertEquals(await runAsService(1), {
      told: [],
      again: 0,
      left: ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"],
      got: "",
    });
  },
);

testWith({}, "sdNotify sends the state to NOTIFY_SOCKET, a path or an abstract name", async () => {
  const before = Deno.env.get("NOTIFY_SOCKET");
  try {
    Deno.env.delete("NOTIFY_SOCKET");
    assertEquals(await sdNotify("READY=1"), false);
    const path = `${await Deno.makeTempDir()}/notify`;
    for (const [name, address] of [[path, path], [`@n-${Deno.pid}`, `\0n-${Deno.pid}`]]) {
      using manager = socket(AF_UNIX, SOCK_DGRAM, 0);
      manager.bind({ family: "unix", path: address });
      Deno.env.set("NOTIFY_SOCKET", name);
      assertEquals(await sdNotify("READY=1\nSTATUS=Serving"), true);
      assertEquals(new TextDecoder().decode(await manager.recv()), "READY=1\nSTATUS=Serving");
    }
    Deno.env.set("NOTIFY_SOCKET", `${path}-gone`);
    await assertRejects(() => sdNotify("READY=1"), Deno.errors.NotFound);
    Deno.env.set("NOTIFY_SOCKET", "vsock:2:1234");
    await assertRejects(() => sdNotify("READY=1"), Deno.errors.NotSupported);
  } finally {
    if (before === undefined) Deno.env.delete("NOTIFY_SOCKET");
    else Deno.env.set("NOTIFY_SOCKET", before);
  }
}, { sanitizeOps: false });
