/** The contenders of the UDP benches, and how they are started and told to go. */
import { otherRuntimes } from "../../tools/runtimes.ts";
import { type Command, found, must, Program } from "./_program.ts";

const HERE = new URL(".", import.meta.url).pathname;

/** Contenders that do one thing. */
export interface Series {
  readonly title: string;
  readonly size: number;
  readonly send: boolean;
  /** The first is what the others are measured by. */
  readonly contenders: readonly (readonly [name: string, command: Command, mode: string])[];
}

/** Builds the programs that need it. */
export async function build(dir: string): Promise<{ c: string; go: Command }> {
  const c = `${dir}/udp`;
  await must(["gcc", "-O2", "-o", c, `${HERE}udp.c`]);
  const go = `${dir}/go`;
  const built = await must(["go", "build", "-o", go, `${HERE}peer.go`]).catch(() => undefined);
  return { c, go: built && [go] };
}

/** Runs bursts of one contender. */
export interface Contender {
  /** Its process. */
  readonly pid: number;
  /** Has it run for 150 ms; messages a second. */
  burst(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one contender of a series. */
export async function prepare(
  c: string,
  series: Series,
  command: readonly string[],
  mode: string,
): Promise<Contender> {
  const args = [...command, mode, `${series.size}`];
  if (series.send) {
    const sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const sender = new Program([...args, `${(sink.addr as Deno.NetAddr).port}`], 1);
    return {
      pid: sender.pid,
      async burst() {
        await sender.go();
        return await sender.number();
      },
      async stop() {
        await sender.stop();
        sink.close();
      },
    };
  }
  const receiver = new Program(args, 1);
  const flood = new Program([c, "flood", `${series.size}`, `${await receiver.number()}`], 2);
  return {
    pid: receiver.pid,
    async burst() {
      let rate: number | undefined;
      const told = receiver.number().then((value) => rate = value);
      while (rate === undefined) {
        // Once more if something else had the core for too long and the burst fell apart.
        await flood.go();
        await flood.number();
        await new Promise((resolve) => setTimeout(resolve, 60)); // the silence that ends a burst
      }
      await told;
      return rate;
    },
    async stop() {
      await flood.stop();
      await receiver.stop();
    },
  };
}

/** Everything that is compared, of what is installed. */
export async function allSeries(c: string, go: Command): Promise<Series[]> {
  const ours = [Deno.execPath(), "run", "-A", "--no-check", "--unstable-net", `${HERE}ours.ts`];
  const runtimes = await otherRuntimes().catch(() => undefined);
  const node = runtimes && [runtimes.node, `${HERE}peer.mjs`];
  const bun = runtimes && [runtimes.bun, `${HERE}peer.mjs`];
  const python = found("python3", `${HERE}peer.py`);

  const receivers = (size: number): Series => ({
    title: `Received, ${size} B`,
    size,
    send: false,
    contenders: [
      ["C recvmmsg", [c], "recvmmsg"],
      ["ours: recvBatches()", ours, "batches"],
      ["ours: recvMany(), objects", ours, "many"],
      ["ours: for await, libc endpoint", ours, "libc"],
      ["ours: for await, deno endpoint", ours, "deno"],
      ["C recvfrom", [c], "recvfrom"],
      ["Go", go, "recv"],
      ["Bun", bun, "bun"],
      ["Node", node, "node"],
      ["CPython", python, "recv"],
    ],
  });

  const senders = (size: number): Series => ({
    title: `Sent, ${size} B`,
    size,
    send: true,
    contenders: [
      ["C sendmmsg", [c], "sendmmsg"],
      ["ours: Socket.sendMany()", ours, "send"],
      ["ours: sendMany(), libc endpoint", ours, "endpoint-send"],
      ["C sendto", [c], "sendto"],
      ["Go", go, "send"],
      ["Bun sendMany", bun, "bun"],
      ["Node", node, "node"],
      ["CPython", python, "send"],
    ],
  });

  const segmented = (size: number): Series[] => [
    {
      title: `Received with UDP_GRO, segments of ${size} B`,
      size,
      send: false,
      contenders: [["C recvmmsg", [c], "gro"], ["ours: recvBatches()", ours, "gro"]],
    },
    {
      title: `Sent with UDP_SEGMENT, segments of ${size} B`,
      size,
      send: true,
      contenders: [["C sendmmsg", [c], "gso"], ["ours: Socket.sendMany()", ours, "gso"]],
    },
  ];
  return [
    ...[64, 1400].map(receivers),
    ...[64, 1400].map(senders),
    ...[64, 1400].flatMap(segmented),
  ];
}
