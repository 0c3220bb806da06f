/**
 * WireGuard's devices and peers: what `wg show` shows.
 *
 * @module
 */
import type { Inet6Address, InetAddress } from "../core/address.ts";
import type { Wait } from "../core/wait.ts";
import { checkLinkName } from "./_change_words.ts";
import { genericRequest } from "./_generic_call.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import type { Transport } from "./_transport.ts";
import { DEVICE, type DeviceValues, NO_KEY, type PeerValues } from "./_wireguard_attributes.ts";
import { NETLINK_GENERIC } from "./abi/netlink.ts";
import { WG_CMD_GET_DEVICE, WG_GENL_VERSION } from "./abi/wireguard.ts";
import { findFamily } from "./generic.ts";

/** A WireGuard device. Keys are base64 of 32 bytes, as `wg` has them. */
export interface WireguardDevice {
  /** Its name. */
  ifname: string;
  /** Its index. */
  ifindex: number;
  /** Its private key; absent if it has none. */
  privateKey?: string;
  /** Its public key; absent if it has none. */
  publicKey?: string;
  /** The UDP port that it takes packets at; 0 while it is down and none was chosen. */
  listenPort: number;
  /** The mark of the packets that it sends; 0 is none. */
  fwmark: number;
  /** Whom it talks to. */
  peers: WireguardPeer[];
}

/** A peer of a WireGuard device. */
export interface WireguardPeer {
  /** Its public key, which names it. */
  publicKey: string;
  /** The key that both have beside; absent if there is none. */
  presharedKey?: string;
  /** Where its packets come from and go to; absent until it is known. */
  endpoint?: InetAddress | Inet6Address;
  /** The addresses that it may send from, and that are sent to it: `"10.0.0.0/8"`. */
  allowedIps: string[];
  /** When the last handshake was, in milliseconds since 1970; absent before the first. */
  lastHandshakeMs?: number;
  /** Bytes received. */
  rxBytes: bigint;
  /** Bytes sent. */
  txBytes: bigint;
  /** How often something is sent to keep the way open, in seconds; absent if nothing is. */
  persistentKeepaliveSeconds?: number;
  /** The version of the protocol. */
  protocolVersion: number;
}

/**
 * A WireGuard device with its keys and peers: what `wg show wg0 dump` shows.
 *
 * Linux 5.6. Needs `--allow-ffi` and the whole of `--allow-net`, and CAP_NET_ADMIN.
 *
 * @example All devices and whom they talk to
 * ```ts ignore
 * import { links, wireguard } from "@berkeley/sockets/netlink";
 *
 * for (const { ifname } of await links({ kind: "wireguard" }).toArray()) {
 *   for (const peer of (await wireguard(ifname)).peers) console.log(ifname, peer.endpoint);
 * }
 * ```
 *
 * @param dev The device, by name.
 * @param options Where to look.
 * @returns The device.
 * @throws {TypeError} If the name or an option is of the wrong kind.
 * @throws {NetlinkError} `ENODEV` if there is no such link, `EOPNOTSUPP` if it is no WireGuard device,
 * `ENOENT` if the kernel lacks WireGuard, `EPERM` without CAP_NET_ADMIN.
 */
export async function wireguard(
  dev: string,
  options: NetlinkOptions = {},
): Promise<WireguardDevice> {
  checkLinkName(dev, "read WireGuard", "dev");
  const action = `read WireGuard of ${dev}`;
  checkQuery(options, NETLINK_KEYS, action);
  const open = async (transport: Transport, wait: Wait | undefined) => [
    genericRequest({
      family: (await findFamily(transport, "wireguard", wait)).id,
      command: WG_CMD_GET_DEVICE,
      version: WG_GENL_VERSION,
      query: DEVICE,
      values: { ifname: dev },
      reply: DEVICE,
      read: (values) => values,
      action,
    }),
  ];
  const dump = dumpOnce(NETLINK_GENERIC, options, "everything", action, open);
  return joined(dev, await dump.toArray());
}

/** A device that did not fit one message: its peers go on in the next, and a peer's addresses too. */
function joined(dev: string, parts: readonly DeviceValues[]): WireguardDevice {
  const [first = {}] = parts;
  const device: WireguardDevice = {
    ifname: first.ifname ?? dev,
    ifindex: first.ifindex ?? 0,
    listenPort: first.listen_port ?? 0,
    fwmark: first.fwmark ?? 0,
    peers: [],
  };
  if (isKey(first.private_key)) device.privateKey = first.private_key;
  if (isKey(first.public_key)) device.publicKey = first.public_key;
  for (const { peers = [] } of parts) {
    for (const values of peers) {
      const last = device.peers.at(-1);
      if (last !== undefined && last.publicKey === values.public_key) {
        last.allowedIps.push(...addressesOf(values));
      } else device.peers.push(readPeer(values));
    }
  }
  return device;
}

function readPeer(values: PeerValues): WireguardPeer {
  const { endpoint, last_handshake_time: handshake } = values;
  const keepalive = values.persistent_keepalive_interval ?? 0;
  const peer: WireguardPeer = {
    publicKey: values.public_key ?? "",
    allowedIps: addressesOf(values),
    rxBytes: values.rx_bytes ?? 0n,
    txBytes: values.tx_bytes ?? 0n,
    protocolVersion: values.protocol_version ?? 0,
  };
  if (isKey(values.preshared_key)) peer.presharedKey = values.preshared_key;
  if (endpoint !== undefined) peer.endpoint = endpoint;
  if (handshake !== undefined && handshake.sec !== 0n) {
    peer.lastHandshakeMs = Number(handshake.sec) * 1000 + Number(handshake.nsec) / 1e6;
  }
  if (keepalive !== 0) peer.persistentKeepaliveSeconds = keepalive;
  return peer;
}

function addressesOf({ allowedips = [] }: PeerValues): string[] {
  return allowedips.map(({ ipaddr, cidr_mask }) => `${ipaddr}/${cidr_mask}`);
}

function isKey(key: string | undefined): key is string {
  return key !== undefined && key !== NO_KEY;
}
