/**
 * What each kind of queueing discipline and class has beside the common, in the words of `tc -j`.
 *
 * @module
 */
import { integer, list as listOf } from "../core/arguments.ts";
import { FQ_CODEL_KIND, FQ_KIND, SFQ_KIND } from "./_qdisc_fair.ts";
import type { Kind, OptionWriter, QdiscOptions } from "./_qdisc_kind.ts";
import { NETEM_KIND } from "./_qdisc_netem.ts";
import { HTB_KIND, TBF_KIND } from "./_qdisc_rates.ts";
import type { AttributeLookup } from "./attributes.ts";
import { type ByteSink, ByteSource } from "./_bytes.ts";
import { u32 } from "./_codecs.ts";
import { struct } from "./_struct.ts";

const FIFO: Kind = {
  read: (source, length) => length < 4 ? {} : { limit: u32.decode(source, 0, length) },
  qdisc: {
    write(sink, { limit }) {
      if (limit !== undefined) sink.u32(limit);
    },
    words: ["limit"],
  },
};

/** struct tc_prio_qopt (linux/pkt_sched.h). */
const PRIO = struct({ bands: "u32", priomap: { bytes: 16 } });
/** What `tc` has unless it is told: by the type of service, in three bands. */
const PRIO_MAP = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
const PRIO_KIND: Kind = {
  read(source, length) {
    const { bands, priomap } = PRIO.decode(source, 0, length);
    return { bands, priomap: [...priomap] };
  },
  qdisc: {
    write: (sink, { bands = 3 }, { priomap = PRIO_MAP }) =>
      PRIO.encode(sink, { bands, priomap: Uint8Array.from(priomap) }),
    words: ["bands"],
    lists: { priomap: 16 },
  },
};

const NONE: Kind = { read: () => ({}), qdisc: { write() {}, words: [] } };

const KINDS: Readonly<Record<string, Kind>> = {
  tbf: TBF_KIND,
  netem: NETEM_KIND,
  fq: FQ_KIND,
  fq_codel: FQ_CODEL_KIND,
  sfq: SFQ_KIND,
  htb: HTB_KIND,
  pfifo: FIFO,
  bfifo: FIFO,
  pfifo_head_drop: FIFO,
  prio: PRIO_KIND,
  pfifo_fast: { read: PRIO_KIND.read },
  noqueue: NONE,
  ingress: NONE,
  clsact: NONE,
  mq: NONE,
};

function rowOf(kind: string): Kind | undefined {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}

/** The options of a kind as words; the bytes of one that is not known. */
export function readOptions(
  kind: string,
  bytes: Uint8Array<ArrayBuffer>,
): QdiscOptions | Uint8Array<ArrayBuffer> {
  return rowOf(kind)?.read(new ByteSource(bytes), bytes.length) ?? bytes;
}

/** Options by word: numbers, and lists of numbers where the kind has them. */
export type TrafficOptions = Readonly<Record<string, number | boolean | readonly number[]>>;

/** What a kind's options are in a request, for errors. */
export interface OptionShape {
  /** The attributes. */
  readonly within: AttributeLookup;
  /** Bytes before them. */
  readonly headerBytes?: number;
}

/** Checks options as words; the result appends them. */
export function optionWriter(
  kind: string,
  what: "qdisc" | "class",
  options: TrafficOptions,
  action: string,
): { write: (sink: ByteSink) => void; shape?: OptionShape } {
  const row = rowOf(kind)?.[what];
  if (row === undefined) {
    if (Object.keys(options).length === 0) return { write() {} };
    throw new TypeError(`Cannot ${action}: options of ${kind} are not known here`);
  }
  const numbers: Record<string, number> = {};
  const lists: Record<string, readonly number[]> = {};
  for (const [word, value] of Object.entries(options)) {
    if (Object.hasOwn(row.lists ?? {}, word)) {
      lists[word] = checkList(value, row.lists![word], action, word);
    } else if (row.words.includes(word)) numbers[word] = checkNumber(value, action, word);
    else throw new TypeError(`Cannot ${action}: ${kind} has no option "${word}"`);
  }
  return { write: (sink) => row.write(sink, numbers, lists), shape: shapeOf(row) };
}

function shapeOf({ within, headerBytes }: OptionWriter): OptionShape | undefined {
  return within === undefined ? undefined : { within, headerBytes };
}

function checkNumber(value: unknown, action: string, word: string): number {
  const number = typeof value === "boolean" ? Number(value) : value;
  if (typeof number !== "number") {
    throw new TypeError(`Cannot ${action}: ${word} is not a number`);
  }
  if (number >= 0) return number;
  throw new RangeError(`Cannot ${action}: ${word} ${number} is not 0 or more`);
}

function checkList(value: unknown, count: number, action: string, word: string): readonly number[] {
  const values = listOf(integer(0, 255))(value, action, word);
  if (values.length === count) return values;
  throw new RangeError(`Cannot ${action}: ${word} has ${values.length} numbers, not ${count}`);
}
