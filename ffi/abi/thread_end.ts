/**
 * What a Worker that is terminated leaves behind: no JavaScript runs in it any more, no registry of
 * finalizers, no event; Deno ends its thread, and descriptors are the process's. So the thread itself
 * makes the calls that are due, as its very last: the C library runs what C++ would have it run for
 * objects of the thread (`__cxa_thread_atexit_impl`), and that is a routine of our own, which makes
 * system calls that stand in a table. Where there is no such routine, or no page that may be executed,
 * nothing is left to be made, and what is open stays.
 *
 * @module
 */
import { F_GETOWN, F_SETOWN, MAP_ANONYMOUS, MAP_PRIVATE } from "./event_constants.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "./event_constants.ts";
import { attempt, libc } from "./library.ts";
import { allocate } from "./memory.ts";

/** Whether this isolate is one whose thread may end before the process does. */
export const IN_WORKER: boolean = "DedicatedWorkerGlobalScope" in globalThis;

/** System call numbers: asm/unistd_64.h on x86-64, asm-generic/unistd.h on aarch64. */
const { CLOSE, IO_DESTROY } = Deno.build.arch === "x86_64"
  ? { CLOSE: 3, IO_DESTROY: 207 }
  : { CLOSE: 57, IO_DESTROY: 1 };

/**
 * The routine, for each processor: machine code beside its source for the assembler. It is given the
 * table: four words (the address of munmap, what it unmaps, how much, the table's end), then four words
 * a call: its number (0: none), its argument, F_GETOWN if that is a descriptor which must be owned, its
 * owner. In the end it leaves for munmap, which takes the routine itself away.
 */
export const ROUTINES: Readonly<Record<"x86_64" | "aarch64", readonly [string, string][]>> = {
  x86_64: [
    ["f30f1efa", "endbr64"],
    ["53", "push %rbx"],
    ["4154", "push %r12"],
    ["4889fb", "mov %rdi, %rbx"],
    ["4c8d6720", "lea 32(%rdi), %r12"],
    ["4c3b6318", "1: cmp 24(%rbx), %r12"],
    ["7331", "jae 3f"],
    ["4d8b0424", "mov (%r12), %r8"],
    ["498b7c2408", "mov 8(%r12), %rdi"],
    ["498b742410", "mov 16(%r12), %rsi"],
    ["4983c420", "add $32, %r12"],
    ["4d85c0", "test %r8, %r8"],
    ["74e3", "jz 1b"],
    ["4885f6", "test %rsi, %rsi"],
    ["740e", "jz 2f"],
    ["b848000000", "mov $72, %eax"], // fcntl
    ["0f05", "syscall"],
    ["413b4424f8", "cmp -8(%r12), %eax"],
    ["75d0", "jne 1b"],
    ["4c89c0", "2: mov %r8, %rax"],
    ["0f05", "syscall"],
    ["ebc9", "jmp 1b"],
    ["488b7b08", "3: mov 8(%rbx), %rdi"],
    ["488b7310", "mov 16(%rbx), %rsi"],
    ["488b03", "mov (%rbx), %rax"],
    ["415c", "pop %r12"],
    ["5b", "pop %rbx"],
    ["ffe0", "jmp *%rax"],
  ],
  aarch64: [
    ["5f2403d5", "hint #34"], // bti c
    ["e90300aa", "mov x9, x0"],
    ["0a800091", "add x10, x0, #32"],
    ["2b0d40f9", "1: ldr x11, [x9, #24]"],
    ["5f010beb", "cmp x10, x11"],
    ["02020054", "b.hs 3f"],
    ["4c3540a9", "ldp x12, x13, [x10]"],
    ["4e3d41a9", "ldp x14, x15, [x10, #16]"],
    ["4a810091", "add x10, x10, #32"],
    ["4cffffb4", "cbz x12, 1b"],
    ["ee0000b4", "cbz x14, 2f"],
    ["e0030daa", "mov x0, x13"],
    ["e1030eaa", "mov x1, x14"],
    ["280380d2", "mov x8, #25"], // fcntl
    ["010000d4", "svc #0"],
    ["1f000f6b", "cmp w0, w15"],
    ["61feff54", "b.ne 1b"],
    ["e0030daa", "2: mov x0, x13"],
    ["e8030caa", "mov x8, x12"],
    ["010000d4", "svc #0"],
    ["efffff17", "b 1b"],
    ["300140f9", "3: ldr x16, [x9]"],
    ["208540a9", "ldp x0, x1, [x9, #8]"],
    ["00021fd6", "br x16"],
  ],
};

/** A multiple of all page sizes: so much for the routine, and so much for its table. */
const AREA_BYTES = 65536;
const HEAD_BYTES = 32;
const CALL_BYTES = 32;
const WORD = 8n;

/** Addresses of calls in tables that are free. */
const free: number[] = [];
let isPossible = true;
const words = new BigUint64Array(allocate(CALL_BYTES).buffer);
const bytes = new Uint8Array(words.buffer);

/**
 * Has `fd` closed when this thread ends, if that is a Worker's. `owned`: Deno has it, too, and might
 * close it by then: it is marked, and left alone if its number is another's.
 *
 * @returns What {@linkcode withdraw} takes, before the descriptor is closed or given away.
 */
export function closeAtThreadEnd(fd: number, owned = false): number {
  if (!IN_WORKER) return 0;
  if (!owned) return leave(CLOSE, BigInt(fd), 0n, 0n);
  const marked = attempt((lib) => lib.fcntl(fd, F_SETOWN, Deno.pid)) === 0;
  return marked ? leave(CLOSE, BigInt(fd), BigInt(F_GETOWN), BigInt(Deno.pid)) : 0;
}

/** As {@linkcode closeAtThreadEnd} for a context of Linux AIO, whose slots are the whole machine's. */
export function destroyAtThreadEnd(context: bigint): number {
  return IN_WORKER ? leave(IO_DESTROY, context, 0n, 0n) : 0;
}

/** Takes a call back that is not needed any more. */
export function withdraw(call: number): void {
  if (call === 0) return;
  words[0] = 0n;
  libc().copyTo(BigInt(call), bytes, WORD);
  free.push(call);
}

function leave(call: number, argument: bigint, command: bigint, owner: bigint): number {
  if (free.length === 0 && (!isPossible || !(isPossible = makeTable()))) return 0;
  const at = free.pop()!;
  words[0] = BigInt(call);
  words[1] = argument;
  words[2] = command;
  words[3] = owner;
  libc().copyTo(BigInt(at), bytes, BigInt(CALL_BYTES));
  return at;
}

/** Maps the routine and a table, and has the thread run it. Whether that could be done. */
function makeTable(): boolean {
  try {
    const lib = libc();
    const munmap = lib.dlsym(0n, new TextEncoder().encode("munmap\0"));
    const access = PROT_READ | PROT_WRITE;
    const size = BigInt(2 * AREA_BYTES);
    const start = lib.mmap(0n, size, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0n);
    if (munmap === 0n || BigInt.asIntN(64, start) === -1n) return false;
    const table = start + BigInt(AREA_BYTES);
    const routine = Uint8Array.fromHex(ROUTINES[Deno.build.arch].map(([code]) => code).join(""));
    lib.copyTo(start, routine, BigInt(routine.length));
    words.set([munmap, start, size, table + BigInt(AREA_BYTES)]);
    lib.copyTo(table, bytes, BigInt(HEAD_BYTES));
    const isReady = lib.mprotect(start, BigInt(AREA_BYTES), PROT_READ | PROT_EXEC) === 0 &&
      lib.threadAtExit(start, table, 0n) === 0;
    if (!isReady) {
      lib.munmap(start, size);
      return false;
    }
    for (let at = AREA_BYTES - CALL_BYTES; at >= HEAD_BYTES; at -= CALL_BYTES) {
      free.push(Number(table) + at);
    }
    return true;
  } catch {
    return false; // another C library
  }
}
