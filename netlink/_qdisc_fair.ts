/**
 * Queueing disciplines that share among flows: fq, fq_codel and sfq.
 *
 * @module
 */
import type { Kind, Numbers, QdiscOptions } from "./_qdisc_kind.ts";
import * as t from "./abi/traffic.ts";
import { attributes } from "./attributes.ts";
import type { ByteSink, ByteSource } from "./_bytes.ts";
import { u32, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";

const FQ = attributes("TCA_FQ_", {
  limit: [t.TCA_FQ_PLIMIT, u32, "PLIMIT"],
  flow_limit: [t.TCA_FQ_FLOW_PLIMIT, u32, "FLOW_PLIMIT"],
  buckets: [t.TCA_FQ_BUCKETS_LOG, u32, "BUCKETS_LOG"],
  orphan_mask: [t.TCA_FQ_ORPHAN_MASK, u32],
  pacing: [t.TCA_FQ_RATE_ENABLE, u32, "RATE_ENABLE"],
  quantum: [t.TCA_FQ_QUANTUM, u32],
  initial_quantum: [t.TCA_FQ_INITIAL_QUANTUM, u32],
  maxrate: [t.TCA_FQ_FLOW_MAX_RATE, u32, "FLOW_MAX_RATE"],
  low_rate_threshold: [t.TCA_FQ_LOW_RATE_THRESHOLD, u32],
  refill_delay: [t.TCA_FQ_FLOW_REFILL_DELAY, u32, "FLOW_REFILL_DELAY"],
  ce_threshold: [t.TCA_FQ_CE_THRESHOLD, u32],
  timer_slack: [t.TCA_FQ_TIMER_SLACK, u32],
  horizon: [t.TCA_FQ_HORIZON, u32],
  horizon_drop: [t.TCA_FQ_HORIZON_DROP, u8],
});

function readFq(source: ByteSource, length: number): QdiscOptions {
  const { unknown: _, pacing, ...options } = FQ.decode(source, 0, length);
  const words: QdiscOptions = options;
  if (options.buckets !== undefined) words.buckets = 2 ** options.buckets;
  if (pacing === 0) words.pacing = false;
  if (options.maxrate === 0xffffffff) delete words.maxrate;
  if (options.ce_threshold === 0xffffffff) delete words.ce_threshold;
  if (options.horizon_drop !== undefined) words.horizon_drop = options.horizon_drop !== 0;
  return words;
}

const FQ_CODEL = attributes("TCA_FQ_CODEL_", {
  target: [t.TCA_FQ_CODEL_TARGET, u32],
  limit: [t.TCA_FQ_CODEL_LIMIT, u32],
  interval: [t.TCA_FQ_CODEL_INTERVAL, u32],
  ecn: [t.TCA_FQ_CODEL_ECN, u32],
  flows: [t.TCA_FQ_CODEL_FLOWS, u32],
  quantum: [t.TCA_FQ_CODEL_QUANTUM, u32],
  ce_threshold: [t.TCA_FQ_CODEL_CE_THRESHOLD, u32],
  drop_batch: [t.TCA_FQ_CODEL_DROP_BATCH_SIZE, u32, "DROP_BATCH_SIZE"],
  memory_limit: [t.TCA_FQ_CODEL_MEMORY_LIMIT, u32],
});

function readFqCodel(source: ByteSource, length: number): QdiscOptions {
  const { unknown: _, ecn, ...options } = FQ_CODEL.decode(source, 0, length);
  return ecn === undefined || ecn === 0 ? options : { ...options, ecn: true };
}

/** struct tc_sfq_qopt_v1 (linux/pkt_sched.h), as far as it can be set here. */
const SFQ = struct({
  quantum: "u32",
  perturb_period: "s32",
  limit: "u32",
  divisor: "u32",
  flows: "u32",
  depth: "u32",
  headdrop: "u32",
  red_limit: "u32",
  qth_min: "u32",
  qth_max: "u32",
  wlog: "u8",
  plog: "u8",
  scell_log: "u8",
  flags: "u8",
  max_p: "u32",
  stats: { bytes: 24 },
});

function readSfq(source: ByteSource, length: number): QdiscOptions {
  const { quantum, perturb_period, limit, divisor, flows, depth, headdrop } = SFQ.decode(
    source,
    0,
    length,
  );
  const options: QdiscOptions = { limit, quantum, depth, flows, divisor };
  if (headdrop !== 0) options.headdrop = true;
  if (perturb_period !== 0) options.perturb = perturb_period;
  return options;
}

function writeSfq(sink: ByteSink, options: Numbers): void {
  const { perturb = 0, headdrop = 0, ...rest } = options;
  SFQ.encode(sink, { ...rest, perturb_period: perturb, headdrop: headdrop === 0 ? 0 : 1 });
}

/** `fq`. */
export const FQ_KIND: Kind = {
  read: readFq,
  qdisc: {
    write(sink, { buckets, ...options }) {
      const log = buckets === undefined ? undefined : Math.round(Math.log2(buckets));
      FQ.encode(sink, { ...options, buckets: log });
    },
    words: [
      "limit",
      "flow_limit",
      "buckets",
      "orphan_mask",
      "pacing",
      "quantum",
      "initial_quantum",
      "maxrate",
      "low_rate_threshold",
      "refill_delay",
      "ce_threshold",
      "timer_slack",
      "horizon",
      "horizon_drop",
    ],
    within: FQ,
  },
};

/** `fq_codel`. */
export const FQ_CODEL_KIND: Kind = {
  read: readFqCodel,
  qdisc: {
    write: (sink, options) => FQ_CODEL.encode(sink, options),
    words: [
      "target",
      "limit",
      "interval",
      "ecn",
      "flows",
      "quantum",
      "ce_threshold",
      "drop_batch",
      "memory_limit",
    ],
    within: FQ_CODEL,
  },
};

/** `sfq`. */
export const SFQ_KIND: Kind = {
  read: readSfq,
  qdisc: {
    write: writeSfq,
    words: ["limit", "quantum", "depth", "divisor", "perturb", "headdrop"],
  },
};
