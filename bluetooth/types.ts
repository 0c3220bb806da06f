import type { BluetoothAddress, BluetoothAddressType } from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { WaitOptions } from "../core/wait.ts";

/** A serial connection of RFCOMM. */
export type BluetoothStream = StreamEndpoint<BluetoothAddress>;
/** A connection of messages: L2CAP, SCO, ISO; or a controller's own socket. */
export type BluetoothMessages = MessageEndpoint<BluetoothAddress>;
/** A listener for serial connections. */
export type BluetoothListener = ListenerEndpoint<BluetoothAddress, BluetoothStream>;
/** A listener for connections of messages. */
export type BluetoothMessageListener = ListenerEndpoint<BluetoothAddress, BluetoothMessages>;

/** Whose service, by what protocol. */
export interface BluetoothService extends OpenOptions {
  /** Always `"bluetooth"`; may be left out. */
  family?: "bluetooth";
  /** `"rfcomm"` a stream, the others messages: `"l2cap"`, `"sco"`, `"iso"`. */
  kind: "rfcomm" | "l2cap" | "sco" | "iso";
  /** Of RFCOMM: the channel, 1 to 30. */
  channel?: number;
  /** Of L2CAP: the service (PSM), 1 to 0xffff. */
  psm?: number;
  /** Of L2CAP: a fixed channel in the PSM's place. */
  cid?: number;
  /** Of L2CAP and ISO: what kind of address it is. Default `"bredr"`, of ISO `"lePublic"`. */
  addressType?: BluetoothAddressType;
}

/** Options of {@linkcode listen}. */
export interface BluetoothListenOptions extends BluetoothService {
  /** One of this machine's own addresses. Default: any. */
  address?: string;
  /** Connections that may wait to be accepted, 0 to 2^31 - 1. Default 1024. */
  backlog?: number;
  /** Hears of errors that accepting survives. */
  onError?: AcceptErrorHandler;
}

/** Options of {@linkcode connect}. */
export interface BluetoothConnectOptions extends BluetoothService {
  /** The peer, `"00:11:22:33:44:55"`. */
  address: string;
  /** The controller to use, by its own address. Default: the kernel's choice. */
  localAddress?: string;
}

/** Options of {@linkcode openHci}. */
export interface HciOptions extends OpenOptions {
  /** N of hciN; 0xffff for none, as `"monitor"` and `"control"` want it. */
  device: number;
  /** What of it. Default `"raw"`. */
  channel?: "raw" | "user" | "monitor" | "control" | "logging";
}

/** A controller (MGMT_OP_READ_INFO). */
export interface BluetoothController {
  /** N of hciN. */
  index: number;
  /** Its address. */
  address: string;
  /** The version of Bluetooth, as HCI counts: 6 is 4.0, 12 is 5.3. */
  hciVersion: number;
  /** The manufacturer's number. */
  manufacturer: number;
  /** What it can do. */
  supported: BluetoothSetting[];
  /** What is on. */
  current: BluetoothSetting[];
  /** Its name. */
  name: string;
  /** Its short name. */
  shortName: string;
}

/** What can be on or off. */
export type BluetoothSetting =
  | "powered"
  | "connectable"
  | "fastConnectable"
  | "discoverable"
  | "bondable"
  | "linkSecurity"
  | "ssp"
  | "bredr"
  | "hs"
  | "le"
  | "advertising"
  | "secureConnections"
  | "debugKeys"
  | "privacy"
  | "configuration"
  | "staticAddress"
  | "phyConfiguration"
  | "widebandSpeech"
  | "cisCentral"
  | "cisPeripheral"
  | "isoBroadcaster"
  | "isoSyncReceiver";

/** A device that was found. */
export interface BluetoothDevice {
  /** Its address. */
  address: string;
  /** What kind of address. */
  addressType: BluetoothAddressType;
  /** How strongly it is heard, in dBm; `undefined` where that is not known. */
  rssiDbm?: number;
  /** Its name, where it tells one. */
  name?: string;
  /** What it advertises, as it came (EIR, Bluetooth Core 5.4 part C section 8). */
  data: Uint8Array;
}

/** Options of {@linkcode Management.discover}. */
export interface DiscoverOptions extends WaitOptions {
  /** What to look for. Default both: classic and Low Energy. */
  types?: readonly ("bredr" | "le")[];
}

/** The management of Bluetooth's controllers. */
export interface Management extends Disposable {
  /** The numbers of the controllers. */
  indexes(options?: WaitOptions): Promise<number[]>;
  /** A controller. */
  info(index: number, options?: WaitOptions): Promise<BluetoothController>;
  /** Switches a controller's setting on or off; what is on then. */
  set(
    index: number,
    setting: "powered" | "connectable" | "bondable" | "ssp" | "le" | "advertising" | "discoverable",
    on: boolean,
    options?: WaitOptions,
  ): Promise<BluetoothSetting[]>;
  /** Pairs with a device. */
  pair(
    index: number,
    device: { address: string; addressType?: BluetoothAddressType },
    options?: WaitOptions,
  ): Promise<void>;
  /** Forgets a device, and ends its connection. */
  unpair(
    index: number,
    device: { address: string; addressType?: BluetoothAddressType },
    options?: WaitOptions,
  ): Promise<void>;
  /** Looks for devices until the controller has done, or the loop is left. */
  discover(index: number, options?: DiscoverOptions): AsyncIterableIterator<BluetoothDevice>;
  /** Ends it. May be called again. */
  close(): void;
}

/** A value of SDP (Bluetooth Core 5.4, volume 3, part B, section 3). Discriminated by `type`. */
export type SdpElement =
  | { type: "nil" }
  | {
    type: "uint" | "int";
    /** The number. */
    value: bigint;
    /** How many bytes it takes: 1, 2, 4, 8 or 16. */
    sizeBytes: number;
  }
  | {
    type: "uuid";
    /** All 36 characters, in lower case. */
    value: string;
  }
  | {
    type: "text";
    /** In the encoding that the record says, mostly UTF-8. */
    value: Uint8Array;
  }
  | { type: "boolean"; value: boolean }
  | { type: "url"; value: string }
  | { type: "sequence" | "alternative"; value: SdpElement[] };

/** A service of a device. */
export interface SdpService {
  /** The number of its record there. */
  handle?: number;
  /** Its name. */
  name?: string;
  /** What it is, the most special first: UUIDs of 36 characters. */
  classes: string[];
  /** Where it is in L2CAP, if it is there. */
  psm?: number;
  /** Its channel of RFCOMM, if it has one. */
  rfcommChannel?: number;
  /** All that was told, by the attributes' numbers. */
  attributes: ReadonlyMap<number, SdpElement>;
}

/** Options of {@linkcode searchServices}. */
export interface SdpSearchOptions extends WaitOptions {
  /** The device, `"00:11:22:33:44:55"`. */
  address: string;
  /** The controller to use, by its own address. Default: the kernel's choice. */
  localAddress?: string;
  /**
   * What a service must have, 1 to 12 UUIDs: 16 or 32 bits as a number or hexadecimal digits, or all
   * 36 characters. Default: whatever can be browsed (0x1002).
   */
  uuids?: readonly (number | string)[];
  /** Ranges of attributes to be told, 0 to 0xffff. Default: all. */
  attributes?: readonly { first: number; last: number }[];
}
