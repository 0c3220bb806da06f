import { assertEquals, assertThrows } from "@std/assert";
import type { Address, AddressInput } from "../../core/address.ts";
import { decodeSockaddr, encodeSockaddr, encodeSockaddrInto } from "../../ffi/families/sockaddr.ts";
import { FAMILIES, familyName, rowNamed, rowOf } from "../../ffi/families/table.ts";

const encode = (address: unknown) => encodeSockaddr(address as AddressInput<Address>, "connect");
const decode = (bytes: Uint8Array) => decodeSockaddr(bytes, bytes.length);
const hex = (bytes: Uint8Array) => bytes.toHex();

Deno.test("encodeSockaddr() lays an IPv4 address out as netinet/in.h says", () => {
  assertEquals(
    hex(encode({ hostname: "192.0.2.255", port: 8080 })),
    "02001f90c00002ff0000000000000000",
  );
});

Deno.test("encodeSockaddr() lays an IPv6 address out as netinet/in.h says", () => {
  const bytes = encode({ hostname: "fe80::1", port: 1, scopeId: 0x01020304, flowInfo: 0x0a0b0c0d });
  assertEquals(hex(bytes), "0a0000010a0b0c0dfe80000000000000000000000000000104030201");
});

Deno.test("encodeSockaddr() overwrites what was in its room", () => {
  const room = new Uint8Array(256).fill(0xff);
  const length = encodeSockaddrInto(room, 64, { hostname: "127.0.0.1", port: 1 }, "send");
  assertEquals(hex(room.subarray(64, 64 + length)), "020000017f0000010000000000000000");
  assertEquals([room[63], room[64 + length]], [0xff, 0xff]);
});

Deno.test("encodeSockaddr() remembers no text of another address", () => {
  const one = hex(encode({ hostname: "10.0.0.1", port: 1 }));
  encode({ hostname: "10.0.0.2", port: 1 });
  assertEquals(hex(encode({ hostname: "10.0.0.1", port: 1 })), one);
  for (const hostname of ["", " 10.0.0.1", "10.0.0", "10.0.0.01", "localhost", "10.0.0.1%1"]) {
    assertThrows(() => encode({ family: "inet", hostname, port: 1 }), TypeError, "hostname");
    assertThrows(() => encode({ family: "inet6", hostname, port: 1 }), TypeError, "hostname");
  }
});

Deno.test("addresses survive the way to the kernel and back", () => {
  const addresses: Address[] = [
    { family: "inet", hostname: "0.0.0.0", port: 0 },
    { family: "inet", hostname: "255.255.255.255", port: 65535 },
    { family: "inet6", hostname: "::", port: 0 },
    { family: "inet6", hostname: "2001:db8::1", port: 443 },
    { family: "inet6", hostname: "fe80::1", port: 1, scopeId: 0xffffffff, flowInfo: 0xffffffff },
    { family: "unix", path: "/tmp/a", pathBytes: new TextEncoder().encode("/tmp/a") },
    { family: "unix", path: "\0a\0b", pathBytes: Uint8Array.of(0, 97, 0, 98) },
    { family: "unix", path: "", pathBytes: new Uint8Array(0) },
    { family: "unix", path: "\0", pathBytes: Uint8Array.of(0) },
    {
      family: "packet",
      interface: "",
      interfaceIndex: 7,
      etherType: 0x86dd,
      packetType: "outgoing",
      hardwareType: 0,
      hardwareAddress: "02:00:00:00:00:01",
    },
    { family: "netlink", portId: 0xfffffffe, groups: 0x80000001 },
    { family: "other", familyNumber: 44, data: Uint8Array.of(1, 2, 3) },
  ];
  for (const address of addresses) assertEquals(decode(encode(address)), address);
});

Deno.test("a path of any bytes survives, UTF-8 or not", () => {
  const pathBytes = Uint8Array.of(0x2f, 0xff, 0xfe, 0x80);
  const decoded = decode(encode({ pathBytes }));
  assertEquals(decoded, { family: "unix", path: "/\ufffd\ufffd\ufffd", pathBytes });
  assertEquals(decode(encode(decoded)), decoded);
});

Deno.test("pathBytes counts where path says otherwise", () => {
  assertEquals(hex(encode({ path: "/b", pathBytes: Uint8Array.of(0x61) })), "01006100");
});

Deno.test("a path takes 107 bytes, an abstract name 108", () => {
  assertEquals(encode({ path: "x".repeat(107) }).length, 110);
  assertEquals(encode({ path: "\0" + "x".repeat(107) }).length, 110);
  assertThrows(() => encode({ path: "x".repeat(108) }), RangeError, "108 bytes long, 107");
  assertThrows(() => encode({ path: "\0" + "x".repeat(108) }), RangeError, "109 bytes long, 108");
  assertThrows(() => encode({ path: "é".repeat(54) }), RangeError, "108 bytes long");
});

Deno.test("decodeSockaddr() takes a path of 108 bytes without a NUL", () => {
  const bytes = new Uint8Array(110).fill(0x78);
  bytes.set([1, 0]);
  const address = decodeSockaddr(bytes, 111); // as getsockname says of such a path
  assertEquals(address.family === "unix" && address.path, "x".repeat(108));
});

Deno.test("decodeSockaddr() reads neither past the length nor past the memory", () => {
  const whole = encode({ hostname: "::1", port: 80, scopeId: 2 });
  for (let length = 0; length <= whole.length; length++) {
    const address = decodeSockaddr(whole, length);
    if (length < 2) {
      assertEquals(address, { family: "other", familyNumber: 0, data: new Uint8Array() });
    } else if (length < 24) assertEquals(address.family, "other");
    else assertEquals(address.family, "inet6");
    assertEquals(decodeSockaddr(whole.slice(0, length), 128), address);
  }
  assertEquals(decodeSockaddr(new Uint8Array(0), 28).family, "other");
});

Deno.test("decodeSockaddr() tells peers apart whose addresses share a slot of its memory of texts", () => {
  const texts = new Set<string>();
  for (let a = 0; a < 64; a++) {
    for (let b = 0; b < 64; b++) {
      const hostname = `10.1.${a}.${b}`;
      const address = decode(encode({ hostname, port: 9 }));
      assertEquals(address, { family: "inet", hostname, port: 9 });
      const six = `2001:db8::${(a * 256 + b + 1).toString(16)}`;
      assertEquals(decode(encode({ hostname: six, port: 9 })), {
        family: "inet6",
        hostname: six,
        port: 9,
      });
      texts.add(hostname);
    }
  }
  assertEquals(texts.size, 4096);
});

Deno.test("an address object is the caller's: changing it changes no later one", () => {
  const bytes = encode({ hostname: "192.0.2.7", port: 9 });
  const first = decode(bytes) as { hostname: string };
  first.hostname = "changed";
  assertEquals(decode(bytes), { family: "inet", hostname: "192.0.2.7", port: 9 });
});

Deno.test("a zone is an interface index, or a name that a lookup knows", () => {
  const lookup = { toIndex: (name: string) => name === "eth0" ? 3 : 0, toName: () => "" };
  const zoned = (hostname: string, more: object = {}) =>
    decode(encodeSockaddr({ hostname, port: 1, ...more }, "connect", lookup));
  assertEquals(zoned("fe80::1%2"), { family: "inet6", hostname: "fe80::1", port: 1, scopeId: 2 });
  assertEquals(zoned("fe80::1%eth0"), {
    family: "inet6",
    hostname: "fe80::1",
    port: 1,
    scopeId: 3,
  });
  assertEquals(zoned("fe80::1%eth0", { scopeId: 3 }).family, "inet6");
  assertThrows(() => zoned("fe80::1%eth0", { scopeId: 4 }), TypeError, "scopeId 4");
  assertThrows(() => encode({ hostname: "fe80::1%eth0", port: 1 }), TypeError, '"eth0"');
  assertThrows(() => encode({ hostname: "fe80::1%", port: 1 }), TypeError);
  // The zone is not remembered with the address.
  assertEquals(zoned("fe80::1").family === "inet6" && "scopeId" in zoned("fe80::1"), false);
});

Deno.test("a packet address names its interface through the lookup", () => {
  const lookup = { toIndex: () => 5, toName: (index: number) => `eth${index}` };
  const bytes = encodeSockaddr({ interface: "x", etherType: 0x800 }, "bind", lookup);
  const address = decodeSockaddr(bytes, bytes.length, lookup);
  assertEquals(address.family === "packet" && [address.interface, address.interfaceIndex], [
    "eth5",
    5,
  ]);
  assertThrows(() => encode({ interface: "x", etherType: 0x800 }), TypeError, "interfaceIndex");
});

Deno.test("hardware addresses of other lengths than six survive", () => {
  const address = {
    interfaceIndex: 1,
    interface: "",
    etherType: 0,
    hardwareAddress: "01:02:03:04",
  };
  const decoded = decode(encode(address));
  assertEquals(decoded.family === "packet" && decoded.hardwareAddress, "01:02:03:04");
  assertThrows(
    () => encode({ ...address, hardwareAddress: "01:02:03:04:05:06:07:08:09" }),
    TypeError,
    "hardwareAddress",
  );
});

Deno.test("a key that means nothing in the address's family is refused by name", () => {
  const wrong: [unknown, string][] = [
    [{ hostname: "::1", port: 0, scopeid: 3 }, 'address.scopeid is unknown in the family "inet6"'],
    [
      { hostname: "127.0.0.1", port: 0, scopeId: 3 },
      'address.scopeId is unknown in the family "inet"',
    ],
    [{ path: "/a", port: 0 }, 'address.port is unknown in the family "unix"'],
    [{ interface: "", ethertype: 3 }, 'address.ethertype is unknown in the family "packet"'],
    [{ family: "netlink", pid: 3 }, 'address.pid is unknown in the family "netlink"'],
    [{ familyNumber: 0, data: new Uint8Array(1), port: 1 }, "address.port is unknown"],
  ];
  for (const [address, text] of wrong) assertThrows(() => encode(address), TypeError, text);
});

Deno.test("an address too short for its family is opaque", () => {
  for (const { number } of FAMILIES) {
    for (let length = 0; length < 28; length++) {
      const bytes = encode({ family: "other", familyNumber: number, data: new Uint8Array(length) });
      const decoded = decode(bytes);
      assertEquals(encode(decoded).length >= 2, true);
      if (decoded.family === "other") assertEquals(encode(decoded), bytes);
    }
  }
});

Deno.test("every family has one row, which its number and its name find", () => {
  assertEquals(new Set(FAMILIES.map(({ name }) => name)).size, FAMILIES.length);
  for (const row of FAMILIES) {
    assertEquals(rowNamed(row.name), row);
    assertEquals(rowOf(row.number), row);
    assertEquals(familyName(row.number), row.number === 0 ? "unspec" : row.name);
  }
  assertEquals(familyName(77), "other");
});

Deno.test("encodeSockaddr() names the argument that is wrong", () => {
  const cases: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [null, TypeError, "address is not an object"],
    ["127.0.0.1:80", TypeError, "address is not an object"],
    [{}, TypeError, "address has no family"],
    [{ family: 2 }, TypeError, "address.family is not a string"],
    [{ family: "ipx" }, TypeError, 'address.family "ipx" has no codec'],
    [{ family: "inet", port: 1 }, TypeError, "address.hostname is not a string"],
    [{ hostname: "127.0.0.1" }, TypeError, "address.port is not a number"],
    [{ hostname: "127.0.0.1", port: "80" }, TypeError, "address.port is not a number"],
    [{ hostname: "127.0.0.1", port: 65536 }, RangeError, "address.port 65536"],
    [{ hostname: "127.0.0.1", port: -1 }, RangeError, "address.port -1"],
    [{ hostname: "127.0.0.1", port: 1.5 }, RangeError, "address.port 1.5"],
    [{ hostname: "127.0.0.1", port: NaN }, RangeError, "address.port NaN"],
    [{ hostname: "::1", port: 1, scopeId: -1 }, RangeError, "address.scopeId"],
    [{ hostname: "::1", port: 1, flowInfo: 2 ** 32 }, RangeError, "address.flowInfo"],
    [{ family: "unix" }, TypeError, "address.path is not a string"],
    [{ path: 5 }, TypeError, "address.path is not a string"],
    [{ path: "a\0b" }, TypeError, "address.path holds a NUL"],
    [{ pathBytes: "a" }, TypeError, "address.pathBytes is not a Uint8Array"],
    [{ interface: "eth0", etherType: 65536 }, RangeError, "address.etherType"],
    [{ family: "other", familyNumber: -1, data: new Uint8Array() }, RangeError, "familyNumber"],
    [
      { family: "other", familyNumber: 1, data: new Uint8Array(127) },
      RangeError,
      "126 are allowed",
    ],
  ];
  for (const [address, Class, text] of cases) {
    const error = assertThrows(() => encode(address), Class, text);
    assertEquals((error as Error).message.startsWith("Cannot connect: "), true);
  }
});
