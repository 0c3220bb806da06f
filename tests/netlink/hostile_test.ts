/** Kernel answers that are cut short, bent or made up: refused, never believed, never waited for. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { ScriptedLibc } from "../ffi/_scripted.ts";
import { testWith } from "../_tools.ts";

const HEADER = 16;
const NLMSG_ERROR = 2;

/** A repeatable source of numbers (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** Has each datagram that arrives go through `bend` before it is read. */
function bending(bend: (bytes: Uint8Array, length: number) => number): ScriptedLibc {
  const scripted = new ScriptedLibc();
  scripted.on("recvfrom", () => (...args: unknown[]) => {
    const received = scripted.real.recvfrom(
      ...args as Parameters<typeof scripted.real.recvfrom>,
    );
    return received <= 0 ? received : bend(args[1] as Uint8Array, received);
  });
  return scripted;
}

const TABLES = [
  () => netlink.links({ stats: true }),
  () => netlink.addresses(),
  () => netlink.routes(),
  () => netlink.neighbors(),
  () => netlink.rules(),
  () => netlink.nexthops(),
  () => netlink.qdiscs(),
  () => netlink.sockets({ info: true, memory: true }),
];

Deno.test("payloads with flipped bytes are read or refused", async () => {
  const next = random(4711);
  let [read, refused] = [0, 0];
  for (let round = 0; round < 60; round++) {
    for (const table of TABLES) {
      using _ = bending((bytes, length) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        for (let at = 0; at + HEADER <= length;) {
          const size = view.getUint32(at, true);
          // Headers stay: those are for the test below. So do the ends of dumps, and refusals.
          if (view.getUint16(at + 4, true) >= 16) {
            for (let flips = next() * 3 | 0; flips > 0 && size > HEADER; flips--) {
              bytes[at + HEADER + (next() * (size - HEADER) | 0)] = next() * 256 | 0;
            }
          }
          at += size + 3 & ~3;
        }
        return length;
      });
      try {
        await table().toArray();
        read++;
      } catch (error) {
        assert(
          error instanceof Error && /^Cannot (decode|list|find)/.test(error.message),
          `${error}`,
        );
        refused++;
      }
    }
  }
  assert(read > 50 && refused > 20, `${read} read, ${refused} refused`);
});

testWith(
  {},
  "headers with flipped bytes end in an answer, a refusal or the time limit",
  async () => {
    const next = random(42);
    for (let round = 0; round < 150; round++) {
      using endpoint = netlink.open();
      using _ = bending((bytes, length) => {
        bytes[next() * HEADER | 0] = next() * 256 | 0;
        return next() < 0.2 ? next() * length | 0 : length;
      });
      const options = { on: endpoint, timeoutMs: 20 };
      await netlink.links(options).toArray().then(() => {}, (error) => {
        assert(error instanceof Error, `${error}`);
      });
    }
  },
);

testWith(
  {},
  "a message that is longer than its datagram, or than any room, is refused",
  async () => {
    for (
      const bend of [
        (bytes: Uint8Array, length: number) => {
          new DataView(bytes.buffer).setUint32(0, length + 1, true);
          return length;
        },
        (bytes: Uint8Array, length: number) => {
          new DataView(bytes.buffer).setUint32(0, 15, true);
          return length;
        },
        // The kernel tells the true length of what did not fit.
        () => 1 << 30,
      ]
    ) {
      using endpoint = netlink.open();
      {
        using _ = bending(bend);
        await assertRejects(() => netlink.links({ on: endpoint }).toArray(), Error);
      }
      // What the kernel still has to say of the old request does not disturb the next.
      assert((await netlink.links({ on: endpoint }).toArray()).length > 0);
    }
  },
);

testWith({}, "what another process sends is not taken for the kernel's", async () => {
  using endpoint = netlink.open();
  let forged = 0;
  {
    using scripted = new ScriptedLibc();
    scripted.on("recvfrom", () => (...args: unknown[]) => {
      const [, bytes, , , name, length] = args as [
        number,
        Uint8Array,
        number,
        number,
        Uint8Array,
        Uint32Array,
      ];
      if (forged++ > 0) {
        return scripted.real.recvfrom(...args as Parameters<typeof scripted.real.recvfrom>);
      }
      // A refusal of request 1, from port 4711.
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      view.setUint32(0, 36, true);
      view.setUint16(4, NLMSG_ERROR, true);
      view.setUint32(8, 1, true);
      view.setUint32(12, endpoint.localAddr.portId, true);
      view.setInt32(16, -1, true);
      name.fill(0, 0, 12);
      name[0] = 16;
      new DataView(name.buffer).setUint32(4, 4711, true);
      length[0] = 12;
      return 36;
    });
    const found = await netlink.links({ on: endpoint, timeoutMs: 5000 }).toArray();
    assert(found.some(({ ifname }) => ifname === "lo"));
  }
  assert(forged > 1);
});

testWith({}, "a lost answer is told as ENOBUFS, and the endpoint goes on", async () => {
  using endpoint = netlink.open();
  {
    using scripted = new ScriptedLibc();
    scripted.failOnce("recvfrom", 105);
    const error = await assertRejects(() => netlink.links({ on: endpoint }).toArray());
    assertEquals((error as { code?: string }).code, "ENOBUFS");
  }
  assert((await netlink.links({ on: endpoint }).toArray()).length > 0);
});

testWith({}, "a dump that the kernel calls interrupted is asked for again", async () => {
  const NLM_F_DUMP_INTR = 0x10;
  let datagrams = 0;
  const interrupt = (times: number) =>
    bending((bytes, length) => {
      if (datagrams++ < times) {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        view.setUint16(6, view.getUint16(6, true) | NLM_F_DUMP_INTR, true);
      }
      return length;
    });
  const plain = await netlink.rules().toArray();
  {
    using _ = interrupt(3);
    assertEquals(await netlink.rules().toArray(), plain);
  }
  datagrams = 0;
  {
    using _ = interrupt(1);
    const error = await assertRejects(async () => {
      for await (const _rule of netlink.rules());
    });
    assertEquals((error as { code?: string }).code, "EINTR");
  }
  datagrams = -1e9;
  {
    using _ = interrupt(0);
    const error = await assertRejects(() => netlink.rules().toArray());
    assertEquals((error as { code?: string }).code, "EINTR");
  }
});
