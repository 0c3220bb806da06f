/**
 * The constants that programs on the BSD face pass, under their names in C.
 *
 * @module
 */
import * as ip from "../abi/ip_constants.ts";
import * as sockets from "../abi/socket_constants.ts";

/** No family in particular. */
export const AF_UNSPEC: 0 = sockets.AF_UNSPEC;
/** Unix domain sockets (`man 7 unix`). */
export const AF_UNIX: 1 = sockets.AF_UNIX;
/** IPv4 (`man 7 ip`). */
export const AF_INET: 2 = sockets.AF_INET;
/** IPv6 (`man 7 ipv6`). */
export const AF_INET6: 10 = sockets.AF_INET6;
/** Talks to the kernel (`man 7 netlink`). */
export const AF_NETLINK: 16 = sockets.AF_NETLINK;
/** Frames of the link layer (`man 7 packet`). */
export const AF_PACKET: 17 = sockets.AF_PACKET;
/** Controller area networks. */
export const AF_CAN: 29 = sockets.AF_CAN;
/** Cluster messaging (`man 7 tipc`). */
export const AF_TIPC: 30 = sockets.AF_TIPC;
/** Bluetooth. */
export const AF_BLUETOOTH: 31 = sockets.AF_BLUETOOTH;
/** The kernel's cryptography. */
export const AF_ALG: 38 = sockets.AF_ALG;
/** Between virtual machines and their host (`man 7 vsock`). */
export const AF_VSOCK: 40 = sockets.AF_VSOCK;
/** Amateur packet radio (`man 4 ax25`). */
export const AF_AX25: 3 = sockets.AF_AX25;
/** X.25 networks (`man 7 x25`). */
export const AF_X25: 9 = sockets.AF_X25;
/** Reliable datagrams (Documentation/networking/rds.rst). */
export const AF_RDS: 21 = sockets.AF_RDS;
/** PPP over Ethernet, PPTP, L2TP (linux/if_pppox.h). */
export const AF_PPPOX: 24 = sockets.AF_PPPOX;
/** IEEE 802.2 (linux/llc.h). */
export const AF_LLC: 26 = sockets.AF_LLC;
/** Remote procedure calls (Documentation/networking/rxrpc.rst). */
export const AF_RXRPC: 33 = sockets.AF_RXRPC;
/** Nokia's modems (Documentation/networking/phonet.rst). */
export const AF_PHONET: 35 = sockets.AF_PHONET;
/** Low-rate wireless networks (Documentation/networking/ieee802154.rst). */
export const AF_IEEE802154: 36 = sockets.AF_IEEE802154;
/** Near field communication (Documentation/networking/nfc.rst). */
export const AF_NFC: 39 = sockets.AF_NFC;
/** Messages over streams of TCP (Documentation/networking/kcm.rst). */
export const AF_KCM: 41 = sockets.AF_KCM;
/** Qualcomm's IPC router (linux/qrtr.h). */
export const AF_QIPCRTR: 42 = sockets.AF_QIPCRTR;
/** Shared memory in place of TCP (RFC 7609). */
export const AF_SMC: 43 = sockets.AF_SMC;
/** Queues of interfaces (Documentation/networking/af_xdp.rst). */
export const AF_XDP: 44 = sockets.AF_XDP;
/** Bytes in order, without boundaries. */
export const SOCK_STREAM: number = sockets.SOCK_STREAM;
/** Messages, unordered and unreliable over IP. */
export const SOCK_DGRAM: number = sockets.SOCK_DGRAM;
/** Packets with their headers (`man 7 raw`). */
export const SOCK_RAW: number = sockets.SOCK_RAW;
/** Reliable messages without order. */
export const SOCK_RDM: number = sockets.SOCK_RDM;
/** Messages in order, on a connection. */
export const SOCK_SEQPACKET: number = sockets.SOCK_SEQPACKET;
/** The level of the options that all sockets have (`man 7 socket`). */
export const SOL_SOCKET: number = sockets.SOL_SOCKET;
/** The backlog to ask for when the system's limit is wanted (`man 2 listen`). */
export const SOMAXCONN: number = sockets.SOMAXCONN;
/** Out-of-band data (`man 2 recv`). */
export const MSG_OOB: number = sockets.MSG_OOB;
/** Leaves what is received in the queue. */
export const MSG_PEEK: number = sockets.MSG_PEEK;
/** To hosts on the link only. */
export const MSG_DONTROUTE: number = sockets.MSG_DONTROUTE;
/** Told: ancillary data found no room. */
export const MSG_CTRUNC: number = sockets.MSG_CTRUNC;
/** The real length of a datagram, even if it found no room; told: its end is lost. */
export const MSG_TRUNC: number = sockets.MSG_TRUNC;
/** Does not wait: rejects with EAGAIN. */
export const MSG_DONTWAIT: number = sockets.MSG_DONTWAIT;
/** The end of a record. */
export const MSG_EOR: number = sockets.MSG_EOR;
/** Waits until all that was asked for is there. */
export const MSG_WAITALL: number = sockets.MSG_WAITALL;
/** Receives from the error queue (`man 7 ip`, IP_RECVERR). */
export const MSG_ERRQUEUE: number = sockets.MSG_ERRQUEUE;
/** No SIGPIPE; always set. */
export const MSG_NOSIGNAL: number = sockets.MSG_NOSIGNAL;
/** More will follow: the kernel may wait for it. */
export const MSG_MORE: number = sockets.MSG_MORE;
/** Sends without a copy, with SO_ZEROCOPY; completions come on the error queue. */
export const MSG_ZEROCOPY: number = sockets.MSG_ZEROCOPY;
/** The type's usual protocol; the level of IPv4 options. */
export const IPPROTO_IP: number = ip.IPPROTO_IP;
/** ICMP (`man 7 icmp`). */
export const IPPROTO_ICMP: number = ip.IPPROTO_ICMP;
/** TCP (`man 7 tcp`). */
export const IPPROTO_TCP: number = ip.IPPROTO_TCP;
/** UDP (`man 7 udp`). */
export const IPPROTO_UDP: number = ip.IPPROTO_UDP;
/** The level of IPv6 options. */
export const IPPROTO_IPV6: number = ip.IPPROTO_IPV6;
/** ICMP for IPv6. */
export const IPPROTO_ICMPV6: number = ip.IPPROTO_ICMPV6;
/** UDP-Lite (`man 7 udplite`). */
export const IPPROTO_UDPLITE: number = ip.IPPROTO_UDPLITE;
/** Raw packets with a header of one's own. */
export const IPPROTO_RAW: number = ip.IPPROTO_RAW;
/** Multipath TCP. */
export const IPPROTO_MPTCP: number = ip.IPPROTO_MPTCP;
/** Multicast group management (`man 7 ip`). */
export const IPPROTO_IGMP: number = ip.IPPROTO_IGMP;
/** Datagrams with congestion control (RFC 4340). */
export const IPPROTO_DCCP: number = ip.IPPROTO_DCCP;
/** Streams of messages, with several addresses an end (`man 7 sctp`). */
export const IPPROTO_SCTP: number = ip.IPPROTO_SCTP;
/** The level of IPv4's options and control messages (`man 7 ip`). */
export const SOL_IP: number = sockets.SOL_IP;
/** The level of IPv6's options and control messages (`man 7 ipv6`). */
export const SOL_IPV6: number = sockets.SOL_IPV6;
/** The level of TCP's options (`man 7 tcp`). */
export const SOL_TCP: number = sockets.SOL_TCP;
/** The level of UDP's options (`man 7 udp`). */
export const SOL_UDP: number = sockets.SOL_UDP;
/** Tells the neighbour table that the peer has answered (`man 2 send`). */
export const MSG_CONFIRM: number = sockets.MSG_CONFIRM;
/** Connects and sends in one (TCP Fast Open, RFC 7413). */
export const MSG_FASTOPEN: number = sockets.MSG_FASTOPEN;
/** A control message that passes descriptors (`man 7 unix`). */
export const SCM_RIGHTS: number = sockets.SCM_RIGHTS;
/** A control message with the sender's process, user and group (`man 7 unix`). */
export const SCM_CREDENTIALS: number = sockets.SCM_CREDENTIALS;
/** A control message with the sender's security label (`man 7 unix`). */
export const SCM_SECURITY: number = sockets.SCM_SECURITY;
/** A control message with a descriptor of the sender's process. Linux 6.5. */
export const SCM_PIDFD: number = sockets.SCM_PIDFD;
/** A control message with the time of arrival in microseconds (`man 7 socket`, SO_TIMESTAMP). */
export const SCM_TIMESTAMP: number = sockets.SCM_TIMESTAMP;
/** A control message with the time of arrival in nanoseconds (SO_TIMESTAMPNS). */
export const SCM_TIMESTAMPNS: number = sockets.SCM_TIMESTAMPNS;
/** A control message with the times that SO_TIMESTAMPING asks for. */
export const SCM_TIMESTAMPING: number = sockets.SCM_TIMESTAMPING;
