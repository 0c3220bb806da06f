/**
 * What a kind of queueing discipline is here: how its options are read and written.
 *
 * @module
 */
import type { AttributeLookup } from "./attributes.ts";
import type { ByteSink, ByteSource } from "./_bytes.ts";

/** Options as words. */
export type QdiscOptions = Record<string, unknown>;

/** Options as numbers, checked. */
export type Numbers = Readonly<Record<string, number | undefined>>;

/** How options are written, and which there are. */
export interface OptionWriter {
  /** Appends the options. */
  readonly write: (sink: ByteSink, options: Numbers, lists: Lists) => void;
  /** The words that can be set. */
  readonly words: readonly string[];
  /** Words whose value is a list of small numbers, and how long it is. */
  readonly lists?: Readonly<Record<string, number>>;
  /** For errors: the attributes, and the bytes before them. */
  readonly within?: AttributeLookup;
  /** Default: 0. */
  readonly headerBytes?: number;
}

/** Lists among the options, checked. */
export type Lists = Readonly<Record<string, readonly number[] | undefined>>;

/** How the options of a kind are read and written. */
export interface Kind {
  /** The options of a queueing discipline, and of a class of one. */
  readonly read: (source: ByteSource, length: number) => QdiscOptions;
  /** Writes those of a queueing discipline. */
  readonly qdisc?: OptionWriter;
  /** Writes those of a class. */
  readonly class?: OptionWriter;
}

/** PSCHED_SHIFT (net/pkt_sched.h): the kernel's ticks of packet times are of 64 ns. */
export const TICK_NANOS = 64;
