/** The endpoint: requests, errors with the kernel's words, dumps, namespaces, groups. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { netlink } from "../../mod.ts";
import { ScriptedLibc } from "../ffi/_scripted.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { Netns } from "./_netns.ts";

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;

/** struct ifinfomsg with an index. */
function ifinfomsg(index: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setInt32(4, index, true);
  return bytes;
}

function indexOf(message: { data: Uint8Array }): number {
  return new DataView(message.data.buffer, message.data.byteOffset).getInt32(4, true);
}

testWith(
  {},
  "a hundred requests under way on one socket each get their own answer",
  async () => {
    using endpoint = netlink.open();
    const asked = Array.from({ length: 100 }, (_, i) => i);
    const outcomes = await Promise.allSettled(
      asked.map((i) =>
        endpoint.request({ type: RTM_GETLINK, data: ifinfomsg(i % 2 === 0 ? 1 : 90000 + i) })
      ),
    );
    outcomes.forEach((outcome, i) => {
      if (i % 2 === 0) {
        assert(outcome.status === "fulfilled");
        assertEquals(outcome.value.map(indexOf), [1]);
      } else {
        assert(outcome.status === "rejected");
        assertEquals((outcome.reason as netlink.NetlinkError).code, "ENODEV");
      }
    });
  },
);

testWith(
  {},
  "dumps within dumps and requests within dumps do not wait for each other",
  async () => {
    using endpoint = netlink.open();
    const dump = () => endpoint.dump({ type: RTM_GETLINK, data: ifinfomsg(0) });
    const indexes = (await dump().toArray()).map(indexOf);
    const seen: number[] = [];
    for await (const outer of dump()) {
      seen.push(indexOf(outer));
      assertEquals((await dump().toArray()).map(indexOf), indexes);
      const [one] = await endpoint.request({ type: RTM_GETLINK, data: ifinfomsg(indexOf(outer)) });
      assertEquals(indexOf(one), indexOf(outer));
    }
    assertEquals(seen, indexes);
  },
);

testWith({}, "a dump that is left early leaves the endpoint usable", async () => {
  const before = openFds();
  {
    using endpoint = netlink.open();
    const dump = endpoint.dump({ type: RTM_GETLINK, data: ifinfomsg(0) });
    for (let i = 0; i < 5; i++) {
      for await (const message of dump) {
        assert(indexOf(message) > 0);
        break;
      }
    }
    assertEquals((await endpoint.request({ type: RTM_GETLINK, data: ifinfomsg(1) })).length, 1);
  }
  await assertFds(before);
});

testWith({}, "what waits when the endpoint is closed rejects with EBADF", async () => {
  const endpoint = netlink.open({ groups: ["link"] });
  const waiting = endpoint.recv();
  endpoint.close();
  await assertRejects(() => waiting, Deno.errors.BadResource);
  await assertRejects(
    () => endpoint.request({ type: RTM_GETLINK, data: ifinfomsg(1) }),
    Deno.errors.BadResource,
  );
  endpoint.close();
});

testWith({}, "bad arguments are refused by name before anything is opened", async () => {
  const before = openFds();
  const open = netlink.open as (options: unknown) => unknown;
  assertThrows(() => open({ protocol: "rout" }), TypeError, '"rout"');
  assertThrows(() => open({ protocol: 32 }), RangeError, "32");
  assertThrows(() => open({ groups: ["links"] }), TypeError, '"links"');
  assertThrows(() => open({ group: [] }), TypeError, '"group"');
  assertThrows(() => open({ netns: "../x" }), TypeError, "netns");
  assertThrows(() => open({ netns: 5 }), TypeError, "netns");
  assertThrows(() => open({ netns: "no-such-namespace" }), Deno.errors.NotFound);
  await assertFds(before);
});

testWith(
  {},
  "a wait for events ends with its signal and its limit, and loses nothing",
  async () => {
    using endpoint = netlink.open({ groups: ["link"] });
    const reason = new Error("enough");
    await assertRejects(
      () => endpoint.recv({ signal: AbortSignal.abort(reason) }),
      Error,
      "enough",
    );
    const timedOut = await assertRejects(() => endpoint.recv({ timeoutMs: 1 }), DOMException);
    assertEquals(timedOut.name, "TimeoutError");
  },
);

testWith({ root: true, netns: true }, "an endpoint is where it was opened", async () => {
  await using netns = await Netns.make();
  await netns.ip("link add only0 type veth peer name only1");
  const home = Deno.readLinkSync("/proc/thread-self/ns/net");
  using inside = netlink.open({ netns: netns.name, groups: ["link"] });
  assertEquals(Deno.readLinkSync("/proc/thread-self/ns/net"), home);
  const links = await inside.dump({ type: RTM_GETLINK, data: ifinfomsg(0) }).toArray();
  assertEquals(links.length, 3);
  const [event] = await Promise.all([inside.recv(), netns.ip("link set only0 up")]);
  assertEquals(event.type, RTM_NEWLINK);
  using byPid = netlink.open({ netns: { pid: Deno.pid } });
  using here = netlink.open();
  const count = async (e: netlink.NetlinkEndpoint) =>
    (await e.dump({ type: RTM_GETLINK, data: ifinfomsg(0) }).toArray()).length;
  assertEquals(await count(byPid), await count(here));
});

testWith({ root: true }, "what is no namespace leaves the thread where it was", async () => {
  const home = Deno.readLinkSync("/proc/thread-self/ns/net");
  const before = openFds();
  assertThrows(() => netlink.open({ netns: { path: "/proc/self/ns/mnt" } }), Error, "EINVAL");
  assertThrows(
    () => netlink.open({ netns: { pid: Deno.pid }, protocol: 31 }),
    Deno.errors.NotSupported,
  );
  assertEquals(Deno.readLinkSync("/proc/thread-self/ns/net"), home);
  await assertFds(before);
});

testWith(
  {},
  "an error of the socket rejects whoever waits for messages, who may wait again",
  async () => {
    using scripted = new ScriptedLibc();
    using endpoint = netlink.open({ groups: ["link"] });
    scripted.failOnce("recvfrom", 5);
    scripted.failOnce("recvmsg", 5);
    await assertRejects(() => endpoint.recv({ timeoutMs: 5_000 }), Error, "EIO");
    await assertRejects(() => endpoint.recv({ timeoutMs: 0 }), DOMException, "timed out");
  },
);
