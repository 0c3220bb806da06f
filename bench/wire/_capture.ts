/**
 * A mixed capture, the same on every run: what a server's interface sees.
 */

import { encode, encodePcap, type LayerValue } from "../../wire/mod.ts";

/** A small generator of numbers (mulberry32), so that every run has the same packets. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** So many frames. */
export function mixedFrames(count: number): Uint8Array[] {
  const random = generator(1);
  const below = (limit: number) => Math.floor(random() * limit);
  const link = (): LayerValue => ({
    kind: "ethernet",
    source: "02:00:00:00:00:01",
    destination: "02:00:00:00:00:02",
  });
  const v4 = (): LayerValue => ({
    kind: "ipv4",
    source: `10.0.${below(256)}.${below(256)}`,
    destination: `192.0.2.${below(256)}`,
    identification: below(65536),
  });
  const v6 = (): LayerValue => ({
    kind: "ipv6",
    source: `2001:db8::${below(65536).toString(16)}`,
    destination: "2001:db8:1::1",
  });
  const tcp = (): LayerValue => ({
    kind: "tcp",
    sourcePort: 1024 + below(60000),
    destinationPort: 443,
    sequence: below(2 ** 32),
    acknowledgment: below(2 ** 32),
    flags: 0x18,
    options: [{ kind: "nop" }, { kind: "nop" }, { kind: "timestamps", value: below(1e9), echo: 1 }],
  });
  const udp = (): LayerValue => ({
    kind: "udp",
    sourcePort: 1024 + below(60000),
    destinationPort: 4500,
  });
  const frames: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const data = new Uint8Array(below(10) < 4 ? 1400 : below(200));
    const roll = random();
    if (roll < 0.4) frames.push(encode(link(), v4(), tcp(), data));
    else if (roll < 0.6) frames.push(encode(link(), v6(), tcp(), data));
    else if (roll < 0.75) frames.push(encode(link(), v4(), udp(), data));
    else if (roll < 0.82) frames.push(encode(link(), v6(), udp(), data));
    else if (roll < 0.9) {
      frames.push(encode(link(), { kind: "vlan", id: below(4096) }, v4(), tcp(), data));
    } else if (roll < 0.95) {
      frames.push(
        encode(link(), v4(), {
          kind: "icmpv4",
          message: "echoRequest",
          identifier: 1,
          sequence: below(65536),
        }, new Uint8Array(56)),
      );
    } else if (roll < 0.98) {
      frames.push(
        encode(link(), v6(), {
          kind: "icmpv6",
          message: "echoReply",
          identifier: 1,
          sequence: below(65536),
        }, new Uint8Array(56)),
      );
    } else {
      frames.push(
        encode(link(), {
          kind: "arp",
          operation: 1,
          senderHardware: "02:00:00:00:00:01",
          senderAddress: "10.0.0.1",
          targetHardware: "00:00:00:00:00:00",
          targetAddress: "10.0.0.2",
        }),
      );
    }
  }
  return frames;
}

/** The frames as a pcap file. */
export function mixedCapture(frames: Uint8Array[]): Uint8Array {
  return encodePcap(frames.map((data, i) => ({ data, timestampNanos: BigInt(i) * 1000n })));
}
