/**
 * What each kind of queueing discipline and class has beside the common, in the words of `tc -j`.
 *
 * @module
 */
import * as t from "./abi/traffic.ts";
import { attributes } from "./attributes.ts";
import { type ByteSink, ByteSource } from "./_bytes.ts";
import { struct, u32, u64, u8 } from "./_codecs.ts";

/** Options as words. */
export type QdiscOptions = Record<string, unknown>;

/** How the options of a kind are read and written. */
interface Kind {
  readonly read: (source: ByteSource, length: number) => QdiscOptions;
  readonly write?: (sink: ByteSink, options: Numbers) => void;
  /** The words that can be set. */
  readonly words?: readonly string[];
}

/** Options as numbers, checked. */
type Numbers = Readonly<Record<string, number | undefined>>;

/** struct tc_ratespec (linux/pkt_sched.h). */
const RATE_FIELDS = {
  cell_log: "u8",
  linklayer: "u8",
  overhead: "u16",
  cell_align: "u16",
  mpu: "u16",
  rate: "u32",
} as const;
const RATESPEC = struct(RATE_FIELDS);
/** PSCHED_SHIFT (net/pkt_sched.h): the kernel's ticks of packet times are of 64 ns. */
const TICK_NANOS = 64;

/** struct tc_tbf_qopt (linux/pkt_sched.h). */
const TBF_PARMS = struct({
  rate: { bytes: RATESPEC.size },
  peakrate: { bytes: RATESPEC.size },
  limit: "u32",
  buffer: "u32",
  mtu: "u32",
});
const TBF = attributes("TCA_TBF_", {
  parms: [t.TCA_TBF_PARMS, TBF_PARMS],
  rate64: [t.TCA_TBF_RATE64, u64],
  prate64: [t.TCA_TBF_PRATE64, u64],
  burst: [t.TCA_TBF_BURST, u32],
  pburst: [t.TCA_TBF_PBURST, u32],
});
const LINK_LAYERS = ["unspec", "ethernet", "atm"];

function readTbf(source: ByteSource, length: number): QdiscOptions {
  const { parms, rate64 } = TBF.decode(source, 0, length);
  if (parms === undefined) return {};
  const spec = RATESPEC.decode(new ByteSource(parms.rate), 0, RATESPEC.size);
  const rate = rate64 === undefined ? spec.rate : Number(rate64);
  const burstSeconds = parms.buffer * TICK_NANOS / 1e9;
  return {
    rate,
    burst: Math.round(rate * burstSeconds),
    mpu: spec.mpu,
    limit: parms.limit,
    lat: Math.round((parms.limit / rate - burstSeconds) * 1e6),
    linklayer: LINK_LAYERS[spec.linklayer] ?? `${spec.linklayer}`,
  };
}

function writeTbf(sink: ByteSink, options: Numbers): void {
  const { rate, burst, limit, lat } = options;
  if (rate === undefined || burst === undefined || (limit === undefined) === (lat === undefined)) {
    throw new TypeError("Cannot change: a tbf needs rate, burst, and either limit or lat");
  }
  TBF.encode(sink, {
    parms: {
      rate: rateSpec(rate, options.mpu ?? 0),
      peakrate: new Uint8Array(RATESPEC.size),
      limit: limit ?? Math.round(rate * lat! / 1e6) + burst,
      buffer: ticks(burst, rate),
      mtu: 0,
    },
    rate64: rate >= 2 ** 32 ? BigInt(rate) : undefined,
    burst,
  });
}

function rateSpec(rate: number, mpu: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RATESPEC.size);
  const view = new DataView(bytes.buffer);
  bytes[RATESPEC.offsets.linklayer] = t.TC_LINKLAYER_ETHERNET;
  view.setUint16(RATESPEC.offsets.mpu, mpu, true);
  view.setUint32(RATESPEC.offsets.rate, Math.min(rate, 0xffffffff), true);
  return bytes;
}

/** How long so many bytes take. */
function ticks(bytes: number, rate: number): number {
  return Math.min(0xffffffff, Math.round(bytes / rate * 1e9 / TICK_NANOS));
}

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
      packetoverhead: raw.rate!.packet_overhead,
      cellsize: raw.rate!.cell_size,
      celloverhead: raw.rate!.cell_overhead,
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

/** struct tc_htb_glob and struct tc_htb_opt (linux/pkt_sched.h). */
const HTB_INIT = struct({
  version: "u32",
  rate2quantum: "u32",
  defcls: "u32",
  debug: "u32",
  direct_pkts: "u32",
});
const HTB_PARMS = struct({
  rate: { bytes: RATESPEC.size },
  ceil: { bytes: RATESPEC.size },
  buffer: "u32",
  cbuffer: "u32",
  quantum: "u32",
  level: "u32",
  prio: "u32",
});
const HTB = attributes("TCA_HTB_", {
  parms: [t.TCA_HTB_PARMS, HTB_PARMS],
  init: [t.TCA_HTB_INIT, HTB_INIT],
  direct_qlen: [t.TCA_HTB_DIRECT_QLEN, u32],
  rate64: [t.TCA_HTB_RATE64, u64],
  ceil64: [t.TCA_HTB_CEIL64, u64],
});

function readHtb(source: ByteSource, length: number): QdiscOptions {
  const raw = HTB.decode(source, 0, length);
  const options: QdiscOptions = {};
  if (raw.init !== undefined) {
    const { version, rate2quantum, defcls, direct_pkts } = raw.init;
    options.r2q = rate2quantum;
    options.default = defcls;
    options.direct_packets_stat = direct_pkts;
    options.ver = `${version >>> 16}.${version & 0xffff}`;
  }
  if (raw.direct_qlen !== undefined) options.direct_qlen = raw.direct_qlen;
  if (raw.parms !== undefined) {
    const { parms } = raw;
    const spec = (bytes: Uint8Array<ArrayBuffer>) =>
      RATESPEC.decode(new ByteSource(bytes), 0, RATESPEC.size).rate;
    const rate = raw.rate64 === undefined ? spec(parms.rate) : Number(raw.rate64);
    const ceil = raw.ceil64 === undefined ? spec(parms.ceil) : Number(raw.ceil64);
    Object.assign(options, {
      rate,
      ceil,
      burst: Math.round(rate * parms.buffer * TICK_NANOS / 1e9),
      cburst: Math.round(ceil * parms.cbuffer * TICK_NANOS / 1e9),
      quantum: parms.quantum,
      level: parms.level,
      prio: parms.prio,
    });
  }
  return options;
}

function writeHtb(sink: ByteSink, options: Numbers): void {
  HTB.encode(sink, {
    init: {
      version: 3,
      rate2quantum: options.r2q ?? 10,
      defcls: options.default ?? 0,
      debug: 0,
      direct_pkts: 0,
    },
    direct_qlen: options.direct_qlen,
  });
}

const FIFO: Kind = {
  read: (source, length) => length < 4 ? {} : { limit: u32.decode(source, 0, length) },
  write(sink, { limit }) {
    if (limit !== undefined) sink.u32(limit);
  },
  words: ["limit"],
};

/** struct tc_prio_qopt (linux/pkt_sched.h). */
const PRIO = struct({ bands: "u32", priomap: { bytes: 16 } });
const PRIO_KIND: Kind = {
  read(source, length) {
    const { bands, priomap } = PRIO.decode(source, 0, length);
    return { bands, priomap: [...priomap] };
  },
};

const NONE: Kind = { read: () => ({}), write() {}, words: [] };

const KINDS: Readonly<Record<string, Kind>> = {
  tbf: { read: readTbf, write: writeTbf, words: ["rate", "burst", "limit", "lat", "mpu"] },
  netem: {
    read: readNetem,
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
  },
  fq: {
    read: readFq,
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
  },
  fq_codel: {
    read: readFqCodel,
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
  },
  htb: { read: readHtb, write: writeHtb, words: ["r2q", "default", "direct_qlen"] },
  pfifo: FIFO,
  bfifo: FIFO,
  pfifo_head_drop: FIFO,
  prio: PRIO_KIND,
  pfifo_fast: PRIO_KIND,
  noqueue: NONE,
  ingress: NONE,
  clsact: NONE,
  mq: NONE,
};

/** The options of a kind as words; the bytes of one that is not known. */
export function readOptions(
  kind: string,
  bytes: Uint8Array<ArrayBuffer>,
): QdiscOptions | Uint8Array<ArrayBuffer> {
  const row = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  return row === undefined ? bytes : row.read(new ByteSource(bytes), bytes.length);
}

/** Checks options as words; the result appends them. */
export function optionWriter(
  kind: string,
  options: Readonly<Record<string, number | boolean>>,
  action: string,
): (sink: ByteSink) => void {
  const row = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (row?.write === undefined || row.words === undefined) {
    if (Object.keys(options).length === 0) return () => {};
    throw new TypeError(`Cannot ${action}: options of ${kind} are not known here`);
  }
  const numbers: Record<string, number> = {};
  for (const [word, value] of Object.entries(options)) {
    if (!row.words.includes(word)) {
      throw new TypeError(`Cannot ${action}: ${kind} has no option "${word}"`);
    }
    const number = Number(value);
    if (!(number >= 0)) throw new RangeError(`Cannot ${action}: ${word} ${value} is not 0 or more`);
    numbers[word] = number;
  }
  return (sink) => row.write!(sink, numbers);
}
