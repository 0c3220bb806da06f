/**
 * How a route wraps packets, in the words of `ip -j route` (linux/lwtunnel.h).
 *
 * @module
 */
import * as w from "./abi/lwtunnel.ts";
import { type AttributeCodec, AttributeError, attributes } from "./attributes.ts";
import { ByteSource } from "./_bytes.ts";
import { be16, be64, decodeIp, ip, text, u32, u8 } from "./_codecs.ts";

/** How packets are wrapped. */
export interface RouteEncap {
  /** `"mpls"`, `"ip"`, `"ip6"`, `"seg6"`, `"bpf"`, `"seg6local"`, … */
  type: string;
  /** The labels of mpls, outermost first: `"100/200"`; the far end of ip and ip6. */
  dst?: string;
  /** The near end of ip and ip6. */
  src?: string;
  /** The tunnel's number, of ip and ip6. */
  id?: bigint;
  /** The time to live, of mpls and ip. */
  ttl?: number;
  /** The hop limit, of ip6. */
  hoplimit?: number;
  /** The type of service, of ip. */
  tos?: number;
  /** The traffic class, of ip6. */
  tc?: number;
  /** How the segments of seg6 go in: `"inline"`, `"encap"`, `"l2encap"`. */
  mode?: string;
  /** The segments of seg6, in the order they are visited. */
  segs?: string[];
  /** The program of bpf for what comes in. */
  in?: string;
  /** The program of bpf for what goes out. */
  out?: string;
  /** The program of bpf for what is sent. */
  xmit?: string;
  /** Room before packets for what `xmit` adds, in bytes. */
  headroom?: number;
  /** The bytes, of a type that has no words here. */
  data?: Uint8Array<ArrayBuffer>;
}

/** linux/lwtunnel.h, enum lwtunnel_encap_types. */
const TYPES = [
  "none",
  "mpls",
  "ip",
  "ila",
  "ip6",
  "seg6",
  "bpf",
  "seg6local",
  "rpl",
  "ioam6",
  "xfrm",
];

/** A label stack (RFC 3032, section 2.1): 20 bits each, the last one marked. */
const labels: AttributeCodec<string> = {
  decode(source, at, length) {
    const found: number[] = [];
    for (let i = 0; i + 4 <= length; i += 4) {
      const entry = source.view.getUint32(at + i);
      found.push(entry >>> 12);
      if ((entry & 0x100) !== 0) break;
    }
    return found.join("/");
  },
  encode() {
    throw new TypeError("Cannot encode netlink attribute: labels can only be read");
  },
};

/** linux/seg6_iptunnel.h, SEG6_IPTUN_MODE_*. */
const SEG6_MODES = ["inline", "encap", "l2encap", "encap.red", "l2encap.red"];

/** The mode, then the routing header (RFC 8754, section 2), whose segments are in reverse. */
const segments: AttributeCodec<{ mode: string; segs: string[] }> = {
  decode(source, at, length) {
    if (length < 12) throw new AttributeError(`${length} bytes, 12 are needed`);
    const mode = source.view.getInt32(at, true);
    const last = source.bytes[at + 8];
    const segs: string[] = [];
    for (let i = last; i >= 0; i--) {
      const start = 12 + 16 * i;
      if (start + 16 > length) {
        throw new AttributeError(`${length} bytes do not hold ${last + 1} segments`);
      }
      segs.push(decodeIp(source, at + start, 16));
    }
    return { mode: SEG6_MODES[mode] ?? `${mode}`, segs };
  },
  encode() {
    throw new TypeError("Cannot encode netlink attribute: segments can only be read");
  },
};

const PROGRAM = attributes("LWT_BPF_PROG_", { name: [w.LWT_BPF_PROG_NAME, text] });

/** The attributes of each type. */
const TABLES = {
  mpls: attributes("MPLS_IPTUNNEL_", {
    dst: [w.MPLS_IPTUNNEL_DST, labels],
    ttl: [w.MPLS_IPTUNNEL_TTL, u8],
  }),
  ip: attributes("LWTUNNEL_IP_", {
    id: [w.LWTUNNEL_IP_ID, be64],
    dst: [w.LWTUNNEL_IP_DST, ip],
    src: [w.LWTUNNEL_IP_SRC, ip],
    ttl: [w.LWTUNNEL_IP_TTL, u8],
    tos: [w.LWTUNNEL_IP_TOS, u8],
    flags: [w.LWTUNNEL_IP_FLAGS, be16],
  }),
  ip6: attributes("LWTUNNEL_IP6_", {
    id: [w.LWTUNNEL_IP6_ID, be64],
    dst: [w.LWTUNNEL_IP6_DST, ip],
    src: [w.LWTUNNEL_IP6_SRC, ip],
    hoplimit: [w.LWTUNNEL_IP6_HOPLIMIT, u8],
    tc: [w.LWTUNNEL_IP6_TC, u8],
    flags: [w.LWTUNNEL_IP6_FLAGS, be16],
  }),
  seg6: attributes("SEG6_IPTUNNEL_", { srh: [w.SEG6_IPTUNNEL_SRH, segments] }),
  bpf: attributes("LWT_BPF_", {
    in: [w.LWT_BPF_IN, PROGRAM],
    out: [w.LWT_BPF_OUT, PROGRAM],
    xmit: [w.LWT_BPF_XMIT, PROGRAM],
    headroom: [w.LWT_BPF_XMIT_HEADROOM, u32, "XMIT_HEADROOM"],
  }),
} as const;

/** The words of an encapsulation. */
export function readEncap(number: number, data: Uint8Array<ArrayBuffer> | undefined): RouteEncap {
  const type = TYPES[number] ?? `${number}`;
  const bytes = data ?? new Uint8Array(0);
  const source = new ByteSource(bytes);
  switch (type) {
    case "mpls": {
      const { ttl, dst } = TABLES.mpls.decode(source, 0, bytes.length);
      return ttl === undefined || ttl === 0 ? { type, dst } : { type, dst, ttl };
    }
    case "ip":
    case "ip6": {
      const { flags: _, unknown: _more, ...words } = TABLES[type].decode(source, 0, bytes.length);
      return { type, ...words };
    }
    case "seg6": {
      const { srh } = TABLES.seg6.decode(source, 0, bytes.length);
      return { type, ...srh };
    }
    case "bpf": {
      const words = TABLES.bpf.decode(source, 0, bytes.length);
      const encap: RouteEncap = { type };
      for (const hook of ["in", "out", "xmit"] as const) {
        if (words[hook] !== undefined) encap[hook] = words[hook].name ?? "";
      }
      if (words.headroom !== undefined) encap.headroom = words.headroom;
      return encap;
    }
    default:
      return { type, data: bytes };
  }
}
