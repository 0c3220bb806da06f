import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseAddress, SCHEMES } from "../../cli/address.ts";
import { UsageError } from "../../cli/exit.ts";
import { hexDump } from "../../cli/_hex.ts";
import { parseHostPort, showIpAddress } from "../../cli/schemes/host_port.ts";
import { formatBytes, formatDuration, formatRate, parseDuration } from "../../cli/units.ts";

Deno.test("parseAddress() writes an address as it was", () => {
  for (
    const text of [
      "tcp:127.0.0.1:80",
      "tcp:[::1]:80",
      "tcp6:[fe80::1%eth0]:0",
      "tcp4:example.com:65535",
      "tcp:8080",
      "tcp:example.com:http",
      "udp:ntp",
      "mptcp:127.0.0.1:1",
      "udp:53",
      "udp6:[::]:5353",
      "udplite:127.0.0.1:9",
      "unix:/run/app.sock",
      "unix:@name",
      "unix:relative:with:colons",
      "unixgram:/dev/log",
      "seqpacket:@udev",
      "vsock:2:1024",
      "vsock:1024",
      "vsockseq:3:5",
      "sctp:127.0.0.1:80",
      "sctp:[::1]:80",
      "dccp:example.com:80",
      "dccp:[::1]:80:echo",
      "dccp::80:42",
      "tipc:18888:17",
      "tipcseq:64:0-4294967295",
      "rfcomm:00:11:22:33:44:FF:30",
      "rfcomm:7",
      "l2cap:00:11:22:33:44:55:4097",
      "l2caple:00:11:22:33:44:55/random:128",
      "isotp:can0:7E0:7E8",
      "isotp:can0:18DA10F1:18DAF110",
      "tls:example.com:https",
      "fd:3",
    ]
  ) {
    assertEquals(parseAddress(text).text, text);
  }
});

Deno.test("parseHostPort() tells hosts, ports and names of services apart", () => {
  for (
    const [text, hostname, port] of [
      ["[::1]:80", "::1", 80],
      [":80", undefined, 80],
      ["80", undefined, 80],
      ["host:http", "host", "http"],
      ["[::1]:x11", "::1", "x11"],
      ["3com-tsmux", undefined, "3com-tsmux"],
    ] as const
  ) {
    assertEquals(parseHostPort(text, text), { hostname, port });
  }
});

Deno.test("every kind of address has a name, a form and a line of help", () => {
  const names = SCHEMES.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const { name, form, help } of SCHEMES) {
    assertEquals([/^[a-z][a-z0-9]*$/.test(name), form !== "", help !== ""], [true, true, true]);
  }
});

Deno.test("parseAddress() refuses what is no address, and says why", () => {
  for (
    const [text, why] of [
      ["", "starts with one of"],
      ["80", "starts with one of"],
      ["http://x", "starts with one of"],
      ["tpc:host:80", "did you mean tcp:?"],
      ["unixdgram:/x", "did you mean unixgram:?"],
      ["toString:1", "starts with one of"],
      ["tcp:", "port"],
      ["tcp:host:", "port"],
      ["tcp:192.0.2.1", "lacks a port"],
      ["tcp:example.com", "lacks a port"],
      ["tcp:host:65536", "port"],
      ["tcp:host:-1", "port"],
      ["tcp:host:1.5", "port"],
      ["tcp:host:-http", "port"],
      ["tcp:host:99999", "port"],
      ["tcp:::1:80", "brackets"],
      ["tcp:[::1]", "lacks a port"],
      ["tcp:[]:80", "lacks a host"],
      ["unix:", "lacks a path"],
      ["unix:@", "lacks a path"],
      ["unix:" + "a".repeat(108), "over 107 bytes"],
      ["unix:a\0b", "NUL"],
      ["vsock:", "lacks a port"],
      ["vsock:home:1", "context"],
      ["vsock:4294967296:1", "context"],
      ["vsock:1:4294967296", "port"],
      ["sctp:[::1]", "lacks a port"],
      ["dccp:host:80:toolong", "service"],
      ["dccp:host:80:0", "service"],
      ["dccp:host:80:a:b", "brackets"],
      ["tipc:18888", "tipc:SERVICE:INSTANCE"],
      ["tipc:63:1", "service"],
      ["tipc:64:5-4", "range"],
      ["tipc:64:4294967296", "instance"],
      ["rfcomm:00:11:22:33:44:55:0", "channel"],
      ["rfcomm:00:11:22:33:44:55", "device"],
      ["rfcomm:00:11:22:33:44:55:31", "channel"],
      ["l2cap:00:11:22:33:44:55/random:1", "device"],
      ["l2caple:00:11:22:33:44:55:256", "PSM"],
      ["isotp:can0:7E0", "isotp:INTERFACE:TX:RX"],
      ["isotp:can0:800:7E8", "11 bits"],
      ["isotp:can0:7E0:000007E8", "isotp:INTERFACE:TX:RX"],
    ]
  ) {
    const error = assertThrows(() => parseAddress(text), UsageError);
    assertStringIncludes(error.message, why);
  }
});

Deno.test("showIpAddress() shows IPv4 on an IPv6 socket as IPv4, unless IPv6 was asked for", () => {
  const mapped = { family: "inet6", hostname: "::ffff:127.0.0.1", port: 5 } as const;
  assertEquals(showIpAddress(mapped, false), "127.0.0.1:5");
  assertEquals(showIpAddress(mapped, true), "[::ffff:127.0.0.1]:5");
  assertEquals(showIpAddress({ family: "inet6", hostname: "::1", port: 5 }, false), "[::1]:5");
});

Deno.test("hexDump() lays bytes out as hexdump -C", () => {
  const bytes = new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n");
  assertEquals(
    hexDump(bytes, 0, ">"),
    "> 00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 30 0d 0a  |GET / HTTP/1.0..|\n" +
      "> 00000010  0d 0a                                             |..|\n",
  );
  assertEquals(hexDump(new Uint8Array(0), 0, ">"), "");
});

Deno.test("formatBytes() keeps three digits and never shows 1000 of a unit", () => {
  assertEquals(
    [0, 999, 1000, 1234, 12_345, 123_456, 999_499, 999_500, 1e9, 1.5e12].map(formatBytes),
    [
      "0 B",
      "999 B",
      "1.00 KB",
      "1.23 KB",
      "12.3 KB",
      "123 KB",
      "999 KB",
      "1.00 MB",
      "1.00 GB",
      "1.50 TB",
    ],
  );
  assertEquals(formatRate(1000, 500), "2.00 KB/s");
  assertEquals(formatRate(1000, 0), "0 B/s");
});

Deno.test("formatDuration() grows from seconds to hours", () => {
  assertEquals([0, 250, 12_340, 65_000, 3_723_000].map(formatDuration), [
    "0.00 s",
    "0.25 s",
    "12.3 s",
    "1:05",
    "1:02:03",
  ]);
});

Deno.test("parseDuration() takes seconds and units, and nothing else", () => {
  assertEquals(["5", "0.5", ".5", "500ms", "2m", "1h"].map(parseDuration), [
    5000,
    500,
    500,
    500,
    120_000,
    3_600_000,
  ]);
  for (const text of ["", "-1", "1d", "1e3", "ms", "5 s", "Infinity", "1.", "9".repeat(400)]) {
    assertEquals(parseDuration(text), undefined, text);
  }
});
