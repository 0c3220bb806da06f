/** Sockets of the families without folders, as far as the guest's kernel has them. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { AF_INET } from "../../ffi/abi/socket_constants.ts";
import type * as core from "../../core/mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import * as f from "../../mod.ts";
import { IN_GUEST, limitMs, testWith } from "../_tools.ts";
import { PythonPeer } from "../ffi/_python.ts";
import { bytes, text } from "../ffi/_sockets.ts";
import { hardwareAddress, inGuest, lacksFamily, modprobe, run, vethPair } from "./_lacks.ts";

libc();

const { SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM, socket } = f;
const limit = { timeoutMs: limitMs(5000) };
const code = (expected: string) => (error: unknown) =>
  assert(f.isSocketError(error, expected), `${error}`);

function throwsCode(call: () => unknown, expected: string): void {
  code(expected)(assertThrows(call));
}

testWith(
  { kernel: lacksFamily(f.AF_QIPCRTR, SOCK_DGRAM) },
  "QRTR: a datagram of CPython on this node arrives, with its sender, and so does the answer",
  async () => {
    using ours = socket(f.AF_QIPCRTR, SOCK_DGRAM);
    assertEquals(ours.family, "qipcrtr");
    const { node } = ours.localAddr as core.QipcrtrAddress;
    ours.bind({ family: "qipcrtr", node, port: 0x4321 });
    assertEquals(ours.localAddr, { family: "qipcrtr", node, port: 0x4321 });
    await using _peer = new PythonPeer(
      `
s = socket.socket(socket.AF_QIPCRTR, socket.SOCK_DGRAM)
node = int(sys.argv[1])
s.bind((node, 0x8765))
s.sendto(b"from CPython", (node, 0x4321))
s.sendto(s.recv(100) + b" again", (node, 0x4321))
`,
      [String(node)],
    );
    const [data, from] = await ours.recvFrom(100, limit);
    assertEquals([text(data), from], ["from CPython", { family: "qipcrtr", node, port: 0x8765 }]);
    await ours.sendTo(new TextEncoder().encode("here"), from!, limit);
    assertEquals(text((await ours.recvFrom(100, limit))[0]), "here again");
  },
);

testWith(
  { kernel: lacksFamily(f.AF_KCM, SOCK_DGRAM) },
  "KCM: opens both of its types, and has no addresses",
  () => {
    for (const type of [SOCK_DGRAM, SOCK_SEQPACKET]) {
      using kcm = socket(f.AF_KCM, type);
      assertEquals(kcm.family, "kcm");
      throwsCode(() => kcm.localAddr, "EOPNOTSUPP");
      throwsCode(() => kcm.bind({ hostname: "127.0.0.1", port: 0 }), "EOPNOTSUPP");
      // No connection of TCP is attached.
      assertEquals(kcm.tryRecv(10), null);
    }
  },
);

testWith(
  { kernel: inGuest(f.AF_LLC, SOCK_DGRAM), tools: ["ip"] },
  "LLC: a datagram from one station's access point to another's",
  async () => {
    const [one, other] = await vethPair("llc0", "llc1");
    using a = socket(f.AF_LLC, SOCK_DGRAM);
    using b = socket(f.AF_LLC, SOCK_DGRAM);
    assertEquals(a.family, "llc");
    a.bind({ family: "llc", sap: 0x42, hardwareAddress: one });
    b.bind({ family: "llc", sap: 0x44, hardwareAddress: other });
    assertEquals(
      a.localAddr,
      { family: "llc", sap: 0x42, hardwareAddress: one },
    );
    await a.sendTo(bytes("over 802.2"), { family: "llc", sap: 0x44, hardwareAddress: other });
    const [data, from] = await b.recvFrom(100, limit);
    assertEquals(text(data), "over 802.2");
    assertEquals([(from as core.LlcAddress).sap, (from as core.LlcAddress).hardwareAddress], [
      0x42,
      one,
    ]);
    assertMatch(await Deno.readTextFile("/proc/net/llc/socket"), new RegExp(`${one}@42`, "i"));
  },
);

testWith(
  { kernel: inGuest(f.AF_PPPOX, SOCK_STREAM), tools: ["ip"] },
  "PPPoX: the kernel lists the session of PPPoE, and tells the call of PPTP and the session of L2TP",
  async () => {
    const [, other] = await vethPair("ppp0e", "ppp1e");
    using pppoe = socket(f.AF_PPPOX, SOCK_STREAM, 0);
    assertEquals(pppoe.family, "pppox");
    const session = {
      ...{ family: "pppox", kind: "pppoe", session: 0x1234 } as const,
      ...{ hardwareAddress: other, interface: "ppp0e" },
    };
    await pppoe.connect(session, limit);
    assertMatch(
      await Deno.readTextFile("/proc/net/pppoe"),
      new RegExp(`^34120000 +${other} +ppp0e|^00001234 +${other} +ppp0e|${other}`, "im"),
    );
    assertEquals(pppoe.localAddr, session);

    using udp = socket(AF_INET, SOCK_DGRAM);
    udp.bind({ hostname: "127.0.0.1", port: 0 });
    using far = socket(AF_INET, SOCK_DGRAM);
    far.bind({ hostname: "127.0.0.1", port: 0 });
    await udp.connect(far.localAddr as core.InetAddress);
    const { hostname, port } = far.localAddr as core.InetAddress;
    const tunnel = {
      ...{ family: "pppox", kind: "l2tp", version: 2 } as const,
      ...{ fd: udp.fd, remote: { hostname, port } },
      ...{ tunnel: 7, session: 0, peerTunnel: 8, peerSession: 0 },
    };
    using control = socket(f.AF_PPPOX, SOCK_DGRAM, 1);
    await control.connect(tunnel, limit);
    using l2tp = socket(f.AF_PPPOX, SOCK_DGRAM, 1);
    await l2tp.connect({ ...tunnel, session: 9, peerSession: 10 }, limit);
    const told = l2tp.localAddr as core.L2tpAddress;
    assertEquals(
      [told.tunnel, told.session, told.peerTunnel, told.peerSession, told.remote],
      [7, 9, 8, 10, { hostname, port }],
    );

    await modprobe("pptp");
    using pptp = socket(f.AF_PPPOX, SOCK_STREAM, 2);
    pptp.bind({ family: "pppox", kind: "pptp", callId: 0x1234, remoteHost: "127.0.0.1" });
    assertEquals(pptp.localAddr, {
      ...{ family: "pppox", kind: "pptp", callId: 0x1234, remoteHost: "127.0.0.1" },
    });
  },
);

testWith(
  { kernel: inGuest(f.AF_AX25, SOCK_SEQPACKET), tools: ["ip"] },
  "AX.25: the kernel writes our callsign as we do",
  async () => {
    await modprobe("bpqether");
    await vethPair("radio0", "radio1");
    const [, bpq] = /(bpq\d+)/.exec(await run("ip", "-o", "link"))!;
    const shifted = [..."OE3XYZ"].map((c) => (c.charCodeAt(0) << 1).toString(16)).join(":");
    await run("ip", "link", "set", bpq, "address", `${shifted}:0e`);
    await run("ip", "link", "set", bpq, "up");
    using station = socket(f.AF_AX25, SOCK_SEQPACKET);
    assertEquals(station.family, "ax25");
    throwsCode(() => station.bind({ family: "ax25", callsign: "OE3XYZ-6" }), "EADDRNOTAVAIL");
    station.bind({ family: "ax25", callsign: "N0CALL-12", digipeaters: ["OE3XYZ-7"] });
    station.listen();
    assertMatch(await Deno.readTextFile("/proc/net/ax25"), new RegExp(`${bpq} N0CALL-12`));
    assertEquals((station.localAddr as core.Ax25Address).callsign, "N0CALL-12");
  },
);

testWith(
  { kernel: inGuest(f.AF_IEEE802154, SOCK_DGRAM) },
  "IEEE 802.15.4: a socket is bound to the radio that the long address names, and to no other",
  async () => {
    await modprobe("mac802154_hwsim");
    const extendedAddress = await hardwareAddress("wpan0");
    const backwards = extendedAddress.split(":").reverse().join(":");
    using radio = socket(f.AF_IEEE802154, SOCK_RAW);
    assertEquals(radio.family, "ieee802154");
    throwsCode(() => radio.bind({ family: "ieee802154", extendedAddress: backwards }), "ENODEV");
    radio.bind({ family: "ieee802154", extendedAddress });
  },
);

testWith(
  { kernel: inGuest(f.AF_NFC, SOCK_STREAM, 1) },
  "NFC: a service of LLCP is bound on the adapter that the address names",
  async () => {
    await modprobe("nfcsim");
    using service = socket(f.AF_NFC, SOCK_STREAM, 1);
    assertEquals(service.family, "nfc");
    const { length } = [...Deno.readDirSync("/sys/class/nfc")];
    const address = { family: "nfc", device: 0, protocol: 5, serviceName: "urn:nfc:sn:x" } as const;
    throwsCode(() => service.bind({ ...address, device: length }), "ENODEV");
    service.bind(address);
    const told = service.localAddr as core.NfcAddress;
    assertEquals([told.device, told.protocol, told.serviceName], [0, 5, "urn:nfc:sn:x"]);
  },
);

testWith(
  { kernel: inGuest(f.AF_XDP, SOCK_RAW), tools: ["ip", "ss"] },
  "XDP: ss tells the queue, the frames and the rings of a socket as they were asked for",
  async () => {
    await vethPair("xdp0", "xdp1");
    using _endpoint = await f.raw.openXdp({
      ...{ interface: "xdp0", attach: "none", rxFrames: 512, txFrames: 256 },
      ...{ frameBytes: 4096, headroomBytes: 32 },
    });
    const said = await run("ss", "--xdp", "-e");
    assertMatch(said, /xdp0:q0/);
    assertMatch(said, /rx\(entries:512\)/);
    assertMatch(said, /tx\(entries:256\)/);
    assertMatch(said, /umem\(id:\d+,size:3145728,num_pages:768,chunk_size:4096,headroom:32,/);
    assertMatch(said, /fr\(entries:512\)/);
    assertMatch(said, /cr\(entries:256\)/);
  },
);

testWith(
  { kernel: lacksFamily(f.AF_XDP, SOCK_RAW) },
  "XDP: the interface is looked for before the rings are, which are missing",
  () => {
    using xdp = socket(f.AF_XDP, SOCK_RAW);
    assertEquals(xdp.family, "xdp");
    const nowhere = { family: "xdp", interfaceIndex: 0x7ffffff, queue: 0 };
    throwsCode(() => xdp.bind(nowhere as core.XdpAddress), "ENODEV");
    throwsCode(() => xdp.bind({ family: "xdp", interface: "lo", queue: 0 }), "EINVAL");
  },
);

testWith(
  { kernel: () => IN_GUEST ? undefined : "whether it has X.25 is not known" },
  "X.25, which the guest's kernel is built without, is told with its module",
  () => {
    const error = assertThrows(() => socket(f.AF_X25, SOCK_SEQPACKET));
    assertMatch(
      String(error),
      /lacks the address family x25: load the module x25 \(EAFNOSUPPORT\)/,
    );
  },
);

testWith(
  { kernel: inGuest(f.AF_PHONET, SOCK_DGRAM) },
  "Phonet: a datagram to a device of this host, with its sender's object",
  async () => {
    // RTM_NEWADDR with IFA_LOCAL 0x6c of the loopback, which ip does not know how to ask for.
    await using peer = new PythonPeer(`
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
body = struct.pack("=BBBBi", 35, 0, 0, 0, socket.if_nametoindex("lo")) + struct.pack("=HHBxxx", 5, 2, 0x6c)
s.sendall(struct.pack("=IHHII", 16 + len(body), 20, 0x605, 1, 0) + body)
say(struct.unpack("=i", s.recv(1000)[16:20])[0])
`);
    assertEquals(await peer.line(), "0");
    using server = socket(f.AF_PHONET, SOCK_DGRAM);
    assertEquals(server.family, "phonet");
    server.bind({ family: "phonet", device: 0x6c, port: 0x321, resource: 0x1b });
    const at = { family: "phonet", device: 0x6c, port: 0x321, resource: 0 } as const;
    assertEquals(server.localAddr, at); // the kernel keeps the resource to itself
    assertMatch(await Deno.readTextFile("/proc/net/phonet"), /\b6F21:/);
    using client = socket(f.AF_PHONET, SOCK_DGRAM);
    client.bind({ family: "phonet", device: 0x6c });
    await client.sendTo(bytes("to a modem"), { ...at, resource: 0x1b });
    const [data, from] = await server.recvFrom(100, limit);
    const { device, port } = client.localAddr as core.PhonetAddress;
    assertEquals(text(data), "to a modem");
    assertEquals(from, { family: "phonet", device, port, resource: 0x1b });
  },
);

testWith(
  { kernel: lacksFamily(f.AF_RXRPC, SOCK_DGRAM, AF_INET) },
  "RxRPC: a call is a datagram of Rx to the service, over the transport that the address tells",
  async () => {
    await using peer = new PythonPeer(`
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
say(s.getsockname()[1])
data, who = s.recvfrom(2000)
say(struct.unpack(">H", data[26:28])[0], data[20], data[28:], who[1])
`);
    using client = socket(f.AF_RXRPC, SOCK_DGRAM, AF_INET);
    assertEquals(client.family, "rxrpc");
    const own = { family: "rxrpc", service: 0, transport: { hostname: "127.0.0.1", port: 18_003 } };
    client.bind(own as core.RxrpcAddress);
    const transport = { hostname: "127.0.0.1", port: Number(await peer.line()) };
    // SOL_RXRPC and RXRPC_USER_CALL_ID (linux/rxrpc.h).
    const callId = { type: "raw", level: 272, number: 1, data: new Uint8Array(8).fill(7) } as const;
    await client.sendMsg([bytes("operation")], {
      to: { family: "rxrpc", service: 0x1234, transport },
      control: [callId],
    });
    assertEquals(await peer.line(), `${0x1234} 1 b'operation' 18003`);
  },
);
