import { assertEquals, assertMatch } from "@std/assert";
import { allOptions, type SocketOption } from "../../ffi/options/mod.ts";
import { testWith } from "../_tools.ts";

/** What strace calls the levels. */
const LEVELS: Readonly<Record<number, string>> = {
  0: "SOL_IP",
  1: "SOL_SOCKET",
  6: "SOL_TCP",
  17: "SOL_UDP",
  41: "SOL_IPV6",
  58: "SOL_ICMPV6",
  136: "SOL_UDPLITE",
  255: "SOL_RAW",
  263: "SOL_PACKET",
};

/**
 * Options that strace 6.1, Debian 12's, has no name for: newer than it, but for ICMPv6's filter and
 * UDP-Lite's coverages, which it never had. A newer strace may know them.
 */
const UNKNOWN_TO_STRACE = new Set([
  "ICMPV6_FILTER",
  "IP_LOCAL_PORT_RANGE",
  "IP_PROTOCOL",
  "SO_INQ",
  "SO_PASSPIDFD",
  "SO_PASSRIGHTS",
  "SO_PEERPIDFD",
  "SO_RCVPRIORITY",
  "TCP_DELACK_MAX_US",
  "TCP_IS_MPTCP",
  "TCP_RTO_MAX_MS",
  "TCP_RTO_MIN_US",
  "UDPLITE_RECV_CSCOV",
  "UDPLITE_SEND_CSCOV",
]);

/** Options that share their number with one that strace names instead. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  IPV6_RECVORIGDSTADDR: "IPV6_ORIGDSTADDR",
  IP_RECVORIGDSTADDR: "IP_ORIGDSTADDR",
  SO_GET_FILTER: "SO_ATTACH_FILTER",
  // asm-generic/socket.h: the plain names stand for these where time_t and long are as wide.
  SO_RCVTIMEO: "SO_RCVTIMEO_OLD",
  SO_SNDTIMEO: "SO_SNDTIMEO_OLD",
  SO_TIMESTAMP: "SO_TIMESTAMP_OLD",
  SO_TIMESTAMPING: "SO_TIMESTAMPING_OLD",
  SO_TIMESTAMPNS: "SO_TIMESTAMPNS_OLD",
};

/** What strace calls an option; the multicast options of both IP versions are one to it. */
function nameInStrace(option: SocketOption<unknown>): string {
  return OTHER_NAMES[option.name] ?? option.name.replace(/^IPV6_MCAST_/, "MCAST_");
}

/** How strace shows values; one of each kind of struct that it decodes. */
const SHOWN: readonly RegExp[] = [
  /setsockopt\(.*SO_RCVBUF \*\/, \[65536\], 4\) = 0/,
  /getsockopt\(.*SO_RCVBUF \*\/, \[131072\], \[4\]\) = 0/,
  /setsockopt\(.*SO_LINGER \*\/, \{l_onoff=1, l_linger=7\}, 8\) = 0/,
  /setsockopt\(.*SO_LINGER \*\/, \{l_onoff=0, l_linger=0\}, 8\) = 0/,
  /setsockopt\(.*SO_ATTACH_FILTER \*\/, \{len=1, filter=0x[0-9a-f]+\}, 16\) = 0/,
  /getsockopt\(.*SO_PEERCRED \*\/, \{pid=\d+, uid=0, gid=0\}, \[12\]\) = 0/,
  /IP_ADD_MEMBERSHIP.*inet_addr\("239\.1\.2\.3"\).*inet_addr\("127\.0\.0\.1"\).*, 12\) = 0/,
  /IPV6_ADD_MEMBERSHIP.*"ff05::1234"\).*if_nametoindex\("lo"\) \*\/\}, 20\) = 0/,
  /MCAST_JOIN_GROUP.*gr_interface=1.*AF_INET \*\/.*inet_addr\("239\.1\.2\.3"\).*, 136\) = 0/,
  /MCAST_JOIN_GROUP.*gr_interface=1.*AF_INET6 \*\/.*"ff05::1234"\).*, 136\) = 0/,
];

/** Runs the loop under strace; its trace and what it complained of. */
async function traceLoop(): Promise<{ trace: string; complaints: string }> {
  const dir = await Deno.makeTempDir({ prefix: "strace-" });
  try {
    const { stderr } = await new Deno.Command("strace", {
      args: [
        ...["-f", "-X", "verbose", "-e", "trace=setsockopt,getsockopt", "-o", `${dir}/trace`],
        ...[Deno.execPath(), "run", "-A", "--no-prompt"],
        new URL("_options_loop.ts", import.meta.url).href,
      ],
      stdout: "null",
      stderr: "piped",
    }).output();
    const trace = await Deno.readTextFile(`${dir}/trace`);
    return { trace, complaints: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Whether this process may trace another. */
function cannotTrace(): string | undefined {
  const { success } = new Deno.Command("strace", {
    args: ["-o", "/dev/null", "true"],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success ? undefined : "strace may not trace here";
}

testWith(
  { tools: ["strace"], root: true, other: cannotTrace },
  "strace decodes every option to the same level and name",
  async () => {
    const { trace, complaints } = await traceLoop();
    assertEquals(complaints, "");
    // "setsockopt(21, 0x1 /* SOL_SOCKET */, 0x8 /* SO_RCVBUF */, [65536], 4) = 0"; what strace has
    // no name for is a bare number or "0x4c /* SO_??? */".
    const number = String.raw`(0x[0-9a-f]+|\d+)(?: \/\* (\S+) \*\/)?`;
    const call = new RegExp(String.raw`[gs]etsockopt\(\d+, ${number}, ${number},`, "g");
    const names = new Map<string, { level?: string; option?: string }>();
    for (const [, level, levelName, option, optionName] of trace.matchAll(call)) {
      names.set(`${+level}/${+option}`, { level: levelName, option: optionName });
    }
    const wrong: string[] = [];
    for (const option of allOptions()) {
      const seen = names.get(`${option.level}/${option.option}`);
      const named = seen?.option !== undefined && !seen.option.includes("?");
      if (seen === undefined) wrong.push(`${option.name} was not called`);
      else if (seen.level !== LEVELS[option.level]) wrong.push(`${option.name} of ${seen.level}`);
      else if (named ? seen.option !== nameInStrace(option) : !UNKNOWN_TO_STRACE.has(option.name)) {
        wrong.push(`${option.name} is ${seen.option}`);
      }
    }
    assertEquals(wrong, []);
    for (const shown of SHOWN) assertMatch(trace, shown);
  },
);
