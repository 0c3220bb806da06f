/** A misspelt option of a call is refused: ignored, a time limit would be none. */
import { assertRejects } from "@std/assert";
import { AF_INET, SOCK_DGRAM, SOCK_STREAM, socket } from "../../ffi/mod.ts";
import { bytes, claim, LOOPBACK } from "./_tools.ts";

// deno-lint-ignore no-explicit-any
const MISSPELT: any = { timeout: 5 };

claim("every call refuses an option of another name", async () => {
  using a = socket(AF_INET, SOCK_DGRAM);
  a.bind(LOOPBACK);
  const to = a.localAddr;
  const data = bytes("x");
  using listener = socket(AF_INET, SOCK_STREAM);
  listener.bind(LOOPBACK);
  listener.listen();
  for (
    const call of [
      () => listener.accept(MISSPELT),
      () => a.connect(to, MISSPELT),
      () => a.send(data, MISSPELT),
      () => a.sendAll(data, MISSPELT),
      () => a.sendTo(data, to, MISSPELT),
      () => a.sendMsg([data], { to, ...MISSPELT }),
      () => a.sendMany([{ data, to }], MISSPELT),
      () => a.recv(1, MISSPELT),
      () => a.recvInto(data, MISSPELT),
      () => a.recvFrom(1, MISSPELT),
      () => a.recvMsg(1, MISSPELT),
      () => a.recvMany(1, MISSPELT),
      () => a.recvBatches(MISSPELT).next(),
    ]
  ) await assertRejects(call, TypeError, 'unknown option "timeout"', call.toString());
});
