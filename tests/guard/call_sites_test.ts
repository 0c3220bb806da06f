/** That nothing reaches the kernel but through the guard: who makes which call, as a list. */
import { assertEquals } from "@std/assert";
import { SYMBOLS } from "../../ffi/abi/symbols.ts";
import { allOptions } from "../../ffi/options/by_name.ts";
import { isHarmless } from "../../ffi/guard/options.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** Folders whose code is published and may make calls of libc. */
const FOLDERS = (await Array.fromAsync(Deno.readDir(ROOT)))
  .filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."))
  .map(({ name }) => name)
  .filter((name) => !["tests", "bench", "examples", "tools", "cli"].includes(name));

function* sources(folder: string): Generator<{ path: string; code: string }> {
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) {
      const text = Deno.readTextFileSync(`${ROOT}${path}`);
      const code = text.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
      yield { path, code };
    }
  }
}

const ALL = FOLDERS.flatMap((folder) => [...sources(folder)]);

/** Files in which a pattern occurs, and how often. */
function sites(pattern: RegExp): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { path, code } of ALL) {
    const count = [...code.matchAll(pattern)].length;
    if (count > 0) found[path] = count;
  }
  return found;
}

/** A call, however the library is named. */
const call = (name: string) =>
  new RegExp(`\\b(?:lib|libc\\(\\)|symbols)\\s*\\.\\s*${name}\\(`, "g");

Deno.test("each call that names a peer is made in one place, of bytes that the guard made", () => {
  assertEquals(sites(call("bind")), { "ffi/descriptor/descriptor.ts": 1 });
  // Of a peer, and of the address of no family that dissolves.
  assertEquals(sites(call("connect")), {
    "ffi/descriptor/connect_scan.ts": 1, // of a PortRoom
    "ffi/descriptor/connecting.ts": 1,
    "ffi/descriptor/descriptor.ts": 1,
  });
  assertEquals(sites(call("sendto")), { "ffi/descriptor/byte_calls.ts": 1 });
  assertEquals(sites(call("sendmsg")), { "ffi/descriptor/byte_calls.ts": 1 });
  assertEquals(sites(call("sendmmsg")), { "ffi/messages/send_batch.ts": 1 });
});

Deno.test("options are set in one place, but for those that have nothing to do with peers", () => {
  assertEquals(sites(call("setsockopt")), {
    "ffi/descriptor/connect_scan.ts": 1, // SO_LINGER
    "ffi/descriptor/ending.ts": 1, // SO_LINGER
    "ffi/descriptor/option_calls.ts": 1,
    "ffi/endpoints/message_end.ts": 1, // SO_TIMESTAMPNS
    "ffi/engine.ts": 1, // SO_REUSEADDR, SO_REUSEPORT
    "ffi/messages/gso.ts": 1, // UDP_SEGMENT
    "netlink/_transport.ts": 1, // options of netlink, which takes the whole grant
    "raw/_xdp_memory.ts": 1, // rings, of a socket that takes the whole grant
  });
});

Deno.test("sockets are made by one file, by a scan of ports, and by look-ups that reach nobody", () => {
  assertEquals(sites(call("socket")), {
    "ffi/descriptor/connect_scan.ts": 1,
    "ffi/descriptor/open.ts": 1,
    "ffi/resolver/interface_names.ts": 1,
    "ffi/resolver/resolver.ts": 1,
  });
});

Deno.test("who opens a socket without the check of its kind has asked already", () => {
  const found = sites(/(?<!function )\bopenDescriptor\(/g);
  assertEquals(found, {
    "ffi/descriptor/make_socket.ts": 1, // checkSocket
    "ffi/engine.ts": 2, // checkSocket
    "ffi/messages/gso.ts": 1, // sends to itself
    "netlink/_transport.ts": 1, // checkAccess
    "raw/_socket.ts": 1, // checkNetWhole, or each target
    "raw/_waiting.ts": 1, // sends to itself
    "raw/open_xdp.ts": 1, // checkNetWhole
  });
});

Deno.test("nothing else makes bytes for the kernel of an address without asking", () => {
  assertEquals(sites(/\bPeer\.own\(/g), {
    "ffi/engine.ts": 1, // where a connection comes from
    "ffi/messages/gso.ts": 2, // a socket that sends to itself
    "netlink/_transport.ts": 1, // its own port
    "raw/_socket.ts": 1, // a raw socket's own address; its peers are asked for
    "raw/_waiting.ts": 2, // a socket that sends to itself
    "raw/open_xdp.ts": 1, // its own queue
    "udp/_libc.ts": 1, // the port that it had
  });
});

Deno.test("every option that the library knows is harmless, or needs all of net", () => {
  const dangerous = allOptions().filter(({ level, option }) => !isHarmless(level, option));
  assertEquals([...new Set(dangerous.map(({ name }) => name))].sort(), DANGEROUS);
});

const DANGEROUS: readonly string[] = [
  "IPV6_DSTOPTS",
  "IPV6_HDRINCL",
  "IPV6_JOIN_ANYCAST",
  "IPV6_LEAVE_ANYCAST",
  "IPV6_NEXTHOP",
  "IPV6_PKTINFO",
  "IPV6_ROUTER_ALERT",
  "IPV6_RTHDR",
  "IPV6_RTHDRDSTOPTS",
  "IPV6_TRANSPARENT",
  "IPV6_UNICAST_IF",
  "IP_HDRINCL",
  "IP_OPTIONS",
  "IP_ROUTER_ALERT",
  "IP_TRANSPARENT",
  "IP_UNICAST_IF",
  "PACKET_ADD_MEMBERSHIP",
  "PACKET_AUXDATA",
  "PACKET_DROP_MEMBERSHIP",
  "PACKET_IGNORE_OUTGOING",
  "PACKET_QDISC_BYPASS",
  "PACKET_STATISTICS",
  "SO_BINDTODEVICE",
  "SO_BINDTOIFINDEX",
  "SO_MARK",
  "UDP_ENCAP",
];

/** C functions by which something outside the process is reached or changed, and who decides. */
const REACHING: Readonly<Record<string, string>> = {
  socket: "checkSocket",
  socketpair: "reaches itself",
  bind: "Peer",
  listen: "Peer, checkListen",
  connect: "Peer",
  send: "whom it is connected to: Peer",
  sendfile: "to whom it is connected: Peer; of what Deno has opened, a passed one, or demand read",
  splice: "to whom it is connected: Peer; of a passed one, or demand read",
  sendto: "PeerLength",
  sendmsg: "PeerLength, checkControl",
  sendmmsg: "PeerLength, PeerRoom, checkControl",
  setsockopt: "checkOption",
  getsockopt: "checkReadOption",
  ioctl: "on descriptors of our own",
  ioctl_number: "on descriptors of our own",
  write: "on descriptors of our own, and those that were passed",
  open: "checkRead, Deno's own open, and two paths of our own",
  setns: "the whole of net",
  mmap: "what descriptors of our own share, over memory of our own",
  syscall_bpf: "the whole of net",
  syscall_io_submit: "polls descriptors of our own",
  syscall_io_uring_enter: "polls descriptors of our own",
  getaddrinfo: "checkLookup",
  getaddrinfo_blocking: "checkLookup",
  getaddrinfo_a: "checkLookup",
  getnameinfo_blocking: "checkLookup",
  sethostname: "demandSys",
  if_nametoindex: "demandSys where it is public",
  if_indextoname: "demandSys where it is public",
};
/** Those that look at what the process has, or at files that every program reads. */
const HARMLESS = "accept4 getsockname getpeername shutdown recv recvfrom recvmsg recvmmsg close " +
  "close_blocking shutdown_blocking read fcntl pipe2 poll syscall_statx epoll_create1 epoll_ctl epoll_wait epoll_wait_blocking eventfd " +
  "syscall_io_uring_setup syscall_io_uring_register " +
  "timerfd_create timerfd_settime syscall_io_setup syscall_io_getevents syscall_io_destroy " +
  "clock_gettime sched_yield addressOf copyFrom copyTo mprotect munmap dlsym threadAtExit strnlen freeaddrinfo gai_cancel " +
  "getservbyname_r_blocking getservbyport_r_blocking getprotobyname_r_blocking " +
  "getprotobynumber_r_blocking calloc free errnoLocation";

Deno.test("every C function that is bound has somebody who decides, or harms nobody", () => {
  const known = new Set([...Object.keys(REACHING), ...HARMLESS.split(" ")]);
  assertEquals(Object.keys(SYMBOLS).filter((name) => !known.has(name)), []);
});
