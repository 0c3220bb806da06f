/**
 * The rows of the layers by the numbers that name them.
 *
 * @module
 */

import { LINKTYPE_ETHERNET } from "./_capture.ts";
import type { LayerRow } from "./layer_row.ts";
import { NumberTable } from "./_number_table.ts";
import { rawRow } from "./_checked_row.ts";
import { payloadLayer } from "./payload.ts";

/** The row of what no other row knows, unchecked. */
export const PAYLOAD: LayerRow = rawRow(payloadLayer as unknown as LayerRow);

/** Rows, ready to be looked up; never changed. */
export class LayerTables {
  /** What a frame begins with: Ethernet's link type. */
  readonly frame: LayerRow;
  /** By their names. */
  readonly kinds: ReadonlyMap<string, LayerRow>;
  readonly #etherTypes: NumberTable;
  readonly #linkTypes: NumberTable;
  readonly #udpPorts: NumberTable;
  readonly #tcpPorts: NumberTable;
  /** By IP protocol number, each of the 256. */
  readonly #protocols: LayerRow[];
  /** By IP version, each of the 16. */
  readonly #versions: (LayerRow | undefined)[];

  /** Of two rows with the same number the later one has it. */
  constructor(rows: Iterable<LayerRow>) {
    const list = Array.from(rows, rawRow);
    this.kinds = new Map(list.map((row) => [row.kind, row]));
    this.#etherTypes = new NumberTable(byNumber(list, "etherTypes"));
    this.#linkTypes = new NumberTable(byNumber(list, "linkTypes"));
    this.frame = this.#linkTypes.get(LINKTYPE_ETHERNET) ?? PAYLOAD;
    this.#udpPorts = new NumberTable(byNumber(list, "udpPorts"));
    this.#tcpPorts = new NumberTable(byNumber(list, "tcpPorts"));
    this.#protocols = new Array(256).fill(PAYLOAD);
    for (const [number, row] of byNumber(list, "protocols")) this.#protocols[number] = row;
    this.#versions = new Array(16).fill(undefined);
    for (const row of list) if (row.ipVersion !== undefined) this.#versions[row.ipVersion] = row;
  }

  /** The row of a kind, or `undefined`. */
  kind(kind: string): LayerRow | undefined {
    return this.kinds.get(kind);
  }
  /** The row that an EtherType names, or that of payloads. */
  etherType(etherType: number): LayerRow {
    return this.#etherTypes.get(etherType) ?? PAYLOAD;
  }
  /** The row that an IP protocol number names, or that of payloads. */
  protocol(protocol: number): LayerRow {
    return this.#protocols[protocol & 0xff];
  }
  /** The row of an IP version, or `undefined`. */
  ipVersion(version: number): LayerRow | undefined {
    return this.#versions[version];
  }
  /** The row that a link type names, or `undefined`. */
  linkType(linkType: number): LayerRow | undefined {
    return this.#linkTypes.get(linkType);
  }
  /** The row that a port hints at, or `undefined`. */
  port(
    transport: "udp" | "tcp",
    header: { readonly sourcePort: number; readonly destinationPort: number },
  ): LayerRow | undefined {
    const ports = transport === "udp" ? this.#udpPorts : this.#tcpPorts;
    if (ports.size === 0) return undefined;
    return ports.get(header.destinationPort) ?? ports.get(header.sourcePort);
  }
}

type NumberField = "etherTypes" | "protocols" | "udpPorts" | "tcpPorts" | "linkTypes";

function byNumber(rows: readonly LayerRow[], field: NumberField): (readonly [number, LayerRow])[] {
  return rows.flatMap((row) => row[field].map((number) => [number, row] as const));
}
