/**
 * Where the walk through a captured packet begins, by its link type.
 *
 * @module
 */

import { bad, u16 } from "./_bytes.ts";
import type { CapturedPacket } from "./_capture.ts";
import { FrameWalk, walkIp } from "./_frame_walk.ts";
import { ETH_P_802_3_MIN } from "./numbers.ts";
import { type LayerTables, PAYLOAD } from "./_layer_tables.ts";

/** <pcap/dlt.h> and the tcpdump.org registry: link types whose headers do not become layers. */
const LINKTYPE = {
  NULL: 0,
  ETHERNET: 1,
  DLT_RAW: 12,
  DLT_RAW_OPENBSD: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
};

/** The body of `decodeCaptured()`. */
export function walkCaptured(tables: LayerTables, packet: CapturedPacket): FrameWalk {
  const { data } = packet;
  const linkType = packet.linkType ?? LINKTYPE.ETHERNET;
  const row = tables.linkType(linkType);
  if (row !== undefined) return new FrameWalk(tables, data, row, 0);
  switch (linkType) {
    case LINKTYPE.DLT_RAW:
    case LINKTYPE.DLT_RAW_OPENBSD:
    case LINKTYPE.RAW:
    case LINKTYPE.IPV4:
    case LINKTYPE.IPV6:
      return walkIp(tables, data, 0);
    case LINKTYPE.NULL:
    case LINKTYPE.LOOP:
      return data.length < 4 ? short(tables, data, 4) : walkIp(tables, data, 4);
    case LINKTYPE.LINUX_SLL:
      return data.length < 16 ? short(tables, data, 16) : cooked(tables, data, u16(data, 14), 16);
    case LINKTYPE.LINUX_SLL2:
      return data.length < 20 ? short(tables, data, 20) : cooked(tables, data, u16(data, 0), 20);
    default:
      return undecoded(tables, data, `link type of ${linkType} is unknown`);
  }
}

function cooked(tables: LayerTables, data: Uint8Array, etherType: number, at: number): FrameWalk {
  // Small numbers name frames without an EtherType, as of 802.2.
  return etherType < ETH_P_802_3_MIN
    ? undecoded(tables, data, `protocol of ${etherType} is no EtherType`)
    : new FrameWalk(tables, data, tables.etherType(etherType), at);
}

function short(tables: LayerTables, data: Uint8Array, needed: number): FrameWalk {
  const reason = `length of ${data.length} is below the ${needed} of its link header`;
  return undecoded(tables, data, reason);
}

/** A walk that cannot start. */
function undecoded(tables: LayerTables, data: Uint8Array, reason: string): FrameWalk {
  return new FrameWalk(tables, data, PAYLOAD, 0, bad("captured packet", reason));
}
