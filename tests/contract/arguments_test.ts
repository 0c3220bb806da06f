/** What every kind refuses, and how: a rejection before anything is sent or waited for. */
import { assertRejects, assertThrows } from "@std/assert";
import { SO_KEEPALIVE } from "../../ffi/options/mod.ts";
import { assertCode, bytes } from "./_helpers.ts";
import { type Any, claim, withMessages, withPair, withStreams } from "./_claim.ts";
import { MESSAGE_KINDS, PAIR_KINDS, STREAM_KINDS } from "./_kinds.ts";

const MISSPELT: Any = { timeout: 5 };

claim(STREAM_KINDS, "a misspelt option is refused, not ignored", async (kind) => {
  await withPair(kind, async (client, server, listener) => {
    const data = bytes("x");
    for (
      const call of [
        () => listener.accept(MISSPELT),
        () => server.recv(1, MISSPELT),
        () => server.recvInto(data, MISSPELT),
        () => server.recvExact(1, MISSPELT),
        () => server.recvUntil("x", MISSPELT),
        () => server.recvFrame(MISSPELT),
        () => server.lines(MISSPELT).next(),
        () => client.send(data, MISSPELT),
        () => client.sendAll(data, MISSPELT),
        () => client.sendFrame(data, MISSPELT),
      ]
    ) await assertRejects(call, TypeError, 'unknown option "timeout"');
  });
});

claim(MESSAGE_KINDS, "a misspelt option is refused, not ignored", async (kind) => {
  await withMessages(kind, async (a, b) => {
    for (
      const call of [
        () => a.send(bytes("x"), MISSPELT),
        () => a.sendTo(bytes("x"), b.localAddr, MISSPELT),
        () => a.sendMany([], MISSPELT),
        () => b.recv(MISSPELT),
        () => b.recvFrom(MISSPELT),
        () => b.recvMany(1, MISSPELT),
      ]
    ) await assertRejects(call, TypeError, 'unknown option "timeout"');
  });
});

claim(PAIR_KINDS, "a bad argument rejects and never throws at the call", async (kind) => {
  await withStreams(kind, async (client, server) => {
    const bad: Any = "text";
    // Called outside a try: a throw here would not be a rejection.
    const calls = [
      client.send(bad),
      client.sendAll(bad),
      client.sendFrame(bad),
      client.write(bad),
      server.recvInto(bad),
      server.read(bad),
      server.recv(bad),
      server.recvExact(bad),
      server.recvUntil(5 as Any),
      server.shutdown(bad),
    ];
    for (const call of calls) await assertRejects(() => call, TypeError);
  });
});

claim(STREAM_KINDS, "options of a closed endpoint are EBADF", async (kind) => {
  await withPair(kind, async (client, _server, listener) => {
    await Promise.resolve();
    for (const endpoint of [client, listener]) {
      endpoint.close();
      assertThrows(() => endpoint.getOption(SO_KEEPALIVE), Deno.errors.BadResource, "EBADF");
      assertThrows(() => endpoint.setOption(SO_KEEPALIVE, true), Deno.errors.BadResource, "EBADF");
    }
  });
});

const isUdp = ({ family, bind }: { family: string; bind?: unknown }) =>
  (family === "inet" || family === "inet6") && bind !== undefined;

claim(MESSAGE_KINDS, "port 0 and a family that the address has not are refused", async (kind) => {
  await withMessages(kind, async (a) => {
    const { hostname, family } = a.localAddr;
    const other = family === "inet" ? "inet6" : "inet";
    for (const call of [(to: Any) => a.sendTo(bytes("x"), to), (to: Any) => a.connect(to)]) {
      await assertRejects(() => call({ hostname, port: 0 }), RangeError, "port 0");
      await assertRejects(() => call({ family: other, hostname, port: 9 }), TypeError);
    }
  });
}, isUdp);

claim(MESSAGE_KINDS, "an IPv6 destination is EAFNOSUPPORT on an IPv4 socket", async (kind) => {
  await withMessages(kind, async (a) => {
    await assertCode(() => a.sendTo(bytes("x"), { hostname: "::1", port: 9 }), "EAFNOSUPPORT");
  });
}, (kind) => isUdp(kind) && kind.family === "inet");

const NO_ROWS: Any[] = [undefined, null, 5, "SO_KEEPALIVE", {}, { name: "SO_KEEPALIVE" }, {
  name: 5,
  codec: {},
}];

claim(STREAM_KINDS, "what is no option row is refused", async (kind) => {
  await withPair(kind, async (client, _server, listener) => {
    await Promise.resolve();
    for (const endpoint of [client, listener]) {
      for (const row of NO_ROWS) {
        assertThrows(() => endpoint.getOption(row), TypeError, "tsockopt: option");
        assertThrows(() => endpoint.setOption(row, true), TypeError, "tsockopt: option");
      }
    }
  });
});

claim(MESSAGE_KINDS, "what is no option row, and what is no message, is refused", async (kind) => {
  await withMessages(kind, async (a) => {
    for (const row of NO_ROWS) {
      assertThrows(() => a.getOption(row), TypeError, "tsockopt: option");
      assertThrows(() => a.setOption(row, true), TypeError, "tsockopt: option");
    }
    for (
      const [message, what] of [
        [5, "messages[0] is not an object"],
        [null, "messages[0] is not an object"],
        [{ data: "x" }, "data is not a Uint8Array"],
        [{ data: bytes("x"), too: {} }, 'messages[0] has an unknown key "too"'],
      ] as const
    ) await assertRejects(() => a.sendMany([message as Any]), TypeError, what);
  });
});
