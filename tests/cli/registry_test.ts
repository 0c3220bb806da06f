import { assertEquals, assertMatch } from "@std/assert";
import { Registry } from "./_registry.ts";

const SOCK = "jsr:@berkeley/sockets/cli";

Deno.test("sock is installed from a registry whole: every command runs when the registry is gone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const env: Record<string, string> = {
      DENO_DIR: `${folder}/cache`,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    };
    const run = async (command: string, ...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(command, { args, env, cwd: folder })
        .output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, out: text(stdout), err: text(stderr) };
    };
    {
      await using registry = await Registry.open();
      env.JSR_URL = registry.url;
      const install = ["install", "-g", "-A", "--root", folder, "-n", "sock", SOCK];
      const { code, err } = await run(Deno.execPath(), ...install);
      assertEquals(code, 0, err);
    }
    const sock = `${folder}/bin/sock`;
    assertMatch((await run(sock, "--version")).out, /^sock \d/);
    // Of each command, its own file; of what it opens, the family's.
    for (
      const name of (await run(sock, "--help")).out.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2}/gm)
    ) {
      const { code, err } = await run(sock, ...name[1].split(" "), "--help");
      assertEquals([code, err], [0, ""], name[1]);
    }
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const connect = ["connect", "-z", `tcp:127.0.0.1:${port}`];
    assertEquals(await run(sock, ...connect), { code: 0, out: "", err: "" });
    assertMatch((await run(sock, "resolve", "127.0.0.1", "80")).out, /^inet +127\.0\.0\.1 +80 /);
    assertMatch((await run(sock, "connect", "unix:@nobody")).err, /ECONNREFUSED/);
    assertMatch((await run(sock, "connect", "fd:999")).err, /EBADF/);
    assertMatch((await run(sock, "connect", "tls:127.0.0.1:1", "-t", "5")).err, /ECONNREFUSED/);
    // From a registry, a command needs no permission for its own files.
    const strict = ["run", "--no-prompt", `--allow-net=127.0.0.1:${port}`, SOCK, ...connect];
    assertEquals(await run(Deno.execPath(), ...strict), { code: 0, out: "", err: "" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
