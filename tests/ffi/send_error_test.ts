/** An error that a send is told is told nobody else: who waits to receive has to look again. */
import { assertEquals, assertRejects } from "@std/assert";
import * as unix from "../../unix/mod.ts";
import { testWith } from "../_tools.ts";
import { ScriptedLibc } from "./_scripted.ts";

const ECONNRESET = 104;

testWith({}, "a receive that waits looks again when a send has failed", async () => {
  const [a, b] = unix.pair({ type: "dgram" });
  using _a = a;
  using _b = b;
  using scripted = new ScriptedLibc();
  const receiving = a.recv();
  const before = scripted.count("recvmsg");
  scripted.failOnce("send", ECONNRESET);
  await assertRejects(() => a.send(new Uint8Array(1)), Error, "ECONNRESET");
  assertEquals(scripted.count("recvmsg"), before + 1);
  await b.send(Uint8Array.of(7));
  assertEquals(await receiving, Uint8Array.of(7));
}, { sanitizeOps: false });
