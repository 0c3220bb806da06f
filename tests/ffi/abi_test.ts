import { assert, assertEquals, assertThrows } from "@std/assert";
import { errnoName, errnoNumber, errnoRows, errnoText } from "../../core/errno.ts";
import * as event from "../../ffi/abi/event_constants.ts";
import * as ip from "../../ffi/abi/ip_constants.ts";
import { cmsgLength, cmsgSpace, LAYOUTS } from "../../ffi/abi/layout.ts";
import * as packet from "../../ffi/abi/packet_constants.ts";
import { detectPlatform } from "../../ffi/abi/platform.ts";
import * as resolver from "../../ffi/abi/resolver_constants.ts";
import * as ring from "../../ffi/abi/ring_constants.ts";
import * as socket from "../../ffi/abi/socket_constants.ts";
import * as transport from "../../ffi/abi/transport_constants.ts";
import { testWith } from "../_tools.ts";
import {
  AARCH64_GCC,
  checkByAsserting,
  checkByRunning,
  type Claim,
  type Compiler,
  GCC,
  layoutClaims,
  MUSL_GCC,
} from "./_c_program.ts";
import { tcpInfoFields } from "./_tcp_info_fields.ts";

/** The tables, and sets of headers that together know their names. */
const CONSTANTS: readonly { table: Record<string, number>; headers: string[][] }[] = [
  {
    table: socket,
    headers: [
      ["sys/socket.h", "netinet/in.h", "netinet/tcp.h", "netinet/udp.h"],
      ["time.h", "sys/socket.h", "linux/net_tstamp.h", "linux/errqueue.h"],
    ],
  },
  {
    table: ip,
    headers: [["linux/in.h", "linux/in6.h"], ["netinet/in.h"], ["linux/icmp.h", "linux/icmpv6.h"]],
  },
  {
    table: transport,
    headers: [["linux/tcp.h"], ["netinet/tcp.h"], ["linux/mptcp.h"], ["linux/udp.h"]],
  },
  {
    table: event,
    headers: [
      [
        "sys/epoll.h",
        "sys/eventfd.h",
        "sys/timerfd.h",
        "poll.h",
        "fcntl.h",
        "time.h",
        "sys/mman.h",
      ],
      ["sys/ioctl.h", "linux/sockios.h"],
    ],
  },
  { table: ring, headers: [["linux/io_uring.h"]] },
  { table: resolver, headers: [["netdb.h", "signal.h"], ["net/if.h"]] },
  {
    table: packet,
    headers: [["linux/if_packet.h", "linux/if_ether.h"], ["linux/if_arp.h"], ["linux/filter.h"]],
  },
];

/** Names that the headers of Debian 12 (Linux 6.1, glibc 2.36) lack. */
const MISSING = {
  // Newer than the headers; the first kernel with each stands beside it in its table.
  newer:
    "IORING_FEAT_NO_IOWAIT IORING_SETUP_NO_MMAP IORING_SETUP_NO_SQARRAY IPPROTO_SMC MPTCP_FULL_INFO MSG_SOCK_DEVMEM PACKET_FANOUT_FLAG_IGNORE_OUTGOING " +
    "PACKET_VNET_HDR_SZ SCM_INQ SCM_PIDFD SCM_TSTAMP_COMPLETION SCM_TS_OPT_ID " +
    "SOF_TIMESTAMPING_OPT_ID_TCP SOF_TIMESTAMPING_OPT_RX_FILTER SOF_TIMESTAMPING_TX_COMPLETION " +
    "SOL_VSOCK SO_INQ SO_PASSPIDFD SO_PASSRIGHTS SO_PEERPIDFD SO_RCVPRIORITY TCPI_OPT_TFO_CHILD " +
    "TCPI_OPT_USEC_TS TCP_AO_ADD_KEY TCP_AO_DEL_KEY TCP_AO_GET_KEYS TCP_AO_INFO TCP_AO_REPAIR " +
    "TCP_DELACK_MAX_US TCP_IS_MPTCP TCP_RTO_MAX_MS TCP_RTO_MIN_US TP_STATUS_GSO_TCP",
  // In the kernel's include/linux/socket.h and include/net/udplite.h, which user space never sees.
  kernelOnly: "MSG_PROBE SCM_SECURITY SOL_SCTP SOL_UDPLITE UDPLITE_RECV_CSCOV UDPLITE_SEND_CSCOV",
  // musl has neither getaddrinfo_a nor names in other than ASCII letters, and its sys/socket.h keeps
  // to itself what is newer or rarer.
  musl: "AF_MCTP AI_CANONIDN AI_IDN GAI_NOWAIT GAI_WAIT NI_IDN SOL_MCTP SOL_MPTCP SOL_SMC " +
    "SO_BUF_LOCK SO_NETNS_COOKIE SO_RCVMARK SO_RCVTIMEO_NEW SO_RESERVE_MEM " +
    "SO_SNDTIMEO_NEW SO_TIMESTAMPING_NEW SO_TIMESTAMPNS_NEW SO_TIMESTAMP_NEW SO_TXREHASH",
  // In an update of Debian 12's headers that its cross package has not had.
  aarch64: "IP_LOCAL_PORT_RANGE IP_PROTOCOL",
};

type Check = typeof checkByRunning;

/** What all tables claim, against a compiler: what is wrong, and what it does not know. */
async function checkConstants(compiler: Compiler, check: Check) {
  const wrong: string[] = [];
  const missing: string[] = [];
  for (const { table, headers } of CONSTANTS) {
    const claims: Claim[] = Object.entries(table).map(([name, value]) => ({
      label: name,
      expression: name,
      value,
    }));
    let unknown = new Set(claims.map((claim) => claim.label));
    for (const set of headers) {
      const verdict = await check(compiler, set, claims);
      wrong.push(...verdict.wrong);
      unknown = unknown.intersection(new Set(verdict.unknown));
    }
    missing.push(...unknown);
  }
  return { wrong: [...new Set(wrong)], missing: missing.sort() };
}

/** What a layout claims, against a compiler. */
async function checkLayout(compiler: Compiler, name: keyof typeof LAYOUTS, check: Check) {
  const wrong: string[] = [];
  const missing: string[] = [];
  for (const { headers, claims } of layoutClaims(LAYOUTS[name])) {
    const verdict = await check(compiler, headers, claims);
    wrong.push(...verdict.wrong);
    missing.push(...verdict.unknown);
  }
  return { wrong, missing: missing.sort() };
}

/** Of the missing names those that may not be. Newer headers know more: then the value was compared. */
function unexpected(missing: readonly string[], ...groups: (keyof typeof MISSING)[]): string[] {
  const allowed = new Set(groups.flatMap((group) => MISSING[group].split(" ")));
  return missing.filter((name) => !allowed.has(name));
}

/** The architecture that this machine's own compilers make programs for. */
const ARCH = Deno.build.arch;

const TCP_INFO_FIELDS = tcpInfoFields();

/** The layout of the kernel's `struct tcp_info`, offsets and widths. */
function tcpInfoClaims(): Claim[] {
  return TCP_INFO_FIELDS.flatMap(([, field, offset, width]) => [
    { label: field, expression: `offsetof(struct tcp_info, ${field})`, value: offset },
    {
      label: `sizeof ${field}`,
      expression: `sizeof(((struct tcp_info *)0)->${field})`,
      value: width,
    },
  ]);
}

/** Fields of tcp_info that the headers of Linux 6.1 lack. */
const NEWER_TCP_INFO = TCP_INFO_FIELDS.filter(([, , offset]) => offset >= 232).flatMap(([, f]) => [
  f,
  `sizeof ${f}`,
]);

testWith({ tools: ["gcc"] }, "every constant is what glibc's and Linux's headers say", async () => {
  const { wrong, missing } = await checkConstants(GCC, checkByRunning);
  assertEquals(wrong, []);
  assertEquals(unexpected(missing, "newer", "kernelOnly"), []);
});

testWith({ tools: ["gcc"] }, "every size and offset is what a compiled program says", async () => {
  assertEquals(await checkLayout(GCC, `linux-${ARCH}-glibc`, checkByRunning), {
    wrong: [],
    missing: [],
  });
});

testWith({ tools: ["gcc"] }, "the fields of TCP_INFO are where the kernel has them", async () => {
  const verdict = await checkByRunning(GCC, ["linux/tcp.h"], tcpInfoClaims());
  assertEquals(verdict.wrong, []);
  assertEquals(verdict.unknown.filter((label) => !NEWER_TCP_INFO.includes(label)), []);
});

testWith({ tools: ["gcc"] }, "every errno has the number and text of libc", async () => {
  const claims = errnoRows().map(([value, label]) => ({ label, expression: label, value }));
  assertEquals(await checkByRunning(GCC, ["errno.h"], claims), { wrong: [], unknown: [] });
  const texts = await new Deno.Command("/usr/bin/env", {
    args: ["python3", "-c", "import os,sys\nfor n in sys.argv[1:]: print(os.strerror(int(n)))"]
      .concat(errnoRows().map(([value]) => String(value))),
    env: { LC_ALL: "C" },
  }).output();
  const lines = new TextDecoder().decode(texts.stdout).trimEnd().split("\n");
  assertEquals(errnoRows().map(([, code]) => errnoText(code)), lines);
  for (const [value, code] of errnoRows()) {
    assertEquals([errnoName(value), errnoNumber(code)], [code, value]);
  }
});

testWith({ tools: ["musl-gcc"] }, "every constant is what musl's headers say", async () => {
  const { wrong, missing } = await checkConstants(MUSL_GCC, checkByRunning);
  // Limits of the two libraries, which no call depends on.
  assertEquals(wrong, ["SOMAXCONN: 4096, C has 128", "NI_MAXHOST: 1025, C has 255"]);
  assertEquals(unexpected(missing, "newer", "kernelOnly", "musl"), []);
});

testWith({ tools: ["musl-gcc"] }, "every size and offset is right for musl too", async () => {
  const { wrong, missing } = await checkLayout(MUSL_GCC, `linux-${ARCH}-musl`, checkByRunning);
  assertEquals(wrong, []);
  // Of getaddrinfo_a, which musl lacks.
  assertEquals(missing.filter((label) => !label.includes("gaicb")), []);
});

testWith({ tools: ["aarch64-linux-gnu-gcc"] }, "every constant is right on aarch64", async () => {
  const { wrong, missing } = await checkConstants(AARCH64_GCC, checkByAsserting);
  assertEquals(wrong, []);
  assertEquals(unexpected(missing, "newer", "kernelOnly", "aarch64"), []);
});

testWith({ tools: ["aarch64-linux-gnu-gcc"] }, "every offset is right on aarch64", async () => {
  assertEquals(await checkLayout(AARCH64_GCC, "linux-aarch64-glibc", checkByAsserting), {
    wrong: [],
    missing: [],
  });
});

testWith({ tools: ["gcc"] }, "a wrong table is told", async () => {
  const claims = [
    { label: "AF_INET", expression: "AF_INET", value: 3 },
    { label: "AF_UNIX", expression: "AF_UNIX", value: 1 },
    { label: "AF_NONSUCH", expression: "AF_NONSUCH", value: 1 },
  ];
  const ran = await checkByRunning(GCC, ["sys/socket.h"], claims);
  assertEquals(ran, { wrong: ["AF_INET: 3, C has 2"], unknown: ["AF_NONSUCH"] });
  const asserted = await checkByAsserting(GCC, ["sys/socket.h"], claims);
  assertEquals(asserted, { wrong: ["AF_INET"], unknown: ["AF_NONSUCH"] });
});

Deno.test("control messages take the room of CMSG_SPACE", () => {
  assertEquals([0, 1, 4, 8, 9, 12].map(cmsgSpace), [16, 24, 24, 24, 32, 32]);
  assertEquals([0, 1, 4, 8, 9].map(cmsgLength), [16, 17, 20, 24, 25]);
});

Deno.test("the platform is told from Deno's build", () => {
  const gnu = { os: "linux", arch: "aarch64", target: "aarch64-unknown-linux-gnu" };
  const musl = { os: "linux", arch: "x86_64", target: "x86_64-alpine-linux-musl" };
  assertEquals(detectPlatform(gnu).name, "linux-aarch64-glibc");
  assertEquals(detectPlatform(gnu).soname, "libc.so.6");
  assertEquals(detectPlatform(musl).name, "linux-x86_64-musl");
  assert(detectPlatform(musl).paths.includes("/lib/ld-musl-x86_64.so.1"));
  assert(detectPlatform(gnu).paths.every((path) => path.startsWith("/")));
});

Deno.test("a platform without tables is NotSupported, by its name", () => {
  const mac = { os: "darwin", arch: "aarch64", target: "aarch64-apple-darwin" };
  assertThrows(() => detectPlatform(mac), Deno.errors.NotSupported, "darwin on aarch64");
  const riscv = { os: "linux", arch: "riscv64gc", target: "riscv64gc-unknown-linux-gnu" };
  assertThrows(() => detectPlatform(riscv), Deno.errors.NotSupported, "linux on riscv64gc");
});
