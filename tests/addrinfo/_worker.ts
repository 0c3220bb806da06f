/** Looks names up until it is terminated. */
/// <reference lib="deno.worker" />
import { getAddrInfo } from "../../addrinfo/mod.ts";

let begun = false;
for (let i = 0;; i++) {
  const all = Array.from({ length: 64 }, (_, j) => getAddrInfo("localhost", (64 * i + j) % 65536));
  if (!begun) self.postMessage("begun");
  begun = true;
  await Promise.all(all);
}
