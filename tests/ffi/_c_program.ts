/**
 * C programs made from the ABI tables, and what a compiler says of them.
 */

import type { Layout } from "../../ffi/abi/layout.ts";

/** A compiler and how it is called. */
export interface Compiler {
  /** The program. */
  readonly tool: string;
  /** Its arguments before the file names. */
  readonly args: readonly string[];
}

/** Debian's compiler. */
export const GCC: Compiler = { tool: "gcc", args: [] };

/** gcc for musl. Kernel headers come after musl's own, whose folder lacks them. */
export const MUSL_GCC: Compiler = {
  tool: "musl-gcc",
  args: ["-idirafter", "/usr/include", "-idirafter", `/usr/include/${Deno.build.arch}-linux-gnu`],
};

/** Debian's cross compiler. */
export const AARCH64_GCC: Compiler = { tool: "aarch64-linux-gnu-gcc", args: [] };

/** Runs a compiler over a source; its exit and its complaints. */
async function compile(
  compiler: Compiler,
  source: string,
  output: readonly string[],
): Promise<{ success: boolean; complaints: string }> {
  const child = new Deno.Command(compiler.tool, {
    args: [
      ...compiler.args,
      "-w",
      "-fmax-errors=0",
      "-fdiagnostics-color=never",
      "-x",
      "c",
      "-",
      ...output,
    ],
    env: { LC_ALL: "C" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stderr } = await child.output();
  return { success, complaints: new TextDecoder().decode(stderr) };
}

/** The beginning of a program with these headers. */
function includes(headers: readonly string[]): string {
  return "#define _GNU_SOURCE\n" +
    ["stdio.h", "stddef.h", ...headers].map((header) => `#include <${header}>\n`).join("");
}

/** One thing that C can compute: how it is told, the C expression, and what we say it is. */
export interface Claim {
  readonly label: string;
  readonly expression: string;
  readonly value: number;
}

/** That names have these numbers in C; `cast` is put before each. */
export function numberClaims(numbers: Readonly<Record<string, number>>, cast = ""): Claim[] {
  return Object.entries(numbers).map(([label, value]) => ({
    label,
    expression: cast + label,
    value,
  }));
}

/** That structs have these offsets, and the length `size`; `fieldInC` is what C calls a field. */
export function structClaims(
  structs: Readonly<Record<string, Readonly<Record<string, number>>>>,
  fieldInC: (struct: string, field: string) => string = (_, field) => field,
): Claim[] {
  return Object.entries(structs).flatMap(([struct, layout]) =>
    Object.entries(layout).map(([field, value]) => ({
      label: field === "size" ? `sizeof ${struct}` : `${struct}.${field}`,
      expression: field === "size"
        ? `sizeof(struct ${struct})`
        : `offsetof(struct ${struct}, ${fieldInC(struct, field)})`,
      value,
    }))
  );
}

/** What became of a list of claims. */
export interface Verdict {
  /** Those that the compiled program (or the compiler) contradicts. */
  readonly wrong: string[];
  /** Those whose names the headers do not know. */
  readonly unknown: string[];
}

/** Leaves out the claims that the headers do not know, by asking the compiler. */
async function splitKnown(
  compiler: Compiler,
  headers: readonly string[],
  claims: readonly Claim[],
): Promise<{ known: Claim[]; unknown: string[] }> {
  // One function a claim and one line a function, so that a complaint's line names its claim.
  const head = includes(headers) + '#line 1 "claims"\n';
  const lines = claims.map((claim, i) =>
    `long long claim${i}(void) { return (long long)(${claim.expression}); }`
  );
  const { complaints } = await compile(compiler, head + lines.join("\n"), ["-fsyntax-only"]);
  const bad = new Set<number>();
  for (const match of complaints.matchAll(/^claims:(\d+):\d+: error:/gm)) bad.add(+match[1] - 1);
  const first = /^(?!claims:).*error:.*$/m.exec(complaints);
  if (first !== null && !/^claims/.test(first[0])) throw new Error(first[0]);
  return {
    known: claims.filter((_, i) => !bad.has(i)),
    unknown: claims.filter((_, i) => bad.has(i)).map((claim) => claim.label),
  };
}

/** Compiles a program that prints every value, runs it and compares. */
export async function checkByRunning(
  compiler: Compiler,
  headers: readonly string[],
  claims: readonly Claim[],
): Promise<Verdict> {
  const { known, unknown } = await splitKnown(compiler, headers, claims);
  const prints = known.map((claim) => `printf("%lld\\n", (long long)(${claim.expression}));`);
  const source = `${includes(headers)}int main(void) {\n${prints.join("\n")}\nreturn 0; }\n`;
  const program = await Deno.makeTempFile({ prefix: "abi-" });
  try {
    const { success, complaints } = await compile(compiler, source, ["-o", program]);
    if (!success) throw new Error(complaints);
    const { stdout } = await new Deno.Command(program, { stdout: "piped" }).output();
    const values = new TextDecoder().decode(stdout).split("\n");
    const wrong = known.flatMap((claim, i) =>
      values[i] === String(claim.value)
        ? []
        : [`${claim.label}: ${claim.value}, C has ${values[i]}`]
    );
    return { wrong, unknown };
  } finally {
    await Deno.remove(program);
  }
}

/** Has the compiler itself compare, for a machine whose programs cannot run here. */
export async function checkByAsserting(
  compiler: Compiler,
  headers: readonly string[],
  claims: readonly Claim[],
): Promise<Verdict> {
  const { known, unknown } = await splitKnown(compiler, headers, claims);
  const asserts = known.map((claim) =>
    `_Static_assert((long long)(${claim.expression}) == ${claim.value}LL, "${claim.label}");`
  );
  const source = `${includes(headers)}${asserts.join("\n")}\n`;
  const { success, complaints } = await compile(compiler, source, ["-fsyntax-only"]);
  const wrong = [...complaints.matchAll(/static assertion failed: "([^"]*)"/g)].map((m) => m[1]);
  if (!success && wrong.length === 0) throw new Error(complaints);
  return { wrong, unknown };
}

/** Where C keeps the structs of the layout tables: headers, and struct names under them. */
const STRUCT_HEADERS: readonly (readonly [string, string])[] = [
  [
    "sys/socket.h netinet/in.h",
    "sockaddr sockaddr_in sockaddr_in6 sockaddr_storage msghdr mmsghdr cmsghdr ucred linger " +
    "in6_pktinfo ip6_mtuinfo",
  ],
  ["sys/un.h", "sockaddr_un"],
  [
    "linux/if_packet.h",
    "sockaddr_ll packet_mreq tpacket_auxdata tpacket_stats tpacket_stats_v3 tpacket_req " +
    "tpacket_req3 tpacket2_hdr tpacket3_hdr tpacket_block_desc",
  ],
  ["linux/netlink.h", "sockaddr_nl"],
  ["sys/uio.h", "iovec"],
  ["sys/time.h time.h", "timeval timespec"],
  [
    "time.h sys/socket.h linux/net_tstamp.h linux/errqueue.h",
    "scm_timestamping so_timestamping sock_txtime scm_ts_pktinfo hwtstamp_config " +
    "sock_extended_err sock_ee_data_rfc4884",
  ],
  [
    "linux/in.h linux/in6.h",
    "in_pktinfo in6_flowlabel_req ip_mreq ip_mreqn ip_mreq_source ip_msfilter ipv6_mreq " +
    "group_req group_source_req group_filter",
  ],
  ["linux/tcp.h", "tcp_md5sig tcp_repair_opt tcp_repair_window"],
  ["linux/inet_diag.h", "tcpvegas_info tcp_dctcp_info tcp_bbr_info"],
  ["linux/filter.h", "sock_filter sock_fprog"],
  ["linux/icmp.h linux/icmpv6.h", "icmp_filter icmp6_filter"],
  ["sys/epoll.h", "epoll_event"],
  ["poll.h", "pollfd"],
  [
    "linux/io_uring.h",
    "io_uring_params io_sqring_offsets io_cqring_offsets io_uring_sqe io_uring_cqe " +
    "io_uring_buf io_uring_buf_reg",
  ],
  ["netdb.h signal.h", "addrinfo servent protoent sigevent gaicb"],
  ["net/if.h", "if_nameindex ifreq ifconf"],
];

/** Fields that C reaches through a union or another struct. */
const NESTED: Readonly<Record<string, string>> = {
  "tpacket3_hdr.tp_rxhash": "hv1.tp_rxhash",
  "tpacket3_hdr.tp_vlan_tci": "hv1.tp_vlan_tci",
  "tpacket3_hdr.tp_vlan_tpid": "hv1.tp_vlan_tpid",
};

/** How C names a field of a table. */
function fieldInC(struct: string, field: string): string {
  if (struct === "tpacket_block_desc" && field !== "version" && field !== "offset_to_priv") {
    return `hdr.bh1.${field}`;
  }
  return NESTED[`${struct}.${field}`] ?? field;
}

/** All claims of a layout, grouped by the headers they need. */
export function layoutClaims(layout: Layout): { headers: string[]; claims: Claim[] }[] {
  const left = new Map<string, Record<string, number>>(Object.entries(layout));
  const groups = STRUCT_HEADERS.map(([headers, names]) => ({
    headers: headers.split(" "),
    claims: names.split(" ").flatMap((name) => {
      const layout = left.get(name)!;
      left.delete(name);
      return structClaims({ [name]: layout }, fieldInC);
    }),
  }));
  if (left.size > 0) throw new Error(`no header for ${[...left.keys()].join(", ")}`);
  return groups;
}
