/**
 * Numbers and layouts of linux/sctp.h.
 *
 * @module
 */

/** By the header's names. */
export const NUMBERS = {
  SCTP_RTOINFO: 0,
  SCTP_ASSOCINFO: 1,
  SCTP_INITMSG: 2,
  SCTP_NODELAY: 3,
  SCTP_AUTOCLOSE: 4,
  SCTP_PRIMARY_ADDR: 6,
  SCTP_ADAPTATION_LAYER: 7,
  SCTP_DISABLE_FRAGMENTS: 8,
  SCTP_PEER_ADDR_PARAMS: 9,
  SCTP_I_WANT_MAPPED_V4_ADDR: 12,
  SCTP_MAXSEG: 13,
  SCTP_STATUS: 14,
  SCTP_GET_PEER_ADDR_INFO: 15,
  SCTP_CONTEXT: 17,
  SCTP_FRAGMENT_INTERLEAVE: 18,
  SCTP_PARTIAL_DELIVERY_POINT: 19,
  SCTP_MAX_BURST: 20,
  SCTP_AUTH_CHUNK: 21,
  SCTP_HMAC_IDENT: 22,
  SCTP_AUTH_KEY: 23,
  SCTP_AUTH_ACTIVE_KEY: 24,
  SCTP_AUTH_DELETE_KEY: 25,
  SCTP_PEER_AUTH_CHUNKS: 26,
  SCTP_LOCAL_AUTH_CHUNKS: 27,
  SCTP_GET_ASSOC_NUMBER: 28,
  SCTP_GET_ASSOC_ID_LIST: 29,
  SCTP_AUTO_ASCONF: 30,
  SCTP_RECVRCVINFO: 32,
  SCTP_DEFAULT_SNDINFO: 34,
  SCTP_AUTH_DEACTIVATE_KEY: 35,
  SCTP_REUSE_PORT: 36,
  SCTP_SOCKOPT_BINDX_ADD: 100,
  SCTP_SOCKOPT_BINDX_REM: 101,
  SCTP_GET_PEER_ADDRS: 108,
  SCTP_GET_LOCAL_ADDRS: 109,
  SCTP_SOCKOPT_CONNECTX: 110,
  SCTP_PR_SUPPORTED: 113,
  SCTP_DEFAULT_PRINFO: 114,
  SCTP_RECONFIG_SUPPORTED: 117,
  SCTP_ENABLE_STREAM_RESET: 118,
  SCTP_RESET_STREAMS: 119,
  SCTP_RESET_ASSOC: 120,
  SCTP_ADD_STREAMS: 121,
  SCTP_SOCKOPT_PEELOFF_FLAGS: 122,
  SCTP_STREAM_SCHEDULER: 123,
  SCTP_STREAM_SCHEDULER_VALUE: 124,
  SCTP_INTERLEAVING_SUPPORTED: 125,
  SCTP_EVENT: 127,
  SCTP_ASCONF_SUPPORTED: 128,
  SCTP_AUTH_SUPPORTED: 129,
  SCTP_ECN_SUPPORTED: 130,
  SCTP_REMOTE_UDP_ENCAPS_PORT: 132,
  SCTP_ALL_ASSOC: 2,
  SCTP_UNORDERED: 1,
  SCTP_ADDR_OVER: 2,
  SCTP_ABORT: 4,
  SCTP_SACK_IMMEDIATELY: 8,
  SCTP_SENDALL: 0x40,
  SCTP_EOF: 0x200,
  SCTP_PR_SCTP_TTL: 0x10,
  SCTP_PR_SCTP_RTX: 0x20,
  SCTP_PR_SCTP_PRIO: 0x30,
  SCTP_STREAM_RESET_INCOMING: 1,
  SCTP_STREAM_RESET_OUTGOING: 2,
  SCTP_SNDINFO: 2,
  SCTP_RCVINFO: 3,
  SCTP_PRINFO: 5,
  SCTP_AUTHINFO: 6,
} as const;

/** SCTP_SEND_FAILED: what RFC 6458 gave up for SCTP_SEND_FAILED_EVENT, and the kernel still tells. */
export const OLD_SEND_FAILED = 0x8003;

/** Notifications (enum sctp_sn_type), by the names used here. */
export const EVENTS = {
  association: 0x8001,
  peerAddress: 0x8002,
  remoteError: 0x8004,
  shutdown: 0x8005,
  partialDelivery: 0x8006,
  adaptation: 0x8007,
  authentication: 0x8008,
  senderDry: 0x8009,
  streamReset: 0x800a,
  associationReset: 0x800b,
  streamChange: 0x800c,
  sendFailed: 0x800d,
} as const;

/** struct sctp_sndinfo; the protocol identifier is in network order by custom. */
export const SNDINFO = {
  size: 16,
  snd_sid: 0,
  snd_flags: 2,
  snd_ppid: 4,
  snd_context: 8,
  snd_assoc_id: 12,
} as const;
/** struct sctp_rcvinfo. */
export const RCVINFO = {
  size: 28,
  rcv_sid: 0,
  rcv_ssn: 2,
  rcv_flags: 4,
  rcv_ppid: 8,
  rcv_tsn: 12,
  rcv_cumtsn: 16,
  rcv_context: 20,
  rcv_assoc_id: 24,
} as const;
/** struct sctp_sndrcvinfo. */
export const SNDRCVINFO = {
  size: 32,
  sinfo_stream: 0,
  sinfo_ppid: 8,
  sinfo_context: 12,
} as const;
/** struct sctp_prinfo. */
export const PRINFO = { size: 8, pr_policy: 0, pr_value: 4 } as const;
/** struct sctp_status. */
export const STATUS = {
  size: 176,
  sstat_assoc_id: 0,
  sstat_state: 4,
  sstat_rwnd: 8,
  sstat_unackdata: 12,
  sstat_penddata: 14,
  sstat_instrms: 16,
  sstat_outstrms: 18,
  sstat_fragmentation_point: 20,
  sstat_primary: 24,
} as const;
/** struct sctp_paddrinfo. */
export const PADDRINFO = {
  size: 152,
  spinfo_assoc_id: 0,
  spinfo_address: 4,
  spinfo_state: 132,
  spinfo_cwnd: 136,
  spinfo_srtt: 140,
  spinfo_rto: 144,
  spinfo_mtu: 148,
} as const;
/** struct sctp_paddrparams. */
export const PADDRPARAMS = {
  size: 156,
  spp_assoc_id: 0,
  spp_address: 4,
  spp_hbinterval: 132,
  spp_pathmaxrxt: 136,
  spp_pathmtu: 138,
  spp_sackdelay: 142,
  spp_flags: 146,
  spp_ipv6_flowlabel: 150,
  spp_dscp: 154,
} as const;
