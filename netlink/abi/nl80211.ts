/**
 * Wireless links over generic netlink: commands and attributes.
 *
 * @module
 */

// linux/nl80211.h
export const NL80211_CMD_GET_INTERFACE = 5;
export const NL80211_CMD_GET_SCAN = 32;
export const NL80211_CMD_TRIGGER_SCAN = 33;
export const NL80211_CMD_NEW_SCAN_RESULTS = 34;
export const NL80211_CMD_SCAN_ABORTED = 35;
export const NL80211_ATTR_WIPHY = 1;
export const NL80211_ATTR_IFINDEX = 3;
export const NL80211_ATTR_IFNAME = 4;
export const NL80211_ATTR_IFTYPE = 5;
export const NL80211_ATTR_MAC = 6;
export const NL80211_ATTR_WIPHY_FREQ = 38;
export const NL80211_ATTR_SCAN_FREQUENCIES = 44;
export const NL80211_ATTR_SCAN_SSIDS = 45;
export const NL80211_ATTR_GENERATION = 46;
export const NL80211_ATTR_BSS = 47;
export const NL80211_ATTR_SSID = 52;
export const NL80211_ATTR_4ADDR = 83;
export const NL80211_ATTR_WIPHY_TX_POWER_LEVEL = 98;
export const NL80211_ATTR_WDEV = 153;
export const NL80211_ATTR_CHANNEL_WIDTH = 159;
export const NL80211_ATTR_CENTER_FREQ1 = 160;
export const NL80211_ATTR_CENTER_FREQ2 = 161;
export const NL80211_BSS_BSSID = 1;
export const NL80211_BSS_FREQUENCY = 2;
export const NL80211_BSS_TSF = 3;
export const NL80211_BSS_BEACON_INTERVAL = 4;
export const NL80211_BSS_CAPABILITY = 5;
export const NL80211_BSS_INFORMATION_ELEMENTS = 6;
export const NL80211_BSS_SIGNAL_MBM = 7;
export const NL80211_BSS_SIGNAL_UNSPEC = 8;
export const NL80211_BSS_STATUS = 9;
export const NL80211_BSS_SEEN_MS_AGO = 10;
export const NL80211_BSS_BEACON_IES = 11;
export const NL80211_BSS_LAST_SEEN_BOOTTIME = 15;
