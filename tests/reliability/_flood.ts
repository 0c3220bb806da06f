/** Datagrams and pings by the million and the thousand. */
import { assert } from "@std/assert";
import type { Engine } from "../../core/engine_choice.ts";
import type { MessageBatch } from "../../core/mod.ts";
import { raw, udp } from "../../mod.ts";

/** On their way at once: few enough that the kernel drops none. */
const WINDOW = 64;
const SIZE = 64;

/** After so long with nothing the kernel has dropped what is due, or is very late with it. */
const DUE_MS = 2000;

/**
 * Sends numbered datagrams over loopback; each comes once, in order, but for those that the kernel
 * says it has dropped.
 */
export async function datagramFlood(engine: Engine, count: number): Promise<void> {
  const droppedBefore = droppedByKernel();
  using a = await udp.bind({ hostname: "127.0.0.1", engine });
  using b = await udp.bind({ hostname: "127.0.0.1", engine });
  await a.connect(b.localAddr);
  const payloads = Array.from({ length: WINDOW }, () => new Uint8Array(SIZE));
  const views = payloads.map(({ buffer }) => new DataView(buffer));
  const messages = payloads.map((data) => ({ data }));
  let batches = b.recvBatches({ timeoutMs: DUE_MS });
  const missing = new Set<number>();
  for (let at = 0; at < count; at += WINDOW) {
    const end = Math.min(at + WINDOW, count);
    for (let i = at; i < end; i++) views[i - at].setUint32(0, i);
    for (let sent = 0; sent < end - at;) sent += await a.sendMany(messages.slice(sent, end - at));
    for (let due = at; due < end;) {
      const batch = await batches.next().catch((error) => {
        if (error.name !== "TimeoutError") throw error;
      });
      if (batch === undefined) {
        for (; due < end; due++) missing.add(due);
        batches = b.recvBatches({ timeoutMs: DUE_MS });
      } else {
        due = checkBatch(batch.value!, due, end, missing);
      }
    }
  }
  await batches.return();
  const dropped = droppedByKernel() - droppedBefore;
  const lost = missing.size;
  assert(lost <= dropped, `${lost} of ${count} datagrams are lost, ${dropped} by the kernel`);
}

/** The number that is due after a batch. Each is due or missing; a later one has others missing. */
function checkBatch(
  batch: MessageBatch<unknown>,
  due: number,
  end: number,
  missing: Set<number>,
): number {
  for (let i = 0; i < batch.count; i++) {
    const data = batch.data(i);
    const number = (data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3]) >>> 0;
    if (missing.delete(number)) continue;
    assert(number >= due && number < end, `datagram ${number} came where ${due} was due`);
    for (; due < number; due++) missing.add(due);
    due++;
  }
  return due;
}

/**
 * What the kernel has dropped: for lack of room in a socket (`RcvbufErrors`, this network namespace's)
 * or of time in a processor's queue (`/proc/net/softnet_stat`, the machine's).
 */
function droppedByKernel(): number {
  const [names, values] = Deno.readTextFileSync("/proc/net/snmp").split("\n")
    .filter((line) => line.startsWith("Udp:")).map((line) => line.split(" "));
  const softnet = Deno.readTextFileSync("/proc/net/softnet_stat").trim().split("\n")
    .reduce((sum, line) => sum + parseInt(line.split(" ")[1], 16), 0);
  return Number(values[names.indexOf("RcvbufErrors")]) + softnet;
}

/** Pings so many addresses at once, three times each. */
export async function pings(count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const host = `127.1.${i >> 8}.${i & 255}`;
      let replies = 0;
      for await (const event of raw.ping(host, { count: 3, intervalMs: 100, timeoutMs: 10_000 })) {
        assert(event.type === "reply", `${host}: ${event.type}`);
        replies++;
      }
      assert(replies === 3, `${host}: ${replies} replies of 3`);
    }),
  );
}
