/** Unix sockets: streams by path and by abstract name, datagrams. */
import { unix } from "../../mod.ts";
import { exchangeMessages, exchangeStream, handled } from "./exchange.ts";
import type { DemoRow } from "./row.ts";

type Engine = "deno" | "libc";

function stream(what: string, pathOf: (file: string) => string, engine: Engine): DemoRow {
  return {
    family: "unix",
    type: "stream",
    what,
    engine,
    async run(scratch) {
      const path = pathOf(scratch.path(`stream-${engine}`));
      using listener = await unix.listen({ path, engine });
      const accepting = handled(listener.accept({ timeoutMs: 5000 }));
      using client = await unix.connect({ path, engine });
      using server = await accepting;
      return await exchangeStream(client, server);
    },
  };
}

function datagrams(engine: Engine): DemoRow {
  return {
    family: "unix",
    type: "dgram",
    what: "path",
    engine,
    async run(scratch) {
      const path = scratch.path(`server-${engine}`);
      using server = await unix.bind({ path, engine });
      using client = await unix.bind({ path: scratch.path(`client-${engine}`), engine });
      await client.connect({ path });
      return await exchangeMessages(client, server, ({ data, from }) => server.sendTo(data, from));
    },
  };
}

/** A connection that keeps message boundaries. */
const seqpacket: DemoRow = {
  family: "unix",
  type: "seqpacket",
  what: "path",
  engine: "libc",
  async run(scratch) {
    const path = scratch.path("seqpacket");
    using listener = await unix.listen({ path, type: "seqpacket" });
    const accepting = handled(listener.accept({ timeoutMs: 5000 }));
    using client = await unix.connect({ path, type: "seqpacket" });
    using server = await accepting;
    return await exchangeMessages(client, server, ({ data }) => server.send(data));
  },
};

/** Two joined sockets without a name. */
const pair: DemoRow = {
  family: "unix",
  type: "stream",
  what: "pair",
  engine: "libc",
  async run() {
    const [client, server] = unix.pair();
    using _client = client;
    using _server = server;
    return await exchangeStream(client, server);
  },
};

/** The rows. */
export const unixRows: readonly DemoRow[] = (["deno", "libc"] as const).flatMap((engine) => [
  stream("path", (file) => file, engine),
  stream("abstract", (file) => `\0${file}`, engine),
  datagrams(engine),
]).concat(seqpacket, pair);
