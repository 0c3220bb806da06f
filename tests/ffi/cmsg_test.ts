import "../_tools.ts"; // binds the C library, which is no leak of the first test that needs it
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ControlMessage, OutgoingControl } from "../../core/control.ts";
import { ReceivedControl } from "../../ffi/messages/cmsg.ts";
import { prepareControl, writeControl } from "../../ffi/messages/cmsg_encode.ts";

/** One control message as the kernel writes it: `data` is hexadecimal. */
function cmsg(level: number, number: number, data: string): Uint8Array {
  const payload = Uint8Array.fromHex(data);
  const bytes = new Uint8Array(16 + Math.ceil(payload.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(16 + payload.length), true);
  view.setInt32(8, level, true);
  view.setInt32(12, number, true);
  bytes.set(payload, 16);
  return bytes;
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Control messages laid out in memory that held something else before. */
function encodeControl(control: OutgoingControl, ipv6: boolean): Uint8Array {
  const prepared = prepareControl(control, ipv6);
  const memory = new Uint8Array(prepared.lengthBytes + 16).fill(0xff);
  writeControl(prepared, memory, 8);
  return memory.slice(8, -8);
}

const decode = (...parts: Uint8Array[]) => [...new ReceivedControl(concat(...parts), false)];

/** What the kernel writes, and what it means. None holds descriptors: those are real (fd_passing_test.ts). */
const MESSAGES: readonly [name: string, bytes: Uint8Array, meaning: ControlMessage][] = [
  ["SCM_CREDENTIALS", cmsg(1, 2, "0100000002000000ffffffff"), {
    type: "credentials",
    pid: 1,
    uid: 2,
    gid: 0xffffffff,
  }],
  ["SCM_SECURITY", cmsg(1, 3, "756e636f6e66696e656400"), { type: "security", label: "unconfined" }],
  ["SO_TIMESTAMP", cmsg(1, 29, "01000000000000000200000000000000"), {
    type: "timestamp",
    nanos: 1_000_002_000n,
  }],
  ["SO_TIMESTAMPNS", cmsg(1, 35, "01000000000000000200000000000000"), {
    type: "timestamp",
    nanos: 1_000_000_002n,
  }],
  [
    "SO_TIMESTAMPING by software",
    cmsg(1, 37, "01000000000000000200000000000000" + "00".repeat(32)),
    { type: "timestamping", softwareNanos: 1_000_000_002n },
  ],
  [
    "SO_TIMESTAMPING by hardware",
    cmsg(1, 65, "00".repeat(32) + "01000000000000000200000000000000"),
    { type: "timestamping", hardwareNanos: 1_000_000_002n },
  ],
  ["SO_RXQ_OVFL", cmsg(1, 40, "ffffffff"), { type: "dropped", count: 0xffffffff }],
  ["IP_TTL", cmsg(0, 2, "40000000"), { type: "ttl", ttl: 64 }],
  ["IP_TOS, one byte", cmsg(0, 1, "b8"), { type: "tos", tos: 0xb8 }],
  ["IP_PKTINFO", cmsg(0, 8, "030000007f000001e0000001"), {
    type: "pktinfo",
    interface: 3,
    destination: "224.0.0.1",
    localAddress: "127.0.0.1",
  }],
  ["IP_ORIGDSTADDR", cmsg(0, 20, "02000035c00002010000000000000000"), {
    type: "origdstaddr",
    address: { family: "inet", hostname: "192.0.2.1", port: 53 },
  }],
  [
    "IP_RECVERR with an offender",
    cmsg(
      0,
      11,
      "6f000000" + "02030300" + "00000000" + "00000000" + "020000007f0000010000000000000000",
    ),
    {
      type: "error",
      code: "ECONNREFUSED",
      errno: 111,
      origin: "icmp",
      icmpType: 3,
      icmpCode: 3,
      info: 0,
      data: 0,
      offender: { family: "inet", hostname: "127.0.0.1", port: 0 },
    },
  ],
  ["IP_RECVERR without", cmsg(0, 11, "2a000000" + "04000000" + "01000000" + "07000000"), {
    type: "error",
    code: "ENOMSG",
    errno: 42,
    origin: "timestamping",
    icmpType: 0,
    icmpCode: 0,
    info: 1,
    data: 7,
  }],
  ["IPV6_HOPLIMIT", cmsg(41, 52, "ff000000"), { type: "hoplimit", hopLimit: 255 }],
  ["IPV6_TCLASS", cmsg(41, 67, "20000000"), { type: "tclass", tclass: 32 }],
  ["IPV6_PKTINFO", cmsg(41, 50, "00".repeat(15) + "01" + "02000000"), {
    type: "pktinfo",
    interface: 2,
    destination: "::1",
  }],
  ["UDP_GRO", cmsg(17, 104, "dc050000"), { type: "gro", segmentBytes: 1500 }],
  ["TCP_CM_INQ", cmsg(6, 36, "00010000"), { type: "inq", lengthBytes: 256 }],
  ["one without a decoder", cmsg(999, 5, "010203"), {
    type: "raw",
    level: 999,
    number: 5,
    data: Uint8Array.of(1, 2, 3),
  }],
];

for (const [name, bytes, meaning] of MESSAGES) {
  Deno.test(`a received ${name} is decoded`, () => assertEquals(decode(bytes), [meaning]));
}

Deno.test("messages are found one after another, and by type", () => {
  const control = new ReceivedControl(concat(...MESSAGES.map(([, bytes]) => bytes)), true);
  assertEquals([...control], MESSAGES.map(([, , meaning]) => meaning));
  assertEquals(control.get("ttl"), { type: "ttl", ttl: 64 });
  assertEquals(control.get("pidfd"), undefined);
  assertEquals(control.truncated, true);
});

Deno.test("control data cut off at any byte is read to there and no further", () => {
  const whole = concat(...MESSAGES.map(([, bytes]) => bytes));
  for (let length = 0; length <= whole.length; length++) {
    // In a buffer of its own, so that a read beyond the end throws, and with a tail that must not be seen.
    const cut = [...new ReceivedControl(whole.slice(0, length), true)];
    const tailed = [
      ...new ReceivedControl(whole.slice().fill(0xff, length).subarray(0, length), true),
    ];
    assertEquals(tailed, cut);
    assert(cut.length <= MESSAGES.length);
    // All but the last are whole, and the last is whole or raw (or a shorter label).
    for (let i = 0; i + 1 < cut.length; i++) assertEquals(cut[i], MESSAGES[i][2]);
  }
});

Deno.test("a length field that lies leads nowhere", () => {
  const good = cmsg(0, 2, "40000000");
  for (const length of [0, 1, 15, 0x7fffffff, 0xffffffff]) {
    const bad = cmsg(0, 2, "40000000");
    new DataView(bad.buffer).setUint32(0, length, true);
    const messages = decode(good, bad, good);
    assertEquals(messages[0], { type: "ttl", ttl: 64 });
    assert(messages.length <= 2);
  }
});

Deno.test("a message with less than its type needs is raw", () => {
  for (const [level, number] of [[1, 2], [1, 35], [1, 37], [0, 2], [0, 8], [0, 11], [41, 50]]) {
    assertEquals(decode(cmsg(level, number, "0102")), [
      { type: "raw", level, number, data: Uint8Array.of(1, 2) },
    ]);
  }
});

Deno.test("an offender that is cut off is left out", () => {
  const [message] = decode(cmsg(0, 11, "6f0000000203030000000000000000000200"));
  assertEquals(message.type === "error" && message.offender, undefined);
  assertEquals(message.type, "error");
});

Deno.test("a negative pidfd is no descriptor", () => {
  assertEquals(decode(cmsg(1, 4, "fdffffff")), [
    { type: "raw", level: 1, number: 4, data: Uint8Array.of(0xfd, 0xff, 0xff, 0xff) },
  ]);
});

Deno.test("writeControl() lays out what the kernel expects", () => {
  const cases: [OutgoingControl[number], Uint8Array][] = [
    [{ type: "rights", fds: [0, { fd: 2 }] }, cmsg(1, 1, "0000000002000000")],
    [{ type: "credentials", pid: 1, uid: 2, gid: 3 }, cmsg(1, 2, "010000000200000003000000")],
    [{ type: "ttl", ttl: 64 }, cmsg(0, 2, "40000000")],
    [{ type: "hoplimit", hopLimit: 0 }, cmsg(41, 52, "00000000")],
    [{ type: "tos", tos: 184 }, cmsg(0, 1, "b8000000")],
    [{ type: "tclass", tclass: 1 }, cmsg(41, 67, "01000000")],
    [{ type: "segment", segmentBytes: 1400 }, cmsg(17, 103, "7805")],
    [{ type: "timestamping", flags: 0x102 }, cmsg(1, 37, "02010000")],
    [{ type: "txtime", nanos: 258n }, cmsg(1, 61, "0201000000000000")],
    [{ type: "raw", level: 9, number: 8, data: Uint8Array.of(7) }, cmsg(9, 8, "07")],
    [
      { type: "pktinfo", interface: 1, localAddress: "127.0.0.1" },
      cmsg(0, 8, "010000007f00000100000000"),
    ],
    [
      { type: "pktinfo", interface: 1, localAddress: "::1" },
      cmsg(41, 50, "0000000000000000000000000000000101000000"),
    ],
    [{ type: "pktinfo", interface: 4 }, cmsg(0, 8, "040000000000000000000000")],
  ];
  for (const [message, bytes] of cases) {
    assertEquals(encodeControl([message], false).toHex(), bytes.toHex());
  }
  const all = cases.map(([message]) => message);
  assertEquals(
    encodeControl(all, false).toHex(),
    concat(...cases.map(([, bytes]) => bytes)).toHex(),
  );
  assertEquals(encodeControl([], false).length, 0);
});

Deno.test("a pktinfo without an address is of the socket's family", () => {
  const bytes = encodeControl([{ type: "pktinfo", interface: 4 }], true);
  assertEquals(bytes.toHex(), cmsg(41, 50, "00".repeat(16) + "04000000").toHex());
});

Deno.test("a pktinfo takes an interface by its name, and by nothing else", () => {
  const named = encodeControl([{ type: "pktinfo", interface: "lo" }], false);
  assertEquals(named.toHex(), encodeControl([{ type: "pktinfo", interface: 1 }], false).toHex());
  const none = [{ type: "pktinfo", interface: "none0" }] as const;
  assertEquals(
    assertThrows(() => encodeControl(none, false), Error).message.includes("none0"),
    true,
  );
});

Deno.test("a key that a control message does not have is refused by its name", () => {
  const whole: Record<string, unknown>[] = [
    { type: "rights", fds: [0] },
    { type: "credentials", pid: 1, uid: 0, gid: 0 },
    { type: "pktinfo", interface: 1 },
    { type: "ttl", ttl: 1 },
    { type: "hoplimit", hopLimit: 1 },
    { type: "tos", tos: 1 },
    { type: "tclass", tclass: 1 },
    { type: "segment", segmentBytes: 1 },
    { type: "timestamping", flags: 1 },
    { type: "txtime", nanos: 1n },
    { type: "raw", level: 1, number: 1, data: new Uint8Array(4) },
  ];
  for (const message of whole) {
    encodeControl([message] as unknown as OutgoingControl, false);
    for (const key of ["interfaceIndex", "TTL", "lenght"]) {
      assertThrows(
        () => encodeControl([{ ...message, [key]: 1 }] as unknown as OutgoingControl, false),
        TypeError,
        `control[0] has an unknown key "${key}"`,
      );
    }
  }
});

Deno.test("prepareControl() names the field that is wrong", () => {
  const cases: [unknown, typeof TypeError | typeof RangeError, string][] = [
    ["x", TypeError, "control is not an array"],
    [[null], TypeError, "control[0] is not an object"],
    [[{ type: "pidfd", fd: 1 }], TypeError, 'control[0].type "pidfd"'],
    [[{ type: "ttl", ttl: 0 }], RangeError, "control[0].ttl 0"],
    [[{ type: "ttl", ttl: "1" }], TypeError, "control[0].ttl is not a number"],
    [[{ type: "ttl", ttl: 1 }, { type: "hoplimit", hopLimit: 256 }], RangeError, "control[1]"],
    [[{ type: "tos", tos: -1 }], RangeError, "control[0].tos"],
    [[{ type: "tclass", tclass: 256 }], RangeError, "control[0].tclass"],
    [[{ type: "segment", segmentBytes: 0 }], RangeError, "control[0].segmentBytes"],
    [[{ type: "segment", segmentBytes: 65536 }], RangeError, "control[0].segmentBytes"],
    [[{ type: "rights", fds: [] }], RangeError, "holds 0 descriptors"],
    [[{ type: "rights", fds: new Array(254).fill(0) }], RangeError, "holds 254 descriptors"],
    [[{ type: "rights", fds: [-1] }], RangeError, "control[0].fds[0] -1"],
    [[{ type: "rights", fds: [null] }], TypeError, "control[0].fds[0] is not a number"],
    [[{ type: "credentials", pid: -1, uid: 0, gid: 0 }], RangeError, "control[0].pid"],
    [[{ type: "pktinfo", localAddress: "localhost" }], TypeError, "control[0].localAddress"],
    [[{ type: "timestamping", flags: -1 }], RangeError, "control[0].flags"],
    [[{ type: "txtime", nanos: 1 }], TypeError, "control[0].nanos is not a bigint"],
    [[{ type: "txtime", nanos: -1n }], RangeError, "control[0].nanos"],
    [[{ type: "raw", level: -1, number: 0, data: new Uint8Array() }], RangeError, "level"],
    [[{ type: "raw", level: 0, number: 0, data: "x" }], TypeError, "control[0].data"],
  ];
  for (const [control, Class, text] of cases) {
    assertThrows(() => encodeControl(control as OutgoingControl, false), Class, text);
  }
});
