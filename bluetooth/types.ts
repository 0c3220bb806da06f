import type { BluetoothAddress, BluetoothAddressType } from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";

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
