/** The examples that serve HTTP on sockets they did not open. */
import { assert, assertEquals } from "@std/assert";
import { fetchOver } from "../../bridge/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import { freePort } from "../bridge/_daemons.ts";
import { testWith } from "../_tools.ts";
import { Program } from "./_programs.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("restart/server.ts hands its socket over, and no request fails meanwhile", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/control.sock`;
    await using first = new Program("restart/server.ts", ["first", path]);
    const port = Number((await first.line()).split(" ")[1]);
    const answers: string[] = [];
    let asking = true;
    // New connections all the time, and one that is kept for many requests.
    const clients = Array.from({ length: 4 }, async () => {
      while (asking) {
        using endpoint = await tcp.connect({ hostname: "127.0.0.1", port });
        answers.push(await (await fetchOver(endpoint, "http://localhost/x")).text());
      }
    });
    while (answers.length === 0) await pause();
    await using second = new Program("restart/server.ts", ["second", path]);
    assertEquals(await second.line(), `port ${port}`);
    assertEquals(await first.rest(), ["handed over"]);
    while (!answers.includes("second answers /x")) await pause();
    await using third = new Program("restart/server.ts", ["third", path]);
    assertEquals(await third.line(), `port ${port}`);
    assertEquals(await second.rest(), ["handed over"]);
    while (!answers.includes("third answers /x")) await pause();
    asking = false;
    await Promise.all(clients);
    assert(answers.every((answer) => /^(first|second|third) answers \/x$/.test(answer)));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

for (const kind of ["TCP", "Unix"]) {
  testWith(
    { tools: ["systemd-socket-activate", "curl"] },
    `systemd/service.ts is started by the first connection, over ${kind}`,
    async () => {
      const dir = await Deno.makeTempDir();
      const port = await freePort();
      const [address, where] = kind === "TCP"
        ? [`127.0.0.1:${port}`, [`http://127.0.0.1:${port}/`]]
        : [`${dir}/web.sock`, ["--unix-socket", `${dir}/web.sock`, "http://localhost/"]];
      const flags = ["--no-check", "--no-prompt", "--allow-net", "--allow-env", "--allow-ffi"];
      const child = new Deno.Command("systemd-socket-activate", {
        args: ["-l", address, "--fdname=web", "-E", "HOME", "-E", "DENO_DIR", "-E", "PATH"]
          .concat([Deno.execPath(), "run", ...flags, "examples/systemd/service.ts"]),
        cwd: ROOT,
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const said = new Response(child.stderr).text();
      try {
        const args = ["-sS", "--retry", "50", "--retry-delay", "0", "--retry-all-errors", ...where];
        const { stdout, stderr } = await new Deno.Command("curl", { args }).output();
        const text = new TextDecoder();
        assertEquals(text.decode(stdout), "Hello from web\n", text.decode(stderr));
      } finally {
        child.kill("SIGTERM");
        const { code } = await child.status;
        assertEquals(code, 0, await said);
        await Deno.remove(dir, { recursive: true });
      }
    },
  );
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
