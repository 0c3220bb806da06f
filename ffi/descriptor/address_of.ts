/**
 * Families by their numbers, as types.
 *
 * @module
 */
import type { Address, AddressTypes, IpAddress } from "../../core/address.ts";
import type * as sockets from "../abi/socket_constants.ts";

/** The addresses that the sockets of a family tell, by its number (AF_*). Those of AF_ALG and AF_KCM tell none. */
export interface AddressesByNumber {
  /** AF_UNIX. */
  [sockets.AF_UNIX]: AddressTypes["unix"];
  /** AF_INET. */
  [sockets.AF_INET]: AddressTypes["inet"];
  /** AF_INET6. */
  [sockets.AF_INET6]: AddressTypes["inet6"];
  /** AF_PACKET. */
  [sockets.AF_PACKET]: AddressTypes["packet"];
  /** AF_NETLINK. */
  [sockets.AF_NETLINK]: AddressTypes["netlink"];
  /** AF_VSOCK. */
  [sockets.AF_VSOCK]: AddressTypes["vsock"];
  /** AF_TIPC. */
  [sockets.AF_TIPC]: AddressTypes["tipc"];
  /** AF_CAN. */
  [sockets.AF_CAN]: AddressTypes["can"];
  /** AF_BLUETOOTH. */
  [sockets.AF_BLUETOOTH]: AddressTypes["bluetooth"];
  /** AF_QIPCRTR. */
  [sockets.AF_QIPCRTR]: AddressTypes["qipcrtr"];
  /** AF_PHONET. */
  [sockets.AF_PHONET]: AddressTypes["phonet"];
  /** AF_NFC. */
  [sockets.AF_NFC]: AddressTypes["nfc"];
  /** AF_X25. */
  [sockets.AF_X25]: AddressTypes["x25"];
  /** AF_AX25. */
  [sockets.AF_AX25]: AddressTypes["ax25"];
  /** AF_PPPOX. */
  [sockets.AF_PPPOX]: AddressTypes["pppox"];
  /** AF_RXRPC. */
  [sockets.AF_RXRPC]: AddressTypes["rxrpc"];
  /** AF_IEEE802154. */
  [sockets.AF_IEEE802154]: AddressTypes["ieee802154"];
  /** AF_LLC. */
  [sockets.AF_LLC]: AddressTypes["llc"];
  /** AF_XDP. */
  [sockets.AF_XDP]: AddressTypes["xdp"];
  /** AF_SMC: those of IP. */
  [sockets.AF_SMC]: IpAddress;
  /** AF_RDS: those of IP. */
  [sockets.AF_RDS]: IpAddress;
}

/**
 * The addresses of the sockets of a family, where the program says which by a constant.
 *
 * @typeParam F Its number: the type of `AF_INET`, or `number` for any.
 */
export type AddressOf<F extends number> = F extends keyof AddressesByNumber ? AddressesByNumber[F]
  : Address;
