/**
 * The round trip that ping() reports against what the wire shows: the times at which a packet socket
 * on the same veth saw request and reply. Once with an idle event loop, once with a busy one.
 * `deno run -A bench/raw/rtt.ts [COUNT]`, as root.
 */
import { raw, wire } from "@berkeley/sockets";
import { join, Netns } from "../../tests/raw/_netns.ts";
import { median, quantile } from "../report/results.ts";

const count = Number(Deno.args[0] ?? 2000);

/** Ours and the wire's, in us, by sequence. */
async function measure(busy: boolean): Promise<[ours: number, wire: number][]> {
  const reported = new Map<number, number>();
  const requested = new Map<number, bigint>();
  const answered = new Map<number, bigint>();
  const filter = raw.assembleBpf(
    "ldh [12]\njne #0x800, drop\nldb [23]\njne #1, drop\nret #-1\ndrop: ret #0",
  );
  using link = await raw.openPacket({ interface: "v0", filter });
  const capturing = (async () => {
    while (answered.size < count) {
      for (const { data, timestampNanos } of await link.recvMany(64)) {
        const echo = wire.decodeFrame(data).layer("icmpv4")!.toValue();
        if (echo.message === "echoRequest") requested.set(echo.sequence, timestampNanos!);
        if (echo.message === "echoReply") answered.set(echo.sequence, timestampNanos!);
      }
    }
  })();
  const load = busy ? setInterval(burn, 3) : undefined;
  for await (const event of raw.ping("192.0.2.2", { count, intervalMs: 1, timeoutMs: 5000 })) {
    if (event.type === "reply") reported.set(event.sequence, event.rttMicros);
  }
  clearInterval(load);
  await capturing;
  return [...reported].map(([sequence, ours]) => {
    const nanos = answered.get(sequence)! - requested.get(sequence)!;
    return [ours, Number(nanos) / 1000];
  });
}

/** 2 ms of nothing but JavaScript. */
function burn(): void {
  const until = performance.now() + 2;
  while (performance.now() < until);
}

const here = await Netns.make();
const there = await Netns.make();
try {
  await join(here, "v0 192.0.2.1/24", there, "v0 192.0.2.2/24");
  using _ = here.enter();
  await measure(false);
  for (const busy of [false, true]) {
    const pairs = await measure(busy);
    const beyond = pairs.map(([ours, wire]) => ours - wire);
    const wireTimes = pairs.map(([, wire]) => wire);
    console.log(
      `event loop ${busy ? "busy" : "idle"}:`,
      `wire ${median(wireTimes).toFixed(1)} us,`,
      `ours beyond it: median ${median(beyond).toFixed(1)} us (20 or less),`,
      `p99 ${quantile(beyond, 0.99).toFixed(1)} us (75 or less), of ${pairs.length}`,
    );
  }
} finally {
  await here.remove();
  await there.remove();
}
