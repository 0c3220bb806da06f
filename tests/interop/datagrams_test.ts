/** Datagrams and sequenced packets with socat, ncat and CPython, as clients and as servers. */
import { assertEquals } from "@std/assert";
import type { Engine } from "../../core/engine_choice.ts";
import * as unix from "../../unix/mod.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { noise } from "../contract/_helpers.ts";
import { DATAGRAM_PLACES, type Messages, python, SCRATCH, server, soon } from "./_peers.ts";

const ENGINES: readonly Engine[] = ["deno", "libc"];
const SIZES = [0, 1, 512, 1473, 9000, 65507];
const HELLO = new TextEncoder().encode("hello");

const noListenDatagram = (kind: { name: string }, engine: Engine) => () =>
  engine === "deno" && kind.name.endsWith("gram") && !("listenDatagram" in Deno)
    ? "needs --unstable-net"
    : undefined;

/** Sends until an answer comes: UDP may drop what is sent before the peer is there. */
async function askUntilAnswered(socket: Messages, to: unknown): Promise<Uint8Array> {
  for (let tries = 0;; tries++) {
    await soon(() => socket.sendTo(HELLO, to as object));
    try {
      return await socket.recv({ timeoutMs: 200 });
    } catch (error) {
      if ((error as Error).name !== "TimeoutError" || tries === 100) throw error;
    }
  }
}

async function echo(socket: Messages, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { data, from } = await socket.recvFrom();
    await socket.sendTo(data, from);
  }
}

/** Passes hello through a client and back; its stdin stays open until then, since some go with it. */
async function dialogue(command: readonly string[], socket: Messages): Promise<void> {
  const child = new Deno.Command(command[0], {
    args: command.slice(1),
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(HELLO);
  await echo(socket, 1);
  const reader = child.stdout.getReader();
  assertEquals((await reader.read()).value, HELLO);
  await writer.close();
  await reader.cancel();
  await child.status;
}

for (const kind of DATAGRAM_PLACES) {
  for (const engine of ENGINES) {
    const title = `${kind.name} (${engine})`;
    const options = { sanitizeOps: engine === "deno", sanitizeResources: engine === "deno" };
    const other = noListenDatagram(kind, engine);

    testWith(
      { tools: [PYTHON], other },
      `${title} and CPython as client: every size comes back`,
      async () => {
        const place = kind.place();
        using socket = await kind.bind(place, engine);
        const echoing = echo(socket, SIZES.length);
        const local = kind.local()?.text ?? "";
        const said = await python("ping", kind.name, place.text, local, SIZES.join());
        await echoing;
        assertEquals(said.trim().split("\n"), SIZES.map((size) => `${size} True True`));
      },
      options,
    );

    testWith(
      { tools: [PYTHON], other },
      `${title} and CPython as server: every size comes back`,
      async () => {
        const place = kind.place();
        await using _server = server([
          PYTHON,
          new URL("_peer.py", import.meta.url).pathname,
          "echo",
          kind.name,
          place.text,
          "1000",
        ]);
        using socket = await kind.bind(undefined, engine);
        const to = kind.address(place);
        assertEquals(await askUntilAnswered(socket, to), HELLO);
        await socket.connect(to);
        for (const size of SIZES) {
          const data = noise(size, size);
          await socket.send(data);
          let back: Uint8Array;
          do back = await socket.recv(); while (
            back.length === HELLO.length && size !== HELLO.length
          );
          assertEquals(back, data);
        }
      },
      options,
    );

    testWith({ tools: ["socat"], other }, `${title} and socat as client`, async () => {
      const place = kind.place();
      using socket = await kind.bind(place, engine);
      await dialogue(["socat", "-", kind.socatClient(place, kind.local() ?? place)], socket);
    }, options);

    testWith({ tools: ["socat"], other }, `${title} and socat as server`, async () => {
      const place = kind.place();
      await using _server = server(["socat", kind.socatEcho(place), "EXEC:cat"]);
      using socket = await kind.bind(undefined, engine);
      assertEquals(await askUntilAnswered(socket, kind.address(place)), HELLO);
    }, options);

    if (kind.ncat(kind.place(), "connect") === undefined) continue;

    testWith({ tools: ["ncat"], other }, `${title} and ncat as client`, async () => {
      const place = kind.place();
      using socket = await kind.bind(place, engine);
      await dialogue(["ncat", ...kind.ncat(place, "connect")!], socket);
    }, options);

    testWith({ tools: ["ncat"], other }, `${title} and ncat as server`, async () => {
      const place = kind.place();
      await using _server = server([
        "ncat",
        ...kind.ncat(place, "listen")!,
        "--exec",
        "/bin/cat",
      ]);
      using socket = await kind.bind(undefined, engine);
      assertEquals(await askUntilAnswered(socket, kind.address(place)), HELLO);
    }, options);
  }
}

for (const role of ["connect", "listen"] as const) {
  const theirs = role === "connect" ? "client" : "server";
  testWith({ tools: [PYTHON] }, `seqpacket and CPython as ${theirs}: boundaries stay`, async () => {
    const path = `${SCRATCH}/seqpacket-${role}.sock`;
    let socket: Messages;
    let peer: Promise<string>;
    const sizes = SIZES.filter((size) => size > 0);
    if (role === "connect") {
      using listener = await unix.listen({ path, type: "seqpacket" });
      peer = python("records", role, "seqpacket", path, `${sizes.length}`);
      socket = await listener.accept() as unknown as Messages;
    } else {
      peer = python("records", role, "seqpacket", path, `${sizes.length}`);
      socket = await soon(() => unix.connect({ path, type: "seqpacket" })) as unknown as Messages;
    }
    for (const size of sizes) {
      await socket.send(noise(size, size));
      assertEquals(await socket.recv(), noise(size, size));
    }
    assertEquals((await peer).trim().split("\n").at(-1), "done");
    socket.close();
  }, { sanitizeOps: false, sanitizeResources: false });
}
