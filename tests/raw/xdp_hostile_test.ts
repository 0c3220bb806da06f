/** AF_XDP against arguments that are none, and memory that was tampered with. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { AF_XDP, isSocketError, SOCK_RAW, socket, socketOption } from "../../mod.ts";
import * as raw from "../../raw/mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import {
  SOL_XDP,
  XDP_MMAP_OFFSETS,
  XDP_PGOFF_RX_RING,
  XDP_STRUCTS,
  XDP_UMEM_PGOFF_COMPLETION_RING,
  XDP_UMEM_REG,
} from "../../ffi/abi/xdp_constants.ts";
import { openDescriptor } from "../../ffi/descriptor/open.ts";
import { RingMemory } from "../../ffi/ring/memory.ts";
import { XdpMemory } from "../../raw/_xdp_memory.ts";
import { layoutAt } from "../../raw/_xdp_ring.ts";
import { testWith } from "../_tools.ts";
import { lacksXdp } from "./_xdp.ts";

testWith(
  { root: true, kernel: lacksXdp },
  "what the kernel never does is refused: nothing outside is read or written",
  () => {
    const sizes = { frameBytes: 2048, rxFrames: 8, txFrames: 8, headroomBytes: 0 };
    // The rings of a socket that is not bound, mapped twice: the second time for us, in the kernel's place.
    const tampered = (option: "rx" | "cr", tamper: (ring: Tampered) => void) => {
      const core = openDescriptor(AF_XDP, SOCK_RAW, 0);
      const memory = new XdpMemory(core, sizes);
      const area = RingMemory.allocate([65536])!;
      try {
        const bytes = new Uint8Array(XDP_STRUCTS.xdp_mmap_offsets.size);
        const length = new Uint32Array([bytes.length]);
        libc().getsockopt(core.fd, SOL_XDP, XDP_MMAP_OFFSETS, bytes, length);
        const layout = layoutAt(new DataView(bytes.buffer), XDP_STRUCTS.xdp_mmap_offsets[option]);
        const at = option === "rx" ? XDP_PGOFF_RX_RING : XDP_UMEM_PGOFF_COMPLETION_RING;
        assertEquals(area.map(0, layout.desc + 8 * 8, core.fd, at), 0);
        const words = area.words(0, 16384);
        tamper({
          entry: (...entry) => words.set(entry, layout.desc / 4),
          producer: (value) => Atomics.store(words, layout.producer / 4, value),
        });
        const out = { at: new Uint32Array(64), lengths: new Uint32Array(64), count: 0 };
        const use = () => option === "rx" ? memory.receive(out, 64) : memory.reap();
        const error = assertThrows(use);
        assert(isSocketError(error, "EIO"), `${error}`);
      } finally {
        area.unmap(0, 65536);
        memory.unmap();
        core.close();
      }
    };
    tampered("rx", ({ producer }) => producer(9));
    tampered("rx", ({ producer }) => producer(-1));
    const descriptors: [string, ...number[]][] = [
      ["beyond the memory", 16 * 2048, 0, 60, 0],
      ["a frame for sending", 8 * 2048, 0, 60, 0],
      ["above 2^32", 0, 1, 60, 0],
      ["longer than its frame", 256, 0, 2048, 0],
      ["far longer", 256, 0, -1, 0],
    ];
    for (const [, ...entry] of descriptors) {
      tampered("rx", (ring) => {
        ring.entry(...entry);
        ring.producer(1);
      });
    }
    // A frame twice, of which the kernel has one.
    tampered("rx", (ring) => {
      ring.entry(0, 0, 60, 0, 0, 0, 60, 0);
      ring.producer(2);
    });
    for (const address of [8 * 2048, 0, 16 * 2048]) {
      // None of them was ever sent.
      tampered("cr", (ring) => {
        ring.entry(address, 0);
        ring.producer(1);
      });
    }
    tampered("cr", ({ producer }) => producer(9));
    // Nor can a socket be told of memory by its address.
    using bare = socket(AF_XDP, SOCK_RAW, 0);
    const same = (bytes: Uint8Array<ArrayBuffer>) => bytes;
    const codec = { size: 32, encode: same, decode: same };
    const option = socketOption(SOL_XDP, XDP_UMEM_REG, codec);
    assertThrows(() => bare.setOption(option, new Uint8Array(32)), TypeError, "to an address");
  },
);

/** The kernel's side of a ring. */
interface Tampered {
  entry(...words: number[]): void;
  producer(value: number): void;
}

Deno.test("what is no request for an XDP socket is refused before any call", async () => {
  const bad: [unknown, string][] = [
    [undefined, "options"],
    [{}, "interface"],
    [{ interface: "v0\0" }, "NUL"],
    [{ interface: "v0", queue: -1 }, "queue"],
    [{ interface: "v0", queue: 4096 }, "queue"],
    [{ interface: "v0", frameBytes: 3000 }, "frameBytes"],
    [{ interface: "v0", rxFrames: 0 }, "rxFrames"],
    [{ interface: "v0", rxFrames: 3 }, "power of 2"],
    [{ interface: "v0", txFrames: 131072 }, "txFrames"],
    [{ interface: "v0", headroomBytes: 1025 }, "headroomBytes"],
    [{ interface: "v0", etherType: 0 }, "etherType"],
    [{ interface: "v0", attach: "offload" }, "attach"],
    [{ interface: "v0", copy: 1 }, "copy"],
    [{ interface: "v0", program: {} }, "attachXdp"],
    [{ interface: "v0", mapFd: "3" }, "mapFd"],
    [{ interface: "v0", mapFd: 3, etherType: 5 }, "etherType cannot be had with mapFd"],
    [{ interface: "v0", mapFd: 3, attach: "any" }, "attach cannot be had with mapFd"],
    [{ interface: "v0", attach: "none", etherType: 5 }, "etherType needs a program"],
    [{ interface: "v0", ring: 5 }, "ring"],
  ];
  for (const [options, word] of bad) {
    const error = await raw.openXdp(options as raw.OpenXdpOptions).catch((error) => error);
    assert(error instanceof TypeError || error instanceof RangeError, `${word}: ${error}`);
    assert(error.message.includes(word), error.message);
  }
  const attach = (options: unknown) => raw.attachXdp(options as raw.AttachXdpOptions);
  for (const options of [{}, { interface: "lo", attach: "none" }, { interface: "lo", queue: 1 }]) {
    assertThrows(() => attach(options), TypeError);
  }
  assertThrows(() => attach({ interface: "lo", etherType: 65536 }), RangeError);
});
