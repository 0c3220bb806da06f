/** Whom a message goes to, where the one before went to somebody like it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as udp from "../../udp/mod.ts";
import { testWith } from "../_tools.ts";
import { bytes, text } from "../contract/_helpers.ts";

const HERE = "127.0.0.1";

for (const hostname of [HERE, "::1"]) {
  testWith(
    {},
    `${hostname}: a recipient is who is named, however like the one before`,
    async () => {
      using sender = await udp.bind({ hostname, engine: "libc" });
      using one = await udp.bind({ hostname, engine: "libc" });
      using other = await udp.bind({ hostname, engine: "libc" });
      const { family } = one.localAddr;
      const [first, second] = [one.localAddr.port, other.localAddr.port];
      // The same object, which says another port each time; with a family and without.
      const to: Record<string, unknown> = { hostname, port: first };
      for (let i = 0; i < 8; i++) {
        to.port = i % 2 === 0 ? first : second;
        if (i > 3) to.family = family;
        await sender.sendTo(bytes(`${i}`), to as never);
        await sender.sendTo(bytes(`${i} again`), to as never);
      }
      for (const [receiver, start] of [[one, 0], [other, 1]] as const) {
        for (let i = start; i < 8; i += 2) {
          assertEquals(text(await receiver.recv({ timeoutMs: 10_000 })), `${i}`);
          assertEquals(text(await receiver.recv({ timeoutMs: 10_000 })), `${i} again`);
        }
      }
      // What is wrong with an address is told though one like it was sent to.
      const wrong: [unknown, string][] = [
        [{ hostname, port: first, scope: 1 }, "unknown in the family"],
        [{ family: family === "inet" ? "inet6" : "inet", hostname, port: first }, "address"],
        [{ hostname, port: -1 }, "port"],
        [{ hostname: 5, port: first }, "hostname"],
      ];
      for (const [address, told] of wrong) {
        await sender.sendTo(bytes("x"), { hostname, port: first } as never);
        assertEquals(text(await one.recv({ timeoutMs: 10_000 })), "x");
        const error = await sender.sendTo(bytes("y"), address as never).catch((error) => error);
        assert(error instanceof Error && error.message.includes(told), `${error}`);
      }
      if (hostname !== HERE) return;
      // By a name as well: its address is not the name's.
      await sender.sendTo(bytes("named"), { hostname: "localhost", port: first } as never);
      assertEquals(text(await one.recv({ timeoutMs: 10_000 })), "named");
      await sender.sendTo(bytes("then"), { hostname, port: second } as never);
      assertEquals(text(await other.recv({ timeoutMs: 10_000 })), "then");
    },
  );
}

testWith({}, "scope and flow of a recipient count, as those of the one before do not", async () => {
  using sender = await udp.bind({ hostname: "::1", engine: "libc" });
  using receiver = await udp.bind({ hostname: "::1", engine: "libc" });
  const { port } = receiver.localAddr;
  const to = { family: "inet6", hostname: "::1", port } as const;
  await sender.sendTo(bytes("a"), to);
  await assertRejects(
    () => sender.sendTo(bytes("b"), { ...to, flowInfo: 0x100000000 }),
    RangeError,
    "flowInfo",
  );
  await sender.sendTo(bytes("c"), { ...to, scopeId: 0, flowInfo: 0 });
  for (const each of ["a", "c"]) assertEquals(text(await receiver.recv()), each);
});
