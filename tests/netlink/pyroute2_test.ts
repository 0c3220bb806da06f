/** The same bytes read by us and by pyroute2. */
import { assert, assertEquals } from "@std/assert";
import { netlink } from "../../mod.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { Netns } from "./_netns.ts";

const SCRIPT = new URL("./_pyroute2.py", import.meta.url).pathname;

interface Read {
  fields: Record<string, number | string>;
  attributes: Record<string, number | string>;
}

function noPyroute2(): string | undefined {
  const { success } = new Deno.Command(PYTHON, {
    args: ["-c", "import pyroute2"],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success ? undefined : "pyroute2 is not installed";
}

/** All messages of a dump with their headers, by pyroute2. */
async function byPython(
  endpoint: netlink.NetlinkEndpoint,
  type: number,
  data: Uint8Array,
): Promise<Read[]> {
  const messages = await endpoint.dump({ type, data }).toArray();
  const lines = messages.map((message) => {
    const header = new DataView(new ArrayBuffer(16));
    header.setUint32(0, 16 + message.data.length, true);
    header.setUint16(4, message.type, true);
    const hex = (bytes: Uint8Array) =>
      Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex(new Uint8Array(header.buffer)) + hex(message.data);
  });
  const child = new Deno.Command(PYTHON, { args: [SCRIPT], stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.join("\n") + "\n"));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => JSON.parse(line));
}

testWith(
  { root: true, netns: true, tools: ["ip"], other: noPyroute2 },
  "pyroute2 reads the same in links, addresses, routes and neighbours",
  async () => {
    await using netns = await Netns.make();
    const options = { netns: netns.name };
    await netlink.changeAll([
      { do: "add link", ifname: "br0", kind: "bridge", mtu: 1400 },
      { do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } },
      { do: "set link", ifname: "v0", up: true, master: "br0", txqlen: 5 },
      { do: "set link", ifname: "v1", up: true, ifalias: "odd" },
      { do: "add address", dev: "v1", local: "10.0.0.1/24", label: "v1:x" },
      { do: "add address", dev: "v1", local: "2001:db8::1/64", flags: ["nodad"] },
      { do: "add route", dst: "11.0.0.0/8", gateway: "10.0.0.2", metric: 7, table: 5000 },
      { do: "add route", dst: "2001:db9::/32", gateway: "2001:db8::2", dev: "v1", pref: "low" },
      { do: "add neighbor", dst: "10.0.0.9", dev: "v1", lladdr: "02:00:00:00:00:09" },
    ], options);
    using endpoint = netlink.open(options);

    const links = await netlink.links(options).toArray();
    const theirLinks = await byPython(endpoint, 18, new Uint8Array(16));
    assertEquals(
      links.map((link) => [
        link.ifindex,
        link.ifname,
        link.mtu,
        link.qdisc,
        link.txqlen,
        link.address,
        link.ifalias,
      ]),
      theirLinks.map(({ fields, attributes: a }) => [
        fields.index,
        a.IFLA_IFNAME,
        a.IFLA_MTU,
        a.IFLA_QDISC,
        a.IFLA_TXQLEN,
        a.IFLA_ADDRESS,
        a.IFLA_IFALIAS,
      ]),
    );

    const addresses = await netlink.addresses(options).toArray();
    const theirAddresses = await byPython(endpoint, 22, new Uint8Array(8));
    assertEquals(
      addresses.map((a) => [a.ifindex, a.local, a.prefixlen, a.label]),
      theirAddresses.map(({ fields, attributes: a }) => [
        fields.index,
        a.IFA_LOCAL ?? a.IFA_ADDRESS,
        fields.prefixlen,
        a.IFA_LABEL,
      ]),
    );

    const routes = await netlink.routes({ ...options, family: "inet" }).toArray();
    const theirRoutes = await byPython(endpoint, 26, Uint8Array.of(2, ...new Uint8Array(11)));
    assert(routes.length > 4);
    assertEquals(
      routes.map(({ dst, gateway, metric, prefsrc }) => [
        dst.replace(/\/.*/, ""),
        gateway,
        metric,
        prefsrc,
      ]),
      theirRoutes.map(({ attributes: a }) => [
        a.RTA_DST,
        a.RTA_GATEWAY,
        a.RTA_PRIORITY,
        a.RTA_PREFSRC,
      ]),
    );

    const neighbors = await netlink.neighbors({ ...options, family: "inet" }).toArray();
    const theirNeighbors = await byPython(endpoint, 30, Uint8Array.of(2, ...new Uint8Array(11)));
    assertEquals(
      neighbors.map(({ dst, ifindex, lladdr }) => [dst, ifindex, lladdr]),
      theirNeighbors.map(({ fields, attributes: a }) => [a.NDA_DST, fields.ifindex, a.NDA_LLADDR]),
    );
  },
);
