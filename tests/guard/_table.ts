/**
 * The permission table: every export that reaches outside × grants, judged by Deno's own call.
 *
 * A row is code that runs in a process with the grant; its oracle is code of Deno's own, or where Deno
 * has no such call, a permission by name. Both are refused or neither is.
 */

import {
  bracketed,
  host,
  HOSTNAME,
  INTERFACES,
  net,
  NOTHING,
  resolved,
  type Row,
  WHOLE_NET,
} from "./_row.ts";

const PORT = 9;

/** The rows for a host. */
function hostRows(h: string): Row[] {
  const q = JSON.stringify(h);
  const listen = `Deno.listen({ hostname: ${q}, port: 0 }).close();`;
  const connect = `(await Deno.connect({ hostname: ${q}, port: ${PORT} })).close();`;
  const bind = `Deno.listenDatagram({ transport: "udp", hostname: ${q}, port: 0 }).close();`;
  const numeric = /[.:]/.test(h);
  const family = h.includes(":") ? 10 : 2;
  const to = `{ hostname: ${q}, port: ${PORT} }`;
  const bound = (type: number) => `using s = m.socket(${family}, ${type});`;
  const rows: Row[] = [];
  const add = (name: string, what: string, ours: string, oracle: string) =>
    rows.push({ name, what: `${h} ${what}`.trim(), ours, oracle });
  for (const engine of ["deno", "libc"]) {
    const on = `engine: "${engine}"`;
    add(
      "tcp.listen",
      engine,
      `(await m.tcp.listen({ hostname: ${q}, port: 0, ${on} })).close();`,
      listen,
    );
    add(
      "tcp.connect",
      engine,
      `(await m.tcp.connect({ hostname: ${q}, port: ${PORT}, ${on} })).close();`,
      connect,
    );
    add("udp.bind", engine, `(await m.udp.bind({ hostname: ${q}, ${on} })).close();`, bind);
  }
  add(
    "bridge.serveHttp",
    "",
    `bridge.serveHttp(await m.tcp.listen({ hostname: ${q}, port: 0, engine: "libc" }),
      () => new Response()).close();`,
    listen,
  );
  add(
    "bridge.startTls",
    'by "deno"',
    `using c = await m.tcp.connect({ hostname: ${q}, port: ${PORT}, engine: "deno" });
    await bridge.startTls(c, { by: "deno", hostname: "192.0.2.1", timeoutMs: 50 });`,
    `await Deno.startTls(await Deno.connect({ hostname: ${q}, port: ${PORT} }),
      { hostname: "192.0.2.1" });`,
  );
  add(
    "tcp.createConnection",
    "",
    `(await m.tcp.createConnection({ hostname: ${q}, port: ${PORT} })).close();`,
    connect,
  );
  add(
    "tcp.createServer",
    "",
    `(await m.tcp.createServer({ hostname: ${q}, port: 0 })).close();`,
    listen,
  );
  add(
    "udp.connect",
    "libc",
    `(await m.udp.connect({ hostname: ${q}, port: ${PORT}, engine: "libc" })).close();`,
    connect,
  );
  add(
    "dccp.listen",
    "",
    `(await m.dccp.listen({ hostname: ${q}, port: 0, service: 1 })).close();`,
    listen,
  );
  add(
    "dccp.connect",
    "",
    `(await m.dccp.connect({ hostname: ${q}, port: ${PORT}, service: 1 })).close();`,
    connect,
  );
  add("sctp.listen", "", `(await m.sctp.listen({ hostname: ${q}, port: 0 })).close();`, listen);
  add("sctp.bind", "", `(await m.sctp.bind({ hostname: ${q} })).close();`, listen);
  add(
    "sctp.connect",
    "",
    `(await m.sctp.connect({ hostname: ${q}, port: ${PORT} })).close();`,
    connect,
  );
  add("socket", "bind", `${bound(1)} s.bind({ hostname: ${q}, port: 0 });`, listen);
  add("socket", "connect", `${bound(1)} await s.connect(${to});`, connect);
  add("socket", "sendTo", `${bound(2)} await s.sendTo(bytes, ${to});`, connect);
  if (numeric) {
    add("socket", "sendMsg", `${bound(2)} await s.sendMsg([bytes], { to: ${to} });`, connect);
    add(
      "socket",
      "sendMany",
      `${bound(2)} await s.sendMany([{ data: bytes, to: ${to} }]);`,
      connect,
    );
    add(
      "socket",
      "fast open",
      `${bound(1)} await s.sendTo(bytes, ${to}, { flags: 0x20000000 });`,
      connect,
    );
  }
  add(
    "addrinfo.getAddrInfo",
    "",
    `await m.addrinfo.getAddrInfo(${q}, null);`,
    numeric ? NOTHING : host(h),
  );
  if (numeric) {
    add(
      "addrinfo.getNameInfo",
      "",
      `await m.addrinfo.getNameInfo({ hostname: ${q}, port: ${PORT} });`,
      net(`${bracketed(h)}:${PORT}`),
    );
  }
  add(
    "raw.ping",
    "",
    `for await (const _ of m.raw.ping(${q}, { count: 1, timeoutMs: 100 }));`,
    resolved(h),
  );
  add(
    "raw.sweep",
    "",
    `for await (const _ of m.raw.sweep([${q}], { retries: 0, timeoutMs: 50 }));`,
    resolved(h),
  );
  add(
    "raw.traceroute",
    "",
    `for await (const _ of m.raw.traceroute(${q}, { maxHops: 1, probesPerHop: 1, timeoutMs: 100 }));`,
    resolved(h),
  );
  return rows;
}

/** Rows that name no host. */
function otherRows(): Row[] {
  const rows: Row[] = [];
  const add = (name: string, what: string, ours: string, oracle: string) =>
    rows.push({ name, what, ours, oracle });
  const path = 'dir + "/s"';
  const unlink = 'try { Deno.removeSync(dir + "/s"); } catch {}';
  const listen = `Deno.listen({ transport: "unix", path: ${path} }).close(); ${unlink}`;
  const connect = 'await Deno.connect({ transport: "unix", path: dir + "/none" });';
  for (const engine of ["deno", "libc"]) {
    add(
      "unix.listen",
      engine,
      `(await m.unix.listen({ path: ${path}, engine: "${engine}" })).close();`,
      listen,
    );
    add(
      "unix.connect",
      engine,
      `await m.unix.connect({ path: dir + "/none", engine: "${engine}" });`,
      connect,
    );
    add(
      "unix.bind",
      engine,
      `(await m.unix.bind({ path: ${path}, engine: "${engine}" })).close();`,
      `Deno.listenDatagram({ transport: "unixpacket", path: ${path} }).close(); ${unlink}`,
    );
  }
  const abstract = '"\\\\0table-" + Deno.pid';
  add(
    "unix.listen",
    "abstract",
    `(await m.unix.listen({ path: ${abstract}, engine: "libc" })).close();`,
    `Deno.listen({ transport: "unix", path: ${abstract} }).close();`,
  );
  add("unix.pair", "", "for (const end of m.unix.pair()) end.close();", NOTHING);
  add("socketPair", "", "for (const end of m.socketPair()) end.close();", NOTHING);
  for (
    const [what, args] of [
      ["raw", "2, 3, 255"],
      ["SOCK_PACKET", "2, 10, 0x300"],
      ["packet", "17, 3, 0"],
      ["netlink", "16, 3, 0"],
      ["ICMP", "2, 2, 1"],
      ["unknown", "44, 3, 0"],
    ]
  ) add("socket", what, `m.socket(${args}).close();`, WHOLE_NET);
  for (
    const [what, args] of [["tcp", "2, 1"], ["udp", "10, 2"], ["unix", "1, 5"], ["vsock", "40, 1"]]
  ) {
    add("socket", what, `m.socket(${args}).close();`, NOTHING);
  }
  add(
    "socket",
    "listen unbound",
    "using s = m.socket(); s.listen();",
    "Deno.listen({ port: 0 }).close();",
  );
  add("raw.openIp", "", "(await m.raw.openIp({ protocol: 253 })).close();", WHOLE_NET);
  add("raw.openIcmp", "", "(await m.raw.openIcmp()).close();", WHOLE_NET);
  add("raw.openPacket", "", '(await m.raw.openPacket({ interface: "lo" })).close();', WHOLE_NET);
  const xdp = '{ interface: "lo", attach: "generic", etherType: 0x88b5 }';
  add("raw.openXdp", "", `(await m.raw.openXdp(${xdp})).close();`, WHOLE_NET);
  add("raw.attachXdp", "", `m.raw.attachXdp(${xdp}).close();`, WHOLE_NET);
  add("addrinfo.interfaces", "", "m.addrinfo.interfaces();", INTERFACES);
  add("addrinfo.interfaceName", "", "m.addrinfo.interfaceName(1);", INTERFACES);
  add("addrinfo.interfaceIndex", "", 'm.addrinfo.interfaceIndex("lo");', INTERFACES);
  add("addrinfo.hostname", "", "m.addrinfo.hostname();", HOSTNAME);
  add("addrinfo.setHostname", "", 'm.addrinfo.setHostname("table");', HOSTNAME);
  add("addrinfo.getServiceByName", "", 'await m.addrinfo.getServiceByName("http");', NOTHING);
  add("addrinfo.getProtocolByName", "", 'await m.addrinfo.getProtocolByName("tcp");', NOTHING);
  add("inheritedSockets", "", "m.inheritedSockets();", 'Deno.env.get("LISTEN_PID");');
  add("sdNotify", "", 'await m.sdNotify("READY=1");', 'Deno.env.get("NOTIFY_SOCKET");');
  // Over what was opened already the bridges reach nobody: they take no more than it took.
  const pair = "const [a, b] = m.unix.pair();";
  add(
    "bridge.fetchOver",
    "",
    `${pair}
    b.recv().then(() => b.sendAll(new TextEncoder().encode("HTTP/1.1 204 x\\r\\n\\r\\n")));
    await bridge.fetchOver(a, "http://192.0.2.1/"); a.close(); b.close();`,
    NOTHING,
  );
  add(
    "bridge.startTls",
    "",
    `${pair} b.close(); await bridge.startTls(a, { hostname: "192.0.2.1" });`,
    NOTHING,
  );
  add(
    "bridge.toNodeDuplex",
    "",
    `${pair} bridge.toNodeDuplex(a).on("error", () => {}).destroy(); b.close();`,
    NOTHING,
  );
  add(
    "bridge.fromNodeDuplex",
    "",
    `${pair} bridge.fromNodeDuplex(bridge.toNodeDuplex(a)).close(); b.close();`,
    NOTHING,
  );
  add(
    "bridge.serveHttp",
    "with a connection",
    `const listener = await m.unix.listen({ path: ${abstract}, engine: "libc" });
    await using server = bridge.serveHttp(listener, () => new Response("x"));
    const client = await m.unix.connect({ path: ${abstract}, engine: "libc" });
    await (await bridge.fetchOver(client, "http://192.0.2.1/")).text(); client.close();`,
    `Deno.listen({ transport: "unix", path: ${abstract} }).close();`,
  );
  add("maxGsoSegments", "", "m.maxGsoSegments();", NOTHING);
  return rows;
}

/** What families keep among their own tests: their rows, and what needs none. */
async function ofFamilies(): Promise<{ rows: Row[]; withoutRow: string[] }> {
  const tests = new URL("../", import.meta.url);
  const rows: Row[] = [];
  const withoutRow: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(tests)) {
    if (!isDirectory) continue;
    const file = new URL(`${name}/_guard_rows.ts`, tests);
    if (!await Deno.stat(file).then(() => true, () => false)) continue;
    const own = await import(file.href);
    rows.push(...own.rows);
    withoutRow.push(...own.withoutRow ?? []);
  }
  return { rows, withoutRow };
}

const FAMILIES = await ofFamilies();

/** The table for these hosts. */
export function tableRows(hosts: readonly string[]): Row[] {
  return [...hosts.flatMap(hostRows), ...otherRows(), ...FAMILIES.rows];
}

/** Exports that reach nothing outside, or only by what others have opened; and why one has no row. */
export const WITHOUT_ROW: readonly string[] = [
  ...FAMILIES.withoutRow,
  // Values and text.
  "allOptions",
  "ipSourceFilterOf",
  "isSocketError",
  "optionByName",
  "parseOptionValue",
  "socketOption",
  "sourceFilterOf",
  "AddrInfoError",
  "addrinfo.AddrInfoError",
  "dccp.serviceCode",
  "dccp.serviceCodeText",
  "sctp.decodeNotification",
  "raw.RttStatistics",
  "raw.assembleBpf",
  "raw.checkBpf",
  "raw.disassembleBpf",
  "raw.runBpf",
  "CMSG_LEN",
  "CMSG_SPACE",
  "useIoUring",
  // As getServiceByName and getProtocolByName.
  "addrinfo.getServiceByPort",
  "addrinfo.getProtocolByNumber",
  // Over a listener that was opened, as startTls over each of its connections.
  "bridge.listenTls",
  // hostname(), then getAddrInfo().
  "addrinfo.fqdn",
  // The class of what socket() returns, and its other face.
  "Socket",
  "endpointOf",
];
