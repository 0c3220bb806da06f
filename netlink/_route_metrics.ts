/**
 * Limits and times of connections along a route, in the words of `ip`.
 *
 * @module
 */
import * as rt from "./abi/rtnetlink.ts";
import { attributes } from "./attributes.ts";
import { bitNames, text, u32 } from "./_codecs.ts";

/** linux/rtnetlink.h, RTAX_FEATURE_*. */
const FEATURES: readonly (readonly [number, string])[] = [
  [1, "ecn"],
  [2, "sack"],
  [4, "timestamp"],
  [8, "allfrag"],
  [16, "tcp_usec_ts"],
];

/** Limits and times of connections along a route. */
export const RTAX = attributes("RTAX_", {
  lock: [rt.RTAX_LOCK, u32],
  mtu: [rt.RTAX_MTU, u32],
  window: [rt.RTAX_WINDOW, u32],
  rtt: [rt.RTAX_RTT, u32],
  rttvar: [rt.RTAX_RTTVAR, u32],
  ssthresh: [rt.RTAX_SSTHRESH, u32],
  cwnd: [rt.RTAX_CWND, u32],
  advmss: [rt.RTAX_ADVMSS, u32],
  reordering: [rt.RTAX_REORDERING, u32],
  hoplimit: [rt.RTAX_HOPLIMIT, u32],
  initcwnd: [rt.RTAX_INITCWND, u32],
  features: [rt.RTAX_FEATURES, u32],
  rto_min: [rt.RTAX_RTO_MIN, u32],
  initrwnd: [rt.RTAX_INITRWND, u32],
  quickack: [rt.RTAX_QUICKACK, u32],
  congestion: [rt.RTAX_CC_ALGO, text, "CC_ALGO"],
  fastopen_no_cookie: [rt.RTAX_FASTOPEN_NO_COOKIE, u32],
});

/** The kernel tells round-trip times in eighths, and their variance in quarters of a millisecond. */
export function metricWords(
  raw: ReturnType<typeof RTAX.decode>,
): Record<string, number | string | true> {
  const words: Record<string, number | string | true> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (name === "unknown" || name === "lock" || Array.isArray(value)) continue;
    if (name === "features") {
      for (const feature of bitNames(value as number, FEATURES)) words[feature] = true;
    } else if (name === "rtt") words.rtt = (value as number) / 8;
    else if (name === "rttvar") words.rttvar = (value as number) / 4;
    else words[name] = value as number | string;
  }
  return words;
}

/** The other way. */
export function metricValues(
  words: Readonly<Record<string, number | string | boolean>>,
): Parameters<typeof RTAX.encode>[1] {
  const values: Record<string, number | string> = {};
  let features = 0;
  for (const [name, value] of Object.entries(words)) {
    const feature = FEATURES.find(([, known]) => known === name);
    if (feature !== undefined) features |= value ? feature[0] : 0;
    else if (name === "rtt") values.rtt = Number(value) * 8;
    else if (name === "rttvar") values.rttvar = Number(value) * 4;
    else values[name] = typeof value === "boolean" ? Number(value) : value;
  }
  if (features !== 0) values.features = features;
  return values as Parameters<typeof RTAX.encode>[1];
}
