/** Why ours is behind where it is: for each row of ours in each section, the first that fits. */
import type { Section } from "./results.ts";

interface Reason {
  readonly section: RegExp;
  readonly row: RegExp;
  readonly why: string;
}

const PROMISES =
  "each message costs two promises, an object and, but for `recvInto`, memory of its own; at 64 bytes the " +
  "kernel takes most of the rest";
const DENO_ENGINE = "Deno's own networking, with one promise more a call";

const REASONS: readonly Reason[] = [
  {
    section: /^start$/,
    row: /import of everything/,
    why: "all families are read, compiled and linked; import one alone where this counts",
  },
  {
    section: /^start$/,
    row: /sock/,
    why: "the modules of the command are loaded, those of one command only",
  },
  {
    section: /^start$/,
    row: /libc/,
    why: "libc is opened and each function that is called is bound, by Deno's FFI (0.12 ms each)",
  },
  { section: /^start$/, row: /./, why: "its modules are read, compiled and linked" },
  {
    section: /^exit$/,
    row: /./,
    why: "the rings and descriptors of the loop are given back, and V8's heap is larger",
  },
  {
    section: /^memory$/,
    row: /./,
    why:
      "V8's objects of an endpoint and its pending receive, and the room that its heap keeps to grow",
  },
  {
    section: /^(echo|natural|churn|pace|limits|bulk|memory)/,
    row: /deno engine/,
    why: DENO_ENGINE,
  },
  {
    section: /^churn$/,
    row: /./,
    why: "an endpoint is some objects, a place in the poller and a promise each way",
  },
  {
    section: /^pace$/,
    row: /./,
    why:
      "a wait that parks is woken through Deno's own loop: two turns of it and a system call more; a " +
      "little spinning before it parks buys latency with CPU",
  },
  {
    section: /^natural/,
    row: /pipeTo|readable/,
    why: "the platform's streams: queues, requests and promises of their own for each chunk",
  },
  {
    section: /^natural/,
    row: /lines/,
    why: "text is decoded and cut, and encoded again for the answer",
  },
  {
    section: /^natural/,
    row: /recvExact|recvUntil|recvFrame/,
    why: "what was received is looked through and cut, which is one step more a message",
  },
  {
    section: /^natural/,
    row: /timeoutMs|signal/,
    why: "a wait is entered in the wheel of limits, or in its signal's list",
  },
  {
    section: /^limits$/,
    row: /./,
    why: "a wait is entered in the wheel of limits, or in its signal's list",
  },
  {
    section: /^echo/,
    row: /io_uring/,
    why: `${PROMISES}; a ring pays with many connections and small messages alone`,
  },
  { section: /^(echo|natural)/, row: /./, why: PROMISES },
  {
    section: /^bulk$/,
    row: /./,
    why: "a promise and a turn of the loop for each block that is not there yet",
  },
  {
    section: /^udp/,
    row: /deno engine/,
    why:
      "Deno's own networking takes each datagram by an operation of its own, and without --unstable-net " +
      "by `node:dgram`; where `--allow-ffi` is granted `udp` takes libc by itself",
  },
  {
    section: /^udp-received/,
    row: /recvFrom|for await/,
    why: "an object and an address for each datagram",
  },
  { section: /^udp/, row: /recvMany/, why: "an object and an address for each datagram" },
  { section: /^udp-sent/, row: /sendTo/, why: "one system call and one promise each" },
  { section: /^udp/, row: /./, why: "each datagram is copied into the batch, or its view is cut" },
  {
    section: /^unix$/,
    row: /./,
    why: "each call awaits; descriptors are objects, with control messages read and written",
  },
  { section: /^frames$/, row: /./, why: "a view, or a copy and an address, for each frame" },
  { section: /^sweep$/, row: /./, why: "matching replies and their times to hosts is JavaScript" },
  {
    section: /^names$/,
    row: /./,
    why:
      "the threads of the C library tell their end by a word in memory, which is looked at by turns; and " +
      "each answer becomes objects",
  },
  {
    section: /^options$/,
    row: /./,
    why: "the call goes through checks, and bytes become values: of TCP_INFO some 60 of them",
  },
  {
    section: /^families$/,
    row: /./,
    why:
      "the calls of C block, while ours ask, wait and ask again; emulation makes JavaScript dearer than the kernel",
  },
];

/** Why a row of ours is behind; throws where nobody has said so. */
export function why(section: Pick<Section, "id">, row: string): string {
  const found = REASONS.find((reason) => reason.section.test(section.id) && reason.row.test(row));
  if (found === undefined) throw new Error(`Cannot explain: no reason for ${row} of ${section.id}`);
  return found.why;
}
