/** Names: the system's resolver, there and back. */
import { addrinfo } from "../../mod.ts";
import type { DemoRow } from "./row.ts";
import { show } from "./row.ts";

const LOOKUPS = 50;

async function timed<T>(look: () => Promise<T>): Promise<{ last: T; rttsMs: number[] }> {
  const rttsMs: number[] = [];
  let last: T;
  do {
    const start = performance.now();
    last = await look();
    rttsMs.push(performance.now() - start);
  } while (rttsMs.length < LOOKUPS);
  return { last, rttsMs };
}

const forth: DemoRow = {
  family: "unspec",
  type: "lookup",
  what: "getAddrInfo",
  engine: "libc",
  async run() {
    const { last, rttsMs } = await timed(() =>
      addrinfo.getAddrInfo("localhost", "http", { type: "stream" })
    );
    const remote = last.map(({ address }) => show(address)).join(" ");
    return { local: "localhost http", remote, bytes: 0, rttsMs };
  },
};

const back: DemoRow = {
  family: "inet",
  type: "lookup",
  what: "getNameInfo",
  engine: "libc",
  async run() {
    const address = { hostname: "127.0.0.1", port: 80 };
    const { last, rttsMs } = await timed(() => addrinfo.getNameInfo(address));
    return { local: show(address), remote: `${last.host} ${last.service}`, bytes: 0, rttsMs };
  },
};

/** The rows. */
export const addrinfoRows: readonly DemoRow[] = [forth, back];
