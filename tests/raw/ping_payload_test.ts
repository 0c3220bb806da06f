/**
 * Replies whose payload is not the request's: they are told, with the time by the kernel's clock.
 */

import { assert, assertEquals } from "@std/assert";
import "../_tools.ts"; // binds the C library, which is no leak of the first test that needs it
import type * as raw from "../../raw/mod.ts";
import { type Echo, readEcho } from "../../raw/_echo.ts";
import { PingSession } from "../../raw/_ping_session.ts";
import type { ProbeEvents } from "../../raw/_probe_socket.ts";
import { realtimeMicros } from "../../ffi/loop/packet_clock.ts";

const TARGET = { family: "inet", hostname: "127.0.0.1", port: 0 } as const;

/** What one request becomes when its reply is changed so; the last event if there are several. */
function answered(sizeBytes: number, change: (echo: Echo) => void, from = "127.0.0.1") {
  let waiting: Echo | undefined;
  const socket = {
    identifier: 7,
    send(bytes: Uint8Array) {
      // The kernel of the other side sends what it got.
      waiting = readEcho(Uint8Array.from([0, ...bytes.subarray(1)]), 0, false);
      return true;
    },
    drain(events: ProbeEvents) {
      if (waiting === undefined) return;
      change(waiting);
      events.reply(waiting, from, realtimeMicros());
      waiting = undefined;
    },
  };
  const session = new PingSession(socket as never, TARGET, {
    count: 1,
    intervalMs: 1000,
    flood: false,
    timeoutMs: 3_600_000,
    payload: new Uint8Array(sizeBytes),
  });
  const events: raw.PingEvent[] = [];
  for (let i = 0; i < 3; i++) {
    session.step();
    events.push(...session.takeEvents());
  }
  return events;
}

function zeroed(echo: Echo): void {
  if (echo.token !== undefined) [echo.token, echo.cookie] = [0, 0];
}

for (const sizeBytes of [0, 4, 8, 56]) {
  Deno.test(`a reply with a zeroed payload of ${sizeBytes} bytes has a time that can be`, () => {
    const [event, ...others] = answered(sizeBytes, zeroed);
    assertEquals(others, []);
    assert(event.type === "reply");
    assert(event.rttMicros >= 0 && event.rttMicros < 60e6, `${event.rttMicros} us`);
    assertEquals(event.payloadChanged, sizeBytes < 8 ? undefined : true);
  });
}

Deno.test("a reply as it was asked for has no mark", () => {
  const [event] = answered(56, () => {});
  assert(event.type === "reply");
  assertEquals("payloadChanged" in event, false);
});

Deno.test("what carries another's payload from elsewhere, or is a request of long ago, is no reply", () => {
  assertEquals(answered(56, zeroed, "127.0.0.2"), []);
  assertEquals(answered(56, (echo) => echo.cookie = 65537), []);
});
