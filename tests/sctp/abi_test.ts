import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { sctp } from "../../mod.ts";
import {
  EVENTS,
  NUMBERS,
  PADDRINFO,
  PADDRPARAMS,
  PRINFO,
  RCVINFO,
  SNDINFO,
  SNDRCVINFO,
  STATUS,
} from "../../sctp/_constants.ts";
import { checkByRunning, GCC, numberClaims, structClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

/** The header's names of notifications. */
const EVENT_NAMES: Readonly<Record<keyof typeof EVENTS, string>> = {
  association: "SCTP_ASSOC_CHANGE",
  peerAddress: "SCTP_PEER_ADDR_CHANGE",
  remoteError: "SCTP_REMOTE_ERROR",
  shutdown: "SCTP_SHUTDOWN_EVENT",
  partialDelivery: "SCTP_PARTIAL_DELIVERY_EVENT",
  adaptation: "SCTP_ADAPTATION_INDICATION",
  authentication: "SCTP_AUTHENTICATION_EVENT",
  senderDry: "SCTP_SENDER_DRY_EVENT",
  streamReset: "SCTP_STREAM_RESET_EVENT",
  associationReset: "SCTP_ASSOC_RESET_EVENT",
  streamChange: "SCTP_STREAM_CHANGE_EVENT",
  sendFailed: "SCTP_SEND_FAILED_EVENT",
};
const STRUCTS = {
  sctp_sndinfo: SNDINFO,
  sctp_rcvinfo: RCVINFO,
  sctp_sndrcvinfo: SNDRCVINFO,
  sctp_prinfo: PRINFO,
  sctp_status: STATUS,
  sctp_paddrinfo: PADDRINFO,
  sctp_paddrparams: PADDRPARAMS,
};

testWith({ tools: ["gcc"] }, "constants and layouts are what linux/sctp.h says", async () => {
  const claims = [
    ...numberClaims(NUMBERS, "(unsigned)"),
    ...Object.entries(EVENTS).map(([label, value]) => ({
      label,
      expression: EVENT_NAMES[label as keyof typeof EVENTS],
      value,
    })),
    ...structClaims(STRUCTS),
  ];
  const headers = ["stdint.h", "sys/socket.h", "linux/sctp.h"];
  assertEquals(await checkByRunning(GCC, headers, claims), { wrong: [], unknown: [] });
});

testWith({}, "notifications are read as the kernel writes them", () => {
  const change = Uint8Array.fromHex(
    "0180000014000000" + "0000" + "0000" + "0a00" + "0500" + "07000000",
  );
  assertEquals(sctp.decodeNotification(change), {
    ...{ type: "association", state: "up", error: 0, outStreams: 10, inStreams: 5 },
    associationId: 7,
  });
  const reset = Uint8Array.fromHex("0a8002001000000003000000" + "01000200");
  assertEquals(sctp.decodeNotification(reset), {
    ...{ type: "streamReset", direction: "out", outcome: "done", streams: [1, 2] },
    associationId: 3,
  });
});

testWith({}, "any bytes are a notification, and none makes it throw", () => {
  const types = fc.constantFrom(...Object.values(EVENTS), 0, 0x8003, 0x80ff);
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 200 }), (type, rest) => {
      const bytes = Uint8Array.of(type & 255, type >> 8, ...rest);
      assertEquals(typeof sctp.decodeNotification(bytes).type, "string");
    }),
    { numRuns: 3000 },
  );
});

testWith({}, "bad arguments are refused before any call", async () => {
  const good = { hostname: "127.0.0.1", port: 5 };
  const refused: [object, typeof TypeError | typeof RangeError, string][] = [
    [{ ...good, port: 0 }, RangeError, "port"],
    [{ ...good, evnts: [] }, TypeError, "evnts"],
    [{ ...good, events: ["assoc"] }, TypeError, "events"],
    [{ ...good, init: { outStreams: 65536 } }, RangeError, "outStreams"],
    [{ ...good, init: { streams: 1 } }, TypeError, "streams"],
    [{ ...good, noDelay: 1 }, TypeError, "noDelay"],
    [{ ...good, addresses: [1] }, TypeError, "addresses"],
  ];
  for (const [options, Class, word] of refused) {
    await assertRejects(() => sctp.connect(options as sctp.SctpConnectOptions), Class, word);
  }
  assertThrows(() => sctp.SCTP_RTOINFO.codec.encode({ initial: 1 } as never), TypeError, "initial");
  assertThrows(
    () => sctp.SCTP_AUTH_KEY.codec.encode({ keyNumber: 1, key: "x" } as never),
    TypeError,
  );
});
