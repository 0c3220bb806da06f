import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BPF_CLASS, BPF_JMP, BPF_MODE, type BpfInstruction, checkBpf } from "../../raw/bpf.ts";
import { assembleBpf, disassembleBpf } from "../../raw/bpf_assemble.ts";
import { runBpf } from "../../raw/bpf_run.ts";
import { SO_ATTACH_FILTER } from "../../ffi/options/mod.ts";
import { socketPair } from "../../ffi/mod.ts";
import { AF_UNIX, SOCK_DGRAM } from "../../ffi/abi/socket_constants.ts";
import { isSocketError } from "../../core/errors.ts";
import { testWith, which } from "../_tools.ts";

const ALL_CODES = [
  ...[0x00, 0x01, 0x02, 0x03, 0x06, 0x16, 0x07, 0x87, 0x80, 0x81, 0x60, 0x61, 0xb1],
  ...[0x20, 0x28, 0x30, 0x40, 0x48, 0x50],
  ...[0x04, 0x14, 0x24, 0x34, 0x44, 0x54, 0x64, 0x74, 0x94, 0xa4].flatMap((c) => [c, c | 8]),
  ...[0x84, 0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d],
];

/** Random instructions, many of them valid: small operands and short jumps. */
const instruction: fc.Arbitrary<BpfInstruction> = fc.record({
  code: fc.constantFrom(...ALL_CODES),
  jt: fc.integer({ min: 0, max: 3 }),
  jf: fc.integer({ min: 0, max: 3 }),
  k: fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 0, max: 0xffffffff }),
    fc.integer({ min: 0xffe00000, max: 0xfff00020 }),
    fc.integer({ min: 0xfffff000, max: 0xffffffff }),
  ),
});

const program = fc.tuple(
  fc.array(instruction, { maxLength: 24 }),
  fc.constantFrom<BpfInstruction>(
    { code: 0x16, jt: 0, jf: 0, k: 0 },
    { code: 0x06, jt: 0, jf: 0, k: 7 },
    { code: 0x06, jt: 0, jf: 0, k: 0xffffffff },
  ),
).map(([body, last]) => [...body, last]);

function accepted(candidate: BpfInstruction[]): boolean {
  try {
    checkBpf(candidate);
    return true;
  } catch (error) {
    assert(error instanceof RangeError, String(error));
    return false;
  }
}

Deno.test("checkBpf() accepts what the kernel accepts, and runBpf() keeps what it keeps", () => {
  const [sender, receiver] = socketPair(AF_UNIX, SOCK_DGRAM, 0);
  const packet = new Uint8Array(40);
  let kernelTook = 0;
  fc.assert(
    fc.property(program, fc.uint8Array({ minLength: 1, maxLength: 40 }), (candidate, bytes) => {
      let kernel = true;
      try {
        // Without the checks of the option row: the kernel is to judge.
        receiver.setOption(SO_ATTACH_FILTER, candidate);
      } catch (error) {
        if (!(error instanceof RangeError)) assert(isSocketError(error, "EINVAL"), String(error));
        kernel = false;
      }
      assertEquals(accepted(candidate), kernel, JSON.stringify(candidate));
      if (!kernel) return;
      kernelTook++;
      let told: number;
      try {
        told = runBpf(candidate, bytes, { hasLinkHeader: false }); // a unix message has none
      } catch {
        return; // an ancillary word that means nothing outside the kernel
      }
      packet.set(bytes);
      sender.trySend(packet.subarray(0, bytes.length));
      const got = receiver.tryRecv(100);
      const kept = told === 0 ? null : Math.min(told, bytes.length);
      assertEquals(got === null ? null : got.length, kept, disassembleBpf(candidate));
    }),
    { numRuns: 20000 },
  );
  sender.close();
  receiver.close();
  assert(kernelTook > 1000, `only ${kernelTook} programs were valid`);
});

Deno.test("asking for the interface where there is none ends a program with A, as in the kernel", () => {
  const [sender, receiver] = socketPair(AF_UNIX, SOCK_DGRAM, 0);
  const packet = new Uint8Array(20);
  for (
    const text of ["ldh ifidx\nret #7", "ld #5\nldb hatype\nret #7", "ld #5\nld ifidx\nret #7"]
  ) {
    const candidate = assembleBpf(text);
    receiver.setOption(SO_ATTACH_FILTER, candidate);
    sender.trySend(packet);
    assertEquals(receiver.tryRecv(100)?.length ?? 0, runBpf(candidate, packet), text);
    assertEquals(runBpf(candidate, packet, { interfaceIndex: 3 }), 7);
  }
  sender.close();
  receiver.close();
});

Deno.test("assembleBpf() reads what disassembleBpf() writes", () => {
  let checked = 0;
  fc.assert(fc.property(program, (candidate) => {
    if (!accepted(candidate)) return;
    checked++;
    // Fields that an instruction does not use are not written.
    const plain = candidate.map((i) => {
      const kind = i.code & 7;
      const isBranch = kind === BPF_CLASS.JMP && (i.code & 0xf0) !== BPF_JMP.JA;
      const unused = i.code === 0x16 || kind === BPF_CLASS.MISC || i.code === 0x84 ||
        (i.code & 8) !== 0 && kind >= BPF_CLASS.ALU && kind <= BPF_CLASS.JMP ||
        kind <= BPF_CLASS.LDX && (i.code & 0xe0) === BPF_MODE.LEN;
      return {
        code: i.code,
        jt: isBranch ? i.jt : 0,
        jf: isBranch ? i.jf : 0,
        k: unused ? 0 : i.k,
      };
    });
    assertEquals(assembleBpf(disassembleBpf(candidate)), plain);
  }));
  assert(checked > 10);
});

testWith(
  { tools: ["tcpdump"] },
  "assembleBpf() of tcpdump's own text gives tcpdump's own numbers",
  () => {
    for (const expression of ["arp", "tcp port 80 and host 192.0.2.1", "udp[8:2] & 0x1f != 0"]) {
      const text = tcpdump("-d", expression).replace(/^\(0*(\d+)\)/gm, "l$1:")
        .replace(/jt (\d+)\s+jf (\d+)/g, ", l$1, l$2").replace(/#(\S+)\s+,/g, "#$1,")
        .replace(/x\s+,/g, "x,").replace(/(ja|jmp)\s+(\d+)/g, "$1 l$2");
      const numbers = tcpdump("-ddd", expression).trim().split("\n").slice(1)
        .map((line) => line.split(" ").map(Number))
        .map(([code, jt, jf, k]) => ({ code, jt, jf, k }));
      assertEquals(assembleBpf(text), numbers, expression);
    }
  },
);

function tcpdump(flag: string, expression: string): string {
  const { stdout, stderr, success } = new Deno.Command(which("tcpdump")!, {
    args: [flag, "-y", "EN10MB", "--", expression],
  }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("assembleBpf() says what it does not understand", () => {
  assertThrows(() => assembleBpf("jump #1, a"), SyntaxError, "jump");
  assertThrows(() => assembleBpf("jeq #1, nowhere\nret #0"), SyntaxError, "nowhere");
  assertThrows(() => assembleBpf("a: jeq #1, a\nret #0"), SyntaxError, "before");
  assertThrows(() => assembleBpf("ld #1"), RangeError, "no return");
  assertThrows(() => assembleBpf("ld M[3]\nret a"), RangeError, "before it is written");
});
