/**
 * The memory of an AF_XDP socket: its frames, who has each, and the four rings by which they are handed
 * over. Half of the frames are for receiving, the others for sending; a frame is the kernel's or ours,
 * never both's, and no index or address of the kernel's is used before it was checked.
 *
 * @module
 */
import { socketError } from "../core/errors.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { allocate } from "../ffi/abi/memory.ts";
import { failure } from "../ffi/abi/library.ts";
import {
  SOL_XDP,
  XDP_MMAP_OFFSETS,
  XDP_PGOFF_RX_RING,
  XDP_PGOFF_TX_RING,
  XDP_RX_RING,
  XDP_STRUCTS,
  XDP_TX_RING,
  XDP_UMEM_COMPLETION_RING,
  XDP_UMEM_FILL_RING,
  XDP_UMEM_PGOFF_COMPLETION_RING,
  XDP_UMEM_PGOFF_FILL_RING,
  XDP_UMEM_REG,
} from "../ffi/abi/xdp_constants.ts";
import { RingMemory } from "../ffi/ring/memory.ts";
import { ADDRESS_WORDS, corrupt, DESC_WORDS, layoutAt, ringBytes, XdpRing } from "./_xdp_ring.ts";

const { xdp_umem_reg: REG, xdp_mmap_offsets: OFFSETS, xdp_desc: DESC } = XDP_STRUCTS;
const LENGTH_WORD = DESC.len / 4;
const OPTIONS_WORD = DESC.options / 4;

/** Who has a frame. */
const OURS = 0;
const KERNELS = 1;

/** How much there is of everything. */
export interface XdpSizes {
  /** Bytes of a frame's room: a power of 2, from 2048 to the size of a page. */
  readonly frameBytes: number;
  /** Frames for receiving: a power of 2. */
  readonly rxFrames: number;
  /** Frames for sending: a power of 2. */
  readonly txFrames: number;
  /** Bytes that the kernel leaves free before each frame that it receives. */
  readonly headroomBytes: number;
}

/** A ring: which it is, where it is mapped from, and what its entries are. */
interface RingRow {
  readonly option: number;
  readonly mapAt: number;
  readonly layoutAt: number;
  readonly entryWords: number;
  readonly frames: "rxFrames" | "txFrames";
}

/** In the order of their areas, which come after that of the frames. */
const RINGS: readonly RingRow[] = [
  {
    option: XDP_UMEM_FILL_RING,
    mapAt: XDP_UMEM_PGOFF_FILL_RING,
    layoutAt: OFFSETS.fr,
    entryWords: ADDRESS_WORDS,
    frames: "rxFrames",
  },
  {
    option: XDP_UMEM_COMPLETION_RING,
    mapAt: XDP_UMEM_PGOFF_COMPLETION_RING,
    layoutAt: OFFSETS.cr,
    entryWords: ADDRESS_WORDS,
    frames: "txFrames",
  },
  {
    option: XDP_RX_RING,
    mapAt: XDP_PGOFF_RX_RING,
    layoutAt: OFFSETS.rx,
    entryWords: DESC_WORDS,
    frames: "rxFrames",
  },
  {
    option: XDP_TX_RING,
    mapAt: XDP_PGOFF_TX_RING,
    layoutAt: OFFSETS.tx,
    entryWords: DESC_WORDS,
    frames: "txFrames",
  },
];
/** The indexes before a ring's entries take a few lines of the cache; this is far more. */
const RING_HEADER_BYTES = 4096;

/** Received frames that are out: which, from where in the memory on, and how long. */
export interface FramesOut {
  readonly at: Uint32Array;
  readonly lengths: Uint32Array;
  count: number;
}

/** The memory of one socket. */
export class XdpMemory {
  /** All frames. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #memory: RingMemory;
  readonly #sizes: XdpSizes;
  /** Areas over which rings are mapped. */
  readonly #mapped: [place: number, size: number][] = [];
  readonly #fill: XdpRing;
  readonly #completions: XdpRing;
  readonly #received: XdpRing;
  readonly #toSend: XdpRing;
  /** Who has each frame; those for receiving come first. */
  readonly #owner: Uint8Array;
  /** Frames for sending that are ours. */
  readonly #free: Uint32Array;
  #freeCount: number;
  /** Frames that stand in the ring and were not shown yet. */
  #prepared = 0;

  /** Allocates, registers and maps; throws what the kernel says. The socket is not bound yet. */
  constructor(core: Descriptor, sizes: XdpSizes) {
    const { frameBytes, rxFrames, txFrames } = sizes;
    const frames = rxFrames + txFrames;
    const areas = RINGS.map((row) => RING_HEADER_BYTES + sizes[row.frames] * row.entryWords * 4);
    const memory = RingMemory.allocate([frames * frameBytes, ...areas]);
    if (memory === undefined) {
      throw socketError("ENOMEM", {
        syscall: "open an XDP socket",
        message: `no address space for ${frames} frames`,
      });
    }
    this.#memory = memory;
    this.#sizes = sizes;
    this.bytes = memory.bytes(memory.places[0], frames * frameBytes);
    register(core, memory, sizes);
    try {
      [this.#fill, this.#completions, this.#received, this.#toSend] = this.#mapRings(core);
    } catch (error) {
      this.unmap();
      throw error;
    }
    this.#owner = new Uint8Array(frames);
    this.#free = Uint32Array.from({ length: txFrames }, (_, i) => frames - 1 - i);
    this.#freeCount = txFrames;
    for (let frame = 0; frame < rxFrames; frame++) this.#offer(frame, frame);
    this.#fill.publish(rxFrames);
  }

  #mapRings(core: Descriptor): XdpRing[] {
    for (const { option, frames } of RINGS) setNumber(core, option, this.#sizes[frames]);
    const offsets = mapOffsets(core);
    return RINGS.map((row, i) => {
      const place = this.#memory.places[i + 1];
      const entries = this.#sizes[row.frames];
      const layout = layoutAt(offsets, row.layoutAt);
      const size = ringBytes(layout, entries, row.entryWords);
      if (!(layout.desc <= RING_HEADER_BYTES) || Object.values(layout).some((at) => at % 4 !== 0)) {
        throw corrupt("its indexes are not where rings have them");
      }
      const result = this.#memory.map(place, size, core.fd, row.mapAt);
      if (result < 0) throw failure("mmap", -result);
      this.#mapped.push([place, size]);
      return new XdpRing(this.#memory, place, layout, entries, row.entryWords);
    });
  }

  /** Whether the kernel asks to be called before it receives. */
  get receiveNeedsWakeup(): boolean {
    return this.#fill.needsWakeup;
  }

  /** Whether the kernel asks to be called before it sends. */
  get sendNeedsWakeup(): boolean {
    return this.#toSend.needsWakeup;
  }

  /** How many frames that were published to be sent the kernel has not taken. */
  get unsent(): number {
    return this.#toSend.untaken;
  }

  /** Takes received frames out of the ring, at most as many as `out` has room for. */
  receive(out: FramesOut, max: number): number {
    const ring = this.#received;
    const count = Math.min(ring.available, max, out.at.length);
    for (let i = 0; i < count; i++) {
      const word = ring.wordAt(i);
      const at = this.#takeBack(ring, word, 0, this.#sizes.rxFrames);
      const length = ring.words[word + LENGTH_WORD] >>> 0;
      const room = this.#sizes.frameBytes - at % this.#sizes.frameBytes;
      if (length > room) throw corrupt(`${length} bytes in a frame that has room for ${room}`);
      out.at[i] = at;
      out.lengths[i] = length;
    }
    out.count = count;
    if (count > 0) ring.release(count);
    return count;
  }

  /** Gives the kernel frames that were received to receive into again. */
  giveBack(out: FramesOut): void {
    const { count } = out;
    out.count = 0;
    if (count === 0) return;
    const { frameBytes } = this.#sizes;
    // There is room for all frames that are for receiving, always.
    for (let i = 0; i < count; i++) this.#offer(i, Math.floor(out.at[i] / frameBytes));
    this.#fill.publish(count);
  }

  /** Puts a frame to be sent behind those that are there; `false` if all are with the kernel. */
  prepare(data: Uint8Array, length: number): boolean {
    if (this.#freeCount === 0) this.reap();
    if (this.#freeCount === 0) return false;
    // Linux 6.12 gives frames back before it says that it took their entries.
    if (this.#toSend.untaken + this.#prepared >= this.#sizes.txFrames) return false;
    const frame = this.#free[--this.#freeCount];
    const at = frame * this.#sizes.frameBytes;
    this.bytes.set(data, at);
    const ring = this.#toSend;
    const word = ring.wordAt(this.#prepared++);
    ring.words[word] = at | 0;
    ring.words[word + 1] = 0;
    ring.words[word + LENGTH_WORD] = length;
    ring.words[word + OPTIONS_WORD] = 0;
    this.#owner[frame] = KERNELS;
    return true;
  }

  /** Shows the kernel the frames that were prepared. */
  publish(): void {
    if (this.#prepared > 0) this.#toSend.publish(this.#prepared);
    this.#prepared = 0;
  }

  /** Takes back frames that were sent. */
  reap(): void {
    const ring = this.#completions;
    const count = ring.available;
    const { rxFrames, txFrames, frameBytes } = this.#sizes;
    for (let i = 0; i < count; i++) {
      const at = this.#takeBack(ring, ring.wordAt(i), rxFrames, rxFrames + txFrames);
      this.#free[this.#freeCount++] = Math.floor(at / frameBytes);
    }
    if (count > 0) ring.release(count);
  }

  /** Takes the rings out of our memory, which would keep the socket open. What looks there sees zeros. */
  unmap(): void {
    for (const [place, size] of this.#mapped.splice(0)) this.#memory.unmap(place, size);
  }

  #offer(ahead: number, frame: number): void {
    const ring = this.#fill;
    const word = ring.wordAt(ahead);
    ring.words[word] = (frame * this.#sizes.frameBytes) | 0;
    ring.words[word + 1] = 0;
    this.#owner[frame] = KERNELS;
  }

  /** The address in an entry, whose frame must be one of these and the kernel's; it is ours now. */
  #takeBack(ring: XdpRing, word: number, first: number, end: number): number {
    const at = ring.words[word] >>> 0;
    const frame = Math.floor(at / this.#sizes.frameBytes);
    const isOf = ring.words[word + 1] === 0 && frame >= first && frame < end;
    if (!isOf || this.#owner[frame] !== KERNELS) {
      throw corrupt(`address ${at} is none of its frames`);
    }
    this.#owner[frame] = OURS;
    return at;
  }
}

function register(core: Descriptor, memory: RingMemory, sizes: XdpSizes): void {
  const { frameBytes, rxFrames, txFrames, headroomBytes } = sizes;
  const bytes = allocate(REG.size);
  const view = new DataView(bytes.buffer);
  const length = frameBytes * (rxFrames + txFrames);
  view.setBigUint64(REG.addr, memory.addressAt(memory.places[0]), true);
  view.setBigUint64(REG.len, BigInt(length), true);
  view.setUint32(REG.chunk_size, frameBytes, true);
  view.setUint32(REG.headroom, headroomBytes, true);
  setBytes(core, XDP_UMEM_REG, bytes);
}

function mapOffsets(core: Descriptor): DataView {
  const bytes = allocate(OFFSETS.size);
  const length = new Uint32Array([OFFSETS.size]);
  core.call(
    "getsockopt",
    (lib, fd) => lib.getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, bytes, length),
    "XDP_MMAP_OFFSETS",
  );
  if (length[0] !== OFFSETS.size) {
    throw corrupt("this kernel (before Linux 5.4) has no flags in it");
  }
  return new DataView(bytes.buffer);
}

function setNumber(core: Descriptor, option: number, value: number): void {
  const bytes = allocate(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  setBytes(core, option, bytes);
}

function setBytes(core: Descriptor, option: number, bytes: Uint8Array<ArrayBuffer>): void {
  core.call(
    "setsockopt",
    (lib, fd) => lib.setsockopt(fd, SOL_XDP, option, bytes, bytes.length),
    NAMES[option],
  );
}

const NAMES: Readonly<Record<number, string>> = {
  [XDP_UMEM_REG]: "XDP_UMEM_REG",
  [XDP_UMEM_FILL_RING]: "XDP_UMEM_FILL_RING",
  [XDP_UMEM_COMPLETION_RING]: "XDP_UMEM_COMPLETION_RING",
  [XDP_RX_RING]: "XDP_RX_RING",
  [XDP_TX_RING]: "XDP_TX_RING",
};
