/** The codecs of the families without folders, against the kernel's headers and by their bytes. */
import { assertEquals, assertThrows } from "@std/assert";
import type { Address, AddressInput } from "../../core/address.ts";
import { EAFNOSUPPORT } from "../../core/errno.ts";
import { FULL_SOCKADDR_AX25, SOCKADDR_AX25 } from "../../ffi/families/ax25.ts";
import { SOCKADDR_LLC } from "../../ffi/families/llc.ts";
import { SOCKADDR_NFC, SOCKADDR_NFC_LLCP } from "../../ffi/families/nfc.ts";
import { openFailure } from "../../ffi/families/open_failure.ts";
import { SOCKADDR_PN } from "../../ffi/families/phonet.ts";
import { PPPOX_PROTOCOLS, SOCKADDR_PPPOL2TP, SOCKADDR_PPPOX } from "../../ffi/families/pppox.ts";
import { SOCKADDR_QRTR } from "../../ffi/families/qipcrtr.ts";
import { SOCKADDR_RXRPC } from "../../ffi/families/rxrpc.ts";
import { decodeSockaddr, encodeSockaddr } from "../../ffi/families/sockaddr.ts";
import { rowNamed } from "../../ffi/families/table.ts";
import { SOCKADDR_X25 } from "../../ffi/families/x25.ts";
import { SOCKADDR_XDP } from "../../ffi/families/xdp.ts";
import { checkByRunning, type Claim, GCC, numberClaims, structClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

const encode = (address: unknown) => encodeSockaddr(address as AddressInput<Address>, "connect");

/** What C makes of a statement over `s`, a structure that is all zeros. */
const inC = (struct: string, statement: string, expression: string, value: number): Claim => ({
  label: `${statement} ${expression}`,
  expression: `({ struct ${struct} s = { 0 }; ${statement}; ${expression}; })`,
  value,
});

/** Headers that do not get along with each other are apart. */
const CLAIMS: readonly (readonly [headers: string, claims: Claim[]])[] = [
  ["linux/qrtr.h", [
    ...structClaims({ sockaddr_qrtr: SOCKADDR_QRTR }),
    ...numberClaims({ QRTR_NODE_BCAST: 0xffffffff, QRTR_PORT_CTRL: 0xfffffffe }),
  ]],
  ["sys/socket.h linux/phonet.h", [
    ...structClaims({ sockaddr_pn: SOCKADDR_PN }),
    ...numberClaims({ PN_PROTO_PHONET: 1, PN_PROTO_PIPE: 2 }),
    inC(
      "sockaddr_pn",
      "pn_sockaddr_set_addr(&s, 0xfc), pn_sockaddr_set_port(&s, 0x321)",
      "s.spn_dev",
      0xff,
    ),
    inC(
      "sockaddr_pn",
      "pn_sockaddr_set_addr(&s, 0xfc), pn_sockaddr_set_port(&s, 0x321)",
      "s.spn_obj",
      0x21,
    ),
  ]],
  ["sys/socket.h linux/nfc.h", [
    ...structClaims({ sockaddr_nfc: SOCKADDR_NFC, sockaddr_nfc_llcp: SOCKADDR_NFC_LLCP }),
    ...numberClaims({ NFC_LLCP_MAX_SERVICE_NAME: 63, NFC_SOCKPROTO_RAW: 0, NFC_SOCKPROTO_LLCP: 1 }),
  ]],
  ["sys/socket.h linux/x25.h", structClaims({ sockaddr_x25: SOCKADDR_X25 })],
  ["sys/socket.h linux/ax25.h", [
    ...structClaims({ sockaddr_ax25: SOCKADDR_AX25, full_sockaddr_ax25: FULL_SOCKADDR_AX25 }),
    ...numberClaims({ AX25_MAX_DIGIS: 8, "sizeof(ax25_address)": 7 }),
  ]],
  ["sys/socket.h net/if.h netinet/in.h linux/if_pppox.h", [
    ...structClaims({ sockaddr_pppox: SOCKADDR_PPPOX, ...SOCKADDR_PPPOL2TP }),
    ...numberClaims(PPPOX_PROTOCOLS),
  ]],
  ["sys/socket.h linux/rxrpc.h", structClaims({ sockaddr_rxrpc: SOCKADDR_RXRPC })],
  ["sys/socket.h net/if.h linux/llc.h", structClaims({ sockaddr_llc: SOCKADDR_LLC })],
  ["linux/if_xdp.h", [
    ...structClaims({ sockaddr_xdp: SOCKADDR_XDP }),
    ...numberClaims({ XDP_SHARED_UMEM: 1, XDP_COPY: 2, XDP_ZEROCOPY: 4, XDP_USE_NEED_WAKEUP: 8 }),
  ]],
];

for (const [headers, claims] of CLAIMS) {
  testWith({ tools: ["gcc"] }, `the layouts are what ${headers} says`, async () => {
    const verdict = await checkByRunning(GCC, headers.split(" "), claims);
    assertEquals(verdict, { wrong: [], unknown: [] });
  });
}

const MAC = "02:00:00:00:00:01";

/** Addresses as they come back from the kernel, and the bytes that they are. */
const BYTES: readonly (readonly [Address, string])[] = [
  [{ family: "qipcrtr", node: 0x01020304, port: 0xfffffffe }, "2a00000004030201feffffff"],
  [
    { family: "phonet", device: 0x6c, port: 0x321, resource: 0xd9 },
    "2300216fd90000000000000000000000",
  ],
  [
    { family: "nfc", device: 1, target: 2, protocol: 0x01020304 },
    "27000000010000000200000004030201",
  ],
  [
    {
      ...{ family: "nfc", device: 1, protocol: 5 },
      ...{ destinationSap: 4, sourceSap: 33, serviceName: "urn:nfc:sn:snep" },
    },
    `27000000010000000000000005000000042175726e3a6e66633a736e3a736e6570${
      "00".repeat(55)
    }0f00000000000000`,
  ],
  [{ family: "x25", number: "310600123456789" }, "090033313036303031323334353637383900"],
  [{ family: "x25", number: "" }, `0900${"00".repeat(16)}`],
  [{ family: "ax25", callsign: "OE3XYZ-7" }, "03009e8a66b0b2b40e00000000000000"],
  [
    { family: "ax25", callsign: "N0CALL", digipeaters: ["A1B-15"] },
    `03009c608682989800000000010000008262844040401e${"00".repeat(49)}`,
  ],
  [
    {
      ...{ family: "pppox", kind: "pppoe", session: 0x1234 },
      ...{ hardwareAddress: MAC, interface: "eth0" },
    },
    `180000000000123402000000000165746830${"00".repeat(12)}`,
  ],
  [
    { family: "pppox", kind: "pptp", callId: 0x1234, remoteHost: "192.0.2.1" },
    `18000200000034120000c0000201${"00".repeat(16)}`,
  ],
  [
    {
      ...{
        family: "pppox",
        kind: "l2tp",
        version: 2,
        fd: 5,
        remote: { hostname: "192.0.2.1", port: 1701 },
      },
      ...{ tunnel: 1, session: 2, peerTunnel: 3, peerSession: 0x1234 },
    },
    "1800010000000000000005000000020006a5c000020100000000000000000100020003003412",
  ],
  [
    {
      ...{
        family: "pppox",
        kind: "l2tp",
        version: 3,
        fd: -1,
        remote: { hostname: "192.0.2.1", port: 1701 },
      },
      ...{ tunnel: 1, session: 2, peerTunnel: 3, peerSession: 0x12345678 },
    },
    "18000100000000000000ffffffff020006a5c0000201000000000000000001000000020000000300000078563412",
  ],
  [
    {
      ...{
        family: "pppox",
        kind: "l2tp",
        version: 2,
        fd: -1,
        remote: { hostname: "::1", port: 1701 },
      },
      ...{ tunnel: 1, session: 2, peerTunnel: 3, peerSession: 4 },
    },
    "18000100000000000000ffffffff01000200030004000a0006a500000000" +
    "0000000000000000000000000000000100000000",
  ],
  [
    {
      ...{
        family: "pppox",
        kind: "l2tp",
        version: 3,
        fd: -1,
        remote: { hostname: "fe80::1", port: 1701, scopeId: 2 },
      },
      ...{ tunnel: 1, session: 2, peerTunnel: 3, peerSession: 4 },
    },
    "18000100000000000000ffffffff010000000200000003000000040000000a0006a500000000" +
    "fe80000000000000000000000000000102000000",
  ],
  [
    { family: "rxrpc", service: 52, transport: { hostname: "127.0.0.1", port: 7000 } },
    `210034000200100002001b587f000001${"00".repeat(20)}`,
  ],
  [
    { family: "rxrpc", service: 52, transport: { hostname: "::1", port: 7000 } },
    "2100340002001c000a001b58000000000000000000000000000000000000000100000000",
  ],
  [
    { family: "ieee802154", panId: 0xabcd, shortAddress: 0x1234 },
    "2400000002000000cdab34120000000000000000",
  ],
  [
    { family: "ieee802154", extendedAddress: "02:03:04:05:06:07:08:09" },
    "2400000003000000ffff02030405060708090000",
  ],
  [
    { family: "llc", sap: 0xfe, hardwareAddress: MAC, ua: true, hardwareType: 6 },
    "1a000600000001fe0200000000010000",
  ],
  [
    { family: "xdp", interface: "", interfaceIndex: 7, queue: 3, flags: 2, sharedUmemFd: 9 },
    "2c000200070000000300000009000000",
  ],
];

testWith({}, "addresses of families without folders are these bytes, there and back", () => {
  for (const [address, hex] of BYTES) {
    const bytes = encode(address);
    assertEquals(bytes.toHex(), hex, Deno.inspect(address));
    assertEquals(decodeSockaddr(bytes, bytes.length), address);
    // Each byte of the structure is written, whatever was there.
    assertEquals(encode(decodeSockaddr(bytes, bytes.length)), bytes);
  }
});

testWith(
  {},
  "what may be left out of their addresses is what the headers say it is by default",
  () => {
    const same: [unknown, unknown][] = [
      [{ family: "phonet" }, { family: "phonet", device: 0, port: 0, resource: 0 }],
      [{ family: "nfc", device: 1 }, { family: "nfc", device: 1, target: 0, protocol: 0 }],
      [{ family: "ax25", callsign: "A-0" }, { family: "ax25", callsign: "A", digipeaters: [] }],
      [{ family: "ieee802154" }, { family: "ieee802154", panId: 0xffff }],
      [
        { family: "llc", sap: 4 },
        {
          family: "llc",
          sap: 4,
          hardwareType: 1,
          test: false,
          hardwareAddress: "00:00:00:00:00:00",
        },
      ],
      [{ family: "xdp", interface: "", queue: 0 }, { family: "xdp", interfaceIndex: 0, queue: 0 }],
    ];
    for (const [short, long] of same) assertEquals(encode(short), encode(long));
  },
);

testWith({}, "a wrong key of their addresses is refused by its name", () => {
  const l2tp = {
    ...{ family: "pppox", kind: "l2tp", remote: { hostname: "127.0.0.1", port: 1701 } },
    ...{ tunnel: 1, session: 1, peerTunnel: 1, peerSession: 1 },
  };
  const wrong: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [{ family: "qipcrtr", node: 1 }, TypeError, "address.port is not a number"],
    [{ family: "qipcrtr", node: -1, port: 1 }, RangeError, "address.node -1"],
    [{ family: "phonet", device: 3 }, TypeError, "address.device 3 is no multiple of 4"],
    [{ family: "phonet", port: 0x400 }, RangeError, "address.port 1024"],
    [{ family: "nfc", device: 1, sourceSap: 64 }, RangeError, "address.sourceSap 64"],
    [{ family: "nfc", device: 1, serviceName: "x".repeat(64) }, RangeError, "63 are allowed"],
    [{ family: "x25", number: "1".repeat(16) }, RangeError, "15 are allowed"],
    [{ family: "x25", number: "12a" }, TypeError, "address.number is not decimal digits"],
    [{ family: "ax25", callsign: "oe3xyz" }, TypeError, "address.callsign"],
    [{ family: "ax25", callsign: "OE3XYZ-16" }, TypeError, "address.callsign"],
    [{ family: "ax25", callsign: "A", digipeaters: ["A", 3] }, TypeError, "digipeaters[1]"],
    [{ family: "ax25", callsign: "A", digipeaters: Array(9).fill("A") }, RangeError, "9 stations"],
    [{ family: "pppox" }, TypeError, "address.kind is not pppoe, pptp, l2tp"],
    [{ family: "pppox", kind: "pptp", callId: 1, fd: 1 }, TypeError, "none of a pptp address"],
    [{ ...l2tp, tunnel: 65536 }, RangeError, "address.tunnel 65536"],
    [{ ...l2tp, version: 4 }, TypeError, "address.version is not 2 or 3"],
    [
      { ...l2tp, remote: { ...l2tp.remote, scopeId: 1 } },
      TypeError,
      "address.scopeId is none of an IPv4 address",
    ],
    [
      { ...l2tp, remote: { ...l2tp.remote, host: "" } },
      TypeError,
      "address.remote.host is unknown",
    ],
    [{ family: "rxrpc", service: 1 }, TypeError, "address.transport is not an object"],
    [
      { family: "rxrpc", service: 1, transport: { hostname: "localhost", port: 1 } },
      TypeError,
      "hostname",
    ],
    [{ family: "ieee802154", extendedAddress: MAC }, TypeError, "8 hexadecimal bytes"],
    [
      { family: "ieee802154", shortAddress: 1, extendedAddress: "02:03:04:05:06:07:08:09" },
      TypeError,
      "a short and an extended address",
    ],
    [{ family: "llc", sap: 256 }, RangeError, "address.sap 256"],
    [{ family: "llc", sap: 2, test: 1 }, TypeError, "address.test is not a boolean"],
    [{ family: "xdp", interface: "eth0", queue: 0 }, TypeError, "interfaceIndex is missing"],
    [{ family: "smc" }, TypeError, 'the family "smc" has no addresses'],
    [{ family: "kcm" }, TypeError, "it takes connections of TCP"],
    [{ family: "rds", port: 1 }, TypeError, 'address.port is unknown in the family "rds"'],
  ];
  for (const [address, Class, text] of wrong) assertThrows(() => encode(address), Class, text);
});

testWith({}, "whatever an address of theirs could reach takes the whole of --allow-net", () => {
  for (const [address] of BYTES) {
    const bytes = encode(address);
    const row = rowNamed(address.family)!;
    assertEquals(row.permissions(bytes, 0, bytes.length, "connect"), [{ name: "net" }]);
    assertEquals([row.asked, row.isOrdinary, row.settle], [undefined, undefined, undefined]);
  }
});

testWith({}, "a kernel that lacks one of them is told the module to load", () => {
  const modules: [family: string, module: string][] = [
    ["qipcrtr", "qrtr"],
    ["phonet", "phonet"],
    ["nfc", "nfc"],
    ["x25", "x25"],
    ["ax25", "ax25"],
    ["pppox", "pppox"],
    ["rxrpc", "rxrpc"],
    ["ieee802154", "ieee802154_socket"],
    ["llc", "llc2"],
    ["smc", "smc"],
    ["rds", "rds"],
    ["kcm", "kcm"],
  ];
  for (const [family, module] of modules) {
    const { number } = rowNamed(family)!;
    assertEquals(
      openFailure("socket", EAFNOSUPPORT, number, 2, 0).message,
      `Cannot socket: this kernel lacks the address family ${family}: load the module ${module} (EAFNOSUPPORT)`,
    );
  }
});
