import type { CanAddress } from "../core/address.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { WaitOptions } from "../core/wait.ts";
import type { SendOptions } from "../core/message.ts";

/** What classic and FD frames have in common. */
export interface CanFrameBase {
  /** The identifier: 0 to 0x7ff, extended to 0x1fffffff. */
  id: number;
  /** Whether the identifier has 29 bits. */
  extended: boolean;
  /** The payload. */
  data: Uint8Array;
}

/** A classic frame with up to 8 bytes. */
export interface CanDataFrame extends CanFrameBase {
  /** Always `"data"`. */
  kind: "data";
  /** The length as a classic frame of 8 bytes may have it on the wire, 9 to 15; mostly there is none. */
  lengthCode?: number;
}

/** A classic frame that asks for another. */
export interface CanRemoteFrame extends CanFrameBase {
  /** Always `"remote"`. */
  kind: "remote";
  /** How many bytes are asked for, 0 to 8. */
  remoteBytes: number;
  /** As that of a frame with data, where 8 bytes are asked for. */
  lengthCode?: number;
}

/** What the controller or the driver has to tell: see {@linkcode describeError}. */
export interface CanErrorFrame extends CanFrameBase {
  /** Always `"error"`; `id` holds the classes (CAN_ERR_*). */
  kind: "error";
}

/** A CAN FD frame with up to 64 bytes. */
export interface CanFdFrame extends CanFrameBase {
  /** Always `"fd"`. */
  kind: "fd";
  /** Whether the payload was sent at the second bit rate (BRS). */
  bitRateSwitch: boolean;
  /** Whether the sender is error passive (ESI). */
  errorStateIndicator: boolean;
}

/** A CAN XL frame with 1 to 2048 bytes (CiA 610-1). */
export interface CanXlFrame {
  /** Always `"xl"`. */
  kind: "xl";
  /** The priority, 0 to 0x7ff. */
  priority: number;
  /** The virtual network, 0 to 255. Default 0. */
  virtualId?: number;
  /** Simple extended content (SEC). Default false. */
  simpleExtendedContent?: boolean;
  /** What the data is (SDU type), 0 to 255. Default 0. */
  sdt?: number;
  /** The acceptance field, 0 to 2^32 - 1. Default 0. */
  af?: number;
  /** The payload. */
  data: Uint8Array;
}

/** A frame as received. Discriminated by `kind`. */
export type CanFrame = CanDataFrame | CanRemoteFrame | CanErrorFrame | CanFdFrame | CanXlFrame;

/** A frame to be sent: what can be left out is. */
export type CanFrameInput =
  | { kind?: "data"; id: number; extended?: boolean; data?: Uint8Array; lengthCode?: number }
  | {
    kind: "remote";
    id: number;
    extended?: boolean;
    remoteBytes?: number;
    lengthCode?: number;
    data?: Uint8Array;
  }
  | { kind: "error"; id: number; extended?: boolean; data?: Uint8Array }
  | {
    kind: "fd";
    id: number;
    extended?: boolean;
    data?: Uint8Array;
    bitRateSwitch?: boolean;
    errorStateIndicator?: boolean;
  }
  | CanXlFrame;

/** A frame with where and when it came. */
export interface CanReceived {
  /** The frame. */
  frame: CanFrame;
  /** The interface. */
  interface: string;
  /** When it came, nanoseconds since the epoch; with `timestamps` only. */
  timestampNanos?: bigint;
  /** Whether this host sent it (MSG_DONTROUTE), and whether this socket did (MSG_CONFIRM). */
  origin: "bus" | "host" | "self";
  /** How many frames did not fit into the socket's queue so far; with SO_RXQ_OVFL, once there are any. */
  dropped?: number;
}

/** Which frames are taken (`struct can_filter`): those whose masked identifier is the masked `id`. */
export interface CanFilter {
  /** The identifier. */
  id: number;
  /** The bits of it that count. Default: all of them. */
  mask?: number;
  /** Whether `id` has 29 bits; `"any"` takes both kinds. Default: whether it needs more than 11. */
  extended?: boolean | "any";
  /** Takes only remote frames, or none. Default: both. */
  remote?: boolean;
  /** Takes all but those. Default false. */
  inverted?: boolean;
}

/** Options of {@linkcode openRaw}. */
export interface CanRawOptions extends OpenOptions {
  /** The interface by name. Default: all of them; what is sent then names one. */
  interface?: string;
  /** Which frames to take: those that fit any of these. Default: all; `[]` takes none. */
  filters?: readonly CanFilter[];
  /** Whether a frame must fit all filters. Default false. */
  joinFilters?: boolean;
  /** Which error frames to take: CAN_ERR_* classes, or-ed, or all. Default none. */
  errors?: number | "all";
  /** Whether what is sent is heard by others on this host. Default true. */
  loopback?: boolean;
  /** Whether what is sent is heard by this socket too. Default false. */
  receiveOwn?: boolean;
  /** Whether CAN FD frames are sent and taken. Default true where the kernel has it. */
  fd?: boolean;
  /** Whether CAN XL frames are sent and taken (Linux 6.2). Default false. */
  xl?: boolean;
  /** Whether frames tell when they came. Default false. */
  timestamps?: boolean;
}

/** A raw CAN socket: a message endpoint whose messages are frames. */
export interface CanRaw extends MessageEndpoint<CanAddress> {
  /** Sends a frame; by `interface` where the socket is bound to all. */
  sendFrame(frame: CanFrameInput, options?: SendOptions & { interface?: string }): Promise<void>;
  /** Receives a frame. */
  recvFrame(options?: WaitOptions): Promise<CanReceived>;
  /** Receives what has come, one frame at least and `max` at most (default 64, up to 1024). */
  recvFrames(max?: number, options?: WaitOptions): Promise<CanReceived[]>;
  /** The frames that come; ends when the socket is closed. */
  frames(options?: WaitOptions): AsyncIterableIterator<CanReceived>;
}
