/**
 * The attributes of WireGuard's messages (linux/wireguard.h), and its keys.
 *
 * @module
 */
import type { Inet6Address, InetAddress } from "../core/address.ts";
import { decodeSockaddr, encodeSockaddr } from "../ffi/families/sockaddr.ts";
import * as w from "./abi/wireguard.ts";
import { type AttributeCodec, AttributeError, attributes } from "./attributes.ts";
import { ip, list, text, u16, u32, u64, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";

/** The text of a key: base64 of 32 bytes, as `wg` has it. */
export const KEY_TEXT: RegExp = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** A key of zeros: none. */
export const NO_KEY: string = btoa("\0".repeat(w.WG_KEY_LEN));

const key: AttributeCodec<string> = {
  decode(source, at, length) {
    if (length !== w.WG_KEY_LEN) throw new AttributeError(`${length} bytes, not ${w.WG_KEY_LEN}`);
    return btoa(String.fromCharCode(...source.bytes.subarray(at, at + length)));
  },
  encode: (sink, value) => sink.append(Uint8Array.from(atob(value), (c) => c.charCodeAt(0))),
};

const endpoint: AttributeCodec<InetAddress | Inet6Address | undefined> = {
  decode(source, at, length) {
    const address = decodeSockaddr(source.bytes, length, undefined, at);
    return address.family === "inet" || address.family === "inet6" ? address : undefined;
  },
  encode: (sink, value) => sink.append(encodeSockaddr(value!, "set up WireGuard")),
};

const ALLOWED_IP = attributes("WGALLOWEDIP_A_", {
  family: [w.WGALLOWEDIP_A_FAMILY, u16],
  ipaddr: [w.WGALLOWEDIP_A_IPADDR, ip],
  cidr_mask: [w.WGALLOWEDIP_A_CIDR_MASK, u8],
});
const PEER = attributes("WGPEER_A_", {
  public_key: [w.WGPEER_A_PUBLIC_KEY, key],
  preshared_key: [w.WGPEER_A_PRESHARED_KEY, key],
  flags: [w.WGPEER_A_FLAGS, u32],
  endpoint: [w.WGPEER_A_ENDPOINT, endpoint],
  persistent_keepalive_interval: [w.WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, u16],
  // struct __kernel_timespec (linux/time_types.h)
  last_handshake_time: [w.WGPEER_A_LAST_HANDSHAKE_TIME, struct({ sec: "u64", nsec: "u64" })],
  rx_bytes: [w.WGPEER_A_RX_BYTES, u64],
  tx_bytes: [w.WGPEER_A_TX_BYTES, u64],
  allowedips: [w.WGPEER_A_ALLOWEDIPS, list(ALLOWED_IP)],
  protocol_version: [w.WGPEER_A_PROTOCOL_VERSION, u32],
});

/** A device, to read and to set. */
export const DEVICE = attributes("WGDEVICE_A_", {
  ifindex: [w.WGDEVICE_A_IFINDEX, u32],
  ifname: [w.WGDEVICE_A_IFNAME, text],
  private_key: [w.WGDEVICE_A_PRIVATE_KEY, key],
  public_key: [w.WGDEVICE_A_PUBLIC_KEY, key],
  flags: [w.WGDEVICE_A_FLAGS, u32],
  listen_port: [w.WGDEVICE_A_LISTEN_PORT, u16],
  fwmark: [w.WGDEVICE_A_FWMARK, u32],
  peers: [w.WGDEVICE_A_PEERS, list(PEER)],
});

/** A device's attributes. */
export type DeviceValues = ReturnType<typeof DEVICE.decode>;
/** A peer's attributes. */
export type PeerValues = ReturnType<typeof PEER.decode>;
