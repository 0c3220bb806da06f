/**
 * The walk through the layers of a frame or packet.
 *
 * @module
 */

import { frameValues, isLinkKind } from "./_frame_values.ts";
import { ArpView } from "./arp.ts";
import { bad } from "./_bytes.ts";
import type { LayerValue } from "./encode.ts";
import type { Layer, LayerKind, LayerOf } from "./layer.ts";
import { DnsView } from "./dns.ts";
import { EthernetView } from "./ethernet.ts";
import { GreView } from "./gre.ts";
import { HipView } from "./hip.ts";
import { Icmpv4View } from "./icmpv4.ts";
import { Icmpv6View } from "./icmpv6.ts";
import { IgmpView } from "./igmp.ts";
import { AuthenticationView, EspView } from "./ipsec.ts";
import { Ipv4View } from "./ipv4.ts";
import { Ipv6View } from "./ipv6.ts";
import { Ipv6FragmentView } from "./ipv6_fragment.ts";
import { DestinationOptionsView, HopByHopView } from "./ipv6_options.ts";
import { Ipv6RoutingView } from "./ipv6_routing.ts";
import { LlcView, SnapView } from "./llc.ts";
import { MobilityView } from "./mobility.ts";
import * as numbers from "./numbers.ts";
import { PayloadView } from "./payload.ts";
import { SctpView } from "./sctp.ts";
import { Shim6View } from "./shim6.ts";
import { TcpView } from "./tcp.ts";
import { UdpView } from "./udp.ts";
import { UdpLiteView } from "./udplite.ts";
import { VlanView } from "./vlan.ts";

/**
 * What comes next in a walk: an EtherType (0x0600 and above) + 0x100, an IP protocol number (0 to
 * 255), or one of these.
 */
const NEXT = { END: -1, ETHERNET: -2, LLC: -3, SNAP: -4, OPAQUE: -5, IP: -6, DNS: -7 };

/** Keeps EtherTypes apart from IP protocol numbers. */
const ETHER = 0x10000;

/**
 * The layers of a frame or packet, decoded one by one as they are asked for. The views lie over the
 * bytes that were given; nothing is copied.
 */
export class Frame implements Iterable<Layer> {
  /** The bytes that were given. */
  readonly bytes: Uint8Array;
  readonly #layers: Layer[] = [];
  #next: number;
  #at: number;
  #end: number;
  #error: RangeError | undefined = undefined;
  /** In the first of several fragments a length reaches beyond the bytes without a lie. */
  #cut = false;

  /** Use {@linkcode decodeFrame} or {@linkcode decodePacket}. */
  private constructor(bytes: Uint8Array, next: number, at: number, error?: RangeError) {
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError("Cannot decode frame: bytes are not a Uint8Array");
    }
    this.bytes = bytes;
    this.#next = next;
    this.#at = at;
    this.#end = bytes.length;
    this.#error = error;
  }

  /** Starts a walk at an Ethernet header. */
  static ethernet(bytes: Uint8Array): Frame {
    return new Frame(bytes, NEXT.ETHERNET, 0);
  }

  /** Starts a walk at an IPv4 or IPv6 header, after so many bytes of a link header without a codec. */
  static ip(bytes: Uint8Array, at = 0): Frame {
    return new Frame(bytes, NEXT.IP, at);
  }

  /** Starts a walk at what an EtherType names, after so many bytes of a link header. */
  static etherType(bytes: Uint8Array, etherType: number, at: number): Frame {
    return new Frame(bytes, ETHER + etherType, at);
  }

  /** A walk that cannot start. */
  static undecoded(bytes: Uint8Array, error: RangeError): Frame {
    return new Frame(bytes, NEXT.OPAQUE, 0, error);
  }

  /**
   * The first layer of a kind; the walk goes no further than that.
   *
   * @param kind The name of the layer, say `"tcp"`.
   * @returns The view, or `undefined` if the frame has none.
   */
  layer<K extends LayerKind>(kind: K): LayerOf<K> | undefined {
    for (let i = 0;; i++) {
      if (i === this.#layers.length && !this.#step()) return undefined;
      const layer = this.#layers[i];
      if (layer.kind === kind) return layer as LayerOf<K>;
    }
  }

  /** All layers, the outermost first. */
  get layers(): readonly Layer[] {
    while (this.#step());
    return this.#layers;
  }

  /**
   * The first lie or cut that the walk met, or `undefined` if the frame is sound. Where a header
   * could not be decoded the walk ends with a `"payload"` layer that has the same `error`; where only
   * a length reaches beyond the bytes at hand (a capture with a snapshot length) it goes on.
   */
  get error(): RangeError | undefined {
    while (this.#step());
    return this.#error;
  }

  /** What follows the innermost header: a subarray, not a copy. */
  get payload(): Uint8Array {
    return this.layers.at(-1)?.payload ?? this.bytes.subarray(0, 0);
  }

  /**
   * What follows the outermost packet, as the padding of a short Ethernet frame does: a subarray, not
   * a copy.
   */
  get trailer(): Uint8Array {
    let end = this.bytes.length;
    for (const layer of this) {
      end = layer.end;
      if (!isLinkKind(layer.kind)) break;
    }
    return this.bytes.subarray(end);
  }

  /**
   * The values of the layers: a stack that `encode()` turns back into the same bytes, but with right
   * checksums, and without the {@linkcode Frame.trailer}. What no stack could say again (the inside of
   * a fragment or of a packet that is cut off, or what lies behind a header whose length leaves bytes
   * out) is one `"payload"`.
   *
   * @returns The values, the outermost first.
   */
  toValues(): LayerValue[] {
    return frameValues(this);
  }

  /** Goes through the layers, the outermost first. */
  *[Symbol.iterator](): Iterator<Layer> {
    for (let i = 0;; i++) {
      if (i === this.#layers.length && !this.#step()) return;
      yield this.#layers[i];
    }
  }

  /** Decodes one more layer; `false` at the end. */
  #step(): boolean {
    if (this.#next === NEXT.END) return false;
    // The first layer is looked for in no bytes too: that is an error, not an empty frame.
    if (this.#at >= this.#end && this.#layers.length > 0) {
      this.#next = NEXT.END;
      return false;
    }
    let layer: Layer;
    try {
      layer = this.#decode(this.bytes, this.#at, this.#end);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      layer = this.#opaque(error);
    }
    this.#layers.push(layer);
    this.#at = layer.payloadStart;
    this.#end = layer.end;
    return true;
  }

  #opaque(error?: RangeError): PayloadView {
    this.#error ??= error;
    this.#next = NEXT.END;
    return PayloadView.parse(this.bytes, this.#at, this.#end, error);
  }

  #decode(bytes: Uint8Array, at: number, end: number): Layer {
    // The commonest come first: cases are compared one after the other.
    switch (this.#next) {
      case NEXT.OPAQUE:
        return this.#opaque();
      case numbers.IPPROTO_TCP:
        this.#next = NEXT.OPAQUE;
        return TcpView.parse(bytes, at, end);
      case numbers.IPPROTO_UDP: {
        this.#next = NEXT.OPAQUE;
        const view = UdpView.parsePartial(bytes, at, end);
        if (view.truncated) this.#complain(UdpView);
        else if (isDnsPort(view.sourcePort) || isDnsPort(view.destinationPort)) {
          this.#next = NEXT.DNS;
        }
        return view;
      }
      case NEXT.ETHERNET:
      case numbers.IPPROTO_ETHERNET:
      case ETHER + numbers.ETH_P_TEB: {
        const view = EthernetView.parsePartial(bytes, at, end);
        this.#afterType(view.etherType, EthernetView, view.end);
        return view;
      }
      case ETHER + numbers.ETH_P_IP:
      case numbers.IPPROTO_IPIP:
        return this.#ipv4(bytes, at, end);
      case ETHER + numbers.ETH_P_IPV6:
      case numbers.IPPROTO_IPV6:
        return this.#ipv6(bytes, at, end);
      case ETHER + numbers.ETH_P_8021Q:
      case ETHER + numbers.ETH_P_8021AD:
      case ETHER + numbers.ETH_P_QINQ1: {
        const view = VlanView.parsePartial(bytes, at, end);
        this.#afterType(view.etherType, VlanView, view.end);
        return view;
      }
      case ETHER + numbers.ETH_P_ARP:
      case ETHER + numbers.ETH_P_RARP:
        this.#next = NEXT.END;
        return ArpView.parse(bytes, at, end);
      case NEXT.IP: {
        const version = at < end ? bytes[at] >>> 4 : 0;
        if (version === 4) return this.#ipv4(bytes, at, end);
        if (version === 6) return this.#ipv6(bytes, at, end);
        throw at < end
          ? bad("IP header", `version of ${version} is not 4 or 6`)
          : bad("IP header", "length of 0 is below 20");
      }
      case NEXT.LLC: {
        const view = LlcView.parse(bytes, at, end);
        this.#next = view.isSnap ? NEXT.SNAP : NEXT.OPAQUE;
        return view;
      }
      case NEXT.SNAP: {
        const view = SnapView.parse(bytes, at, end);
        this.#next = view.oui === 0 ? ETHER + view.protocol : NEXT.OPAQUE;
        return view;
      }
      case NEXT.DNS:
        this.#next = NEXT.END;
        try {
          return DnsView.parse(bytes, at, end);
        } catch (error) {
          // The port is a hint only: what is no DNS message there is no lie.
          if (error instanceof RangeError) return this.#opaque();
          throw error;
        }
      case numbers.IPPROTO_ICMP:
        this.#next = NEXT.OPAQUE;
        return Icmpv4View.parse(bytes, at, end);
      case numbers.IPPROTO_ICMPV6:
        this.#next = NEXT.OPAQUE;
        return Icmpv6View.parse(bytes, at, end);
      case numbers.IPPROTO_IGMP:
        this.#next = NEXT.OPAQUE;
        return IgmpView.parse(bytes, at, end);
      case numbers.IPPROTO_SCTP: {
        this.#next = NEXT.OPAQUE;
        const view = SctpView.parsePartial(bytes, at, end);
        this.#complain(SctpView);
        return view;
      }
      case numbers.IPPROTO_UDPLITE: {
        this.#next = NEXT.OPAQUE;
        const view = UdpLiteView.parsePartial(bytes, at, end);
        this.#complain(UdpLiteView);
        return view;
      }
      case numbers.IPPROTO_GRE: {
        const view = GreView.parse(bytes, at, end);
        // Version 1 carries PPP.
        this.#next = view.version === 0 ? ETHER + view.protocol : NEXT.OPAQUE;
        return view;
      }
      case numbers.IPPROTO_HOPOPTS:
        return this.#before(HopByHopView.parse(bytes, at, end));
      case numbers.IPPROTO_DSTOPTS:
        return this.#before(DestinationOptionsView.parse(bytes, at, end));
      case numbers.IPPROTO_ROUTING:
        return this.#before(Ipv6RoutingView.parse(bytes, at, end));
      case numbers.IPPROTO_AH:
        return this.#before(AuthenticationView.parse(bytes, at, end));
      case numbers.IPPROTO_MH:
        return this.#before(MobilityView.parse(bytes, at, end));
      case numbers.IPPROTO_HIP:
        return this.#before(HipView.parse(bytes, at, end));
      case numbers.IPPROTO_SHIM6:
        return this.#before(Shim6View.parse(bytes, at, end));
      case numbers.IPPROTO_FRAGMENT: {
        const view = this.#before(Ipv6FragmentView.parse(bytes, at, end));
        if (view.fragmentOffset > 0) this.#next = NEXT.OPAQUE;
        else if (view.moreFragments) this.#cut = true;
        return view;
      }
      case numbers.IPPROTO_ESP:
        this.#next = NEXT.OPAQUE;
        return EspView.parse(bytes, at, end);
      default:
        return this.#opaque();
    }
  }

  #ipv4(bytes: Uint8Array, at: number, end: number): Ipv4View {
    const view = Ipv4View.parsePartial(bytes, at, end);
    if (view.totalLength !== view.end - at) this.#complain(Ipv4View);
    this.#next = view.protocol;
    if (view.isFragment) {
      if (view.fragmentOffset > 0) this.#next = NEXT.OPAQUE;
      else this.#cut = true;
    }
    return view;
  }

  #ipv6(bytes: Uint8Array, at: number, end: number): Ipv6View {
    const view = Ipv6View.parsePartial(bytes, at, end);
    if (view.truncated) this.#complain(Ipv6View);
    this.#next = view.nextHeader;
    return view;
  }

  #before<V extends Layer & { nextHeader: number }>(view: V): V {
    this.#next = view.nextHeader;
    return view;
  }

  #afterType(type: number, strict: Strict, viewEnd: number): void {
    if (type >= numbers.ETH_P_802_3_MIN) {
      this.#next = ETHER + type;
    } else {
      this.#next = NEXT.LLC;
      if (viewEnd === this.#end) this.#complain(strict);
    }
  }

  /** Keeps the reason why the strict decoder refuses what the lenient one took. */
  #complain(strict: Strict): void {
    if (this.#cut || this.#error !== undefined) return;
    try {
      strict.parse(this.bytes, this.#at, this.#end);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#error = error;
    }
  }
}

/** The views whose strict decoder may refuse what the lenient one takes. */
interface Strict {
  parse(bytes: Uint8Array, start: number, end: number): unknown;
}

/** DNS, multicast DNS (RFC 6762) and link-local multicast name resolution (RFC 4795). */
function isDnsPort(port: number): boolean {
  return port === 53 || port === 5353 || port === 5355;
}

/**
 * Decodes an Ethernet frame, layer by layer as they are asked for. It never throws for what the bytes
 * say: a header that lies ends the walk with a `"payload"` layer, and {@linkcode Frame.error} names
 * the field. The walk does not enter what an ICMP error quotes (use {@linkcode decodePacket}), nor
 * any fragment but the first.
 *
 * @param bytes The frame without its check sequence.
 * @returns The layers.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 *
 * @example The ports of a frame
 * ```ts
 * import { decodeFrame, encode } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encode(
 *   { kind: "ethernet", source: "02:00:00:00:00:01", destination: "02:00:00:00:00:02" },
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 5000, destinationPort: 6000 },
 *   new TextEncoder().encode("hi"),
 * );
 * const frame = decodeFrame(bytes);
 * assertEquals(frame.layer("udp")?.destinationPort, 6000);
 * assertEquals(frame.layers.map((layer) => layer.kind), ["ethernet", "ipv4", "udp", "payload"]);
 * ```
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  return Frame.ethernet(bytes);
}

/**
 * Decodes an IPv4 or IPv6 packet, layer by layer as they are asked for, as {@linkcode decodeFrame}
 * does. A packet that is cut off, as in the quote of an ICMP error, is walked as far as it goes.
 *
 * @param bytes The packet.
 * @returns The layers.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 */
export function decodePacket(bytes: Uint8Array): Frame {
  return Frame.ip(bytes);
}
