/** The codecs that are fuzzed: what each makes of any bytes, and what has to hold of it. */
import { isDeepStrictEqual as equal } from "node:util";
import { formatCidr, formatIp, formatMac, inetAton } from "../../core/ip/mod.ts";
import { parseCidr, parseIp, parseIpRange, parseMac, splitZone } from "../../core/ip/mod.ts";
import { parseAddress } from "../../cli/address.ts";
import { COMMANDS } from "../../cli/_commands.ts";
import { parseArguments } from "../../cli/_parse_arguments.ts";
import { UsageError } from "../../cli/exit.ts";
import { parseSocketOption } from "../../cli/_socket_option.ts";
import { parseDuration } from "../../cli/units.ts";
import { addressText, decodeSockaddr, encodeSockaddr } from "../../ffi/families/sockaddr.ts";
import { ReceivedControl } from "../../ffi/messages/cmsg.ts";
import { prepareControl, writeControl } from "../../ffi/messages/cmsg_encode.ts";
import { ByteSource } from "../../netlink/_bytes.ts";
import { LinkNames } from "../../netlink/_link_names.ts";
import { readInet, readNetlink, readPacket, readUnix } from "../../netlink/_socket_read.ts";
import { WATCHED } from "../../netlink/_watched.ts";
import { raw, wire } from "../../mod.ts";
import type { Any } from "../contract/_claim.ts";
import { check, type CodecTarget, refusedByUs } from "./_codec_fuzz.ts";

const LATIN1 = new TextDecoder("latin1");

function text(input: Uint8Array): string {
  return LATIN1.decode(input);
}

/** The value of a call that may refuse. */
function maybe<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (!refusedByUs(error)) throw error;
  }
}

const LOOKUP = { toIndex: () => 7, toName: (index: number) => index === 7 ? "seven" : "" };

const ADDRESSES = [
  { family: "inet", hostname: "192.0.2.1", port: 80 },
  { family: "inet6", hostname: "2001:db8::1", port: 80, scopeId: 7, flowInfo: 1 },
  { family: "unix", path: "/tmp/x" },
  { family: "unix", path: "\0name" },
  { family: "packet", interface: "seven", etherType: 0x800 },
  { family: "vsock", cid: 1, port: 2 },
];

const sockaddr: CodecTarget = {
  name: "sockaddr",
  // One of each family that has a form of its own here, and every number with room for any.
  seeds: () => [
    ...ADDRESSES.map((address) => encodeSockaddr(address as Any, "send", LOOKUP)),
    ...Array.from({ length: 48 }, (_, family) => Uint8Array.of(family, ...new Uint8Array(100))),
  ],
  files: /\/ffi\/families\/|\/core\/ip\//,
  refusal: () => false,
  run(input) {
    const address = decodeSockaddr(input, input.length, LOOKUP);
    check(typeof addressText(address) === "string", "an address without text");
    const bytes = maybe(() => encodeSockaddr(address as Any, "send", LOOKUP));
    if (bytes === undefined) return;
    // Without what the kernel only tells, such as the hardware type of a packet's address.
    const again = decodeSockaddr(bytes, bytes.length, LOOKUP);
    const same = equal(encodeSockaddr(again as Any, "send", LOOKUP), bytes);
    check(same, `${Deno.inspect(address)} comes back as ${Deno.inspect(again)}`);
  },
};

/** Descriptors are real: made-up ones would be closed. SOL_SOCKET with SCM_RIGHTS or SCM_PIDFD. */
function holdsDescriptors(input: Uint8Array<ArrayBuffer>): boolean {
  const view = new DataView(input.buffer);
  for (let at = 0; at + 16 <= input.length; at += 8) {
    const type = view.getInt32(at + 12, true);
    if (view.getInt32(at + 8, true) === 1 && (type === 1 || type === 4)) return true;
  }
  return false;
}

function cmsg(level: number, type: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 + length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, bytes.length, true);
  view.setInt32(8, level, true);
  view.setInt32(12, type, true);
  return bytes;
}

/** SOL_IP, SOL_SOCKET, SOL_UDP, SOL_IPV6, SOL_PACKET, SOL_SCTP, SOL_TIPC, SOL_ALG. */
const LEVELS = [0, 1, 17, 41, 132, 263, 271, 279];

const control: CodecTarget = {
  name: "control",
  seeds: () =>
    LEVELS.flatMap((level) => Array.from({ length: 80 }, (_, type) => cmsg(level, type, 48))),
  files: /\/ffi\/(messages|families)\//,
  refusal: () => false,
  run(input) {
    if (holdsDescriptors(input)) return;
    const messages = [...new ReceivedControl(input, false)];
    for (const message of messages) {
      check(typeof message.type === "string", "a control message without a type");
      for (const ipv6 of [false, true]) {
        const prepared = maybe(() => prepareControl([message as Any], ipv6));
        if (prepared === undefined) continue;
        const memory = new Uint8Array(prepared.lengthBytes + 16).fill(0xa5);
        writeControl(prepared, memory, 8);
        const around = [...memory.subarray(0, 8), ...memory.subarray(-8)];
        check(around.every((byte) => byte === 0xa5), "a control message is longer than it says");
      }
    }
  },
};

const LINKS = new LinkNames();
type Read = (source: ByteSource, at: number, end: number, names: LinkNames) => unknown;
const READERS: readonly Read[] = [
  ...Object.values(WATCHED).map(({ read }): Read => read),
  (source, at, end) => readInet(source, at, end, "tcp"),
  readUnix,
  readPacket,
  readNetlink,
];

const netlink: CodecTarget = {
  name: "netlink",
  files: /\/netlink\//,
  refusal: refusedByUs,
  run(input) {
    const read = READERS[(input[0] ?? 0) % READERS.length];
    // In the middle of other memory: what lies around must not show.
    const size = Math.max(0, input.length - 4);
    const results = [0xff, 0].map((around) => {
      const bytes = new Uint8Array(size + 128).fill(around);
      bytes.set(input.subarray(4), 64);
      return maybe(() => ({ value: read(new ByteSource(bytes), 64, 64 + size, LINKS) }));
    });
    check(equal(results[0], results[1]), "bytes around the message are read");
  },
};

const ETHERNET = { kind: "ethernet", destination: "02:00:00:00:00:02" } as const;
const V4 = { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" } as const;
const V6 = { kind: "ipv6", source: "2001:db8::1", destination: "2001:db8::2" } as const;
const UDP = { kind: "udp", sourcePort: 1, destinationPort: 53 } as const;
const TCP = { kind: "tcp", sourcePort: 1, destinationPort: 2 } as const;
const source = "02:00:00:00:00:01";
const FRAMES = [
  wire.encode({ ...ETHERNET, source }, V4, UDP, Uint8Array.of(1, 2, 3)),
  wire.encode({ ...ETHERNET, source }, V6, TCP, Uint8Array.of(1, 2, 3)),
  wire.encode(V4, TCP),
  wire.encode(V6, UDP),
];

const capture: CodecTarget = {
  name: "capture",
  seeds: () => [
    wire.encodePcap(FRAMES.map((data) => ({ data, timestampNanos: 1n }))),
    wire.encodePcapng(
      FRAMES.map((data) => ({
        data,
        timestampNanos: 1n,
        interface: "lo",
        direction: "inbound" as const,
        comment: "one",
      })),
    ),
  ],
  files: /\/wire\/_?(capture|pcap)/,
  refusal: () => false,
  run(input) {
    const packets: unknown[] = [];
    maybe(() => {
      for (const packet of wire.decodeCapture(input)) {
        packets.push(packet);
        wire.decodeCaptured(packet);
        check(packets.length < 1000, "packets without end");
      }
    });
  },
};

const frame: CodecTarget = {
  name: "frame",
  // Every protocol behind IPv4, every type behind Ethernet's addresses.
  seeds: () => [
    ...FRAMES,
    ...Array.from(
      { length: 256 },
      (_, protocol) => wire.encode({ ...V4, protocol }, new Uint8Array(64).fill(1)),
    ),
    ...[0x806, 0x8100, 0x88cc, 0x8847, 0x8863, 0x8864, 0x88a8, 0x888e].map((type) =>
      Uint8Array.of(...new Uint8Array(12), type >> 8, type & 255, ...new Uint8Array(60).fill(1))
    ),
  ],
  files: /\/wire\//,
  refusal: () => false,
  run(input) {
    for (const decoded of [wire.decodeFrame(input), wire.decodePacket(input)]) {
      check(typeof wire.describe(decoded) === "string", "a frame without a description");
      wire.verifyChecksums(decoded);
      const values = maybe(() => decoded.toValues());
      if (values !== undefined) maybe(() => wire.encode(...values as [Any]));
    }
  },
};

const PROGRAMS = [
  "ldh [12]\njne #0x806, drop\nret #-1\ndrop: ret #0",
  "ldx 4*([14]&0xf)\nldh [x + 16]\njeq #53, l, m\nl: ld len\nsub #4\nret a\nm: ret #0",
  "ld #7\nst M[3]\ntax\nld M[3]\nadd x\nmul #3\ndiv #2\nmod #5\nlsh #1\nxor x\nneg\nret a",
  "ld proto\njgt #2048, a\nja a\na: ld rand\nand #1\njset #1, b, b\nb: ldb [0]\nret a",
];

const filterText: CodecTarget = {
  name: "filter_text",
  seeds: () => PROGRAMS.map((program) => new TextEncoder().encode(program)),
  files: /\/raw\/_?bpf/,
  words: [
    ...["ldh ", "ld ", "ldb ", "ldx ", "st ", "jmp ", "jeq ", "jne ", "jset ", "jgt ", "ret "],
    ...["#0x", "[", "]", "[x + 4]", "4*([14]&0xf)", "M[3]", "#-1", "a", "x", "l: ", ", l", "\n"],
    ...[
      "tax",
      "txa",
      "len",
      "%",
      "constructor ",
      "add ",
      "mul ",
      "div ",
      "lsh ",
      "neg",
      "rand",
      "proto",
    ],
  ],
  refusal: refusedByUs,
  run(input) {
    const program = raw.assembleBpf(text(input));
    raw.checkBpf(program);
    const again = raw.assembleBpf(raw.disassembleBpf(program));
    check(equal(again, program), `${raw.disassembleBpf(program)} comes back as another program`);
    check(typeof raw.runBpf(program, input) === "number", "a filter without an answer");
  },
};

const filter: CodecTarget = {
  name: "filter",
  seeds: () =>
    PROGRAMS.map((program) => {
      const code = raw.assembleBpf(program);
      const view = new DataView(new ArrayBuffer(8 * code.length));
      code.forEach(({ code, jt, jf, k }, i) => {
        view.setUint16(8 * i, code, true);
        view.setUint8(8 * i + 2, jt);
        view.setUint8(8 * i + 3, jf);
        view.setUint32(8 * i + 4, k, true);
      });
      return new Uint8Array(view.buffer);
    }),
  files: /\/raw\/_?bpf/,
  refusal: refusedByUs,
  run(input) {
    const view = new DataView(input.buffer);
    const program = Array.from({ length: input.length >> 3 }, (_, i) => ({
      code: view.getUint16(8 * i, true),
      jt: view.getUint8(8 * i + 2),
      jf: view.getUint8(8 * i + 3),
      k: view.getUint32(8 * i + 4, true),
    }));
    raw.checkBpf(program);
    check(typeof raw.runBpf(program, input) === "number", "a filter without an answer");
    const again = maybe(() => raw.assembleBpf(raw.disassembleBpf(program)));
    check(again === undefined || again.length === program.length, "a program of another length");
  },
};

const addresses: CodecTarget = {
  name: "addresses",
  files: /\/core\/ip\//,
  words: [".", ":", "::", "255", "0x", "0", "/24", "-", "%eth0", "ffff", "fe80::1", "127.0.0.1"],
  refusal: refusedByUs,
  run(input) {
    const given = text(input);
    const ip = maybe(() => parseIp(given));
    if (ip !== undefined) {
      check(equal(parseIp(formatIp(ip)), ip), `${given} comes back as ${formatIp(ip)}`);
    }
    const mac = maybe(() => parseMac(given));
    if (mac !== undefined) check(equal(parseMac(formatMac(mac)), mac), `${given} as ${mac}`);
    const cidr = maybe(() => parseCidr(given));
    if (cidr !== undefined) {
      const block = formatCidr(cidr); // without its host bits
      check(formatCidr(parseCidr(block)) === block, `${given} comes back as ${block}`);
    }
    const aton = maybe(() => inetAton(given));
    check(aton === undefined || aton.length === 4, `${given} has ${aton?.length} bytes`);
    maybe(() => splitZone(given));
    maybe(() => parseIpRange(given));
  },
};

const LOADED = await Promise.all(
  COMMANDS.map(async ({ name, load }) => ({ name, command: await load() })),
);

const commandLine: CodecTarget = {
  name: "command_line",
  files: /\/cli\//,
  words: [
    ...[
      "tcp:",
      "udp:",
      "unix:",
      "unix-dgram:",
      "vsock:",
      "tls:",
      "fd:",
      "[::1]",
      ":80",
      "@x",
      "--",
    ],
    ...["--json", "--listen", "--timeout", "=", "-", "\n", "SO_RCVBUF=", "5s", "1-1024", ",", "ms"],
  ],
  refusal: (error) => error instanceof UsageError || refusedByUs(error),
  run(input) {
    const refused = (call: () => unknown) => {
      try {
        call();
      } catch (error) {
        if (!(error instanceof UsageError) && !refusedByUs(error)) throw error;
      }
    };
    const given = text(input.subarray(1));
    refused(() => parseAddress(given));
    refused(() => parseSocketOption(given));
    refused(() => parseDuration(given));
    const { name, command } = LOADED[(input[0] ?? 0) % LOADED.length];
    refused(() => parseArguments(name, command, given.split("\n")));
  },
};

/** All of them. */
export const CODECS: readonly CodecTarget[] = [
  ...[sockaddr, control, netlink, capture, frame, filterText, filter, addresses, commandLine],
];
