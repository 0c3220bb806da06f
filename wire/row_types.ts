/**
 * What a row of a layer holds: see `layer_row.ts`.
 *
 * @module
 */

import type { HeaderView } from "./view.ts";

/** A value of a stack; `kind` tells which. */
export interface StackValue {
  /** The name of the layer. */
  readonly kind: string;
}

/** A header laid over bytes, as a layer of a frame. */
export interface LayerView extends HeaderView {
  /** The name of the layer. */
  readonly kind: string;
  /** The value of the header. */
  toValue(): StackValue;
}

/**
 * What a row's `parse` tells the walk through a frame: which layer follows. A row that tells nothing
 * is followed by a `"payload"`.
 */
export interface LayerWalk {
  /**
   * What follows has this EtherType.
   *
   * @param etherType The number; one that no row has is a payload.
   */
  followEtherType(etherType: number): void;
  /**
   * What follows has this IP protocol number.
   *
   * @param protocol The number, 0 to 255; one that no row has is a payload.
   */
  followProtocol(protocol: number): void;
  /**
   * What follows may be told by a port, the receiver's before the sender's. A port is a hint only: if
   * the row that has it cannot parse the bytes, they are a payload, and that is no error.
   *
   * @param transport Whose ports these are.
   * @param header The header that has the ports.
   */
  followPort(
    transport: "udp" | "tcp",
    header: { readonly sourcePort: number; readonly destinationPort: number },
  ): void;
  /**
   * What follows is this layer.
   *
   * @param kind The name of its row; one that is unknown is a payload.
   */
  follow(kind: string): void;
  /** Nothing follows, not even a payload. */
  stop(): void;
  /**
   * Keeps as the error of the frame why a strict decoder refuses what was taken here, and goes on.
   *
   * @param strict The view whose `parse` is tried over the bytes of this layer.
   */
  complain(strict: { parse(bytes: Uint8Array, start: number, end: number): unknown }): void;
  /** What follows is a part of something: lengths in it may reach beyond the bytes without a lie. */
  cut(): void;
}

/** The addresses of the pseudo-header that the checksums of the layers inside begin with. */
export interface PseudoHeader {
  /** Where the packet comes from: text, or the bytes of the address; `undefined`: not known. */
  source: string | Uint8Array | undefined;
  /** Where it ends up. */
  destination: string | Uint8Array | undefined;
}

/** What a header must know of the layers round it to be written. */
export interface Surroundings {
  /**
   * The number by which this header names what follows it (EtherType, IP protocol …), for a value
   * that does not say. `undefined`: nothing known follows.
   */
  next?: number;
  /** The sum of the address words of the pseudo-header (`addressSum()`), if a network layer is known. */
  addressSum?: number;
}

/** Where in a stack a value stands, for a row whose number depends on it. */
export interface StackPlace {
  /** The value before it. */
  readonly before: StackValue | undefined;
  /** The value after it. */
  readonly after: StackValue | undefined;
  /** Length of its header and all that follows, in bytes. */
  readonly length: number;
}

/** Where in a frame a layer stands, for its text. */
export interface LayerPlace {
  /** The layer before it. */
  readonly before: LayerView | undefined;
  /** The layer after it. */
  readonly after: LayerView | undefined;
  /** Whether link headers are left out. */
  readonly bare: boolean;
  /**
   * Decodes the packet that a layer quotes.
   *
   * @param bytes An IPv4 or IPv6 packet.
   * @returns Its layers.
   */
  quote(bytes: Uint8Array): Iterable<LayerView>;
}

/** Everything that is known of a layer. What may be left out is so for a layer without it. */
export interface LayerRowOptions<V extends StackValue, W extends LayerView> {
  /** The name of the layer, that of its value and of its view. */
  readonly kind: V["kind"];
  /** The EtherTypes that name it, the one that is written first; default none. */
  readonly etherTypes?: readonly number[];
  /** The IP protocol numbers that name it, the one that is written first; default none. */
  readonly protocols?: readonly number[];
  /** The UDP ports that hint at it; default none. */
  readonly udpPorts?: readonly number[];
  /** The TCP ports that hint at it; default none. */
  readonly tcpPorts?: readonly number[];
  /** The link types of captures that begin with it (`LINKTYPE_ETHERNET` …); default none. */
  readonly linkTypes?: readonly number[];
  /** The four bits at its beginning by which a packet without a link header is told; default none. */
  readonly ipVersion?: number;
  /** By which numbers its header names what follows; default by none. */
  readonly names?: "etherType" | "protocol";
  /** Whether it stands before the network's header, so that what follows its packet is padding. */
  readonly isLink?: boolean;
  /** Whether its checksum covers the addresses of the network layer before. */
  readonly usesAddresses?: boolean;
  /**
   * Refuses what is no value of this layer, before anything of it is encoded; default: whatever has a
   * kind is one.
   *
   * @param value What the caller passed.
   * @param action What was to be done, for the message: `"encode udp layer"`.
   * @param name What the value is called.
   * @returns The value to go on with.
   * @throws {TypeError} If it is none.
   */
  check?(value: unknown, action: string, name: string): V;
  /**
   * Lays a view over the header at `start`, and tells the walk what follows.
   *
   * @param bytes The bytes of the frame.
   * @param start Index of the first byte of the header.
   * @param end Index after the last byte at hand.
   * @param walk What follows is told to it.
   * @returns The view: its header is sound, its payload may be cut off.
   * @throws {RangeError} If the header is cut off or lies.
   */
  parse(bytes: Uint8Array, start: number, end: number, walk: LayerWalk): W;
  /**
   * The length of a header.
   *
   * @param value What it means.
   * @returns The length, in bytes.
   */
  measure(value: V): number;
  /**
   * Writes a header; the payload already lies from its end to `end`.
   *
   * @param value What it means.
   * @param bytes Where to.
   * @param start Index of its first byte.
   * @param end Index after the last byte of its payload.
   * @param around What must be known of the layers round it.
   */
  write(
    value: V,
    bytes: Uint8Array,
    start: number,
    end: number,
    around: Surroundings,
  ): void;
  /**
   * The number by which a link header names the value, where it is not always the first of
   * {@linkcode LayerRowOptions.etherTypes}.
   *
   * @param value The value.
   * @param place Where in the stack it stands.
   * @returns The EtherType, or the length in its place.
   */
  etherTypeOf?(value: V, place: StackPlace): number | undefined;
  /**
   * Tells what a header says of the addresses of a packet; default nothing.
   *
   * @param header The header, decoded or to be written.
   * @param pseudo What the headers before said: what differs is written into it.
   */
  addresses?(header: V | W, pseudo: PseudoHeader): void;
  /**
   * Whether what follows a header is not all there (a fragment, or a packet that is cut off), so that
   * checksums in it cannot be judged; default `false`.
   *
   * @param view The header.
   * @returns Whether it is so.
   */
  isPartial?(view: W): boolean;
  /**
   * The value that makes the same bytes again; default `toValue()`.
   *
   * @param view The header.
   * @returns The value, or `undefined` if no value does.
   */
  restate?(view: W): V | undefined;
  /**
   * The words on a layer in the line of `describe()`, with a space at their end; default its kind.
   *
   * @param view The layer.
   * @param place Where in the frame it stands.
   * @returns The text; of the frame only printable bytes.
   */
  describe?(view: W, place: LayerPlace): string;
  /**
   * Whether the checksum is right; default `true`.
   *
   * @param view The layer.
   * @param addressSum The sum of the addresses of the pseudo-header, where they are known.
   * @returns `true` also where there is none, or where it cannot be known.
   */
  verify?(view: W, addressSum: number | undefined): boolean;
}

/** A layer of {@linkcode LayerRegistry}; {@linkcode layerRow} makes it. */
export interface LayerRow<V extends StackValue = StackValue, W extends LayerView = LayerView>
  extends LayerRowOptions<V, W> {
  /** The EtherTypes that name it. */
  readonly etherTypes: readonly number[];
  /** The IP protocol numbers that name it. */
  readonly protocols: readonly number[];
  /** The UDP ports that hint at it. */
  readonly udpPorts: readonly number[];
  /** The TCP ports that hint at it. */
  readonly tcpPorts: readonly number[];
  /** The link types of captures that begin with it. */
  readonly linkTypes: readonly number[];
}
