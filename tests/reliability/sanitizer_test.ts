/**
 * The calls that take memory, watched by AddressSanitizer (`_sanitized_libc.ts`): what libc or the
 * kernel reads or writes beside a buffer ends the process with a report.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { limitMs, testWith } from "../_tools.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const PRELOAD = `--preload=${new URL("_sanitized_libc.ts", import.meta.url).pathname}`;

/** GCC's library; `gcc` brings it. */
function sanitizer(): string | undefined {
  for (const machine of ["x86_64-linux-gnu", "aarch64-linux-gnu"]) {
    const path = `/usr/lib/${machine}/libasan.so.8`;
    try {
      Deno.statSync(path);
      return path;
    } catch {
      // Not of this machine.
    }
  }
}

const needs = {
  root: true,
  other: () => sanitizer() === undefined ? "AddressSanitizer is not installed (gcc)" : undefined,
};

const WATCHED: readonly [files: readonly string[], filter: string][] = [
  [["mmsg", "msghdr", "cmsg", "gso"].map((name) => `tests/ffi/${name}_test.ts`), ""],
  [["error_queue", "timestamping", "fd_passing"].map((name) => `tests/ffi/${name}_test.ts`), ""],
  [["tests/socket/option_sizes_test.ts", "tests/ffi/options_test.ts"], ""],
  [["tests/reliability/fuzz_test.ts"], "/ by libc: |^seqpacket|pair: |^udplite/"],
];

async function watched(args: readonly string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: {
      NO_COLOR: "1",
      LD_PRELOAD: sanitizer()!,
      // V8 handles its own signals, and what Deno keeps until the end is no leak of ours.
      ASAN_OPTIONS: "detect_leaks=0:handle_segv=0:handle_abort=0",
    },
    signal: AbortSignal.timeout(limitMs(120_000)),
  }).output();
}

for (const [files, filter] of WATCHED) {
  testWith(needs, `AddressSanitizer finds nothing in ${files.join(", ")}`, async () => {
    const { code, stdout, stderr } = await watched([
      ...["test", "-A", "--unstable-net", "--no-check", PRELOAD],
      ...[...(filter === "" ? [] : [`--filter=${filter}`]), ...files],
    ]);
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, text);
    assert(!text.includes("AddressSanitizer"), text);
    assert(Number(/^ok \| (\d+) passed \| 0 failed/m.exec(text)?.[1]) > 5, text);
  });
}

for (const [size, found] of [[101, true], [100, false]] as const) {
  const what = found ? "one byte too many" : "what fits";
  testWith(needs, `AddressSanitizer finds ${found ? "" : "nothing in "}${what}`, async () => {
    const program = `const { libc } = await import("file://${ROOT}ffi/abi/library.ts");
      const fds = new Int32Array(2);
      libc().socketpair(1, 2, 0, fds);
      libc().send(fds[0], new Uint8Array(${size}), ${size}, 0);
      console.log("received", libc().recv(fds[1], new Uint8Array(100), ${size}, 0));`;
    const url = `data:application/javascript,${encodeURIComponent(program)}`;
    const { stdout, stderr } = await watched(["run", "-A", "--no-check", PRELOAD, url]);
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertStringIncludes(text, found ? "heap-buffer-overflow" : `received ${size}`);
  });
}
