/**
 * Sizes of C structs and offsets of their fields, in bytes, one table per platform.
 *
 * A field is named as in C; of a field inside a union or a nested struct, by its own last name.
 *
 * @module
 */

import type { Platform, PlatformName } from "./platform.ts";

/**
 * What is the same on all platforms: both architectures are little-endian with 64-bit pointers. Code
 * that needs none but these need not ask for the platform.
 */
export const STRUCTS = {
  // Addresses

  /** sys/socket.h */
  sockaddr: { size: 16, sa_family: 0, sa_data: 2 },
  /** netinet/in.h */
  sockaddr_in: { size: 16, sin_family: 0, sin_port: 2, sin_addr: 4, sin_zero: 8 },
  /** netinet/in.h */
  sockaddr_in6: {
    size: 28,
    sin6_family: 0,
    sin6_port: 2,
    sin6_flowinfo: 4,
    sin6_addr: 8,
    sin6_scope_id: 24,
  },
  /** sys/un.h */
  sockaddr_un: { size: 110, sun_family: 0, sun_path: 2 },
  /** linux/if_packet.h */
  sockaddr_ll: {
    size: 20,
    sll_family: 0,
    sll_protocol: 2,
    sll_ifindex: 4,
    sll_hatype: 8,
    sll_pkttype: 10,
    sll_halen: 11,
    sll_addr: 12,
  },
  /** linux/netlink.h */
  sockaddr_nl: { size: 12, nl_family: 0, nl_pad: 2, nl_pid: 4, nl_groups: 8 },
  /** sys/socket.h */
  sockaddr_storage: { size: 128, ss_family: 0 },
  // Messages

  /** sys/uio.h */
  iovec: { size: 16, iov_base: 0, iov_len: 8 },
  /** sys/socket.h */
  msghdr: {
    size: 56,
    msg_name: 0,
    msg_namelen: 8,
    msg_iov: 16,
    msg_iovlen: 24,
    msg_control: 32,
    msg_controllen: 40,
    msg_flags: 48,
  },
  /** sys/socket.h */
  mmsghdr: { size: 64, msg_hdr: 0, msg_len: 56 },
  /** sys/socket.h */
  cmsghdr: { size: 16, cmsg_len: 0, cmsg_level: 8, cmsg_type: 12 },
  // Control messages and values of options

  /** sys/socket.h */
  ucred: { size: 12, pid: 0, uid: 4, gid: 8 },
  /** sys/socket.h */
  linger: { size: 8, l_onoff: 0, l_linger: 4 },
  /** sys/time.h */
  timeval: { size: 16, tv_sec: 0, tv_usec: 8 },
  /** time.h */
  timespec: { size: 16, tv_sec: 0, tv_nsec: 8 },
  /** linux/errqueue.h */
  scm_timestamping: { size: 48, ts: 0 },
  /** linux/net_tstamp.h */
  so_timestamping: { size: 8, flags: 0, bind_phc: 4 },
  /** linux/net_tstamp.h */
  sock_txtime: { size: 8, clockid: 0, flags: 4 },
  /** linux/net_tstamp.h */
  scm_ts_pktinfo: { size: 16, if_index: 0, pkt_length: 4, reserved: 8 },
  /** linux/net_tstamp.h */
  hwtstamp_config: { size: 12, flags: 0, tx_type: 4, rx_filter: 8 },
  /** linux/errqueue.h */
  sock_extended_err: {
    size: 16,
    ee_errno: 0,
    ee_origin: 4,
    ee_type: 5,
    ee_code: 6,
    ee_pad: 7,
    ee_info: 8,
    ee_data: 12,
    ee_rfc4884: 12,
  },
  /** linux/errqueue.h */
  sock_ee_data_rfc4884: { size: 4, len: 0, flags: 2 },
  /** linux/in.h */
  in_pktinfo: { size: 12, ipi_ifindex: 0, ipi_spec_dst: 4, ipi_addr: 8 },
  /** netinet/in.h */
  in6_pktinfo: { size: 20, ipi6_addr: 0, ipi6_ifindex: 16 },
  /** netinet/in.h */
  ip6_mtuinfo: { size: 32, ip6m_addr: 0, ip6m_mtu: 28 },
  /** linux/in6.h */
  in6_flowlabel_req: {
    size: 32,
    flr_dst: 0,
    flr_label: 16,
    flr_action: 20,
    flr_share: 21,
    flr_flags: 22,
    flr_expires: 24,
    flr_linger: 26,
  },
  // Multicast

  /** linux/in.h */
  ip_mreq: { size: 8, imr_multiaddr: 0, imr_interface: 4 },
  /** linux/in.h */
  ip_mreqn: { size: 12, imr_multiaddr: 0, imr_address: 4, imr_ifindex: 8 },
  /** linux/in.h */
  ip_mreq_source: { size: 12, imr_multiaddr: 0, imr_interface: 4, imr_sourceaddr: 8 },
  /** linux/in.h */
  ip_msfilter: {
    size: 20,
    imsf_multiaddr: 0,
    imsf_interface: 4,
    imsf_fmode: 8,
    imsf_numsrc: 12,
    imsf_slist: 16,
  },
  /** linux/in6.h */
  ipv6_mreq: { size: 20, ipv6mr_multiaddr: 0, ipv6mr_ifindex: 16 },
  /** linux/in.h */
  group_req: { size: 136, gr_interface: 0, gr_group: 8 },
  /** linux/in.h */
  group_source_req: { size: 264, gsr_interface: 0, gsr_group: 8, gsr_source: 136 },
  /** linux/in.h */
  group_filter: {
    size: 272,
    gf_interface: 0,
    gf_group: 8,
    gf_fmode: 136,
    gf_numsrc: 140,
    gf_slist: 144,
  },
  // TCP

  /** linux/tcp.h */
  tcp_md5sig: {
    size: 216,
    tcpm_addr: 0,
    tcpm_flags: 128,
    tcpm_prefixlen: 129,
    tcpm_keylen: 130,
    tcpm_ifindex: 132,
    tcpm_key: 136,
  },
  /** linux/tcp.h */
  tcp_repair_opt: { size: 8, opt_code: 0, opt_val: 4 },
  /** linux/tcp.h */
  tcp_repair_window: { size: 20, snd_wl1: 0, snd_wnd: 4, max_window: 8, rcv_wnd: 12, rcv_wup: 16 },
  /** linux/inet_diag.h */
  tcpvegas_info: { size: 16, tcpv_enabled: 0, tcpv_rttcnt: 4, tcpv_rtt: 8, tcpv_minrtt: 12 },
  /** linux/inet_diag.h */
  tcp_dctcp_info: {
    size: 16,
    dctcp_enabled: 0,
    dctcp_ce_state: 2,
    dctcp_alpha: 4,
    dctcp_ab_ecn: 8,
    dctcp_ab_tot: 12,
  },
  /** linux/inet_diag.h */
  tcp_bbr_info: {
    size: 20,
    bbr_bw_lo: 0,
    bbr_bw_hi: 4,
    bbr_min_rtt: 8,
    bbr_pacing_gain: 12,
    bbr_cwnd_gain: 16,
  },
  // Filters and packet sockets

  /** linux/filter.h */
  sock_filter: { size: 8, code: 0, jt: 2, jf: 3, k: 4 },
  /** linux/filter.h */
  sock_fprog: { size: 16, len: 0, filter: 8 },
  /** linux/icmp.h */
  icmp_filter: { size: 4, data: 0 },
  /** linux/icmpv6.h */
  icmp6_filter: { size: 32, data: 0 },
  /** linux/if_packet.h */
  packet_mreq: { size: 16, mr_ifindex: 0, mr_type: 4, mr_alen: 6, mr_address: 8 },
  /** linux/if_packet.h */
  tpacket_auxdata: {
    size: 20,
    tp_status: 0,
    tp_len: 4,
    tp_snaplen: 8,
    tp_mac: 12,
    tp_net: 14,
    tp_vlan_tci: 16,
    tp_vlan_tpid: 18,
  },
  /** linux/if_packet.h */
  tpacket_stats: { size: 8, tp_packets: 0, tp_drops: 4 },
  /** linux/if_packet.h */
  tpacket_stats_v3: { size: 12, tp_packets: 0, tp_drops: 4, tp_freeze_q_cnt: 8 },
  /** linux/if_packet.h */
  tpacket_req: { size: 16, tp_block_size: 0, tp_block_nr: 4, tp_frame_size: 8, tp_frame_nr: 12 },
  /** linux/if_packet.h */
  tpacket_req3: {
    size: 28,
    tp_block_size: 0,
    tp_block_nr: 4,
    tp_frame_size: 8,
    tp_frame_nr: 12,
    tp_retire_blk_tov: 16,
    tp_sizeof_priv: 20,
    tp_feature_req_word: 24,
  },
  /** linux/if_packet.h */
  tpacket2_hdr: {
    size: 32,
    tp_status: 0,
    tp_len: 4,
    tp_snaplen: 8,
    tp_mac: 12,
    tp_net: 14,
    tp_sec: 16,
    tp_nsec: 20,
    tp_vlan_tci: 24,
    tp_vlan_tpid: 26,
  },
  /** linux/if_packet.h */
  tpacket3_hdr: {
    size: 48,
    tp_next_offset: 0,
    tp_sec: 4,
    tp_nsec: 8,
    tp_snaplen: 12,
    tp_len: 16,
    tp_status: 20,
    tp_mac: 24,
    tp_net: 26,
    tp_rxhash: 28,
    tp_vlan_tci: 32,
    tp_vlan_tpid: 36,
  },
  /** linux/if_packet.h */
  tpacket_block_desc: {
    size: 48,
    version: 0,
    offset_to_priv: 4,
    block_status: 8,
    num_pkts: 12,
    offset_to_first_pkt: 16,
    blk_len: 20,
    seq_num: 24,
    ts_first_pkt: 32,
    ts_last_pkt: 40,
  },
  // Readiness

  /** poll.h */
  pollfd: { size: 8, fd: 0, events: 4, revents: 6 },
  // Rings of requests

  /** linux/io_uring.h */
  io_uring_params: {
    size: 120,
    sq_entries: 0,
    cq_entries: 4,
    flags: 8,
    features: 20,
    sq_off: 40,
    cq_off: 80,
  },
  /** linux/io_uring.h; its last 8 bytes are user_addr since Linux 6.5. */
  io_sqring_offsets: { size: 40, head: 0, tail: 4, ring_mask: 8, ring_entries: 12, flags: 16 },
  /** linux/io_uring.h; its last 8 bytes are user_addr since Linux 6.5. */
  io_cqring_offsets: { size: 40, head: 0, tail: 4, ring_mask: 8, cqes: 20, flags: 24 },
  /** linux/io_uring.h */
  io_uring_sqe: {
    size: 64,
    opcode: 0,
    flags: 1,
    ioprio: 2,
    fd: 4,
    addr: 16,
    len: 24,
    msg_flags: 28,
    poll32_events: 28,
    user_data: 32,
    buf_group: 40,
  },
  /** linux/io_uring.h */
  io_uring_cqe: { size: 16, user_data: 0, res: 8, flags: 12 },
  /** linux/io_uring.h */
  io_uring_buf: { size: 16, addr: 0, len: 8, bid: 12, resv: 14 },
  /** linux/io_uring.h */
  io_uring_buf_reg: { size: 40, ring_addr: 0, ring_entries: 8, bgid: 12 },
  // Names and interfaces

  /** netdb.h */
  addrinfo: {
    size: 48,
    ai_flags: 0,
    ai_family: 4,
    ai_socktype: 8,
    ai_protocol: 12,
    ai_addrlen: 16,
    ai_addr: 24,
    ai_canonname: 32,
    ai_next: 40,
  },
  /** netdb.h */
  servent: { size: 32, s_name: 0, s_aliases: 8, s_port: 16, s_proto: 24 },
  /** netdb.h */
  protoent: { size: 24, p_name: 0, p_aliases: 8, p_proto: 16 },
  /** signal.h */
  sigevent: { size: 64, sigev_value: 0, sigev_signo: 8, sigev_notify: 12 },
  /** netdb.h (glibc only) */
  gaicb: { size: 56, ar_name: 0, ar_service: 8, ar_request: 16, ar_result: 24, __return: 32 },
  /** net/if.h */
  if_nameindex: { size: 16, if_index: 0, if_name: 8 },
  /** net/if.h */
  ifreq: { size: 40, ifr_name: 0, ifr_ifru: 16 },
  /** net/if.h */
  ifconf: { size: 16, ifc_len: 0, ifc_ifcu: 8 },
};

/** Sizes and field offsets of all structs on one platform. */
export type Layout = Readonly<
  typeof STRUCTS & { epoll_event: { size: number; events: number; data: number } }
>;

/** sys/epoll.h: `__attribute__((packed))` on x86-64, so that the 32-bit layout is kept there. */
const EPOLL_EVENT_PACKED = { size: 12, events: 0, data: 4 };

/** sys/epoll.h: as any C struct elsewhere. */
const EPOLL_EVENT = { size: 16, events: 0, data: 8 };

/**
 * The table of each platform. musl declares `msg_iovlen`, `msg_controllen` and `cmsg_len` as 32 bits
 * with padding where glibc (and the kernel) has 64: the offsets are the same, and 64 bits may be
 * written as long as the upper half is zero. musl has no `gaicb`.
 */
export const LAYOUTS: Readonly<Record<PlatformName, Layout>> = {
  "linux-x86_64-glibc": { ...STRUCTS, epoll_event: EPOLL_EVENT_PACKED },
  "linux-x86_64-musl": { ...STRUCTS, epoll_event: EPOLL_EVENT_PACKED },
  "linux-aarch64-glibc": { ...STRUCTS, epoll_event: EPOLL_EVENT },
  "linux-aarch64-musl": { ...STRUCTS, epoll_event: EPOLL_EVENT },
};

/**
 * The table of a platform.
 *
 * @param platform What {@linkcode detectPlatform} returned.
 * @returns Its sizes and offsets.
 */
export function layoutOf(platform: Platform): Layout {
  return LAYOUTS[platform.name];
}

/**
 * The room that one control message takes (CMSG_SPACE of sys/socket.h): header and data, each
 * rounded up to 8 bytes.
 *
 * @param dataLength The length of the data, in bytes.
 * @returns The bytes to reserve.
 */
export function cmsgSpace(dataLength: number): number {
  return STRUCTS.cmsghdr.size + (dataLength + 7 & ~7);
}

/**
 * The value of `cmsg_len` for a control message (CMSG_LEN of sys/socket.h).
 *
 * @param dataLength The length of the data, in bytes.
 * @returns Header and data, not rounded up.
 */
export function cmsgLength(dataLength: number): number {
  return STRUCTS.cmsghdr.size + dataLength;
}
