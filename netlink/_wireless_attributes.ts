/**
 * The attributes of wireless links and networks (linux/nl80211.h), and what they are made into.
 *
 * @module
 */
import * as n from "./abi/nl80211.ts";
import { attributes } from "./attributes.ts";
import { binary, hardware, list, names, s32, text, u16, u32, u64, u8 } from "./_codecs.ts";

/** A link of a wireless device. */
export interface WirelessInterface {
  /** Its name; absent of one that is no network interface (`"P2P-device"`). */
  ifname?: string;
  /** Its index; absent as the name is. */
  ifindex?: number;
  /** The number of the device that it belongs to: `phy#0`. */
  phy: number;
  /** The kernel's number of it, in all devices. */
  wdev: bigint;
  /** Its hardware address. */
  address: string;
  /** What it does: `"managed"`, `"AP"`, `"IBSS"`, `"monitor"`, `"mesh point"`, … */
  type: string;
  /** The network that it belongs to or makes; bytes that are no UTF-8 read as U+FFFD. */
  ssid?: string;
  /** The channel that it is on, in MHz. */
  frequencyMhz?: number;
  /** How wide the channel is: `"20 MHz (no HT)"`, `"20 MHz"`, `"40 MHz"`, … */
  channelWidth?: string;
  /** The middle of the channel, in MHz. */
  centerMhz?: number;
  /** The middle of the other half of an 80+80 MHz channel, in MHz. */
  center2Mhz?: number;
  /** The power it sends with, in dBm. */
  txPowerDbm?: number;
}

/** A network in reach. */
export interface WirelessNetwork {
  /** The hardware address of what announces it. */
  bssid: string;
  /** Its name, empty if it hides it; bytes that are no UTF-8 read as U+FFFD. */
  ssid: string;
  /** The channel, in MHz. */
  frequencyMhz: number;
  /** How loud it is, in dBm, where the device measures that. */
  signalDbm?: number;
  /** How loud it is, from 0 to 100, where the device knows no more. */
  signalPercent?: number;
  /** When it was last heard, in milliseconds ago. */
  seenMsAgo: number;
  /** Its clock when it was heard, in microseconds. */
  tsfMicros: bigint;
  /** How often it announces itself, in units of 1,024 microseconds. */
  beaconIntervalUnits: number;
  /** What it can do, as bits (IEEE 802.11, 9.4.1.4). */
  capability: number;
  /** What this machine is to it, if anything. */
  status?: "authenticated" | "associated" | "joined";
  /** The elements that it announces (IEEE 802.11, 9.4.2), in order. */
  elements: WirelessElement[];
}

/** An element of an announcement. */
export interface WirelessElement {
  /** Its number: 0 is the name, 1 the rates, 48 security (RSN). */
  id: number;
  /** What it holds. */
  data: Uint8Array<ArrayBuffer>;
}

/** linux/nl80211.h, enum nl80211_iftype, as `iw` names them. */
const TYPES = [
  "unspecified",
  "IBSS",
  "managed",
  "AP",
  "AP/VLAN",
  "WDS",
  "monitor",
  "mesh point",
  "P2P-client",
  "P2P-GO",
  "P2P-device",
  "outside context of a BSS",
  "NAN",
];
/** linux/nl80211.h, enum nl80211_chan_width, as `iw` names them. */
const WIDTHS = [
  "20 MHz (no HT)",
  "20 MHz",
  "40 MHz",
  "80 MHz",
  "80+80 MHz",
  "160 MHz",
  "5 MHz",
  "10 MHz",
  "1 MHz",
  "2 MHz",
  "4 MHz",
  "8 MHz",
  "16 MHz",
  "320 MHz",
];
/** linux/nl80211.h, enum nl80211_bss_status. */
const STATUSES = ["authenticated", "associated", "joined"] as const;

const BSS = attributes("NL80211_BSS_", {
  bssid: [n.NL80211_BSS_BSSID, hardware],
  frequency: [n.NL80211_BSS_FREQUENCY, u32],
  tsf: [n.NL80211_BSS_TSF, u64],
  beacon_interval: [n.NL80211_BSS_BEACON_INTERVAL, u16],
  capability: [n.NL80211_BSS_CAPABILITY, u16],
  information_elements: [n.NL80211_BSS_INFORMATION_ELEMENTS, binary],
  signal_mbm: [n.NL80211_BSS_SIGNAL_MBM, s32],
  signal_unspec: [n.NL80211_BSS_SIGNAL_UNSPEC, u8],
  status: [n.NL80211_BSS_STATUS, u32],
  seen_ms_ago: [n.NL80211_BSS_SEEN_MS_AGO, u32],
  beacon_ies: [n.NL80211_BSS_BEACON_IES, binary],
});

/** All that is asked and told here. */
export const NL80211 = attributes("NL80211_ATTR_", {
  wiphy: [n.NL80211_ATTR_WIPHY, u32],
  ifindex: [n.NL80211_ATTR_IFINDEX, u32],
  ifname: [n.NL80211_ATTR_IFNAME, text],
  iftype: [n.NL80211_ATTR_IFTYPE, names(u32, TYPES)],
  mac: [n.NL80211_ATTR_MAC, hardware],
  wiphy_freq: [n.NL80211_ATTR_WIPHY_FREQ, u32],
  scan_frequencies: [n.NL80211_ATTR_SCAN_FREQUENCIES, list(u32)],
  scan_ssids: [n.NL80211_ATTR_SCAN_SSIDS, list(binary)],
  generation: [n.NL80211_ATTR_GENERATION, u32],
  bss: [n.NL80211_ATTR_BSS, BSS],
  ssid: [n.NL80211_ATTR_SSID, binary],
  wiphy_tx_power_level: [n.NL80211_ATTR_WIPHY_TX_POWER_LEVEL, s32],
  wdev: [n.NL80211_ATTR_WDEV, u64],
  channel_width: [n.NL80211_ATTR_CHANNEL_WIDTH, names(u32, WIDTHS)],
  center_freq1: [n.NL80211_ATTR_CENTER_FREQ1, u32],
  center_freq2: [n.NL80211_ATTR_CENTER_FREQ2, u32],
});

/** What a message of it holds. */
export type WirelessValues = ReturnType<typeof NL80211.decode>;

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** A link of a wireless device. */
export function readInterface(values: WirelessValues): WirelessInterface {
  const found: WirelessInterface = {
    phy: values.wiphy ?? 0,
    wdev: values.wdev ?? 0n,
    address: values.mac ?? "",
    type: values.iftype ?? TYPES[0],
  };
  if (values.ifname !== undefined) found.ifname = values.ifname;
  if (values.ifindex !== undefined) found.ifindex = values.ifindex;
  if (values.ssid !== undefined) found.ssid = DECODER.decode(values.ssid);
  if (values.wiphy_freq !== undefined) found.frequencyMhz = values.wiphy_freq;
  if (values.channel_width !== undefined) found.channelWidth = values.channel_width;
  if (values.center_freq1 !== undefined) found.centerMhz = values.center_freq1;
  if (values.center_freq2 !== undefined) found.center2Mhz = values.center_freq2;
  if (values.wiphy_tx_power_level !== undefined) {
    // Hundredths of a dBm.
    found.txPowerDbm = values.wiphy_tx_power_level / 100;
  }
  return found;
}

/** A network, of a reply that tells of one. */
export function readNetwork(
  values: WirelessValues,
): WirelessNetwork | undefined {
  const { bss } = values;
  if (bss === undefined) return undefined;
  const elements = readElements(bss.information_elements ?? bss.beacon_ies ?? new Uint8Array(0));
  const name = elements.find(({ id }) => id === ELEMENT_SSID);
  const network: WirelessNetwork = {
    bssid: bss.bssid ?? "",
    ssid: name === undefined || !name.data.some((byte) => byte !== 0)
      ? ""
      : DECODER.decode(name.data),
    frequencyMhz: bss.frequency ?? 0,
    seenMsAgo: bss.seen_ms_ago ?? 0,
    tsfMicros: bss.tsf ?? 0n,
    beaconIntervalUnits: bss.beacon_interval ?? 0,
    capability: bss.capability ?? 0,
    elements,
  };
  if (bss.signal_mbm !== undefined) network.signalDbm = bss.signal_mbm / 100;
  if (bss.signal_unspec !== undefined) network.signalPercent = bss.signal_unspec;
  const status = bss.status === undefined ? undefined : STATUSES[bss.status];
  if (status !== undefined) network.status = status;
  return network;
}

/** IEEE 802.11, 9.4.2.2. */
const ELEMENT_SSID = 0;

/** Elements as far as they are whole: what others announce may be cut. */
function readElements(bytes: Uint8Array<ArrayBuffer>): WirelessElement[] {
  const found: WirelessElement[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const [id, length] = [bytes[at], bytes[at + 1]];
    if (at + 2 + length > bytes.length) break;
    found.push({ id, data: bytes.slice(at + 2, at + 2 + length) });
    at += 2 + length;
  }
  return found;
}
