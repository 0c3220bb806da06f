/** Options by their numbers: no size that a codec tells lets the kernel write beyond its room. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type OptionCodec, socketOption } from "../../core/option.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM, socket } from "../../ffi/mod.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_ADD_SOURCE_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_DROP_SOURCE_MEMBERSHIP,
  IP_MULTICAST_IF,
  ipSourceFilterOf,
  IPV6_ADD_MEMBERSHIP,
  IPV6_DROP_MEMBERSHIP,
  IPV6_MULTICAST_IF,
  MCAST_JOIN_GROUP,
  MCAST_JOIN_SOURCE_GROUP,
  MCAST_LEAVE_GROUP,
  SO_ATTACH_FILTER,
  SO_GET_FILTER,
  sourceFilterOf,
} from "../../ffi/options/mod.ts";
import { claim } from "./_tools.ts";

const SOL_SOCKET = 1;
const GET_FILTER = 26;
const raw = (size: number, query?: Uint8Array): OptionCodec<Uint8Array> => ({
  size,
  encode: () => new Uint8Array(4),
  decode: (bytes) => bytes.slice(),
  ...(query === undefined ? {} : { query }),
});
const accept = { code: 6, jt: 0, jf: 0, k: 0xffffffff };
const no = { code: 0, jt: 0, jf: 0, k: 0 };

claim("SO_GET_FILTER counts instructions, and gets no more room than there is", () => {
  using s = socket(AF_INET, SOCK_DGRAM);
  const program = [...Array(3).fill(no), accept];
  s.setOption(SO_ATTACH_FILTER, program);
  assertEquals(s.getOption(SO_GET_FILTER), program);
  assertEquals(s.getOption(socketOption(SOL_SOCKET, GET_FILTER, raw(32))).length, 32);
  for (const size of [8, 16, 31]) {
    // Room for fewer than there are: the kernel refuses (EINVAL).
    const error = assertThrows(() => s.getOption(socketOption(SOL_SOCKET, GET_FILTER, raw(size))));
    assert((error as { code?: string }).code === "EINVAL", `${size}: ${error}`);
  }
  const long = [...Array(4095).fill(no), accept];
  s.setOption(SO_ATTACH_FILTER, long);
  assertEquals(s.getOption(SO_GET_FILTER), long);
  // As many bytes as there are instructions: told as instructions, the kernel would write eight times as much.
  assertThrows(() => s.getOption(socketOption(SOL_SOCKET, GET_FILTER, raw(4096))), Error, "EINVAL");
});

claim("a source list gets no more room than there is, whatever the question says", () => {
  using s = socket(AF_INET, SOCK_DGRAM);
  const group = [239, 1, 2, 3];
  const loopback = [127, 0, 0, 1];
  // IP_ADD_SOURCE_MEMBERSHIP (39) of eight sources; struct ip_mreq_source: group, interface, source.
  for (let i = 1; i <= 8; i++) {
    const member = new Uint8Array([...group, ...loopback, 10, 0, 0, i]);
    s.setOption(socketOption(0, 39, { ...raw(12), encode: () => member }), member);
  }
  // IP_MSFILTER (41): group, interface, mode, count, sources.
  const question = new Uint8Array(24);
  question.set([...group, ...loopback]);
  new DataView(question.buffer).setUint32(8, 1, true);
  new DataView(question.buffer).setUint32(12, 0xffff_ffff, true);
  const answer = s.getOption(socketOption(0, 41, raw(24, question)));
  assertEquals(answer.subarray(16), new Uint8Array([10, 0, 0, 1, 10, 0, 0, 2]));
  assertEquals(new DataView(answer.buffer).getUint32(12, true), 8);
});

Deno.test("a codec's size and functions are checked before any call", () => {
  for (const size of [-1, NaN, 1.5, 2 ** 30, Infinity]) {
    assertThrows(() => socketOption(1, 3, raw(size)), RangeError, "codec.size");
  }
  for (const size of ["x", undefined, null]) {
    assertThrows(() => socketOption(1, 3, raw(size as unknown as number)), TypeError, "codec.size");
  }
  for (const codec of [undefined, null, 5, { size: 4 }, { ...raw(4), decode: 5 }]) {
    assertThrows(() => socketOption(1, 3, codec as unknown as OptionCodec<number>), TypeError);
  }
});

claim("a row that lies, and what is no row, are refused by name", () => {
  using s = socket(AF_INET, SOCK_DGRAM);
  let asked = 0;
  const codec = {
    ...raw(4),
    get size() {
      return asked++ === 0 ? 4 : -1;
    },
  };
  const row = { name: "SO_X", level: 1, option: 3, access: "rw", codec } as const;
  assertThrows(() => s.getOption(row), RangeError, "size");
  for (const option of [undefined, null, 5, {}, { ...row, level: -1 }, { ...row, codec: null }]) {
    assertThrows(() => s.getOption(option as never), Error, "Cannot getsockopt: ");
    assertThrows(() => s.setOption(option as never, 1 as never), Error, "Cannot setsockopt: ");
  }
  const encodes = (value: unknown) => ({ ...row, codec: { ...raw(4), encode: () => value } });
  for (
    const value of [undefined, 5, "x", [1], new Uint16Array(4), new Proxy(new Uint8Array(4), {})]
  ) {
    assertThrows(
      () => s.setOption(encodes(value) as never, 1 as never),
      TypeError,
      "Cannot setsock",
    );
  }
});

claim("an interface is its name, its index or an address of it, in every membership", () => {
  using s = socket(AF_INET, SOCK_DGRAM);
  const names: (string | number)[] = ["lo", 1, "127.0.0.1"];
  const source = "127.0.0.9";
  // Left under another of its names: the kernel refuses what was not joined there.
  for (const [i, nic] of names.entries()) {
    const other = names[(i + 1) % 3];
    s.setOption(IP_ADD_MEMBERSHIP, { group: "239.1.2.3", interface: nic });
    s.setOption(IP_DROP_MEMBERSHIP, { group: "239.1.2.3", interface: other });
    s.setOption(IP_ADD_SOURCE_MEMBERSHIP, { group: "232.1.2.3", source, interface: nic });
    assertEquals(s.getOption(ipSourceFilterOf("232.1.2.3", other)).sources, [source]);
    s.setOption(IP_DROP_SOURCE_MEMBERSHIP, { group: "232.1.2.3", source, interface: other });
    s.setOption(IP_MULTICAST_IF, nic);
  }
  s.setOption(MCAST_JOIN_GROUP, { group: "239.1.2.3", interface: "lo" });
  s.setOption(MCAST_LEAVE_GROUP, { group: "239.1.2.3", interface: 1 });
  s.setOption(MCAST_JOIN_SOURCE_GROUP, { group: "232.1.2.3", source, interface: "lo" });
  assertEquals(s.getOption(sourceFilterOf("232.1.2.3", 1)).sources, [source]);
  using six = socket(AF_INET6, SOCK_DGRAM);
  six.setOption(IPV6_ADD_MEMBERSHIP, { group: "ff01::1234", interface: "lo" });
  six.setOption(IPV6_DROP_MEMBERSHIP, { group: "ff01::1234", interface: 1 });
  six.setOption(IPV6_MULTICAST_IF, "lo");
  assertEquals(six.getOption(IPV6_MULTICAST_IF), 1);
  const error = assertThrows(() => s.setOption(IP_MULTICAST_IF, "no-such-nic"));
  assertEquals((error as { code?: string }).code, "ENODEV");
});

claim("an option that has the kernel write elsewhere is not asked with an address", () => {
  using s = socket(AF_INET, SOCK_STREAM);
  // TCP_ZEROCOPY_RECEIVE (35) of IPPROTO_TCP: struct tcp_zerocopy_receive, whose copybuf_address is at 24.
  const question = new Uint8Array(64);
  new DataView(question.buffer).setBigUint64(24, 0x1000n, true);
  assertThrows(
    () => s.getOption(socketOption(6, 35, raw(64, question))),
    TypeError,
    "has the kernel write to an address",
  );
});
