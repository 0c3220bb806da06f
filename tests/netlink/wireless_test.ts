/** Wireless links and networks, by `iw`, with two simulated devices (mac80211_hwsim). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { IN_GUEST, testWith } from "../_tools.ts";
import { run } from "./_netns.ts";

/** Modules are loaded in the guest alone. */
function simulated(): string | undefined {
  if (!IN_GUEST) return "the kernel lacks mac80211_hwsim";
  new Deno.Command("busybox", { args: ["modprobe", "mac80211_hwsim"] }).outputSync();
  return undefined;
}
const NEEDS = { root: true, tools: ["iw", "ip"], kernel: simulated };

/** What `iw dev` lists, in our words. */
async function told(): Promise<netlink.WirelessInterface[]> {
  const found: netlink.WirelessInterface[] = [];
  let phy = 0;
  for (const line of (await run("iw", "dev")).split("\n")) {
    const [word, ...rest] = line.trim().split(" ");
    const value = rest.join(" ");
    const last = found.at(-1)!;
    if (word.startsWith("phy#")) phy = +word.slice(4);
    else if (word === "Interface") {
      found.push({ ifname: value, ifindex: 0, phy, wdev: 0n, address: "", type: "" });
    } else if (word === "ifindex") last.ifindex = +value;
    else if (word === "wdev") last.wdev = BigInt(value);
    else if (word === "addr") last.address = value;
    else if (word === "ssid") last.ssid = value;
    else if (word === "type") last.type = value;
    else if (word === "txpower") last.txPowerDbm = parseFloat(value);
    else if (word === "channel") {
      const [, mhz, width, center] = /\((\d+) MHz\), width: (.+), center1: (\d+)/.exec(value)!;
      Object.assign(last, { frequencyMhz: +mhz, channelWidth: width, centerMhz: +center });
    }
  }
  return found;
}

function byName(all: netlink.WirelessInterface[]): netlink.WirelessInterface[] {
  return all.toSorted((a, b) => a.ifindex! - b.ifindex!);
}

/** An announcement up to its traffic map: frame header, clock, interval, capability, name and rates. */
function beacon(address: string, ssid: string, channel: number): string {
  const hex = (bytes: Iterable<number>) =>
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const name = new TextEncoder().encode(ssid);
  const own = address.replaceAll(":", "");
  return hex([0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255]) + own + own + hex([0, 0]) +
    hex(new Uint8Array(8)) + hex([100, 0, 0x01, 0x04]) +
    hex([0, name.length, ...name, 1, 4, 0x82, 0x84, 0x8b, 0x96, 3, 1, channel]);
}

const SECURITY = "30140100000fac040100000fac040100000fac020000";
const SSID = "café & 网";

testWith(
  NEEDS,
  "links and networks are those of iw, and a scan hears an access point",
  async () => {
    const before = byName(await netlink.wirelessInterfaces().toArray());
    assert(before.length >= 2);
    assertEquals(before, byName(await told()));
    const [station, point] = before.map(({ ifname }) => ifname!);
    const { address } = before[1];
    await run("iw", "dev", point, "set", "type", "__ap");
    for (const dev of [station, point]) await run("ip", "link", "set", dev, "up");
    await run(
      "iw",
      ..."dev PT ap start".replace("PT", point).split(" "),
      SSID,
      "2437",
      "100",
      "1",
      "head",
      beacon(address, SSID, 6),
      "tail",
      SECURITY,
    );
    // `iw` writes what is no ASCII in its own way.
    const asText = ({ ssid: _, ...rest }: netlink.WirelessInterface) => rest;
    const now = byName(await netlink.wirelessInterfaces().toArray());
    assertEquals(now.map(asText), byName(await told()).map(asText));
    const ours = now[1];
    assertEquals([ours.type, ours.frequencyMhz, ours.ssid], ["AP", 2437, SSID]);

    // One scan may miss who speaks a moment later, above all on a slow processor.
    let networks: netlink.WirelessNetwork[] = [];
    for (let scan = 0; scan < 20 && networks.length === 0; scan++) {
      networks = await netlink.wirelessScan(station, { frequenciesMhz: [2412, 2437] });
    }
    assertEquals(networks.map(({ bssid }) => bssid), [address]);
    const [network] = networks;
    const shown = await run("iw", "dev", station, "scan", "dump", "-b");
    const field = (pattern: RegExp) => pattern.exec(shown)?.[1];
    assertEquals(network.bssid, field(/^BSS (\S+?)\(/m));
    assertEquals(network.frequencyMhz, parseFloat(field(/freq: (\S+)/)!));
    assertEquals(network.signalDbm, parseFloat(field(/signal: (\S+) dBm/)!));
    assertEquals(network.beaconIntervalUnits, +field(/beacon interval: (\d+) TUs/)!);
    assertEquals(network.capability, Number(field(/capability: .*\((0x\w+)\)/)));
    assertEquals(network.tsfMicros, BigInt(field(/TSF: (\d+) usec/)!));
    assertEquals(network.ssid, SSID);
    const security = network.elements.find(({ id }) => id === 48)!;
    assertEquals(security.data.toHex(), SECURITY.slice(4));
    assert(network.seenMsAgo <= +field(/last seen: (\d+) ms ago/)!);
    assertEquals(
      (await netlink.wirelessNetworks(station).toArray()).map(({ bssid }) => bssid),
      [address],
    );
  },
);

testWith(
  NEEDS,
  "a link that is down or not there cannot scan, and a scan can be given up",
  async () => {
    const [first] = byName(await netlink.wirelessInterfaces().toArray());
    const dev = first.ifname!;
    await run("ip", "link", "set", dev, "down");
    const codes = await Promise.all(
      [dev, "lo", "none"].map(async (name) =>
        (await assertRejects(() => netlink.wirelessScan(name)) as { code?: string }).code
      ),
    );
    assertEquals(codes, ["ENETDOWN", "ENODEV", "ENODEV"]);
    await run("ip", "link", "set", dev, "up");
    const error = await assertRejects(
      () => netlink.wirelessScan(dev, { timeoutMs: 1 }),
      DOMException,
    );
    assertEquals(error.name, "TimeoutError");
  },
);

testWith({}, "names and channels that there are not are refused", async () => {
  const cases: [netlink.WirelessScanOptions, RegExp][] = [
    [{ ssids: ["x".repeat(33)] }, /ssids\[0\] has 33 bytes, over 32/],
    [{ ssids: [7 as unknown as string] }, /ssids\[0\] is not a string/],
    [{ frequenciesMhz: [0] }, /frequenciesMhz\[0\] 0 is not in/],
    [{ frequency: 7 } as never, /unknown option "frequency"/],
  ];
  for (const [options, message] of cases) {
    const { message: said } = await assertRejects(
      () => netlink.wirelessScan("wlan0", options),
      Error,
    );
    assert(message.test(said), said);
  }
});
