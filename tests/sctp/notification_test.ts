/** Each notification as a C program writes it by the header's structures. */
import { assertEquals } from "@std/assert";
import { sctp } from "../../mod.ts";
import { compiledC } from "../_compiled.ts";
import { testWith } from "../_tools.ts";

const tail = new TextEncoder().encode("tail");
const EXPECTED: sctp.SctpNotification[] = [
  {
    ...{ type: "association", state: "restarted", error: 2, outStreams: 3, inStreams: 4 },
    associationId: 5,
  },
  {
    ...{ type: "peerAddress", state: "confirmed", error: 6, associationId: 7 },
    address: { family: "inet", hostname: "127.0.0.9", port: 8 },
  },
  {
    ...{ type: "peerAddress", state: "potentiallyFailed", error: 6, associationId: 7 },
    address: { family: "inet6", hostname: "::1", port: 8 },
  },
  {
    ...{ type: "sendFailed", sent: true, code: "ETIMEDOUT", stream: 10, ppid: 11, context: 12 },
    ...{ data: tail, associationId: 13 },
  },
  { type: "remoteError", cause: 14, data: tail, associationId: 15 },
  { type: "shutdown", associationId: 16 },
  { type: "partialDelivery", associationId: 17, stream: 18, streamSequence: 19 },
  { type: "adaptation", indication: 20, associationId: 21 },
  { type: "authentication", keyNumber: 22, event: "freeKey", associationId: 23 },
  { type: "senderDry", associationId: 24 },
  {
    ...{ type: "streamReset", direction: "in", outcome: "denied", streams: [26, 27] },
    associationId: 25,
  },
  { type: "associationReset", outcome: "failed", associationId: 28, localTsn: 29, remoteTsn: 30 },
  { type: "streamChange", outcome: "denied", associationId: 31, inStreams: 32, outStreams: 33 },
  {
    ...{ type: "sendFailed", sent: false, code: "EPIPE", stream: 34, ppid: 35, context: 36 },
    ...{ data: tail, associationId: 37 },
  },
];

testWith(
  { tools: ["gcc"] },
  "every notification of linux/sctp.h is read, field by field",
  async () => {
    const program = await compiledC(new URL("notifications.c", import.meta.url).pathname);
    const { success, stdout } = await new Deno.Command(program).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    const read = lines.map((line) => sctp.decodeNotification(Uint8Array.fromHex(line)));
    assertEquals([success, read.map(({ type }) => type)], [true, EXPECTED.map(({ type }) => type)]);
    for (const [i, event] of read.entries()) assertEquals(event, EXPECTED[i]);
  },
);
