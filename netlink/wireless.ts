/**
 * Wireless links and the networks in their reach: what `iw dev` and `iw dev wlan0 scan` show.
 *
 * @module
 */
import { checkInteger, list, optional, type Parameter, text } from "../core/arguments.ts";
import { closedError, socketError } from "../core/errors.ts";
import { beginWait, type Wait, type WaitOptions } from "../core/wait.ts";
import { checkLinkName } from "./_change_words.ts";
import { genericRequest } from "./_generic_call.ts";
import { requestOn } from "./_request.ts";
import {
  checkQuery,
  dumpOnce,
  NETLINK_KEYS,
  type NetlinkOptions,
  openTransport,
} from "./_session.ts";
import type { Listener, Transport } from "./_transport.ts";
import {
  NL80211,
  readInterface,
  readNetwork,
  type WirelessInterface,
  type WirelessNetwork,
} from "./_wireless_attributes.ts";
import { NETLINK_GENERIC } from "./abi/netlink.ts";
import * as n from "./abi/nl80211.ts";
import type { Dump } from "./dump.ts";
import { findFamily, GENLMSGHDR } from "./generic.ts";
import type { Namespace } from "./namespace.ts";

export type {
  WirelessElement,
  WirelessInterface,
  WirelessNetwork,
} from "./_wireless_attributes.ts";

const FAMILY = "nl80211";

/**
 * The links of wireless devices: what `iw dev` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example What this machine has
 * ```ts ignore
 * import { wirelessInterfaces } from "@berkeley/sockets/netlink";
 *
 * for await (const { ifname, type, ssid } of wirelessInterfaces()) console.log(ifname, type, ssid);
 * ```
 *
 * @param options Where to look.
 * @returns The links, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {NetlinkError} `ENOENT` if the kernel has no wireless part.
 */
export function wirelessInterfaces(options: NetlinkOptions = {}): Dump<WirelessInterface> {
  const action = "list wireless links";
  checkQuery(options, NETLINK_KEYS, action);
  return dumpOnce(NETLINK_GENERIC, options, "tables", action, async (transport, wait) => [
    genericRequest({
      family: (await findFamily(transport, FAMILY, wait)).id,
      command: n.NL80211_CMD_GET_INTERFACE,
      query: NL80211,
      values: {},
      reply: NL80211,
      read: readInterface,
      action,
    }),
  ]);
}

/**
 * The networks that a wireless link has heard of, by the last scan: what `iw dev wlan0 scan dump` lists.
 *
 * Linux. They tell where this machine is, so it needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example From the loudest on
 * ```ts ignore
 * import { wirelessNetworks } from "@berkeley/sockets/netlink";
 *
 * const heard = await wirelessNetworks("wlan0").toArray();
 * for (const { ssid, signalDbm } of heard.sort((a, b) => b.signalDbm! - a.signalDbm!)) {
 *   console.log(ssid, signalDbm);
 * }
 * ```
 *
 * @param dev The link, by name.
 * @param options Where to look.
 * @returns The networks, as a table to iterate over or to take whole.
 * @throws {TypeError} If the name or an option is of the wrong kind.
 * @throws {NetlinkError} `ENOENT` if the kernel has no wireless part, `ENODEV` if there is no such link.
 */
export function wirelessNetworks(
  dev: string,
  options: NetlinkOptions = {},
): Dump<WirelessNetwork> {
  checkLinkName(dev, "list wireless networks", "dev");
  const action = `list wireless networks of ${dev}`;
  checkQuery(options, NETLINK_KEYS, action);
  return dumpOnce(NETLINK_GENERIC, options, "everything", action, async (transport, wait) => [
    genericRequest({
      family: (await findFamily(transport, FAMILY, wait)).id,
      command: n.NL80211_CMD_GET_SCAN,
      query: NL80211,
      values: { ifindex: await indexOf(dev, transport, wait, action) },
      reply: NL80211,
      read: readNetwork,
      action,
    }),
  ]);
}

/** The index of a wireless link. */
async function indexOf(
  dev: string,
  transport: Transport,
  wait: Wait | undefined,
  action: string,
): Promise<number> {
  const all = await wirelessInterfaces().collectOn(transport, wait);
  const index = all.find(({ ifname }) => ifname === dev)?.ifindex;
  if (index !== undefined) return index;
  throw socketError("ENODEV", { syscall: action, message: `there is no wireless link ${dev}` });
}

/** Options of {@linkcode wirelessScan}. */
export interface WirelessScanOptions extends WaitOptions {
  /** Another network namespace. Needs CAP_SYS_ADMIN. */
  netns?: Namespace;
  /** Names to ask for, each of at most 32 bytes: networks that hide theirs answer. Default: any. */
  ssids?: readonly string[];
  /** The channels to try, in MHz. Default: all. */
  frequenciesMhz?: readonly number[];
}

/** IEEE 802.11, 9.4.2.2. */
const MOST_SSID_BYTES = 32;

const SSID: Parameter<Uint8Array<ArrayBuffer>> = (value, action, name) => {
  const bytes = new TextEncoder().encode(text("empty")(value, action, name));
  if (bytes.length <= MOST_SSID_BYTES) return bytes;
  throw new RangeError(`Cannot ${action}: ${name} has ${bytes.length} bytes, over 32`);
};
const FREQUENCY: Parameter<number> = (value, action, name) => {
  checkInteger(value, 1, 1_000_000, action, name);
  return value;
};

/**
 * Has a wireless link listen for networks, and resolves to what it has heard: what `iw dev wlan0 scan`
 * does. It takes seconds.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`, and CAP_NET_ADMIN; the link must be up.
 *
 * @example What is around
 * ```ts ignore
 * import { wirelessScan } from "@berkeley/sockets/netlink";
 *
 * for (const { ssid, bssid, frequencyMhz } of await wirelessScan("wlan0")) {
 *   console.log(ssid, bssid, frequencyMhz);
 * }
 * ```
 *
 * @param dev The link, by name.
 * @param options What to look for, where, signal and time limit.
 * @returns The networks.
 * @throws {TypeError} If the name or an option is of the wrong kind.
 * @throws {RangeError} If a name is too long, or a channel out of range.
 * @throws {NetlinkError} `EBUSY` if a scan is under way, `ENETDOWN` if the link is down, `EPERM` without
 * CAP_NET_ADMIN; `ECANCELED` if the kernel has given it up.
 */
export async function wirelessScan(
  dev: string,
  options: WirelessScanOptions = {},
): Promise<WirelessNetwork[]> {
  checkLinkName(dev, "scan", "dev");
  const action = `scan on ${dev}`;
  checkQuery(options, ["signal", "timeoutMs", "netns", "ssids", "frequenciesMhz"], action);
  const ssids = optional(list(SSID))(options.ssids, action, "ssids") ?? [new Uint8Array(0)];
  const frequencies = optional(list(FREQUENCY))(options.frequenciesMhz, action, "frequenciesMhz");
  const wait = beginWait(options);
  try {
    const transport = openTransport(NETLINK_GENERIC, options.netns, "everything", action);
    try {
      const family = await findFamily(transport, FAMILY, wait);
      const ifindex = await indexOf(dev, transport, wait, action);
      const group = family.groups.find(({ name }) => name === "scan");
      if (group !== undefined) transport.join(group.id);
      const over = new ScanEnd(family.id, ifindex, action);
      transport.listen(over);
      await requestOn(
        transport,
        genericRequest({
          family: family.id,
          command: n.NL80211_CMD_TRIGGER_SCAN,
          query: NL80211,
          values: {
            ifindex,
            scan_ssids: [...ssids],
            scan_frequencies: frequencies === undefined ? undefined : [...frequencies],
          },
          reply: NL80211,
          read: () => undefined,
          action,
        }),
        wait,
      );
      await over.wait(transport, wait);
      return await wirelessNetworks(dev).collectOn(transport, wait);
    } finally {
      transport.close();
    }
  } finally {
    wait?.end();
  }
}

/** Waits for the kernel to tell that a link's scan is over. */
class ScanEnd implements Listener {
  readonly #family: number;
  readonly #ifindex: number;
  readonly #action: string;
  #over: { error?: unknown } | undefined;
  #waiter: { resolve: () => void; reject: (reason: unknown) => void } | undefined;

  constructor(family: number, ifindex: number, action: string) {
    this.#family = family;
    this.#ifindex = ifindex;
    this.#action = action;
  }

  get hungry(): boolean {
    return this.#waiter !== undefined;
  }

  async wait(transport: Transport, wait: Wait | undefined): Promise<void> {
    if (this.#over === undefined) {
      const over = new Promise<void>((resolve, reject) => this.#waiter = { resolve, reject });
      wait?.arm((reason) => this.#waiter?.reject(reason));
      transport.wake();
      try {
        await over;
      } finally {
        wait?.disarm();
        this.#waiter = undefined;
      }
    }
    if (this.#over?.error !== undefined) throw this.#over.error;
  }

  event(...[source, at, end, type]: Parameters<Listener["event"]>): void {
    if (type !== this.#family) return;
    const { cmd } = GENLMSGHDR.decode(source, at, end - at);
    if (cmd !== n.NL80211_CMD_NEW_SCAN_RESULTS && cmd !== n.NL80211_CMD_SCAN_ABORTED) return;
    const start = at + GENLMSGHDR.size;
    if (NL80211.decode(source, start, end - start).ifindex !== this.#ifindex) return;
    this.#end(
      cmd === n.NL80211_CMD_NEW_SCAN_RESULTS ? undefined : socketError("ECANCELED", {
        syscall: this.#action,
        message: "the kernel has given the scan up",
      }),
    );
  }

  /** The end may be among what was lost: what was heard until now is told. */
  overrun(): void {
    this.#end();
  }

  closed(reason: unknown = closedError("netlink")): void {
    this.#end(reason);
  }

  #end(error?: unknown): void {
    this.#over ??= { error };
    this.#waiter?.resolve();
  }
}
