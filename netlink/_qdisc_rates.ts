/**
 * Queueing disciplines that keep to rates: tbf and htb.
 *
 * @module
 */
import { type Kind, type Numbers, type QdiscOptions, TICK_NANOS } from "./_qdisc_kind.ts";
import * as t from "./abi/traffic.ts";
import { attributes } from "./attributes.ts";
import { type ByteSink, ByteSource } from "./_bytes.ts";
import { u32, u64 } from "./_codecs.ts";
import { type Struct, struct } from "./_struct.ts";

/** struct tc_ratespec (linux/pkt_sched.h). */
const RATE_FIELDS = {
  cell_log: "u8",
  linklayer: "u8",
  overhead: "u16",
  cell_align: "u16",
  mpu: "u16",
  rate: "u32",
} as const;
export const RATESPEC: Struct<typeof RATE_FIELDS> = struct(RATE_FIELDS);
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

/** A rate as queueing disciplines and policers have it. */
export function rateSpec(rate: number, mpu: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RATESPEC.size);
  const view = new DataView(bytes.buffer);
  bytes[RATESPEC.offsets.linklayer] = t.TC_LINKLAYER_ETHERNET;
  view.setUint16(RATESPEC.offsets.mpu, mpu, true);
  view.setUint32(RATESPEC.offsets.rate, Math.min(rate, 0xffffffff), true);
  return bytes;
}

/** How long so many bytes take. */
export function ticks(bytes: number, rate: number): number {
  return Math.min(0xffffffff, Math.round(bytes / rate * 1e9 / TICK_NANOS));
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

/** Bytes that a class may send at once unless it is told: those of a large packet, as `tc` has it. */
const DEFAULT_BURST = 1600;

function writeHtbClass(sink: ByteSink, options: Numbers): void {
  const { rate, mpu = 0 } = options;
  if (rate === undefined || rate === 0) {
    throw new TypeError("Cannot change: a class of htb needs a rate");
  }
  const { ceil = rate, burst = DEFAULT_BURST, cburst = DEFAULT_BURST } = options;
  HTB.encode(sink, {
    parms: {
      rate: rateSpec(rate, mpu),
      ceil: rateSpec(ceil, mpu),
      buffer: ticks(burst, rate),
      cbuffer: ticks(cburst, ceil),
      quantum: options.quantum ?? 0,
      level: 0,
      prio: options.prio ?? 0,
    },
    rate64: rate >= 2 ** 32 ? BigInt(rate) : undefined,
    ceil64: ceil >= 2 ** 32 ? BigInt(ceil) : undefined,
  });
}

/** `tbf`. */
export const TBF_KIND: Kind = {
  read: readTbf,
  qdisc: { write: writeTbf, words: ["rate", "burst", "limit", "lat", "mpu"], within: TBF },
};

/** `htb`. */
export const HTB_KIND: Kind = {
  read: readHtb,
  qdisc: { write: writeHtb, words: ["r2q", "default", "direct_qlen"], within: HTB },
  class: {
    write: writeHtbClass,
    words: ["rate", "ceil", "burst", "cburst", "quantum", "prio", "mpu"],
    within: HTB,
  },
};
