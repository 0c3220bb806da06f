/** Segments: one send for many datagrams, and one receive. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { SOL_UDP } from "../../ffi/abi/socket_constants.ts";
import { UDP_GRO, UDP_SEGMENT } from "../../ffi/abi/transport_constants.ts";
import { maxGsoSegments } from "../../ffi/messages/gso.ts";
import { addressOf, receiveAll, setInt, test, udp4 } from "./_messages.ts";

test("maxGsoSegments() is a number that the kernel keeps to", async () => {
  const max = maxGsoSegments();
  assert(max === 1 || max === 64 || max === 128, `${max}`);
  if (max === 1) return;
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  const segments = (count: number) => ({
    data: new Uint8Array(count * 2 - 1).fill(7),
    to,
    control: [{ type: "segment", segmentBytes: 2 }] as const,
  });
  assertEquals(await sender.sendMany([segments(max)]), 1);
  const lengths = (await receiveAll(receiver, max)).map(({ data }) => data.length);
  assertEquals(lengths, [...new Array(max - 1).fill(2), 1]);
  const error = await assertRejects(() => sender.sendMany([segments(max + 1)])) as Error & {
    code: string;
  };
  assertEquals(error.code, "EINVAL");
});

test("UDP_SEGMENT as an option splits what is sent; UDP_GRO joins and tells the size", async () => {
  using receiver = udp4();
  using sender = udp4();
  setInt(receiver, SOL_UDP, UDP_GRO, 1);
  setInt(sender, SOL_UDP, UDP_SEGMENT, 1000);
  const data = Uint8Array.from({ length: 10_500 }, (_, i) => i);
  await sender.sendMany([{ data, to: addressOf(receiver) }]);
  const [message] = await receiver.recvMany();
  // Over the loopback the kernel need not even split it; the last segment is short.
  assertEquals(message.control?.get("gro"), { type: "gro", segmentBytes: 1000 });
  assertEquals(message.data, data);
});
