/**
 * Addresses of the families that have no folder: they are used by `socket()` alone.
 *
 * @module
 */

/** A service on a node of Qualcomm's IPC router, as in modems of telephones (linux/qrtr.h). */
export interface QipcrtrAddress {
  /** Always `"qipcrtr"`. */
  family: "qipcrtr";
  /** The node, 0 to 2^32 - 1: 1 is this one unless it was changed; 2^32 - 1 all of them. */
  node: number;
  /** 0 to 2^32 - 1: 0 lets the kernel choose at bind; 0xfffffffe is the name service's. */
  port: number;
}

/** An object of a Nokia modem's bus (linux/phonet.h, Documentation/networking/phonet.rst). */
export interface PhonetAddress {
  /** Always `"phonet"`. */
  family: "phonet";
  /** The device, 0 to 0xfc in steps of 4. Default 0: the kernel chooses. */
  device?: number;
  /** The port, 0 to 0x3ff. Default 0: the kernel chooses. */
  port?: number;
  /** The resource, 0 to 255. Default 0. */
  resource?: number;
}

/** A tag or a peer of near field communication (linux/nfc.h). The last three keys are of LLCP. */
export interface NfcAddress {
  /** Always `"nfc"`. */
  family: "nfc";
  /** The adapter, 0 to 2^32 - 1. */
  device: number;
  /** The target that it has found, 0 to 2^32 - 1. Default 0. */
  target?: number;
  /** What is spoken, NFC_PROTO_*: 1 Jewel, 2 MIFARE, 3 FeliCa, 4 ISO 14443, 5 NFC-DEP … Default 0. */
  protocol?: number;
  /** The peer's service access point, 0 to 63. */
  destinationSap?: number;
  /** One's own service access point, 0 to 63; 0 lets the kernel choose. */
  sourceSap?: number;
  /** The service by its name: up to 63 printable ASCII characters, `"urn:nfc:sn:snep"`. */
  serviceName?: string;
}

/** A number of an X.25 network (linux/x25.h, `man 7 x25`). */
export interface X25Address {
  /** Always `"x25"`. */
  family: "x25";
  /** X.121 address: up to 15 decimal digits; none for any. */
  number: string;
}

/** A station of amateur packet radio (linux/ax25.h, `man 4 ax25`). */
export interface Ax25Address {
  /** Always `"ax25"`. */
  family: "ax25";
  /** One to six letters and digits, and `-1` to `-15` where there are several: `"OE3XYZ-7"`. */
  callsign: string;
  /** Up to eight stations on the way, in order; at bind one: the device by its callsign. Default none. */
  digipeaters?: string[];
}

/** An IP address within an address of another family. */
export interface InnerIpAddress {
  /** IPv4 or IPv6 as text. */
  hostname: string;
  /** 0 to 65535. */
  port: number;
  /** Interface index of a link-local IPv6 address; absent when 0. */
  scopeId?: number;
}

/** A session of PPP over Ethernet (linux/if_pppox.h, RFC 2516). */
export interface PppoeAddress {
  /** Always `"pppox"`. */
  family: "pppox";
  /** Always `"pppoe"`. */
  kind: "pppoe";
  /** The session's number, 0 to 65535. */
  session: number;
  /** The other end, `"02:00:00:00:00:01"`. */
  hardwareAddress: string;
  /** The interface it is reached by, `"eth0"`, up to 15 bytes. */
  interface: string;
}

/** A call of PPTP (linux/if_pppox.h, RFC 2637). */
export interface PptpAddress {
  /** Always `"pppox"`. */
  family: "pppox";
  /** Always `"pptp"`. */
  kind: "pptp";
  /** The call's number, 0 to 65535. */
  callId: number;
  /** The other end, dotted quad. */
  remoteHost: string;
}

/** A session of L2TP (linux/if_pppol2tp.h, Documentation/networking/l2tp.rst). */
export interface L2tpAddress {
  /** Always `"pppox"`. */
  family: "pppox";
  /** Always `"l2tp"`. */
  kind: "l2tp";
  /** 2 (RFC 2661), whose numbers have 16 bits, or 3 (RFC 3931), whose have 32. Default 2. */
  version?: 2 | 3;
  /** The descriptor of the tunnel's socket of UDP; -1 where netlink has made the tunnel. Default -1. */
  fd?: number;
  /** The other end. */
  remote: InnerIpAddress;
  /** The tunnel here. */
  tunnel: number;
  /** The session here; 0 for the tunnel's own. */
  session: number;
  /** The tunnel there. */
  peerTunnel: number;
  /** The session there. */
  peerSession: number;
}

/** What PPP goes over (linux/if_pppox.h). */
export type PppoxAddress = PppoeAddress | PptpAddress | L2tpAddress;

/** A service of remote procedure calls, as AFS has them (Documentation/networking/rxrpc.rst). */
export interface RxrpcAddress {
  /** Always `"rxrpc"`. */
  family: "rxrpc";
  /** The service, 1 to 65535; 0 for a client's own end. */
  service: number;
  /** Where it is reached over UDP: IPv4 or IPv6 as the socket's protocol says (AF_INET, AF_INET6). */
  transport: InnerIpAddress;
}

/** A device of a low-rate wireless network (include/net/af_ieee802154.h). */
export interface Ieee802154Address {
  /** Always `"ieee802154"`. */
  family: "ieee802154";
  /** The network, 0 to 65535. Default 65535: all of them. */
  panId?: number;
  /** The short address, 0 to 65535. Without both kinds it names nobody. */
  shortAddress?: number;
  /** The long address, eight bytes: `"02:00:00:00:00:00:00:01"`. */
  extendedAddress?: string;
}

/** A service access point of IEEE 802.2 (linux/llc.h). */
export interface LlcAddress {
  /** Always `"llc"`. */
  family: "llc";
  /** The service access point, 0 to 255, even for one's own; 0 lets the kernel choose. */
  sap: number;
  /** The station, `"02:00:00:00:00:01"`; at bind the interface by its address. Default all zeros. */
  hardwareAddress?: string;
  /** ARPHRD_* of the link. Default 1: Ethernet. */
  hardwareType?: number;
  /** What is sent are PDUs of type TEST. Default false. */
  test?: boolean;
  /** What is sent are PDUs of type XID. Default false. */
  xid?: boolean;
  /** What is sent is unnumbered. Default false. */
  ua?: boolean;
}

/** A queue of an interface, before the network stack (linux/if_xdp.h, Documentation/networking/af_xdp.rst). */
export interface XdpAddress {
  /** Always `"xdp"`. */
  family: "xdp";
  /** Interface name, `"eth0"`. */
  interface: string;
  /** Interface index; looked up from the name when absent. */
  interfaceIndex?: number;
  /** The queue, 0 to 2^32 - 1. */
  queue: number;
  /** XDP_SHARED_UMEM 1, XDP_COPY 2, XDP_ZEROCOPY 4, XDP_USE_NEED_WAKEUP 8, XDP_USE_SG 16. Default 0. */
  flags?: number;
  /** The socket whose memory is shared, with XDP_SHARED_UMEM. Default 0. */
  sharedUmemFd?: number;
}

/** Addresses of families without folders, by their names in them. A new one is a line here. */
export interface RareAddressTypes {
  /** Qualcomm's IPC router. */
  qipcrtr: QipcrtrAddress;
  /** Nokia's modems. */
  phonet: PhonetAddress;
  /** Near field communication. */
  nfc: NfcAddress;
  /** X.25. */
  x25: X25Address;
  /** Amateur packet radio. */
  ax25: Ax25Address;
  /** PPP over Ethernet, PPTP and L2TP. */
  pppox: PppoxAddress;
  /** Remote procedure calls. */
  rxrpc: RxrpcAddress;
  /** Low-rate wireless networks. */
  ieee802154: Ieee802154Address;
  /** IEEE 802.2. */
  llc: LlcAddress;
  /** Queues of interfaces. */
  xdp: XdpAddress;
}

/**
 * Families whose sockets have no addresses of their own: those of SMC and RDS take IP addresses, those
 * of KCM none.
 */
export type BorrowingFamily = "smc" | "rds" | "kcm";
