/**
 * The calls that take memory, with every buffer of the process ending at a page that nobody may touch
 * (`_guard_pages.ts`): one byte too many anywhere would crash, or be EFAULT.
 */
import { assert, assertEquals } from "@std/assert";
import { limitMs, testWith } from "../_tools.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const PRELOAD = `--preload=${new URL("_guard_pages.ts", import.meta.url).pathname}`;

/** Tests whose calls move bytes, control messages, addresses and options. */
const GUARDED: readonly [files: readonly string[], filter: string][] = [
  [["tests/socket", "tests/ffi/cmsg_test.ts", "tests/ffi/fd_passing_test.ts"], ""],
  [["tests/ffi/mmsg_test.ts", "tests/ffi/msghdr_test.ts", "tests/ffi/gso_test.ts"], ""],
  [["tests/ffi/error_queue_test.ts", "tests/ffi/timestamping_test.ts"], ""],
  [
    ["tests/reliability/fuzz_test.ts", "tests/reliability/cancellation_test.ts"],
    "/ by libc: |^seqpacket|pair: |^udplite|localhost/",
  ],
];

async function underGuard(args: readonly string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(limitMs(120_000)),
  }).output();
}

for (const [files, filter] of GUARDED) {
  testWith({ root: true }, `no buffer is overrun in ${files.join(", ")}`, async () => {
    const { code, stdout, signal } = await underGuard([
      ...["test", "-A", "--unstable-net", "--no-check", PRELOAD],
      ...[...(filter === "" ? [] : [`--filter=${filter}`]), ...files],
    ]);
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0, `${signal ?? ""} ${text}`);
    assert(Number(/^ok \| (\d+) passed \| 0 failed/m.exec(text)?.[1]) > 5, text);
  });
}

for (
  const [what, source, result] of [
    [
      "one byte too many in libc is a crash",
      "c.memcpy(new Uint8Array(100), new Uint8Array(101), 101n); console.log('survived');",
      "SIGSEGV",
    ],
    [
      "one byte too many in the kernel is EFAULT",
      `const fds = new Int32Array(2);
       c.socketpair(1, 2, 0, fds);
       c.send(fds[0], new Uint8Array(101), 101n, 0);
       console.log(c.recv(fds[1], new Uint8Array(100), 101n, 0));`,
      "-1",
    ],
    [
      "what fits does no harm",
      "c.memcpy(new Uint8Array(100), new Uint8Array(100), 100n); console.log('survived');",
      "survived",
    ],
  ]
) {
  testWith({}, `under guard ${what}`, async () => {
    const program = `const c = Deno.dlopen("libc.so.6", {
        memcpy: { parameters: ["buffer", "buffer", "usize"], result: "void" },
        socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
        send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
        recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
      }).symbols; ${source}`;
    const url = `data:application/javascript,${encodeURIComponent(program)}`;
    const { stdout, signal } = await underGuard(["run", "-A", PRELOAD, url]);
    assertEquals(signal ?? new TextDecoder().decode(stdout).trim(), result);
  });
}
