/**
 * Links made, changed and deleted: what `ip link add`, `set` and `delete` do.
 *
 * @module
 */
import type { LinkKind } from "./_link_kind.ts";
import { checkInteger } from "../core/arguments.ts";
import { checkLinkName, checkWords, newFlags, verbOf } from "./_change_words.ts";
import { IFINFOMSG } from "./_link_names.ts";
import * as l from "./abi/link.ts";
import { RTM_DELLINK, RTM_NEWLINK } from "./abi/rtnetlink.ts";
import { attributes, holding, writeAttribute } from "./attributes.ts";
import { ByteSink } from "./_bytes.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { tunDevice } from "./_tun.ts";
import { binary, flag, names, text, u32, u8 } from "./_codecs.ts";
import { KINDS, SLAVE_KINDS, writeHardware } from "./_link_kinds.ts";
import { IFLA } from "./_link_entry.ts";
import type { RequestShape } from "./message.ts";
import type { Namespace } from "./namespace.ts";

/** What a link is to be, in the words of the table of links. */
export interface LinkSettings {
  /** The name. */
  ifname?: string;
  /** The index, 1 or more. Default: the kernel chooses. */
  ifindex?: number;
  /** Up or down. */
  up?: boolean;
  /** The link below, by name. */
  link?: string;
  /** The link that it is to belong to, by name; `null` for none. */
  master?: string | null;
  /** The largest packet, in bytes. */
  mtu?: number;
  /** The hardware address. */
  address?: string;
  /** The hardware's broadcast address. */
  broadcast?: string;
  /** Length of the transmit queue, in packets. */
  txqlen?: number;
  /** The group, by number. */
  group?: number;
  /** A remark. */
  ifalias?: string;
  /** Transmit queues, of a new link. */
  num_tx_queues?: number;
  /** Receive queues, of a new link. */
  num_rx_queues?: number;
  /** Whether it takes all multicast. */
  allmulticast?: boolean;
  /** Whether it takes all frames. */
  promisc?: boolean;
  /** Whether it resolves addresses. */
  arp?: boolean;
  /** Whether it sends and takes multicast. */
  multicast?: boolean;
  /** The namespace that it is to be in. */
  netns?: Namespace;
  /**
   * The kind, `"veth"`, `"bridge"`, `"vlan"`, `"vxlan"`, … A `"tun"` (`info_data: { type: "tap" }`) is made
   * by /dev/net/tun and stays until it is deleted.
   */
  kind?: string;
  /** The kind's own values, in the words of `ip -j -d link`: `{ id: 5 }` of a vlan. */
  info_data?: Record<string, unknown>;
  /** What it is to the link that it belongs to: `{ cost: 7 }` of a bridge's port. */
  info_slave_data?: Record<string, unknown>;
  /** The other end of a veth. */
  peer?: LinkSettings;
}

/** A change of a link. */
export interface LinkChange extends LinkSettings {
  /** What to do. To set or delete, `ifname` or `ifindex` says which. */
  do: "add link" | "set link" | "delete link";
  /** Of `set link`: its new name. */
  newName?: string;
  /** Of `set link`: the kind of the link that it belongs to, for `info_slave_data`: `"bridge"`. */
  slave_kind?: string;
}

const KEYS = [
  "ifname",
  "ifindex",
  "up",
  "link",
  "master",
  "mtu",
  "address",
  "broadcast",
  "txqlen",
  "group",
  "ifalias",
  "num_tx_queues",
  "num_rx_queues",
  "allmulticast",
  "promisc",
  "arp",
  "multicast",
  "netns",
  "kind",
  "info_data",
  "info_slave_data",
  "peer",
];

/** linux/if.h, IFF_*: the word, the bit, and whether the word being true clears it. */
const FLAG_WORDS = [
  ["up", 0x1, false],
  ["allmulticast", 0x200, false],
  ["promisc", 0x100, false],
  ["arp", 0x80, true],
  ["multicast", 0x1000, false],
] as const;

const INFO = attributes("INFO_", {
  kind: [l.IFLA_INFO_KIND, text],
  data: [l.IFLA_INFO_DATA, binary],
  slave_kind: [l.IFLA_INFO_SLAVE_KIND, text],
  slave_data: [l.IFLA_INFO_SLAVE_DATA, binary],
});

const SETTINGS = attributes("IFLA_", {
  ifname: [l.IFLA_IFNAME, text],
  mtu: [l.IFLA_MTU, u32],
  link: [l.IFLA_LINK, u32],
  master: [l.IFLA_MASTER, u32],
  txqlen: [l.IFLA_TXQLEN, u32],
  group: [l.IFLA_GROUP, u32],
  ifalias: [l.IFLA_IFALIAS, text],
  num_tx_queues: [l.IFLA_NUM_TX_QUEUES, u32],
  num_rx_queues: [l.IFLA_NUM_RX_QUEUES, u32],
  netns: [l.IFLA_NET_NS_FD, u32, "NET_NS_FD"],
  linkmode: [l.IFLA_LINKMODE, names(u8, ["DEFAULT", "DORMANT"])],
});

/** For errors: what is within a request, whose innermost depends on the kinds. */
function shapeOf(kind: string | undefined, slaveKind: string | undefined): RequestShape {
  const data = kind === "veth" ? VETH : { within: KINDS[kind ?? ""]?.table };
  const slave = { within: SLAVE_KINDS[slaveKind ?? ""]?.table };
  const info = holding(
    holding(IFLA.find(l.IFLA_LINKINFO)!.within!, l.IFLA_INFO_DATA, data),
    l.IFLA_INFO_SLAVE_DATA,
    slave,
  );
  const within = holding(IFLA, l.IFLA_LINKINFO, { within: info });
  return { headerBytes: IFINFOMSG.size, attributes: within };
}

/** linux/veth.h: the one attribute of a veth is a link, header and all. */
const VETH = {
  within: {
    find: (type: number) =>
      type === l.VETH_INFO_PEER
        ? { name: "VETH_INFO_PEER", within: IFLA, headerBytes: IFINFOMSG.size }
        : undefined,
  },
};

/** Writes a change of a link. */
export function encodeLink(change: LinkChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const name = change.ifname ?? `${change.ifindex ?? ""}`;
  const action = `${change.do} ${name}`.trim();
  checkWords(change, [...KEYS, "newName", "slave_kind"], ["add", "set", "delete"], action);
  checkSettings(change, action);
  if (verb === "add" && change.kind === undefined) {
    throw new TypeError(`Cannot ${action}: kind is missing`);
  }
  if (verb !== "add" && change.ifname === undefined && change.ifindex === undefined) {
    throw new TypeError(`Cannot ${action}: ifname or ifindex is missing`);
  }
  if (change.newName !== undefined) checkLinkName(change.newName, action, "newName");
  const index = verb === "add"
    ? change.ifindex ?? 0
    : change.ifindex ?? context.index(change.ifname!);
  const device = verb === "add" && change.kind === "tun"
    ? tunDevice(needName(change, action), change.info_data, action)
    : undefined;
  const settings: LinkSettings = device !== undefined
    ? { ...change, kind: undefined, info_data: undefined }
    : verb === "add"
    ? change
    : { ...change, ifname: verb === "set" ? change.newName : undefined };
  const slaveKind = change.slave_kind;
  // What the kernel needs is looked up before anything is written.
  const write = prepare(settings, context, action, slaveKind);
  return {
    type: verb === "delete" ? RTM_DELLINK : RTM_NEWLINK,
    flags: verb === "set" || device !== undefined ? 0 : newFlags(verb),
    payload(sink) {
      if (verb === "delete") IFINFOMSG.encode(sink, { ifi_index: index });
      else write(sink, index);
    },
    action,
    shape: shapeOf(settings.kind, slaveKind),
    renames: true,
    device,
  };
}

function needName({ ifname, ifindex }: LinkSettings, action: string): string {
  if (ifname === undefined) throw new TypeError(`Cannot ${action}: ifname is missing`);
  if (ifindex === undefined) return ifname;
  throw new TypeError(`Cannot ${action}: the kernel chooses the index of a tun`);
}

function checkSettings(settings: LinkSettings, action: string): void {
  const { ifname, ifindex, link, master } = settings;
  if (ifname !== undefined) checkLinkName(ifname, action, "ifname");
  if (ifindex !== undefined) checkInteger(ifindex, 1, 0x7fffffff, action, "ifindex");
  if (link !== undefined) checkLinkName(link, action, "link");
  if (master !== undefined && master !== null) checkLinkName(master, action, "master");
  for (const word of ["mtu", "txqlen", "group", "num_tx_queues", "num_rx_queues"] as const) {
    if (settings[word] !== undefined) checkInteger(settings[word], 0, 0xffffffff, action, word);
  }
  for (const [word] of FLAG_WORDS) {
    if (settings[word] !== undefined && typeof settings[word] !== "boolean") {
      throw new TypeError(`Cannot ${action}: ${word} is not a boolean`);
    }
  }
}

/** Looks up what settings name; the result appends their header and attributes. */
function prepare(
  settings: LinkSettings,
  context: ChangeContext,
  action: string,
  slaveKind?: string,
): (sink: ByteSink, index: number) => void {
  const { ifname, mtu, txqlen, group, ifalias, num_tx_queues, num_rx_queues, netns } = settings;
  const link = settings.link === undefined ? undefined : context.index(settings.link);
  const master = settings.master === undefined
    ? undefined
    : settings.master === null
    ? 0
    : context.index(settings.master);
  const { kind, info_data: data, info_slave_data: slaveData, peer } = settings;
  const kindData = data === undefined
    ? undefined
    : encodeData(KINDS[kind ?? ""], data, context, `${action}: info_data of ${kind}`);
  const portData = slaveData === undefined ? undefined : encodeData(
    SLAVE_KINDS[slaveKind ?? ""],
    slaveData,
    context,
    `${action}: info_slave_data of ${slaveKind}`,
  );
  const writePeer = peer === undefined ? undefined : preparePeer(peer, kind, context, action);
  const namespace = netns === undefined ? undefined : context.namespace(netns);
  let [flags, change] = [0, 0];
  for (const [word, bit, inverse] of FLAG_WORDS) {
    if (settings[word] === undefined) continue;
    change |= bit;
    if (settings[word] !== inverse) flags |= bit;
  }
  return (sink, index) => {
    IFINFOMSG.encode(sink, { ifi_index: index, ifi_flags: flags, ifi_change: change });
    SETTINGS.encode(sink, {
      ifname,
      mtu,
      link,
      master,
      txqlen,
      group,
      ifalias,
      num_tx_queues,
      num_rx_queues,
      netns: namespace,
    });
    if (settings.address !== undefined) writeHardware(sink, l.IFLA_ADDRESS, settings.address);
    if (settings.broadcast !== undefined) writeHardware(sink, l.IFLA_BROADCAST, settings.broadcast);
    if (kind !== undefined || portData !== undefined) {
      writeAttribute(
        sink,
        l.IFLA_LINKINFO,
        { ...INFO_CODEC, encode: (inner) => writeInfo(inner) },
        undefined,
        "linkinfo",
      );
    }
  };

  function writeInfo(sink: ByteSink): void {
    INFO.encode(sink, {
      kind,
      slave_kind: portData === undefined ? undefined : slaveKind,
      slave_data: portData,
    });
    if (writePeer !== undefined) {
      writeAttribute(
        sink,
        l.IFLA_INFO_DATA,
        {
          ...INFO_CODEC,
          encode: (inner) =>
            writeAttribute(
              inner,
              l.VETH_INFO_PEER,
              { ...INFO_CODEC, encode: (end) => writePeer(end, peer!.ifindex ?? 0) },
              undefined,
              "peer",
            ),
        },
        undefined,
        "data",
      );
    } else if (kindData !== undefined) {
      writeAttribute(
        sink,
        l.IFLA_INFO_DATA,
        { ...INFO_CODEC, encode: (inner) => inner.append(kindData) },
        undefined,
        "data",
      );
    }
  }
}

/** An attribute that holds others, written by hand. */
const INFO_CODEC = { ...flag, within: INFO, decode: () => undefined };

function preparePeer(
  peer: LinkSettings,
  kind: string | undefined,
  context: ChangeContext,
  action: string,
): (sink: ByteSink, index: number) => void {
  if (kind !== "veth") throw new TypeError(`Cannot ${action}: only a veth has a peer`);
  checkWords({ do: "add link", ...peer }, KEYS, ["add"], `${action}: peer`);
  checkSettings(peer, `${action}: peer`);
  return prepare(peer, context, `${action}: peer`);
}

function encodeData(
  kind: LinkKind | undefined,
  data: Record<string, unknown>,
  context: ChangeContext,
  what: string,
): Uint8Array<ArrayBuffer> {
  if (kind === undefined) throw new TypeError(`Cannot ${what}: the kind is not known here`);
  const values = { ...data };
  kind.fromWords?.(values);
  for (const word of kind.links ?? []) {
    if (typeof values[word] === "string") values[word] = context.index(values[word]);
  }
  const sink = new ByteSink();
  kind.table.encode(sink, values);
  return sink.take();
}
