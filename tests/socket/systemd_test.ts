/** Socket activation and notification, by systemd's own tool and by CPython. */
import { assertEquals, assertRejects } from "@std/assert";
import { AF_UNIX, SOCK_DGRAM, socket } from "../../ffi/mod.ts";
import { denoCommand, runJson, writeProgram } from "./_program.ts";
import { Python } from "./_python.ts";
import { claim, freshAbstract, text } from "./_tools.ts";

const PYTHON = { tools: ["python3"] };

/** Puts sockets at descriptors 3, 4 … and becomes the program. */
const LAUNCHER = `
import os, socket, sys
opened = eval(sys.argv[1])
for i, each in enumerate(opened):
    os.dup2(each.fileno(), 100 + i)
for i in range(len(opened)):
    os.dup2(100 + i, 3 + i, inheritable=True)
    os.close(100 + i)
os.environ.update(LISTEN_FDS=str(len(opened)), LISTEN_PID=str(os.getpid()))
os.environ.update(eval(sys.argv[2]))
os.execvp(sys.argv[3], sys.argv[3:])
`;

function launched(sockets: string, env = "{}"): string[] {
  return ["python3", "-c", LAUNCHER, sockets, env];
}

const TELL = `
  import { inheritedSockets } from "$/ffi/mod.ts";
  const told = (found) => found.map(({ name, socket }) => [
    name, socket.fd, socket.family, socket.type, socket.localAddr.hostname ?? socket.localAddr.path,
  ]);
`;

claim("inherited sockets come with their names, families and types", async () => {
  const got = await runJson<unknown>(
    `${TELL}
    const first = inheritedSockets();
    const peer = await Deno.connect(
      { hostname: "127.0.0.1", port: first[0].socket.localAddr.port });
    const [accepted] = await first[0].socket.accept();
    const port = accepted.remoteAddr.port === peer.localAddr.port;
    console.log(JSON.stringify([told(first), port, inheritedSockets().length,
      ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"].map((name) => Deno.env.get(name) ?? null)]));
    Deno.exit();
  `,
    {
      prefix: launched(
        `[socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
          open("/dev/null"), socket.create_server(("::1", 0), family=socket.AF_INET6)]`,
        `{"LISTEN_FDNAMES": "web:log:file"}`,
      ),
    },
  );
  assertEquals(got, [
    [
      ["web", 3, "inet", "stream", "127.0.0.1"],
      ["log", 4, "unix", "dgram", ""],
      ["unknown", 6, "inet6", "stream", "::1"],
    ],
    true,
    0,
    [null, null, null],
  ]);
}, PYTHON);

claim("sockets meant for another process are left alone", async () => {
  const got = await runJson<unknown>(
    `${TELL}
    console.log(JSON.stringify([told(inheritedSockets()), Deno.env.get("LISTEN_FDS")]));
  `,
    { prefix: launched(`[socket.create_server(("127.0.0.1", 0))]`, `{"LISTEN_PID": "1"}`) },
  );
  assertEquals(got, [[], "1"]);
}, PYTHON);

claim("a LISTEN_FDS beyond what there is leaves no descriptor open", async () => {
  const got = await runJson<unknown>(
    `
    import { inheritedSockets } from "$/ffi/mod.ts";
    const open = () => [3, 4].filter((fd) => {
      try { return Deno.readLinkSync("/proc/self/fd/" + fd).startsWith("socket:"); } catch { return false; }
    });
    const before = open();
    // Nothing has that many descriptors.
    Deno.env.set("LISTEN_FDS", "3000");
    let code;
    try { inheritedSockets(); } catch (error) { code = error.code; }
    console.log(JSON.stringify([before, code, open()]));
    Deno.exit();
  `,
    {
      prefix: launched(
        `[socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)]`,
      ),
    },
  );
  assertEquals(got, [[3, 4], "EBADF", []]);
}, PYTHON);

claim("a LISTEN_FDS that is no number is refused", async () => {
  for (const count of ["x", "-1", "1e3", "99999999", ""]) {
    const got = await runJson<unknown>(
      `
      import { inheritedSockets } from "$/ffi/mod.ts";
      Deno.env.set("LISTEN_PID", String(Deno.pid));
      let name = "";
      try { inheritedSockets(); } catch (error) { name = error.name; }
      console.log(JSON.stringify(name));
    `,
      { env: { LISTEN_FDS: count } },
    );
    assertEquals(got, "RangeError", count);
  }
});

claim("systemd-socket-activate hands its listeners over", async () => {
  const file = await writeProgram(`
    import { inheritedSockets } from "$/ffi/mod.ts";
    const found = inheritedSockets();
    const { socket } = found.find(({ name }) => name === "web");
    const [connection] = await socket.accept();
    await connection.sendAll(new TextEncoder().encode(found.map(({ name }) => name).join()));
    connection.close();
    Deno.exit();
  `);
  const dir = await Deno.makeTempDir();
  const path = `${dir}/web.sock`;
  const child = new Deno.Command("systemd-socket-activate", {
    args: ["-l", path, "-l", `${dir}/other.sock`, "--fdname=web:other", ...denoCommand(file)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    using client = await connectSoon(path);
    assertEquals(text(await client.recv()), "web,other");
    assertEquals((await child.status).code, 0);
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child.status;
    await Deno.remove(file);
    await Deno.remove(dir, { recursive: true });
  }
}, { tools: ["systemd-socket-activate"] });

async function connectSoon(path: string) {
  for (let tries = 0;; tries++) {
    const client = socket(AF_UNIX);
    try {
      await client.connect({ path });
      return client;
    } catch (error) {
      client.close();
      if (tries === 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const NOTIFY = `
  import { sdNotify } from "$/ffi/mod.ts";
  console.log(JSON.stringify(await sdNotify("READY=1\\nSTATUS=Grün").catch(({ code, name }) => code ?? name)));
`;

claim("sdNotify reaches a path and an abstract name that CPython listens on", async () => {
  await using python = new Python();
  const dir = await Deno.makeTempDir();
  const abstract = freshAbstract().slice(1);
  await python.exec(`
a = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); a.bind("\\0${abstract}")
b = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); b.bind("${dir}/notify")`);
  for (const [name, own] of [[`@${abstract}`, "a"], [`${dir}/notify`, "b"]]) {
    assertEquals(await runJson(NOTIFY, { env: { NOTIFY_SOCKET: name } }), true);
    assertEquals(await python.eval(`${own}.recv(100).decode()`), "READY=1\nSTATUS=Grün");
  }
  await Deno.remove(dir, { recursive: true });
}, PYTHON);

claim("sdNotify says when there is nobody to tell, and why it cannot", async () => {
  assertEquals(await runJson(NOTIFY, { env: { NOTIFY_SOCKET: "" } }), false);
  assertEquals(await runJson(NOTIFY, { env: { NOTIFY_SOCKET: "vsock:2:1" } }), "NotSupported");
  assertEquals(await runJson(NOTIFY, { env: { NOTIFY_SOCKET: "/nonexistent" } }), "ENOENT");
  const path = freshAbstract();
  const gone = socket(AF_UNIX, SOCK_DGRAM);
  gone.bind({ path });
  gone.close();
  assertEquals(
    await runJson(NOTIFY, { env: { NOTIFY_SOCKET: `@${path.slice(1)}` } }),
    "ECONNREFUSED",
  );
  const { sdNotify } = await import("../../ffi/mod.ts");
  // deno-lint-ignore no-explicit-any
  await assertRejects(() => sdNotify(1 as any), TypeError);
});
