/** Headers of every layer, for the calls of wire/. */
import fc from "fast-check";
import * as wire from "../../wire/mod.ts";
import * as cases from "../wire/_codec_cases.ts";
import type { Examples } from "./_types.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

/** The rows of all layers, by name. */
export const ROWS: [string, Any][] = Object.entries(wire).filter(([, row]: [string, Any]) =>
  typeof row?.parse === "function" && typeof row?.measure === "function"
);

const VALUES = new Map<string, Any>([
  ["payload", { kind: "payload", data: new Uint8Array(8) }],
  ["dns", { kind: "dns", id: 1, questions: [{ name: "example.com", type: "A" }] }],
]);
for (const list of Object.values(cases as Record<string, Any>)) {
  if (!Array.isArray(list)) continue;
  for (const { kind, values, value = values } of list) {
    if (kind !== undefined) VALUES.set(kind, fc.sample(value, { numRuns: 1, seed: 1 })[0]);
  }
}

// Any bytes may follow these, as the examples have them.
for (const kind of ["icmpv4", "icmpv6"]) {
  VALUES.set(kind, { kind, message: "echoRequest", identifier: 1, sequence: 1 });
}

const WALK = Object.fromEntries(
  ["followEtherType", "followProtocol", "followPort", "follow", "stop", "complain", "cut"].map((
    name,
  ) => [name, () => undefined]),
);

/** What the functions of a row take: a header of its kind, from bytes or as a value. */
export function rowExamples(row: Any): Examples {
  const value = () => VALUES.get(row.kind);
  const view = () => {
    const bytes = new Uint8Array(row.measure(value()) + 64);
    row.write(value(), bytes, 0, bytes.length, {});
    return row.parse(bytes, 0, bytes.length, WALK);
  };
  const bytes = () => new Uint8Array(row.measure(value()) + 64);
  return {
    value,
    view,
    header: value,
    bytes,
    walk: () => WALK,
    start: () => 0,
    end: () => bytes().length,
    name: () => "value",
    action: () => "encode",
  };
}

const MAC = "02:00:00:00:00:01";
/** Encoders whose addresses are those of IPv6. */
const SIX = /6|Hip|HopByHop|DestinationOptions|Mobility|Fragment/;

/** What a text of a value is, in the terms of its encoder. */
export function encoderExamples(call: string): Examples {
  const ip = SIX.test(call) ? "2001:db8::1" : "192.0.2.1";
  const address = () => ip;
  return {
    source: call === "encodeEthernet" ? () => MAC : address,
    destination: call === "encodeEthernet" ? () => MAC : address,
    group: () => SIX.test(call) ? "ff02::fb" : "224.0.0.251",
    senderHardware: () => MAC,
    targetHardware: () => MAC,
    senderAddress: address,
    targetAddress: address,
    target: address,
    gateway: address,
    mask: () => "255.255.255.0",
    prefix: () => "2001:db8::",
    senderTag: address,
    receiverTag: address,
    // In an option of neighbor discovery it is that of the link.
    address: call === "encodeIcmpv6" ? () => MAC : address,
    sources: () => [ip],
    addresses: () => [ip],
  };
}
