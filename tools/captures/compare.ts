/** One capture file, decoded by us and by tshark. */

import { formatIpv6, parseIpv6 } from "../../core/ip/text.ts";
import { type CapturedPacket, decodeCapture, decodeCaptured, describe } from "../../wire/mod.ts";
import { FIELDS, FRAME_FIELDS } from "./fields.ts";

/** What a comparison found. */
export interface Comparison {
  packets: number;
  /** Fields of which both sides have a value. */
  compared: number;
  /** Fields that only we, or only tshark, have. */
  onlyOurs: number;
  onlyTheirs: number;
  /** Packets of link types that we do not know. */
  unknownLinks: number;
  /** Where the two differ. */
  wrong: string[];
  /** Whether tshark does not read the file to its end. */
  refused: boolean;
  /** Why a file could not be read to its end, by us. */
  error: string | undefined;
}

/** <pcap/dlt.h> DLT_SUNATM. */
const LINKTYPE_SUNATM = 123;
const NAMES = Object.keys(FIELDS);
const SEPARATOR = "\t";
const AGGREGATOR = "|";

async function tshark(path: string): Promise<{ lines: string[]; complaint: string | undefined }> {
  const { stdout, stderr } = await new Deno.Command("tshark", {
    args: [
      ...["-n", "-r", path, "-T", "fields", "-E", "occurrence=a", "-E", `aggregator=${AGGREGATOR}`],
      // Every packet by itself.
      ...["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"],
      ...["-o", "tcp.desegment_tcp_streams:FALSE", "-o", "tcp.relative_sequence_numbers:FALSE"],
      ...[...FRAME_FIELDS, ...NAMES].flatMap((name) => ["-e", name]),
    ],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  const said = new TextDecoder().decode(stderr);
  return {
    lines: text === "" ? [] : text.replace(/\n$/, "").split("\n"),
    // Of a file that is cut off, or of a link type that it does not know, it prints what it has read.
    complaint: /^tshark: (?:The file|An error)[^]*/m.exec(said)?.[0],
  };
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path);
  if (!path.endsWith(".gz")) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A value as both sides would write it. */
function canonical(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number") return `${value}`;
  if (/^0x[0-9a-f]+$/.test(value)) return `${Number(value)}`;
  if (value.includes("::") || value.split(":").length === 8) return formatIpv6(parseIpv6(value));
  return value === "True" ? "1" : value === "False" ? "0" : value;
}

/** Cisco's ISL puts a whole frame behind such a destination; tshark tells the addresses inside. */
function isIsl({ data, linkType }: CapturedPacket): boolean {
  return linkType === 1 && (data[0] & ~2) === 1 && data[1] === 0 && data[2] === 0x0c &&
    data[3] === 0 && data[4] === 0;
}

function compareFrame(packet: CapturedPacket, columns: string[], result: Comparison): void {
  if (isIsl(packet)) return;
  const frame = decodeCaptured(packet);
  const isUnknown = frame.error !== undefined && /link type of/.test(frame.error.message);
  if (isUnknown) result.unknownLinks++;
  const { layers } = frame;
  NAMES.forEach((name, index) => {
    const { kind, read } = FIELDS[name];
    const text = columns[index];
    const theirs = text === "" ? [] : text.split(AGGREGATOR).map(canonical);
    const ours = layers.filter((layer) => layer.kind === kind)
      // What is cut off reads as 0.
      .filter((layer) => !("truncated" in layer && layer.truncated && kind === "tcp"))
      .map((layer) => read(layer as never)).filter((value) => value !== undefined).map(canonical);
    const both = Math.min(ours.length, theirs.length);
    result.compared += both;
    result.onlyOurs += ours.length - both;
    // What an ICMP error quotes is no layer of ours, nor what a tunnel without a codec carries.
    result.onlyTheirs += theirs.length - both;
    for (let i = 0; i < both; i++) {
      if (ours[i] === theirs[i]) continue;
      result.wrong.push(`${name} is ${theirs[i]}, ours is ${ours[i]}: ${describe(frame)}`);
    }
  });
}

function compareCapture(packet: CapturedPacket, columns: string[], result: Comparison): void {
  const [time, captured, length] = columns;
  const { data, timestampNanos, originalLength } = packet;
  const nanos = timestampNanos === undefined
    ? ""
    : `${timestampNanos / 1_000_000_000n}.${`${timestampNanos % 1_000_000_000n}`.padStart(9, "0")}`;
  // Of ATM by SunATM tshark does not count the four bytes of a pseudo-header.
  const header = packet.linkType === LINKTYPE_SUNATM ? 4 : 0;
  const pairs = [
    ...(hasSoundTime(packet) ? [["time", time, nanos]] : []),
    ["captured length", captured, `${data.length - header}`],
    ["length", length, `${originalLength! - header}`],
  ];
  for (const [name, theirs, ours] of pairs) {
    result.compared++;
    if (theirs !== ours) result.wrong.push(`${name} is ${theirs}, ours is ${ours}`);
  }
}

/** <pcap/pcap.h>: the magics of pcap files, and how many of their fractions make a second. */
const FRACTIONS: ReadonlyMap<number, number> = new Map([[0xa1b2c3d4, 1e6], [0xa1b23c4d, 1e9]]);

/** Whether the fraction of a second is below one: of others tshark makes something else each time. */
function hasSoundTime({ data }: CapturedPacket): boolean {
  const file = new DataView(data.buffer);
  for (const little of [true, false]) {
    const perSecond = FRACTIONS.get(file.getUint32(0, little));
    // Data lies in the file, and 16 bytes of its record before it.
    if (perSecond !== undefined) return file.getUint32(data.byteOffset - 12, little) < perSecond;
  }
  return true;
}

/** Compares a file, packet by packet. */
export async function compareFile(path: string): Promise<Comparison> {
  const result: Comparison = {
    packets: 0,
    compared: 0,
    onlyOurs: 0,
    onlyTheirs: 0,
    unknownLinks: 0,
    wrong: [],
    refused: false,
    error: undefined,
  };
  const { lines, complaint } = await tshark(path);
  try {
    for (const packet of decodeCapture(await bytesOf(path))) {
      const columns = lines[result.packets++]?.split(SEPARATOR);
      if (columns === undefined) {
        if (complaint === undefined) result.wrong.push("there is a packet more than tshark reads");
        else result.refused = true;
        break;
      }
      compareCapture(packet, columns, result);
      compareFrame(packet, columns.slice(FRAME_FIELDS.length), result);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    result.error = error.message;
  }
  if (result.error === undefined && result.packets < lines.length) {
    result.wrong.push(`${lines.length - result.packets} packets are missing`);
  }
  return result;
}
