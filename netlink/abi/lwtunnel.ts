/**
 * Routes that wrap packets: attributes.
 *
 * @module
 */

// linux/lwtunnel.h, linux/mpls_iptunnel.h, linux/seg6_iptunnel.h
export const LWTUNNEL_IP_ID = 1;
export const LWTUNNEL_IP_DST = 2;
export const LWTUNNEL_IP_SRC = 3;
export const LWTUNNEL_IP_TTL = 4;
export const LWTUNNEL_IP_TOS = 5;
export const LWTUNNEL_IP_FLAGS = 6;
export const LWTUNNEL_IP6_ID = 1;
export const LWTUNNEL_IP6_DST = 2;
export const LWTUNNEL_IP6_SRC = 3;
export const LWTUNNEL_IP6_HOPLIMIT = 4;
export const LWTUNNEL_IP6_TC = 5;
export const LWTUNNEL_IP6_FLAGS = 6;
export const LWT_BPF_IN = 1;
export const LWT_BPF_OUT = 2;
export const LWT_BPF_XMIT = 3;
export const LWT_BPF_XMIT_HEADROOM = 4;
export const LWT_BPF_PROG_NAME = 2;
export const MPLS_IPTUNNEL_DST = 1;
export const MPLS_IPTUNNEL_TTL = 2;
export const SEG6_IPTUNNEL_SRH = 1;
