/** `deno task vm COMMAND…`: runs a command in the guest; its output and status come through. */
import { runInGuest } from "./guest.ts";

if (Deno.args.length === 0) {
  console.error("Usage: deno task vm COMMAND [ARGUMENT…]");
  Deno.exit(2);
}
const { end, code, console: said } = await runInGuest(Deno.args);
if (end !== "exited") console.error(`vm: the guest ${end === "died" ? end : `is ${end}`}\n${said}`);
Deno.exit(code);
