/** iperf3 through `sock relay`: several connections at once, in both directions. */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { Sock } from "../cli/_sock.ts";
import { run, server, STREAM_PLACES } from "./_peers.ts";

const BYTES = 400_000_000;

interface Report {
  error?: string;
  end: {
    streams: { receiver: { bytes: number } }[];
    sum_sent: { bytes: number };
    sum_received: { bytes: number; bits_per_second: number };
  };
}

const tcp4 = STREAM_PLACES.find(({ name }) => name === "tcp4")!;

for (const engine of ["deno", "libc"]) {
  for (const flags of [["-P", "4"], ["-P", "4", "-R"]]) {
    testWith(
      { tools: ["iperf3"] },
      `iperf3 ${flags.join(" ")} through sock relay (${engine}) passes four connections`,
      async () => {
        const { port } = tcp4.place();
        await using _server = server(["iperf3", "-s", "-B", "127.0.0.1", "-p", `${port}`]);
        await using relay = new Sock([
          "relay",
          "--engine",
          engine,
          "tcp:127.0.0.1:0",
          `tcp:127.0.0.1:${port}`,
        ]);
        const [, relayPort] = await relay.told(/127\.0\.0\.1:(\d+)/);
        let output = "";
        for (let tries = 0; output === "" && tries < 100; tries++) {
          // Until the server listens.
          const asked = run([
            "iperf3",
            "-c",
            "127.0.0.1",
            "-p",
            relayPort,
            "-n",
            `${BYTES}`,
            "-J",
            ...flags,
          ]);
          output = await asked.catch(() => new Promise((resolve) => setTimeout(resolve, 50, "")));
        }
        const report = JSON.parse(output) as Report;
        assertEquals(report.error, undefined);
        assertEquals(report.end.streams.length, 4);
        // Its receiver stops when its sender has sent all, whatever is still on the way.
        const { bytes } = report.end.sum_received;
        assert(bytes > BYTES / 2 && bytes <= report.end.sum_sent.bytes + (1 << 20), `${bytes}`);
        for (const stream of report.end.streams) assert(stream.receiver.bytes > 0, output);
      },
    );
  }
}
