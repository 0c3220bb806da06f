/**
 * WireGuard's devices and peers set: what `wg set` and `wg syncconf` do.
 *
 * @module
 */
import type { Inet6Address, InetAddress } from "../core/address.ts";
import {
  boolean,
  either,
  integer,
  list,
  object,
  optional,
  type Parameter,
  show,
} from "../core/arguments.ts";
import { encodeSockaddr } from "../ffi/families/sockaddr.ts";
import { checkLinkName } from "./_change_words.ts";
import { genericRequest } from "./_generic_call.ts";
import { requestOn } from "./_request.ts";
import { checkQuery, NETLINK_KEYS, type NetlinkOptions, withSession } from "./_session.ts";
import {
  DEVICE,
  type DeviceValues,
  KEY_TEXT,
  NO_KEY,
  type PeerValues,
} from "./_wireguard_attributes.ts";
import { NETLINK_GENERIC } from "./abi/netlink.ts";
import * as w from "./abi/wireguard.ts";
import { parsePrefix } from "./_families.ts";
import { findFamily } from "./generic.ts";

/** What a WireGuard device is to be; what is left out stays as it is. */
export interface WireguardSettings {
  /** The private key, base64 of 32 bytes; `null` for none. */
  privateKey?: string | null;
  /** The UDP port to take packets at, 0 to 65535; 0 has the kernel choose. */
  listenPort?: number;
  /** The mark of packets sent, 0 to 4294967295; 0 is none. */
  fwmark?: number;
  /** Drop all peers that are not among `peers`. Default: false. */
  replacePeers?: boolean;
  /** The peers to add or change. */
  peers?: readonly WireguardPeerSettings[];
}

/** What a peer is to be; what is left out stays as it is. */
export interface WireguardPeerSettings {
  /** Its public key, base64 of 32 bytes, which names it. */
  publicKey: string;
  /** Take the peer away, whatever else is said of it. Default: false. */
  remove?: boolean;
  /** Change the peer only if it is there. Default: false, and it is added. */
  updateOnly?: boolean;
  /** The key that both have beside, base64 of 32 bytes; `null` for none. */
  presharedKey?: string | null;
  /** Where it is. */
  endpoint?: InetAddress | Inet6Address;
  /** How often to send something that keeps the way open, 0 to 65535 seconds; 0 is never. */
  persistentKeepaliveSeconds?: number;
  /** Its addresses: `"10.0.0.0/8"`, or one without a prefix. */
  allowedIps?: readonly string[];
  /** Whether `allowedIps` are all that it has, or are added. Default: true where there are any. */
  replaceAllowedIps?: boolean;
}

const KEY: Parameter<string> = (value, action, name) => {
  if (typeof value === "string" && KEY_TEXT.test(value)) return value;
  const what = typeof value === "string" ? "the text" : show(value);
  // A key that is almost right is not repeated in an error, which may be logged.
  throw new TypeError(`Cannot ${action}: ${name}: ${what} is no base64 of 32 bytes`);
};
const NONE: Parameter<null> = (value) => {
  if (value === null) return null;
  throw new TypeError();
};
const KEY_OR_NONE = optional(either(NONE, KEY));
const ENDPOINT: Parameter<InetAddress | Inet6Address> = (value, action, name) => {
  const bytes = encodeSockaddr(value as InetAddress, `${action}: ${name}`);
  if (bytes[0] === 2 || bytes[0] === 10) return { ...value as InetAddress };
  throw new TypeError(`Cannot ${action}: ${name} is no address of IP`);
};
const PREFIX: Parameter<ReturnType<typeof parsePrefix>> = (value, action, name) =>
  parsePrefix(value as string, action, name);

const PEER_SETTINGS = object({
  publicKey: KEY,
  remove: optional(boolean),
  updateOnly: optional(boolean),
  presharedKey: KEY_OR_NONE,
  endpoint: optional(ENDPOINT),
  persistentKeepaliveSeconds: optional(integer(0, 0xffff)),
  allowedIps: optional(list(PREFIX)),
  replaceAllowedIps: optional(boolean),
});
type CheckedPeer = ReturnType<typeof PEER_SETTINGS>;
const SETTINGS = object({
  privateKey: KEY_OR_NONE,
  listenPort: optional(integer(0, 0xffff)),
  fwmark: optional(integer(0, 0xffffffff)),
  replacePeers: optional(boolean),
  peers: optional(list(PEER_SETTINGS)),
});
const ACK_ONLY = () => undefined;

/**
 * Sets up a WireGuard device that there is: keys, port, peers with endpoints and allowed addresses.
 * What does not fit one message goes in several, in order; an error leaves those before it in force.
 *
 * Linux 5.6. Needs `--allow-ffi` and the whole of `--allow-net`, and CAP_NET_ADMIN in the namespace.
 *
 * @example A tunnel to one peer
 * ```ts ignore
 * import { change, setWireguard } from "@berkeley/sockets/netlink";
 *
 * declare const privateKey: string, theirKey: string;
 * await change({ do: "add link", ifname: "wg0", kind: "wireguard" });
 * await setWireguard("wg0", {
 *   privateKey,
 *   listenPort: 51820,
 *   peers: [{
 *     publicKey: theirKey,
 *     endpoint: { family: "inet", hostname: "192.0.2.1", port: 51820 },
 *     allowedIps: ["10.0.0.0/24"],
 *     persistentKeepaliveSeconds: 25,
 *   }],
 * });
 * ```
 *
 * @param dev The device, by name.
 * @param settings What to set.
 * @param options Where, signal and time limit.
 * @throws {TypeError} If a key is malformed, or a word unknown or of the wrong kind.
 * @throws {RangeError} If a number is out of range.
 * @throws {NetlinkError} `ENODEV` if there is no such link, `EOPNOTSUPP` if it is no WireGuard device,
 * `ENOENT` if the kernel lacks WireGuard, `EPERM` without CAP_NET_ADMIN.
 */
export async function setWireguard(
  dev: string,
  settings: WireguardSettings,
  options: NetlinkOptions = {},
): Promise<void> {
  checkLinkName(dev, "set up WireGuard", "dev");
  const action = `set up WireGuard of ${dev}`;
  const checked = SETTINGS(settings, action, "settings");
  checkQuery(options, NETLINK_KEYS, action);
  await withSession(NETLINK_GENERIC, options, "everything", action, async (transport, wait) => {
    const { id } = await findFamily(transport, "wireguard", wait);
    for (const values of messages(dev, checked)) {
      const request = genericRequest({
        family: id,
        command: w.WG_CMD_SET_DEVICE,
        version: w.WG_GENL_VERSION,
        query: DEVICE,
        values,
        reply: DEVICE,
        read: ACK_ONLY,
        action,
      });
      await requestOn(transport, request, wait);
    }
  });
}

/** Addresses of one peer in one message, and addresses and peers: all within 65,535 bytes. */
const MOST_ADDRESSES = 500;
/** What a peer costs as much as, without its addresses. */
const PEER_ADDRESSES = 5;

function* messages(
  dev: string,
  settings: ReturnType<typeof SETTINGS>,
): Generator<DeviceValues, void, void> {
  const { privateKey, listenPort, fwmark, replacePeers = false, peers = [] } = settings;
  let device: DeviceValues = {
    ifname: dev,
    private_key: privateKey === null ? NO_KEY : privateKey,
    flags: replacePeers ? w.WGDEVICE_F_REPLACE_PEERS : undefined,
    listen_port: listenPort,
    fwmark,
  };
  let told: PeerValues[] = [];
  let cost = 0;
  for (const peer of peers) {
    for (const piece of pieces(peer)) {
      const more = PEER_ADDRESSES + (piece.allowedips?.length ?? 0);
      if (cost > 0 && cost + more > MOST_ADDRESSES + PEER_ADDRESSES) {
        yield { ...device, peers: told };
        device = { ifname: dev };
        told = [];
        cost = 0;
      }
      told.push(piece);
      cost += more;
    }
  }
  yield { ...device, peers: told.length === 0 ? undefined : told };
}

/** A peer, its addresses a few hundred at a time: the second message of it adds to the first. */
function* pieces(peer: CheckedPeer): Generator<PeerValues, void, void> {
  const { publicKey, presharedKey, remove, updateOnly, allowedIps } = peer;
  if (remove) {
    // Not made only to be taken away: without UPDATE_ONLY the kernel would.
    yield { public_key: publicKey, flags: w.WGPEER_F_REMOVE_ME | w.WGPEER_F_UPDATE_ONLY };
    return;
  }
  const replace = peer.replaceAllowedIps ?? allowedIps !== undefined;
  const addresses = (allowedIps ?? []).map(({ address, prefixLength, family }) => ({
    family,
    ipaddr: address,
    cidr_mask: prefixLength,
  }));
  const update = updateOnly ? w.WGPEER_F_UPDATE_ONLY : 0;
  const flags = update | (replace ? w.WGPEER_F_REPLACE_ALLOWEDIPS : 0);
  yield {
    public_key: publicKey,
    preshared_key: presharedKey === null ? NO_KEY : presharedKey,
    flags: flags === 0 ? undefined : flags,
    endpoint: peer.endpoint,
    persistent_keepalive_interval: peer.persistentKeepaliveSeconds,
    allowedips: addresses.length === 0 ? undefined : addresses.slice(0, MOST_ADDRESSES),
  };
  for (let at = MOST_ADDRESSES; at < addresses.length; at += MOST_ADDRESSES) {
    yield {
      public_key: publicKey,
      flags: update === 0 ? undefined : update,
      allowedips: addresses.slice(at, at + MOST_ADDRESSES),
    };
  }
}
