/** Ways around a denied permission, each tried in a process that has it denied. */
import { assertEquals } from "@std/assert";
import { runJson } from "../socket/_program.ts";
import { testWith } from "../_tools.ts";
import { ALONE, NO, others, outcomes } from "./_ways.ts";

const privileged = { root: true, netns: true };

testWith(privileged, "a denial of any part refuses what can reach any host", async () => {
  const got = await outcomes(
    `{
      sweep: () => first(raw.sweep(["127.0.0.2"], { retries: 0 })),
      ping: () => first(raw.ping("127.0.0.2", { count: 1 })),
      traceroute: () => first(raw.traceroute("127.0.0.2", { maxHops: 1 })),
      openIp: () => raw.openIp({ protocol: 253 }),
      includeHeader: () => raw.openIp({ protocol: 253, includeHeader: true }),
      openIcmp: () => raw.openIcmp({ type: "raw" }),
      openPacket: () => raw.openPacket({ interface: "lo" }),
      openXdp: () => raw.openXdp({ interface: "lo", attach: "none" }),
      // deno-lint-ignore require-await
      attachXdp: async () => raw.attachXdp({ interface: "lo", attach: "generic" }),
      rawSocket: () => socket(2, 3, 255),
      icmpDatagrams: () => socket(2, 2, 1),
      packet: () => socket(17, 2, 0),
      netlink: () => socket(16, 3, 0),
      udp: () => socket(2, 2).sendTo(bytes, { hostname: "127.0.0.2", port: 9 }),
      unspec: () => socket(2, 2).sendTo(bytes, { family: "other", familyNumber: 0,
        data: Uint8Array.of(0, 9, 127, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0) }),
      opaque: () => socket(2, 2).sendTo(bytes, { family: "other", familyNumber: 2,
        data: Uint8Array.of(0, 9, 127, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0) }),
      short: () => socket(2, 2).connect({ family: "other", familyNumber: 2,
        data: Uint8Array.of(0, 9, 127) }),
    }`,
    ["--allow-net", "--deny-net=127.0.0.2"],
  );
  assertEquals(others(got, NO), {});
});

testWith(
  {},
  "a refusal names what would help: the flag, and the denial that stands in the way",
  async () => {
    const message = async (flags: string[]) => {
      const { socket } = await runJson<{ socket: string }>(
        `
      import { socket } from "$/mod.ts";
      try { socket(17, 3); } catch (error) { console.log(JSON.stringify({ socket: error.message })); }
      `,
        { flags: ["--allow-ffi", ...flags] },
      );
      return socket;
    };
    const what = "Cannot open a socket of this family, type and protocol: requires permission, ";
    assertEquals(await message([]), `${what}run again with --allow-net`);
    assertEquals(
      await message(["--allow-net", "--deny-net=192.0.2.1"]),
      `${what}run again with --allow-net and without --deny-net`,
    );
  },
);

testWith(privileged, "what is asked for address by address is open beside a denial", async () => {
  const got = await outcomes(
    `{
      sweep: () => first(raw.sweep(["127.0.0.3"], { retries: 0 })),
      ping: () => first(raw.ping("127.0.0.3", { count: 1 })),
      udp: () => socket(2, 2).sendTo(bytes, { hostname: "127.0.0.3", port: 9 }),
      tcp: () => socket(2, 1),
      unix: () => socket(1, 5),
    }`,
    ["--allow-net", "--deny-net=127.0.0.2"],
  );
  assertEquals(others(got, "ok"), {});
});

testWith(privileged, "a socket of an unknown type or family takes the whole grant", async () => {
  const ways = `{
    sockPacket: () => socket(2, 10, 0x0300),
    sockPacketFlags: () => socket(2, 10 | 0o2000000, 0x0300),
    rawFlags: () => socket(2, 3 | 0o4000, 1),
    rawUnix: () => socket(1, 3),
    rdm: () => socket(2, 4),
    key: () => socket(15, 3, 2),
    xdp: () => socket(44, 3),
    can: () => socket(29, 3, 1),
    vmci: () => socket(40, 3),
    smc: () => socket(43, 1, 0),
    icmp6: () => socket(10, 2, 58),
  }`;
  for (const flags of [[], ["--allow-net=127.0.0.1"], ["--allow-net", "--deny-net=192.0.2.1"]]) {
    assertEquals(others(await outcomes(ways, flags), NO), {}, flags.join(" "));
  }
});

/** Options and control data that send a packet elsewhere, or choose the way out. */
const REDIRECTING = `{
  options: () => u4().setOption(s.IP_OPTIONS, new Uint8Array(4)),
  rawOptions: () => u4().setOption(optionOf(0, 4), new Uint8Array(4)),
  rawObject: () => u4().setOption({ name: "SO_RCVBUF", level: 0, option: 4, access: "rw",
    codec: { size: 4, encode: () => new Uint8Array(4), decode: () => 0 } }, 1),
  header: () => u4().setOption(s.IP_HDRINCL, true),
  device: () => u4().setOption(s.SO_BINDTODEVICE, "lo"),
  deviceIndex: () => u4().setOption(optionOf(1, 62), Uint8Array.of(1, 0, 0, 0)),
  mark: () => u4().setOption(s.SO_MARK, 1),
  unicastInterface: () => u4().setOption(s.IP_UNICAST_IF, 1),
  policy: () => u4().setOption(optionOf(0, 17), new Uint8Array(8)),
  iptables: () => u4().setOption(optionOf(0, 64), new Uint8Array(8)),
  routing: () => u6().setOption(s.IPV6_RTHDR, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)),
  rawRouting: () => u6().setOption(optionOf(41, 57), new Uint8Array(8)),
  oldPacketOptions: () => u6().setOption(optionOf(41, 6), new Uint8Array(8)),
  flowLabel: () => u6().setOption(optionOf(41, 32), new Uint8Array(32)),
  sctpConnectx: () => u4().setOption(optionOf(132, 110), new Uint8Array(16)),
  sctpConnectxByReading: () => u4().getOption(optionOf(132, 111)),
  // Linux takes the options of UDP at the level of UDP-Lite too (udp_setsockopt).
  encapsulation: () => u4().setOption(optionOf(17, 100), Uint8Array.of(2, 0, 0, 0)),
  encapsulationAsUdpLite: () => u4().setOption(optionOf(136, 100), Uint8Array.of(2, 0, 0, 0)),
  packetsInTcp: () => s.socket(2, 1).setOption(optionOf(6, 31), bytesOf("espintcp\\0")),
  anycast: () => u6().setOption(optionOf(41, 27), new Uint8Array(20)),
  // SCTP_REMOTE_UDP_ENCAPS_PORT: packets to a port of UDP that nobody was asked for.
  sctpInUdp: () => u4().setOption(optionOf(132, 132), new Uint8Array(140)),
  sctpOfLater: () => u4().setOption(optionOf(132, 200), new Uint8Array(4)),
  unknownLevel: () => u4().setOption(optionOf(999, 1), new Uint8Array(4)),
  inOptions: () => udp.bind({ hostname: "127.0.0.1", options: [[s.IP_OPTIONS, new Uint8Array(4)]] }),
  inTcpOptions: () => tcp.listen({ hostname: "127.0.0.1", port: 0, options: [[s.SO_MARK, 1]] }),
  ofEndpoint: async () => (await udp.bind({ hostname: "127.0.0.1", engine: "libc" }))
    .setOption(s.SO_BINDTODEVICE, "lo"),
  retopts: () => control({ type: "raw", level: 0, number: 7, data: new Uint8Array(4) }),
  routingControl: () => control({ type: "raw", level: 41, number: 57, data: new Uint8Array(8) }),
  markControl: () => control({ type: "raw", level: 1, number: 36, data: Uint8Array.of(1, 0, 0, 0) }),
  pktinfoInterface: () => control({ type: "pktinfo", interface: 1 }),
  rawPktinfo: () => control({ type: "raw", level: 0, number: 8,
    data: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) }),
  controlOfMany: () => u4().sendMany([{ data: bytes, to,
    control: [{ type: "raw", level: 0, number: 7, data: new Uint8Array(4) }] }]),
  controlOfEndpoint: async () => (await udp.bind({ hostname: "127.0.0.1", engine: "libc" }))
    .sendTo(bytes, to, { control: [{ type: "raw", level: 0, number: 7, data: new Uint8Array(4) }] }),
}`;
const SOCKETS = `
  const to = { hostname: "127.0.0.1", port: 9 };
  const bytesOf = (text) => new TextEncoder().encode(text);
  const u4 = () => s.socket(2, 2), u6 = () => s.socket(10, 2);
  const control = (one) => u4().sendMsg([new Uint8Array(1)], { to, control: [one] });`;

testWith(
  privileged,
  "what sends a packet elsewhere than it says takes the whole grant",
  async () => {
    const flags = ["--allow-net=127.0.0.1"];
    assertEquals(others(await outcomes(REDIRECTING, flags, { imports: SOCKETS }), NO), {});
    const partial = ["--allow-net", "--deny-net=127.0.0.2"];
    assertEquals(others(await outcomes(REDIRECTING, partial, { imports: SOCKETS }), NO), {});
    const got = await outcomes(REDIRECTING, ["--allow-net"], { imports: SOCKETS });
    assertEquals(Object.keys(got).filter((name) => got[name] === NO), []);
  },
);

testWith(
  privileged,
  "harmless options and control data take no more than the address",
  async () => {
    const got = await outcomes(
      `{
      buffer: () => u4().setOption(s.SO_RCVBUF, 65536),
      ttl: () => u4().setOption(s.IP_TTL, 9),
      byNumber: () => u4().setOption(optionOf(1, 12), Uint8Array.of(1, 0, 0, 0)),
      hops: () => u6().setOption(s.IPV6_UNICAST_HOPS, 9),
      tlsInTcp: async () => {
        using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
        using one = await tcp.connect({ ...listener.localAddr, engine: "libc" });
        try { one.setOption(optionOf(6, 31), bytesOf("tls\\0")); }
        catch (error) { if (error.name === "NotCapable") throw error; } // the kernel may lack it
      },
      nodelay: () => s.socket(2, 1).setOption(s.TCP_NODELAY, true),
      source: () => control({ type: "pktinfo", localAddress: "127.0.0.1" }),
      ttlControl: () => control({ type: "ttl", ttl: 9 }),
    }`,
      ["--allow-net=127.0.0.1"],
      { imports: SOCKETS },
    );
    assertEquals(others(got, "ok"), {});
  },
);

testWith({}, "the machine's name and its interfaces take --allow-sys", async () => {
  const ways = `{
    setHostname: () => addrinfo.setHostname(Deno.hostname?.() ?? "x"),
    hostname: () => addrinfo.hostname(),
    interfaces: () => addrinfo.interfaces(),
    interfaceName: () => addrinfo.interfaceName(1),
    interfaceIndex: () => addrinfo.interfaceIndex("lo"),
    localCid: () => vsock.localCid(),
  }`;
  const imports = `Object.defineProperty(Deno, "hostname", { value: Deno.hostname });`;
  const got = await outcomes(
    ways.replace('Deno.hostname?.() ?? "x"', '"never-set"'),
    ["--allow-net"],
    { alone: false, imports },
  );
  assertEquals(others(got, NO), {});
});

testWith({ netns: true }, "UDP by a granted name asks as Deno asks", async () => {
  const ways = `{
    bind: async () => (await udp.bind({ hostname: "localhost", engine: "libc" })).close(),
    connect: async () => (await udp.connect({ hostname: "localhost", port: 9, engine: "libc" })).close(),
    sendTo: async () => void await (await bound()).sendTo(bytes, { hostname: "localhost", port: 9 }),
    sendMany: async () => void await (await bound()).sendMany([{ data: bytes,
      to: { hostname: "localhost", port: 9 } }]),
    connectLater: async () => void await (await bound()).connect({ hostname: "localhost", port: 9 }),
    other: async () => void await (await bound()).sendTo(bytes, { hostname: "127.0.0.1", port: 9 }),
  }`;
  const imports = `const bound = () => s.udp.bind({ hostname: "localhost", engine: "libc" });`;
  const granted = await outcomes(ways, ["--allow-net=localhost"], { imports });
  assertEquals(others(granted, "ok"), { other: NO });
  const denied = ["--allow-net=localhost", "--deny-net=127.0.0.1,[::1]"];
  assertEquals(others(await outcomes(ways, denied, { imports }), NO), {});
  const port = await outcomes(ways, ["--allow-net=localhost:0,localhost:9"], { imports });
  assertEquals(others(port, "ok"), { other: NO });
});

testWith(
  {},
  "a namespace by a path takes --allow-read for it, and no pipe is waited for",
  async () => {
    const dir = await Deno.makeTempDir();
    try {
      await new Deno.Command("mkfifo", { args: [`${dir}/pipe`] }).output();
      const ways = `{
      pipe: () => drain(s.netlink.links({ netns: { path: "${dir}/pipe" } })),
      none: () => drain(s.netlink.links({ netns: { path: "${dir}/none" } })),
      proc: () => drain(s.netlink.links({ netns: { path: "${dir}/../../proc/self/ns/net" } })),
    }`;
      const imports = `const drain = async (all) => { for await (const _ of all); };`;
      const net = ["--allow-net", "--allow-sys"];
      const run = (flags: string[]) =>
        outcomes(ways, [...net, ...flags], { alone: false, imports });
      assertEquals(others(await run([]), NO), {});
      assertEquals(await run(["--allow-read"]), { pipe: "EINVAL", none: "ENOENT", proc: NO });
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

testWith(
  {},
  "a namespace that says one thing and then another opens no file that was not asked for",
  async () => {
    const dir = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${dir}/secret`, "");
      const ways = `{
        hidden: () => drain(s.netlink.links({ netns: new Proxy({ path: "${dir}/secret" },
          { has: () => false }) })),
        flipping: () => drain(s.netlink.links({ netns: flipping() })),
        change: () => s.netlink.change({ do: "set link", ifname: "lo",
          netns: new Proxy({ path: "${dir}/secret" }, { has: () => false }) }),
        pid: () => drain(s.netlink.links({ netns: pid() })),
      }`;
      const imports = `
        const drain = async (all) => { for await (const _ of all); };
        // Refused by its kind, or by what is missing; never opened, which would tell that it is there.
        const flipping = () => { let n = 0;
          return { get path() { return n++ % 2 ? "${dir}/secret" : "${dir}/none"; } }; };
        const pid = () => { let n = 0;
          return { get pid() { return n++ > 1 ? "self/../..${dir}/secret\\0" : 1e9 + n; } }; };`;
      const flags = ["--allow-net", "--allow-sys", `--allow-read=${dir}/none`];
      const got = await outcomes(ways, flags, { alone: false, imports });
      // EINVAL is setns(2) of what was opened.
      assertEquals([got.hidden, got.change], [NO, NO]);
      assertEquals(Object.values(got).includes("EINVAL"), false, JSON.stringify(got));
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

testWith({}, "an inherited descriptor of a raw socket takes the whole grant", async () => {
  const got = await outcomes(
    `{ take: () => s.Socket.fromFd(fd), stream: () => s.Socket.fromFd(libc().socket(2, 1, 0)) }`,
    ["--allow-net=127.0.0.1"],
    {
      alone: false,
      imports: `
        import { libc } from "$/ffi/abi/library.ts";
        const fd = libc().socket(16, 3, 0);`,
    },
  );
  assertEquals(got, { take: NO, stream: "ok" });
});

testWith(
  { netns: true },
  "a Worker has the permissions that it was given, not those of its maker",
  async () => {
    const got = await runJson<Record<string, string>>(
      `
    const source = \`
      import { socket, udp } from "$/mod.ts";
      const bytes = new Uint8Array(1);
      const failed = (error) => error.name === "NotCapable" ? error.name : error.code ?? error.message;
      const to = (hostname) => socket(2, 2).sendTo(bytes, { hostname, port: 9 }).then(() => "ok", failed);
      postMessage({
        granted: await to("127.0.0.1"),
        other: await to("127.0.0.2"),
        raw: await (async () => socket(2, 3, 255))().then(() => "ok", failed),
        opener: await udp.connect({ hostname: "127.0.0.2", port: 9, engine: "libc" }).then(() => "ok", failed),
      });\`;
    import { socket } from "$/mod.ts";
    // The maker has asked before, with all of net.
    await socket(2, 2).sendTo(new Uint8Array(1), { hostname: "127.0.0.2", port: 9 });
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), {
      type: "module",
      deno: { permissions: { net: ["127.0.0.1:9"], ffi: true, read: true, import: true } },
    });
    const answer = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
    console.log(JSON.stringify(answer));
    Deno.exit();`,
      { flags: ["-A", "--unstable-worker-options"], prefix: ALONE },
    );
    assertEquals(got, { granted: "ok", other: NO, raw: NO, opener: NO });
  },
);
