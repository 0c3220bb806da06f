/** How much code a byte or a datagram passes: few files, or nobody can follow it. */
import { assert, assertEquals } from "@std/assert";
import { filesOnTheWay } from "../../tools/files_on_the_way.ts";

Deno.test("a receive of TCP on libc runs code in at most 6 files", async () => {
  const files = await filesOnTheWay("a receive of TCP");
  assert(files.has("ffi/endpoints/stream.ts"), "nothing was counted");
  assert(files.size <= 6, [...files.keys()].join("\n"));
});

Deno.test("a datagram of UDP, sent and received on libc, runs code in at most 9 files", async () => {
  const files = await filesOnTheWay("a datagram of UDP, sent and received");
  assert(files.has("ffi/endpoints/message.ts"), "nothing was counted");
  assert(files.size <= 9, [...files.keys()].join("\n"));
  assertEquals([...files.keys()].filter((file) => !/^(core|ffi|udp)\//.test(file)), []);
});
