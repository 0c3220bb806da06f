/** Opens AF_XDP sockets on loopback, and writes what came of each as JSON. */
import { isSocketError } from "../../core/errors.ts";
import * as raw from "../../raw/mod.ts";

async function outcome(options: Partial<raw.OpenXdpOptions>): Promise<string> {
  try {
    using socket = await raw.openXdp({ interface: "lo", attach: "generic", ...options });
    return `opened, ${socket.attached}`;
  } catch (error) {
    return isSocketError(error) ? `${error.code}: ${error.message}` : `${error}`;
  }
}

console.log(JSON.stringify({
  receiving: await outcome({}),
  sending: await outcome({ attach: "none", rxFrames: 16, txFrames: 16 }),
  large: await outcome({ attach: "none", rxFrames: 16384 }),
}));
// Whoever is killed leaves no program behind.
if (Deno.args[0] === "stay") {
  await raw.openXdp({ interface: "lo", attach: "generic" });
  console.log("open");
  setTimeout(() => {}, 600_000);
}
