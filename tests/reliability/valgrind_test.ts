/**
 * The calls that take memory, watched by valgrind (memcheck): what a system call or libc reads that
 * nobody has written, or touches that is nobody's, is an error. Slower than AddressSanitizer, it knows the
 * kernel's calls field by field, be it through `syscall(2)`.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { limitMs, testWith } from "../_tools.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const FAILED = 99;
/** The kernel looks at a 32-bit argument's upper half only beside one that is given here as NULL. */
const SUPPRESSIONS = `{
  upper half
  Memcheck:Param
  io_uring_enter(sigsz)
  fun:syscall
}
`;

async function watched(args: readonly string[], input = ""): Promise<[number, string, string]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/suppressions`, SUPPRESSIONS);
    const options = [`--suppressions=${folder}/suppressions`, `--log-file=${folder}/log`];
    const child = new Deno.Command("valgrind", {
      args: ["-q", `--error-exitcode=${FAILED}`, ...options, Deno.execPath(), ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1", TIME_SCALE: "10" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(limitMs(180_000)),
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { code, stdout } = await child.output();
    const log = await Deno.readTextFile(`${folder}/log`);
    const lines = log.split("\n").filter((line) => !line.includes("Warning: set address range"));
    return [code, new TextDecoder().decode(stdout), lines.join("\n")];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const needs = { root: true, tools: ["valgrind"] };

for (const scenario of ["tcp by libc", "udp by libc"]) {
  testWith(needs, `valgrind finds nothing in a scenario of ${scenario}`, async () => {
    const program = new URL("_fault_scenario.ts", import.meta.url).pathname;
    const run = ["run", "-A", "--unstable-net", "--no-check", "--quiet"];
    const [code, text, log] = await watched([...run, program, scenario], "go\n");
    assertEquals([code, text.trim()], [0, "ready\nhidden"], log);
  });
}

testWith(needs, "valgrind finds nothing in control messages, batches and options", async () => {
  const files = ["ffi/mmsg", "ffi/msghdr", "ffi/cmsg", "socket/option_sizes"];
  const [code, text, log] = await watched([
    ...["test", "-A", "--unstable-net", "--no-check", "--quiet"],
    ...files.map((name) => `tests/${name}_test.ts`),
  ]);
  assertEquals(code, 0, text + log);
  assert(Number(/^ok \| (\d+) passed \| 0 failed/m.exec(text)?.[1]) > 50, text);
});

testWith(needs, "valgrind finds one byte too many", async () => {
  const program = `const { libc } = await import("file://${ROOT}ffi/abi/library.ts");
    const fds = new Int32Array(2);
    libc().socketpair(1, 2, 0, fds);
    libc().send(fds[0], new Uint8Array(101), 101, 0);`;
  const url = `data:application/javascript,${encodeURIComponent(program)}`;
  const [code, , log] = await watched(["run", "-A", "--no-check", url]);
  assertEquals([code, log], [0, ""]);
  const wrong = url.replace("Uint8Array(101)", "Uint8Array(100)");
  const [failed, , report] = await watched(["run", "-A", "--no-check", wrong]);
  assertEquals(failed, FAILED, report);
  assertStringIncludes(report, "points to unaddressable byte");
});
