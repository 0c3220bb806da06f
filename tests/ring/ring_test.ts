/** The two queues of a ring, and where there is none. */
import { assert, assertEquals } from "@std/assert";
import { detectPlatform } from "../../ffi/abi/platform.ts";
import { Ring, SQE } from "../../ffi/ring/ring.ts";
import { testWith } from "../_tools.ts";
import { runProgram } from "../ffi/_child.ts";
import { lacksRings } from "./_lacks.ts";

/** linux/io_uring.h. */
const IORING_OP_NOP = 0;

function prepareNop(ring: Ring, low: number, high: number): void {
  const at = ring.next();
  assert(at >= 0);
  ring.requests[at] = IORING_OP_NOP;
  ring.requests[at + SQE.userData] = low;
  ring.requests[at + SQE.userData + 1] = high;
}

testWith({ kernel: lacksRings }, "completions come once each, in order, round after round", () => {
  const ring = Ring.open(8, 16)!;
  const seen: number[] = [];
  let sent = 0;
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 7; i++) prepareNop(ring, sent++, -round);
    ring.enter();
    ring.drain((low, high, result) => {
      assertEquals([high, result], [-round, 0]);
      seen.push(low);
    });
  }
  assertEquals(seen, Array.from({ length: sent }, (_, i) => i));
  ring.close();
});

testWith({ kernel: lacksRings }, "more requests than there is room for go in several calls", () => {
  const ring = Ring.open(4, 16)!;
  for (let i = 0; i < 14; i++) prepareNop(ring, i, 0);
  ring.enter();
  assertEquals(ring.unsubmitted, 0);
  assertEquals(ring.drain(() => {}), 14);
  ring.close();
});

testWith({ kernel: lacksRings }, "completions beyond the queue's room are kept and told", () => {
  const ring = Ring.open(4, 8)!;
  for (let i = 0; i < 50; i++) prepareNop(ring, i, 0);
  ring.enter();
  const seen: number[] = [];
  for (let round = 0; round < 20 && seen.length < 50; round++) {
    ring.drain((low) => seen.push(low));
    if (ring.hasWork) ring.enter();
  }
  assertEquals(seen, Array.from({ length: 50 }, (_, i) => i));
  ring.close();
});

testWith({ kernel: lacksRings }, "one who throws while told loses no other's completion", () => {
  const ring = Ring.open(4, 8)!;
  for (let i = 0; i < 3; i++) prepareNop(ring, i, 0);
  ring.enter();
  const seen: number[] = [];
  const on = (low: number) => {
    seen.push(low);
    if (low === 1) throw new Error("told");
  };
  try {
    ring.drain(on);
  } catch {
    // As it should.
  }
  ring.drain(on);
  assertEquals(seen, [0, 1, 2]);
  ring.close();
});

const OPEN = `
  import { Ring } from "$/ffi/ring/ring.ts";
  const ring = Ring.open(8, 16);
  console.log(ring !== undefined);
  ring?.close();
`;

testWith({ kernel: lacksRings }, "a grant for the path of the C library is enough", async () => {
  const path = detectPlatform().paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  const { stdout, stderr } = await runProgram(OPEN, [`--allow-ffi=${path}`]);
  assertEquals(stdout, "true\n", stderr);
});

testWith({}, "the environment can forbid rings, and is not asked for its permission", async () => {
  const env = { SOCKETS_IO_URING: "0" };
  assertEquals((await runProgram(OPEN, ["--allow-ffi", "--allow-env"], { env })).stdout, "false\n");
  const unread = await runProgram(OPEN, ["--allow-ffi"], { env });
  assertEquals(unread.stdout, `${lacksRings() === undefined}\n`, unread.stderr);
});

const WHO = `
  import { libc, replaceLibc } from "$/ffi/abi/library.ts";
  import * as unix from "$/unix/mod.ts";
  const count = (word) => [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync("/proc/self/fd/" + name).includes(word);
    } catch {
      return false;
    }
  }).length;
  const real = libc();
  const errno = Number(Deno.args[0] ?? 0);
  let failed = false;
  if (errno > 0) {
    replaceLibc({
      ...real,
      errno: () => failed ? errno : real.errno(),
      syscall_io_uring_setup: () => (failed = true, -1),
      // The next call that fails by itself says why.
      syscall_io_setup: (...args) => (failed = false, real.syscall_io_setup(...args)),
    });
  }
  const [a, b] = unix.pair();
  const got = a.recv();
  setTimeout(() => b.sendAll(new Uint8Array(3)), 20);
  console.log((await got).length, count("io_uring"));
  a.close();
  b.close();
`;

testWith({ kernel: lacksRings }, "a poller waits by a ring where there may be one", async () => {
  const { stdout, stderr } = await runProgram(WHO, ["-A"]);
  assertEquals(stdout, "3 1\n", stderr);
});

for (const [name, errno] of [["EPERM", 1], ["ENOSYS", 38], ["EINVAL", 22], ["ENOMEM", 12]]) {
  testWith({}, `a kernel that says ${name} is waited for without a ring`, async () => {
    const source = WHO.replace("Deno.args[0] ?? 0", String(errno));
    const { stdout, stderr } = await runProgram(source, ["-A"]);
    assertEquals(stdout, "3 0\n", stderr);
  });
}

testWith(
  { kernel: lacksRings },
  "where the kernel serves a ring no more, a thread waits",
  async () => {
    const { stdout, stderr } = await runProgram(
      `
    import { libc, replaceLibc } from "$/ffi/abi/library.ts";
    import * as unix from "$/unix/mod.ts";
    const real = libc();
    const [a, b] = unix.pair();
    const echo = async () => {
      const receiving = b.recv();
      setTimeout(() => a.sendAll(new Uint8Array(3)), 30);
      return (await receiving).length;
    };
    for (let i = 0; i < 3; i++) await echo();
    let calls = 0;
    replaceLibc({ ...real, syscall_io_uring_enter: () => (calls++, -1) });
    const got = [];
    for (let i = 0; i < 10; i++) got.push(await echo());
    console.log(JSON.stringify([got, calls > 0 && calls < 200]));
    a.close();
    b.close();
  `,
      ["-A"],
    );
    assertEquals(stdout, "[[3,3,3,3,3,3,3,3,3,3],true]\n", stderr);
  },
);

testWith({ kernel: lacksRings }, "a ring has work until its completions are told", () => {
  const ring = Ring.open(4, 8)!;
  assertEquals(ring.hasWork, false);
  prepareNop(ring, 1, 0);
  ring.enter();
  assertEquals(ring.hasWork, true);
  ring.drain(() => {});
  assertEquals(ring.hasWork, false);
  ring.close();
});
