/**
 * Packets of a capture file that has no time for them.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type CapturedPacket,
  decodeCapture,
  encodePcap,
  encodePcapng,
  encodePcapPacket,
} from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";

const DATA = Uint8Array.from({ length: 61 }, (_, i) => i);
const TIMELESS: CapturedPacket = { data: DATA, originalLength: 61, linkType: 1 };
const TIMED: CapturedPacket = { ...TIMELESS, timestampNanos: 1_500_000_000n };

Deno.test("a pcapng packet without a time comes back without one", () => {
  const file = encodePcapng([TIMELESS, TIMED, TIMELESS]);
  assertEquals([...decodeCapture(file)], [TIMELESS, TIMED, TIMELESS]);
  const cut = { ...TIMELESS, data: DATA.subarray(0, 20) };
  assertEquals([...decodeCapture(encodePcapng([cut], { snapLength: 20 }))], [cut]);
});

testWith({ tools: ["tshark"] }, "tshark knows no time of a packet without one", async () => {
  const file = await Deno.makeTempFile({ suffix: ".pcapng" });
  await Deno.writeFile(file, encodePcapng([TIMELESS, TIMED]));
  const { stdout, success } = await new Deno.Command("tshark", {
    args: ["-r", file, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len"],
  }).output();
  await Deno.remove(file);
  assert(success);
  const [timeless, timed] = new TextDecoder().decode(stdout).split("\n");
  assertEquals(timeless, "\t61");
  assert(/^1\.5\d*\t61$|1970-01-01T00:00:01\.5.*\t61$/.test(timed), timed);
});

Deno.test("what only a packet with a time can say is refused without one", () => {
  const wrong: [CapturedPacket[], string][] = [
    [[{ ...TIMELESS, comment: "x" }], "comment has no place"],
    [[{ ...TIMELESS, direction: "inbound" }], "direction has no place"],
    [[TIMED, { ...TIMELESS, interface: "eth1" }], "not of the first interface"],
    [[{ ...TIMELESS, originalLength: 90 }], "neither whole nor of the snapshot length"],
  ];
  for (const [packets, reason] of wrong) {
    assertThrows(() => encodePcapng(packets), RangeError, reason);
  }
});

Deno.test("a pcap file has a time for every packet", () => {
  const reason = "timestampNanos of undefined is not a bigint";
  assertThrows(() => encodePcap([TIMELESS]), TypeError, reason);
  assertThrows(() => encodePcapPacket(TIMELESS), TypeError, reason);
  const number = { ...TIMELESS, timestampNanos: 5 as never };
  assertThrows(() => encodePcapng([number]), TypeError, "timestampNanos 5 is not a bigint");
});
