/**
 * Numbers and structures of AF_XDP: linux/if_xdp.h, linux/if_link.h.
 *
 * @module
 */

/** Level of its socket options: linux/socket.h, which no libc has. */
export const SOL_XDP = 283;

// Socket options: linux/if_xdp.h
export const XDP_MMAP_OFFSETS = 1;
export const XDP_RX_RING = 2;
export const XDP_TX_RING = 3;
export const XDP_UMEM_REG = 4;
export const XDP_UMEM_FILL_RING = 5;
export const XDP_UMEM_COMPLETION_RING = 6;
export const XDP_STATISTICS = 7;
export const XDP_OPTIONS = 8;
/** What XDP_OPTIONS tells. */
export const XDP_OPTIONS_ZEROCOPY = 1;

// Flags of struct sockaddr_xdp
export const XDP_COPY = 2;
export const XDP_ZEROCOPY = 4;
export const XDP_USE_NEED_WAKEUP = 8; // Linux 5.4

/** A flag that the kernel keeps in a ring of ours: it takes nothing from it before it is called. */
export const XDP_RING_NEED_WAKEUP = 1;

// Where mmap(2) finds the rings
export const XDP_PGOFF_RX_RING = 0;
export const XDP_PGOFF_TX_RING = 0x80000000;
export const XDP_UMEM_PGOFF_FILL_RING = 0x100000000;
export const XDP_UMEM_PGOFF_COMPLETION_RING = 0x180000000;

// How a program is attached: linux/if_link.h
export const XDP_FLAGS_SKB_MODE = 2;
export const XDP_FLAGS_DRV_MODE = 4;

/** The kernel's room before each received frame (linux/bpf.h). */
export const XDP_PACKET_HEADROOM = 256;

/** The structures of linux/if_xdp.h. */
export const XDP_STRUCTS = {
  xdp_ring_offset: { size: 32, producer: 0, consumer: 8, desc: 16, flags: 24 },
  xdp_mmap_offsets: { size: 128, rx: 0, tx: 32, fr: 64, cr: 96 },
  /** `tx_metadata_len` (Linux 6.8) fills what was padding. */
  xdp_umem_reg: { size: 32, addr: 0, len: 8, chunk_size: 16, headroom: 20, flags: 24 },
  xdp_statistics: {
    size: 48,
    rx_dropped: 0,
    rx_invalid_descs: 8,
    tx_invalid_descs: 16,
    rx_ring_full: 24,
    rx_fill_ring_empty_descs: 32,
    tx_ring_empty_descs: 40,
  },
  xdp_options: { size: 4, flags: 0 },
  xdp_desc: { size: 16, addr: 0, len: 8, options: 12 },
} as const;
