/** VSOCK: this machine to itself, where its kernel has vsock_loopback. */
import { socketError } from "../../core/errors.ts";
import { vsock } from "../../mod.ts";
import { exchangeMessages, exchangeStream, handled, LIMIT } from "./exchange.ts";
import type { DemoRow } from "./row.ts";

/** VMADDR_CID_LOCAL (linux/vm_sockets.h). */
const LOCAL = 1;

/** Without the loopback a request to oneself goes to the hypervisor. */
function checkLoopback(): void {
  try {
    Deno.statSync("/sys/module/vsock_loopback");
  } catch {
    const message = "this kernel lacks the module vsock_loopback";
    throw socketError("EADDRNOTAVAIL", { syscall: "connect", message });
  }
}

const stream: DemoRow = {
  family: "vsock",
  type: "stream",
  what: "loopback",
  engine: "libc",
  async run() {
    checkLoopback();
    using listener = await vsock.listen();
    const accepting = handled(listener.accept(LIMIT));
    using client = await vsock.connect({ cid: LOCAL, port: listener.localAddr.port });
    using server = await accepting;
    return await exchangeStream(client, server);
  },
};

const seqpacket: DemoRow = {
  family: "vsock",
  type: "seqpacket",
  what: "loopback",
  engine: "libc",
  async run() {
    checkLoopback();
    using listener = await vsock.listen({ type: "seqpacket" });
    const accepting = handled(listener.accept(LIMIT));
    const { port } = listener.localAddr;
    using client = await vsock.connect({ cid: LOCAL, port, type: "seqpacket" });
    using server = await accepting;
    return await exchangeMessages(client, server, ({ data }) => server.send(data));
  },
};

/** The rows. */
export const vsockRows: readonly DemoRow[] = [stream, seqpacket];
