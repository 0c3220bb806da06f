/**
 * Netem, which delays, drops and mangles.
 *
 * @module
 */
import { type Kind, type Numbers, type QdiscOptions, TICK_NANOS } from "./_qdisc_kind.ts";
import * as t from "./abi/traffic.ts";
import { attributes } from "./attributes.ts";
import type { ByteSink, ByteSource } from "./_bytes.ts";
import { u32, u64 } from "./_codecs.ts";
import { struct } from "./_struct.ts";

/** struct tc_netem_qopt (linux/pkt_sched.h), before the attributes; shares of 2^32 - 1. */
const NETEM_HEADER = struct({
  latency: "u32",
  limit: "u32",
  loss: "u32",
  gap: "u32",
  duplicate: "u32",
  jitter: "u32",
});
const CORRELATIONS = struct({ delay_corr: "u32", loss_corr: "u32", dup_corr: "u32" });
const CHANCE = struct({ probability: "u32", correlation: "u32" });
const NETEM_RATE = struct({
  rate: "u32",
  packet_overhead: "s32",
  cell_size: "u32",
  cell_overhead: "s32",
});
const NETEM = attributes("TCA_NETEM_", {
  corr: [t.TCA_NETEM_CORR, CORRELATIONS],
  reorder: [t.TCA_NETEM_REORDER, CHANCE],
  corrupt: [t.TCA_NETEM_CORRUPT, CHANCE],
  rate: [t.TCA_NETEM_RATE, NETEM_RATE],
  ecn: [t.TCA_NETEM_ECN, u32],
  rate64: [t.TCA_NETEM_RATE64, u64],
  latency64: [t.TCA_NETEM_LATENCY64, u64],
  jitter64: [t.TCA_NETEM_JITTER64, u64],
});
const WHOLE = 0xffffffff;

function share(value: number): number {
  return value / WHOLE;
}

function readNetem(source: ByteSource, length: number): QdiscOptions {
  const header = NETEM_HEADER.decode(source, 0, length);
  const raw = length <= NETEM_HEADER.size
    ? {}
    : NETEM.decode(source, NETEM_HEADER.size, length - NETEM_HEADER.size);
  const options: QdiscOptions = { limit: header.limit };
  const delay = raw.latency64 === undefined
    ? header.latency * TICK_NANOS / 1e9
    : Number(raw.latency64) / 1e9;
  const jitter = raw.jitter64 === undefined
    ? header.jitter * TICK_NANOS / 1e9
    : Number(raw.jitter64) / 1e9;
  const { delay_corr = 0, loss_corr = 0, dup_corr = 0 } = raw.corr ?? {};
  if (delay !== 0) options.delay = { delay, jitter, correlation: share(delay_corr) };
  if (header.loss !== 0) {
    options["loss-random"] = { loss: share(header.loss), correlation: share(loss_corr) };
  }
  if (header.duplicate !== 0) {
    options.duplicate = { duplicate: share(header.duplicate), correlation: share(dup_corr) };
  }
  if (raw.reorder !== undefined && raw.reorder.probability !== 0) {
    const { probability, correlation } = raw.reorder;
    options.reorder = { reorder: share(probability), correlation: share(correlation) };
  }
  if (raw.corrupt !== undefined && raw.corrupt.probability !== 0) {
    const { probability, correlation } = raw.corrupt;
    options.corrupt = { corrupt: share(probability), correlation: share(correlation) };
  }
  const rate = raw.rate64 === undefined ? raw.rate?.rate ?? 0 : Number(raw.rate64);
  if (rate !== 0) {
    options.rate = {
      rate,
      packetoverhead: raw.rate?.packet_overhead ?? 0,
      cellsize: raw.rate?.cell_size ?? 0,
      celloverhead: raw.rate?.cell_overhead ?? 0,
    };
  }
  options.ecn = (raw.ecn ?? 0) !== 0;
  options.gap = header.gap;
  return options;
}

/** Shares from 0 to 1, times in seconds, rates in bytes a second. */
function writeNetem(sink: ByteSink, options: Numbers): void {
  const { limit = 1000, delay = 0, jitter = 0, loss = 0, duplicate = 0, gap = 0 } = options;
  const chance = (name: string) => {
    const value = options[name] ?? 0;
    if (value < 0 || value > 1) {
      throw new RangeError(`Cannot change: ${name} ${value} is not in 0 to 1`);
    }
    return Math.round(value * WHOLE);
  };
  NETEM_HEADER.encode(sink, {
    latency: Math.min(WHOLE, Math.round(delay * 1e9 / TICK_NANOS)),
    limit,
    loss: loss === 0 ? 0 : chance("loss"),
    gap,
    duplicate: duplicate === 0 ? 0 : chance("duplicate"),
    jitter: Math.min(WHOLE, Math.round(jitter * 1e9 / TICK_NANOS)),
  });
  const corr = {
    delay_corr: chance("delay_correlation"),
    loss_corr: chance("loss_correlation"),
    dup_corr: chance("duplicate_correlation"),
  };
  const rate = options.rate ?? 0;
  NETEM.encode(sink, {
    corr: corr.delay_corr + corr.loss_corr + corr.dup_corr > 0 ? corr : undefined,
    reorder: options.reorder === undefined
      ? undefined
      : { probability: chance("reorder"), correlation: chance("reorder_correlation") },
    corrupt: options.corrupt === undefined
      ? undefined
      : { probability: chance("corrupt"), correlation: chance("corrupt_correlation") },
    rate: rate === 0 ? undefined : {
      rate: Math.min(rate, WHOLE),
      packet_overhead: 0,
      cell_size: 0,
      cell_overhead: 0,
    },
    rate64: rate > WHOLE ? BigInt(rate) : undefined,
    latency64: delay === 0 ? undefined : BigInt(Math.round(delay * 1e9)),
    jitter64: jitter === 0 ? undefined : BigInt(Math.round(jitter * 1e9)),
  });
}

/** `netem`. */
export const NETEM_KIND: Kind = {
  read: readNetem,
  qdisc: {
    write: writeNetem,
    words: [
      "limit",
      "delay",
      "jitter",
      "delay_correlation",
      "loss",
      "loss_correlation",
      "duplicate",
      "duplicate_correlation",
      "reorder",
      "reorder_correlation",
      "corrupt",
      "corrupt_correlation",
      "rate",
      "gap",
    ],
    within: NETEM,
    headerBytes: NETEM_HEADER.size,
  },
};
