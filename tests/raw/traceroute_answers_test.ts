import { assert, assertEquals } from "@std/assert";
import * as raw from "../../raw/mod.ts";
import { testWith } from "../_tools.ts";
import { fakeRouter, silence } from "./_fake_router.ts";
import { chain } from "./_trace_net.ts";

const NEEDS = { netns: true, tools: ["ip", "nft"] };
const METHODS = ["udp", "icmp", "tcp"] as const;
const LABELS = [
  { label: 0xabcde, trafficClass: 5, bottom: false, ttl: 1 },
  { label: 17, trafficClass: 0, bottom: true, ttl: 254 },
];

const FORMS = [
  { name: "that states the length (RFC 4884)", statesLength: true, labels: LABELS },
  { name: "of the form before RFC 4884", statesLength: false, labels: LABELS },
  { name: "whose checksum is wrong", statesLength: true, checksum: 0x1234, labels: undefined },
];

for (const { name, labels, ...form } of FORMS) {
  testWith(
    NEEDS,
    `MPLS labels in an extension ${name} are ${labels ? "told" : "left out"}`,
    async () => {
      await using net = await chain(2);
      await silence(net.nodes[2]);
      await using _router = await fakeRouter(net.nodes[2], {
        interface: "left",
        quotedBytes: 100,
        labels: LABELS,
        ...form,
      });
      for (const host of Object.values(net.hosts)) {
        for (const method of METHODS) {
          using _ = net.client.enter();
          const all = await Array.fromAsync(raw.traceroute(host, { method, probesPerHop: 2 }));
          const seen = all.filter((event) => event.hop === 2).map((event) => {
            assert("address" in event, JSON.stringify(event));
            const { address, ttl, type, mpls, extensions } = event;
            return { address, ttl, type, mpls, extensions };
          });
          const router = host.includes(":") ? "2001:db8:99::1" : "192.0.2.99";
          const want = {
            address: router,
            ttl: 199,
            type: "timeExceeded" as const,
            mpls: labels,
            extensions: labels && [{ kind: "mpls" as const, labels }],
          };
          assertEquals(seen, [want, want], `${method} ${host}`);
        }
      }
    },
  );
}

testWith(
  NEEDS,
  "a router that quotes no more than 8 bytes of a probe is matched to it all the same",
  async () => {
    await using net = await chain(3);
    await silence(net.nodes[2]);
    await using _router = await fakeRouter(net.nodes[2], { interface: "left", quotedBytes: 8 });
    for (const host of Object.values(net.hosts)) {
      for (const method of METHODS) {
        using _ = net.client.enter();
        const all = await Array.fromAsync(raw.traceroute(host, { method }));
        const hops = all.map((event) => {
          assert("address" in event, JSON.stringify(event));
          return `${event.hop} ${event.address}`;
        });
        const fake = host.includes(":") ? "2001:db8:99::1" : "192.0.2.99";
        const way = net.hops[host.includes(":") ? "inet6" : "inet"];
        const want = [way[0], fake, way[2], way[3]];
        assertEquals(
          hops.sort(),
          want.flatMap((address, i) => Array(3).fill(`${i + 1} ${address}`)),
        );
      }
    }
  },
);

testWith(NEEDS, "a router that does not tell its MTU is asked with the usual ones", async () => {
  await using net = await chain(2);
  const router = net.nodes[1];
  await silence(router);
  await router.run("nft", "add chain inet fake f { type filter hook forward priority 0; }");
  await router.run("nft", "add rule inet fake f meta length > 1200 drop");
  const options = { interface: "left", quotedBytes: 8, longestBytes: 1200 };
  await using _router = await fakeRouter(router, options);
  for (const method of METHODS) {
    using _ = net.client.enter();
    const all = await Array.fromAsync(
      raw.traceroute(net.hosts.inet, { method, mtuDiscovery: true, probesPerHop: 1, window: 1 }),
    );
    const told = all.map((event) => {
      assert("address" in event, JSON.stringify(event));
      return `${event.hop} ${event.address} ${event.type} ${event.lengthBytes} ${event.mtuBytes}`;
    });
    const end = method === "udp" ? "unreachable" : "reply";
    assertEquals(told, [
      "1 192.0.2.99 timeExceeded 1500 1500",
      "2 192.0.2.99 packetTooBig 1500 0",
      "2 192.0.2.99 packetTooBig 1492 0",
      "2 10.77.1.2 timeExceeded 1006 1006",
      `3 10.77.2.2 ${end} 1006 1006`,
    ]);
  }
});
