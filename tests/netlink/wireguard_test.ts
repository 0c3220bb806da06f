/** WireGuard's devices and peers, by `wg`. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { lacks } from "./_kernel.ts";
import { join, Netns } from "./_netns.ts";

const NEEDS = {
  root: true,
  netns: true,
  tools: ["wg", "ip"],
  kernel: lacks("wireguard", "ip", "link", "add", "name", "w0", "type", "wireguard"),
};

/** A key of a kind: what matters is that they differ. */
function key(fill: number): string {
  return btoa(String.fromCharCode(...new Uint8Array(32).fill(fill)));
}

/** What `wg show DEV dump` prints, in our words. */
async function told(netns: Netns, dev: string): Promise<netlink.WireguardDevice> {
  const [first, ...rest] = (await netns.run("wg", "show", dev, "dump")).trimEnd().split("\n")
    .map((line) => line.split("\t"));
  const some = <T>(text: string, value: (text: string) => T) =>
    text === "(none)" || text === "off" || text === "0" ? undefined : value(text);
  const device: netlink.WireguardDevice = {
    ifname: dev,
    ifindex: 0,
    listenPort: +first[2],
    fwmark: some(first[3], Number) ?? 0,
    peers: rest.map((columns) => {
      const [publicKey, preshared, endpoint, allowed, , rx, tx, keepalive] = columns;
      const peer: netlink.WireguardPeer = {
        publicKey,
        allowedIps: allowed === "(none)" ? [] : allowed.split(","),
        rxBytes: BigInt(rx),
        txBytes: BigInt(tx),
        protocolVersion: 1,
      };
      const presharedKey = some(preshared, String);
      const place = some(endpoint, (text) => /^\[?([^\]]*?)\]?:(\d+)$/.exec(text)!);
      const seconds = some(keepalive, Number);
      if (presharedKey !== undefined) peer.presharedKey = presharedKey;
      if (place !== undefined) {
        const [, hostname, port] = place;
        peer.endpoint = hostname.includes(":")
          ? { family: "inet6", hostname, port: +port }
          : { family: "inet", hostname, port: +port };
      }
      if (seconds !== undefined) peer.persistentKeepaliveSeconds = seconds;
      return peer;
    }),
  };
  const [privateKey, publicKey] = first;
  if (privateKey !== "(none)") Object.assign(device, { privateKey, publicKey });
  return device;
}

/** A device as both tell it: order within a peer's addresses is the kernel's, what is ours alone goes. */
function comparable(device: netlink.WireguardDevice): unknown {
  const { ifindex: _, peers, ...rest } = device;
  return {
    ...rest,
    peers: peers.map(({ lastHandshakeMs: _, allowedIps, ...peer }) => ({
      ...peer,
      allowedIps: allowedIps.toSorted(),
    })),
  };
}

async function compare(netns: Netns, dev: string): Promise<netlink.WireguardDevice> {
  const ours = await netlink.wireguard(dev, { netns: netns.name });
  assertEquals(comparable(ours), comparable(await told(netns, dev)));
  return ours;
}

testWith(NEEDS, "what wg sets we read, and what we set wg shows", async () => {
  await using netns = await Netns.make();
  const options = { netns: netns.name };
  await netlink.change({ do: "add link", ifname: "wg0", kind: "wireguard" }, options);
  assertEquals((await compare(netns, "wg0")).privateKey, undefined);
  await netlink.setWireguard("wg0", {
    privateKey: key(1),
    listenPort: 51820,
    fwmark: 0x1234,
    peers: [
      {
        publicKey: key(2),
        presharedKey: key(3),
        endpoint: { family: "inet", hostname: "192.0.2.1", port: 1000 },
        persistentKeepaliveSeconds: 25,
        allowedIps: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"],
      },
      {
        publicKey: key(4),
        endpoint: { family: "inet6", hostname: "2001:db8::1", port: 2000 },
      },
    ],
  }, options);
  const made = await compare(netns, "wg0");
  assertEquals(made.peers.length, 2);
  assertEquals([made.listenPort, made.fwmark], [51820, 0x1234]);

  // By `wg`: a peer more, another port.
  await netns.run(
    "wg",
    ..."set wg0 listen-port 7 fwmark 0 peer".split(" "),
    key(5),
    "allowed-ips",
    "172.16.0.0/12",
  );
  assertEquals((await compare(netns, "wg0")).peers.length, 3);

  // Added to, replaced, updated only if there, taken away, and the rest left alone.
  await netlink.setWireguard("wg0", {
    peers: [
      {
        publicKey: key(2),
        allowedIps: ["11.0.0.0/8"],
        replaceAllowedIps: false,
        presharedKey: null,
      },
      { publicKey: key(4), allowedIps: ["12.0.0.0/8"] },
      { publicKey: key(6), updateOnly: true, allowedIps: ["13.0.0.0/8"] },
      { publicKey: key(5), remove: true },
      { publicKey: key(7), remove: true, allowedIps: ["14.0.0.0/8"] },
    ],
  }, options);
  const changed = await compare(netns, "wg0");
  assertEquals(changed.peers.map(({ publicKey }) => publicKey).toSorted(), [key(2), key(4)]);
  const [first] = changed.peers.filter(({ publicKey }) => publicKey === key(2));
  assertEquals([first.allowedIps.length, first.presharedKey], [4, undefined]);

  await netlink.setWireguard("wg0", { privateKey: null, replacePeers: true }, options);
  const empty = await compare(netns, "wg0");
  assertEquals([empty.peers, empty.privateKey], [[], undefined]);
});

testWith(NEEDS, "peers with thousands of addresses take several messages both ways", async () => {
  await using netns = await Netns.make();
  const options = { netns: netns.name };
  await netns.ip("link add wg0 type wireguard");
  const many = (second: number) =>
    Array.from({ length: 1700 }, (_, i) => `10.${second}.${i >> 8}.${i & 255}/32`);
  const peers = [1, 2, 3].map((n) => ({ publicKey: key(n), allowedIps: many(n) }));
  const more = Array.from({ length: 150 }, (_, i) => ({ publicKey: key(50 + i) }));
  await netlink.setWireguard("wg0", { peers: [...peers, ...more] }, options);
  const device = await compare(netns, "wg0");
  assertEquals(device.peers.length, 153);
  for (const { publicKey, allowedIps } of peers) {
    const peer = device.peers.find((peer) => peer.publicKey === publicKey)!;
    assertEquals(peer.allowedIps.toSorted(), allowedIps.toSorted());
  }
});

testWith(NEEDS, "a tunnel that we set up carries a ping, and tells its handshake", async () => {
  await using left = await Netns.make();
  await using right = await Netns.make();
  await join(left, "v0 192.0.2.1/24", right, "v0 192.0.2.2/24");
  const ends = await Promise.all([left, right].map(async (netns, i) => {
    await netns.ip("link add wg0 type wireguard");
    await netns.ip(`address add 10.9.0.${i + 1}/24 dev wg0`);
    await netlink.setWireguard("wg0", { privateKey: key(8 + i), listenPort: 5000 }, {
      netns: netns.name,
    });
    return (await netlink.wireguard("wg0", { netns: netns.name })).publicKey!;
  }));
  for (const [i, netns] of [left, right].entries()) {
    const hostname = `192.0.2.${2 - i}`;
    const endpoint = { family: "inet", hostname, port: 5000 } as const;
    const peer = { publicKey: ends[1 - i], endpoint, allowedIps: ["10.9.0.0/24"] };
    await netlink.setWireguard("wg0", { peers: [peer] }, { netns: netns.name });
    await netns.ip("link set wg0 up");
  }
  const before = Date.now();
  await left.run("ping", "-c", "1", "-W", "30", "10.9.0.2");
  const { peers: [peer] } = await netlink.wireguard("wg0", { netns: left.name });
  assert(peer.rxBytes > 0n && peer.txBytes > 0n);
  // The kernel tells the time of its last tick, which may be behind ours.
  assert(peer.lastHandshakeMs! > before - 1000 && peer.lastHandshakeMs! < Date.now() + 1000);
  const shown = await left.run("wg", "show", "wg0", "latest-handshakes");
  assertEquals(Math.floor(peer.lastHandshakeMs! / 1000), +shown.trim().split("\t")[1]);
});

testWith(NEEDS, "what is no device, or is not there, is told", async () => {
  await using netns = await Netns.make();
  const options = { netns: netns.name };
  const codes = await Promise.all([
    () => netlink.wireguard("lo", options),
    () => netlink.wireguard("none", options),
    () => netlink.setWireguard("lo", { listenPort: 1 }, options),
    () => netlink.setWireguard("none", {}, options),
  ].map(async (call) => (await assertRejects(call) as { code?: string }).code));
  assertEquals(codes, ["EOPNOTSUPP", "ENODEV", "EOPNOTSUPP", "ENODEV"]);
});

testWith({}, "settings that cannot be meant are refused before a socket is opened", async () => {
  const peer = { publicKey: key(1) };
  const cases: [unknown, RegExp][] = [
    [{ privateKey: "abc" }, /settings\.privateKey: the text is no base64 of 32 bytes/],
    [{ privateKey: key(1).slice(1) }, /privateKey/],
    [{ listenPort: 65536 }, /listenPort 65536 is not in 0 to 65535/],
    [{ fwmark: -1 }, /fwmark/],
    [{ peers: [{}] }, /settings\.peers\[0\]\.publicKey/],
    [{ peers: [{ ...peer, endpoint: { family: "unix", path: "/x" } }] }, /no address of IP/],
    [{ peers: [{ ...peer, endpoint: { hostname: "1.2.3.4" } }] }, /address\.port/],
    [{ peers: [{ ...peer, allowedIps: ["10.0.0.0/33"] }] }, /allowedIps\[0\]/],
    [{ peers: [{ ...peer, allowedIP: [] }] }, /unknown key "allowedIP"/],
  ];
  for (const [settings, message] of cases) {
    const error = await assertRejects(
      () => netlink.setWireguard("wg0", settings as netlink.WireguardSettings),
      Error,
    );
    assert(message.test(error.message), error.message);
    assert(error instanceof TypeError || error instanceof RangeError);
  }
});
