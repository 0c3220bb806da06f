/**
 * Asking many TCP ports of a host, over libc.
 *
 * @module
 */
import { errnoName } from "../core/errno.ts";
import { isIpv4 } from "../core/ip/mod.ts";
import { ConnectScan } from "../ffi/descriptor/connect_scan.ts";
import { codeState, type PortScanner } from "./port_scan.ts";

/** Over libc's sockets. */
export const scanByLibc: PortScanner = async (hostname, ports, settings, tell) => {
  const family = isIpv4(hostname) ? "inet" : "inet6";
  const scan = new ConnectScan({ family, hostname, port: 0 }, ports, settings);
  for await (const batch of scan.results()) {
    const telling: Promise<void>[] = [];
    for (const { port, errno, toItself } of batch) {
      const code = errno === 0 ? undefined : errnoName(errno);
      const state = toItself ? "closed" : errno === 0 ? "open" : codeState(code);
      const told = tell(state === "filtered" ? { port, state, code } : { port, state });
      if (told !== undefined) telling.push(told);
    }
    await Promise.all(telling);
  }
};
