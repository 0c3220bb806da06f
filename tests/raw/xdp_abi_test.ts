/** The numbers and structures of AF_XDP and bpf(2), against the kernel's headers. */
import { assertEquals } from "@std/assert";
import * as bpf from "../../ffi/abi/bpf_constants.ts";
import * as xdp from "../../ffi/abi/xdp_constants.ts";
import { encodeEbpf } from "../../ffi/bpf/instructions.ts";
import { redirectProgram } from "../../raw/_xdp_bytecode.ts";
import { checkByRunning, type Claim, GCC, numberClaims, structClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

const numbersOf = (table: object) =>
  Object.fromEntries(
    Object.entries(table).filter(([, value]) => typeof value === "number"),
  ) as Record<string, number>;

/** What C calls the parts of `union bpf_attr`. */
const ATTRIBUTES: Record<string, string> = {
  map_create: "",
  map_update: "",
  prog_load: "",
  link_create: "link_create.",
};

function attributeClaims(): Claim[] {
  return Object.entries(ATTRIBUTES).flatMap(([part, prefix]) =>
    Object.entries(bpf.BPF_STRUCTS[part as "map_create"] as Record<string, number>).map((
      [field, value],
    ) => ({
      label: `${part}.${field}`,
      expression: `offsetof(union bpf_attr, ${prefix}${field})`,
      value,
    }))
  );
}

testWith({ tools: ["gcc"] }, "the numbers of AF_XDP are those of linux/if_xdp.h", async () => {
  const { SOL_XDP, XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE, XDP_PACKET_HEADROOM, ...rest } =
    numbersOf(xdp);
  const claims = [...numberClaims(rest), ...structClaims(xdp.XDP_STRUCTS)];
  const { wrong, unknown } = await checkByRunning(GCC, ["linux/if_xdp.h"], claims);
  assertEquals([wrong, unknown], [[], []]);
  const others = [
    ["sys/socket.h", { SOL_XDP }],
    ["linux/if_link.h", { XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE }],
    ["linux/bpf.h", { XDP_PACKET_HEADROOM }],
  ] as const;
  for (const [header, numbers] of others) {
    const verdict = await checkByRunning(GCC, [header], numberClaims(numbers));
    assertEquals([verdict.wrong, verdict.unknown], [[], []]);
  }
});

testWith({ tools: ["gcc"] }, "the numbers of bpf(2) are those of linux/bpf.h", async () => {
  const { bpf_insn, xdp_md } = bpf.BPF_STRUCTS;
  const { code, off, imm, size } = bpf_insn;
  const claims = [
    ...numberClaims(numbersOf(bpf)),
    ...attributeClaims(),
    ...structClaims({ bpf_insn: { code, off, imm, size }, xdp_md }),
  ];
  const { wrong, unknown } = await checkByRunning(GCC, ["linux/bpf.h"], claims);
  assertEquals([wrong, unknown], [[], []]);
});

testWith({ tools: ["gcc"] }, "instructions have the bytes that C gives them", async () => {
  const instructions = [
    { code: bpf.BPF_LDX | bpf.BPF_MEM | bpf.BPF_W, dst: 2, src: 1, off: 16 },
    { code: bpf.BPF_JMP | bpf.BPF_JNE, dst: 5, off: -3, imm: -2 },
    { code: bpf.BPF_ALU64 | bpf.BPF_MOV | bpf.BPF_X, dst: 10, src: 9 },
  ];
  const claims = instructions.map(({ code, dst = 0, src = 0, off = 0, imm = 0 }, i): Claim => {
    const c = `(struct bpf_insn) { .code = ${code}, .dst_reg = ${dst}, .src_reg = ${src}, ` +
      `.off = ${off}, .imm = ${imm} }`;
    const bytes = encodeEbpf([instructions[i]]);
    return {
      label: `instruction ${i}`,
      expression: `({ union { struct bpf_insn i; long long n; } u = { ${c} }; u.n; })`,
      value: Number(new DataView(bytes.buffer).getBigInt64(0, true)),
    };
  });
  // Numbers of 64 bits do not all fit a double: the halves are compared by themselves.
  const halves = claims.flatMap(({ label, expression }, i) => {
    const view = new DataView(encodeEbpf([instructions[i]]).buffer);
    return [0, 1].map((half): Claim => ({
      label: `${label}, half ${half}`,
      expression: `(unsigned)(${expression} >> ${32 * half})`,
      value: view.getUint32(4 * half, true),
    }));
  });
  const { wrong, unknown } = await checkByRunning(GCC, ["linux/bpf.h"], halves);
  assertEquals([wrong, unknown], [[], []]);
});

Deno.test("the program ends where it should, whatever the frame's type", () => {
  const opcodes = (bytes: Uint8Array) =>
    Array.from({ length: bytes.length / 8 }, (_, i) => bytes[8 * i]);
  assertEquals(opcodes(redirectProgram(5, undefined)), [0x61, 0x18, 0, 0xb7, 0x85, 0x95]);
  const some = redirectProgram(5, 0x88b5);
  assertEquals(opcodes(some).slice(-2), [0xb7, 0x95]);
  // In network order, as the half that is loaded has it.
  const jump = new DataView(some.buffer, 6 * 8, 8);
  assertEquals([jump.getUint8(0), jump.getInt32(4, true)], [0x55, 0xb588]);
});
