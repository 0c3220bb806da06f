import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  fqdn,
  getNameInfo,
  getProtocolByName,
  getProtocolByNumber,
  getServiceByName,
  getServiceByPort,
  hostname,
  interfaceIndex,
  interfaceName,
  type NameInfoOptions,
  type NetworkInterface,
  type Service,
  setHostname,
} from "../../addrinfo/mod.ts";
import { isSocketError } from "../../core/errors.ts";
import { ianaServices } from "../../ffi/resolver/iana_names.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { denoIn, run, type Surroundings } from "./_tools.ts";

const HERE = new URL(".", import.meta.url).pathname;
const NAMESPACES = { tools: ["python3", "unshare", "mount", "ip"], root: true, netns: true };
const services = {
  tools: ["python3"],
  other: () => exists("/etc/services") ? undefined : "needs /etc/services",
};

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function python<T>(what: string, input: unknown = null): Promise<T> {
  return JSON.parse(await run(PYTHON, [`${HERE}_names.py`, what], JSON.stringify(input)));
}

testWith(services, "services are those of CPython, by name and by port", async () => {
  const theirs = await python<
    { names: Record<string, number | null>; ports: Record<string, string | null> }
  >("services");
  let found = 0;
  for (const [key, port] of Object.entries(theirs.names)) {
    const slash = key.lastIndexOf("/");
    const protocol = key.slice(slash + 1);
    const ours = await getServiceByName(key.slice(0, slash), protocol || undefined);
    assertEquals(ours?.port ?? null, port, key);
    if (ours === undefined) continue;
    found++;
    assertEquals(ours.fallback, false);
    assert(ours.name === key.slice(0, slash) || ours.aliases.includes(key.slice(0, slash)), key);
    if (protocol !== "") assertEquals(ours.protocol, protocol);
  }
  for (const [key, name] of Object.entries(theirs.ports)) {
    const [port, protocol] = key.split("/");
    assertEquals((await getServiceByPort(Number(port), protocol))?.name ?? null, name, key);
  }
  assert(found > 100, `${found} services`);
});

testWith({ tools: ["python3"] }, "protocols are those of CPython", async () => {
  for (const [name, number] of Object.entries(await python<Record<string, number>>("protocols"))) {
    const ours = await getProtocolByName(name);
    assertEquals(ours?.number ?? null, number, name);
    if (ours !== undefined) assertEquals(await getProtocolByNumber(ours.number), ours);
  }
  assertEquals(await getProtocolByNumber(254), undefined);
});

testWith(
  services,
  "the IANA table agrees with the system's, where both know a service",
  async () => {
    let compared = 0;
    for (const row of ianaServices()) {
      for (const protocol of row.protocols) {
        const system = await getServiceByName(row.name, protocol);
        if (system === undefined) continue;
        assertEquals([system.port, system.fallback], [row.port, false], row.name);
        compared++;
      }
    }
    assert(compared > 60, `${compared} services`);
  },
);

testWith(
  NAMESPACES,
  "without /etc/services and /etc/protocols the IANA table answers, and says so",
  async () => {
    const around: Surroundings = { etc: { services: null, protocols: null } };
    const calls = [
      ["getServiceByName", "https", "tcp"],
      ["getServiceByName", "www"],
      ["getServiceByName", "ntp", "tcp"],
      ["getServiceByPort", 22, "tcp"],
      ["getServiceByPort", 22, "udp"],
      ["getServiceByName", "no-such-service"],
      ["getProtocolByName", "udp"],
      ["getProtocolByNumber", 58],
      ["getProtocolByName", "no-such-protocol"],
    ];
    const [https, www, ntp, ssh, ...rest] = await denoIn<(Service | null)[]>(
      around,
      "_child_call.ts",
      [],
      JSON.stringify(calls),
    );
    assertEquals(https, { name: "https", aliases: [], port: 443, protocol: "tcp", fallback: true });
    assertEquals([www?.name, www?.port, www?.fallback], ["http", 80, true]);
    assertEquals(ntp, null);
    assertEquals([ssh?.name, ssh?.fallback], ["ssh", true]);
    const [sshUdp, unknown, udp, icmp, noProtocol] = rest;
    assertEquals([sshUdp, unknown, noProtocol], [null, null, null]);
    assertEquals(udp as unknown, { name: "udp", aliases: ["UDP"], number: 17, fallback: true });
    assertEquals(icmp?.name, "ipv6-icmp");
  },
);

testWith(NAMESPACES, "where the system has a table, what it lacks stays unknown", async () => {
  const around: Surroundings = { etc: { services: "domain 53/udp\nssh 2222/tcp\n" } };
  const calls = [["getServiceByName", "https", "tcp"], ["getServiceByName", "ssh", "tcp"]];
  const [https, ssh] = await denoIn<(Service | null)[]>(
    around,
    "_child_call.ts",
    [],
    JSON.stringify(calls),
  );
  assertEquals(https, null);
  assertEquals([ssh?.port, ssh?.fallback], [2222, false]);
});

testWith({ tools: ["python3"] }, "getNameInfo() answers as CPython's", async () => {
  /** netdb.h */
  const bits = { numericHost: 1, numericService: 2, noFqdn: 4, nameRequired: 8, datagram: 16 };
  const addresses: [string, number, number, number][] = [
    ["127.0.0.1", 80, 0, 0],
    ["127.0.0.1", 514, 0, 0],
    ["127.0.0.1", 9, 0, 0],
    ["127.0.0.1", 60000, 0, 0],
    ["::1", 443, 0, 0],
    ["fe80::1", 22, 0, 1],
  ];
  const options: NameInfoOptions[] = [];
  for (let set = 0; set < 32; set++) {
    const chosen = Object.entries(bits).filter(([, bit]) => (set & bit) !== 0);
    const option = Object.fromEntries(chosen.map(([name]) => [name, true]));
    options.push(option);
  }
  // No name server is asked: those without a name in the hosts file by number only.
  const cases = addresses.flatMap((address) =>
    options.filter((option) => address[0] === "127.0.0.1" || option.numericHost)
      .map((option) => [address, option] as const)
  );
  const theirs = await python<([string, string] | string)[]>(
    "nameinfo",
    cases.map(([[host, port, flow, scope], option]) => [
      host.includes(":") ? [host, port, flow, scope] : [host, port],
      Object.entries(bits).reduce(
        (sum, [name, bit]) => sum | (name in option ? bit : 0),
        0,
      ),
    ]),
  );
  for (const [i, [[host, port, , scopeId], option]] of cases.entries()) {
    const address = scopeId === 0 ? { hostname: host, port } : { hostname: host, port, scopeId };
    let ours: [string, string] | string;
    try {
      const info = await getNameInfo(address, option);
      ours = [info.host, info.service];
    } catch (error) {
      ours = (error as { code: string }).code;
    }
    assertEquals(ours, theirs[i], JSON.stringify(cases[i]));
  }
});

testWith(NAMESPACES, "interfaces() tells what ip(8) tells, in a network of its own", async () => {
  const around: Surroundings = {
    network: true,
    setup: [
      "ip link add va0 address 02:00:00:00:00:0a type veth peer name va1",
      "ip link set va0 mtu 1400 up",
      "ip link set va1 up",
      "ip addr add 192.0.2.1/24 broadcast 192.0.2.255 dev va0",
      "ip addr add 192.0.2.65/26 broadcast 192.0.2.127 label va0:1 dev va0",
      "ip addr add 10.0.0.1 peer 10.0.0.2 dev va1",
      "ip addr add 2001:db8::1/64 dev va0 nodad",
      "ip -j addr > /etc/ip.json",
    ],
  };
  const [[ours, index, name], theirs] = await denoIn<
    [[NetworkInterface[], number, string], IpLink[]]
  >(around, "_child_interfaces.ts");
  assertEquals(name, "lo");
  assertEquals(ours.map((link) => link.name), theirs.map((link) => link.ifname));
  for (const [i, link] of ours.entries()) {
    const other = theirs[i];
    assertEquals([link.index, link.mtu], [other.ifindex, other.mtu], link.name);
    const zero = /^[0:.]*$/.test(other.address ?? "");
    assertEquals(link.hardwareAddress, zero ? undefined : other.address, link.name);
    for (
      const [flag, ours] of [["UP", "up"], ["LOOPBACK", "loopback"], [
        "MULTICAST",
        "multicast",
      ]] as const
    ) {
      assertEquals(link.flags.includes(ours), other.flags.includes(flag), `${link.name} ${flag}`);
    }
    assertEquals(
      link.addresses.map(({ hostname, prefixLength }) => `${hostname}/${prefixLength}`).sort(),
      other.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`).sort(),
      link.name,
    );
  }
  const va0 = ours.find((link) => link.name === "va0")!;
  assertEquals(va0.index, index);
  assertEquals([va0.mtu, va0.hardwareType, va0.hardwareAddress], [1400, 1, "02:00:00:00:00:0a"]);
  const find = (hostname: string) =>
    ours.flatMap((link) => link.addresses).find((each) => each.hostname === hostname);
  assertEquals(find("192.0.2.1")?.broadcast, "192.0.2.255");
  assertEquals(find("192.0.2.65")?.label, "va0:1");
  assertEquals(find("2001:db8::1")?.scopeId, undefined);
  const local = va0.addresses.find((each) => each.hostname.startsWith("fe80:"));
  assertEquals(local?.scopeId, va0.index);
});

/** What `ip -j addr` prints of a link. */
interface IpLink {
  ifname: string;
  ifindex: number;
  mtu: number;
  address?: string;
  flags: string[];
  addr_info: { local: string; prefixlen: number }[];
}

testWith(
  { tools: ["python3"] },
  "interfaceIndex() and interfaceName() are those of CPython",
  async () => {
    for (const [index, name] of await python<[number, string][]>("interfaces")) {
      assertEquals(interfaceIndex(name), index);
      assertEquals(interfaceName(index), name);
    }
    for (const bad of ["", "no-such-if0", "a\0b", "x".repeat(300)]) {
      const error = assertThrows(() => interfaceIndex(bad), Error);
      assert(isSocketError(error, "ENODEV"), `${error}`);
    }
    assert(isSocketError(assertThrows(() => interfaceName(0x7ffffff0)), "ENXIO"));
    assertThrows(() => interfaceName(0), RangeError);
  },
);

testWith(
  NAMESPACES,
  "setHostname() names the machine, fqdn() finds the name's domain",
  async () => {
    const around: Surroundings = {
      hostname: "own",
      network: true,
      etc: {
        "hosts": "127.0.0.1 localhost\n192.0.2.1 short.example.test short\n",
        "nsswitch.conf": "hosts: files\n",
      },
    };
    const calls = [
      ["setHostname", "short"],
      ["hostname"],
      ["fqdn"],
      ["setHostname", "nowhere"],
      ["hostname"],
      ["fqdn"],
    ];
    const results = await denoIn<unknown[]>(around, "_child_call.ts", [], JSON.stringify(calls));
    assertEquals(results, [null, "short", "short.example.test", null, "nowhere", "nowhere"]);
  },
);

testWith({ tools: ["hostname"] }, "hostname() is what hostname(1) prints", async () => {
  assertEquals(hostname(), (await run("hostname", [])).trim());
});

testWith(NAMESPACES, "setHostname() without CAP_SYS_ADMIN is EPERM and names it", async () => {
  const script = `${HERE}_child_call.ts`;
  const command = `setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"`;
  const args = ["-u", "sh", "-c", command, "sh", Deno.execPath(), "run", "-A", script];
  const input = JSON.stringify([["setHostname", "x"]]);
  assertEquals(JSON.parse(await run("unshare", args, input)), ["EPERM"]);
});

testWith({}, "bad arguments are refused before any call", async () => {
  assertThrows(() => setHostname(""), TypeError, "name is empty");
  assertThrows(() => setHostname("a\0b"), TypeError, "NUL");
  assertThrows(() => setHostname("x".repeat(65)), RangeError, "65 bytes");
  assertThrows(() => setHostname(7 as unknown as string), TypeError);
  await assertRejects(() => getServiceByName("a\0b"), TypeError, "NUL");
  await assertRejects(() => getServiceByName("http", "t\0cp"), TypeError, "NUL");
  await assertRejects(() => getServiceByPort(65536), RangeError, "port");
  await assertRejects(() => getProtocolByName("\0"), TypeError, "NUL");
  await assertRejects(() => getProtocolByNumber(256), RangeError);
  await assertRejects(() => getNameInfo({ hostname: "localhost", port: 80 }), TypeError);
  await assertRejects(() => getNameInfo({ hostname: "127.0.0.1", port: 65536 }), RangeError);
  await assertRejects(
    () => getNameInfo({ hostname: "127.0.0.1", port: 1 }, { numeric: true } as NameInfoOptions),
    TypeError,
    "numeric",
  );
  await assertRejects(() => fqdn({ timeoutMs: -1 }), RangeError);
});
