/** Views whose bytes change under them, as those of a ring that the kernel fills again. */

import { assert } from "@std/assert";
import fc from "fast-check";
import { decodeFrame, encode, type LayerValue } from "../../wire/mod.ts";
import * as any from "./_arbitrary.ts";
import * as icmp from "./_icmp_arbitrary.ts";
import * as upper from "./_upper_arbitrary.ts";
import { IPV4, IPV6, LINK } from "./_headers.ts";

const DNS_PORTS = { kind: "udp", sourcePort: 53, destinationPort: 53 } as const;

/** Lets the encoder name what follows. */
function unnamed(value: LayerValue): LayerValue {
  const copy: LayerValue & { nextHeader?: number } = { ...value };
  delete copy.nextHeader;
  return copy;
}

const over4: fc.Arbitrary<LayerValue> = fc.oneof<fc.Arbitrary<LayerValue>[]>(
  upper.tcp,
  icmp.icmpv4,
  icmp.igmp,
  upper.sctp,
  upper.udpLite,
);
const over6: fc.Arbitrary<LayerValue> = fc.oneof<fc.Arbitrary<LayerValue>[]>(
  upper.tcp,
  icmp.icmpv6,
);
const extension: fc.Arbitrary<LayerValue> = fc.oneof<fc.Arbitrary<LayerValue>[]>(
  any.hopByHop,
  any.destinationOptions,
  any.routing,
  any.authentication,
  any.mobility,
  any.hip,
  any.shim6,
).map(unnamed);

const stacks: fc.Arbitrary<LayerValue[]> = fc.oneof(
  any.stack,
  fc.tuple(any.ipv4Options, over4).map(([options, value]): LayerValue[] => [
    LINK,
    { ...IPV4, options },
    value,
    // A coverage of UDP-Lite may be that long.
    { kind: "payload", data: new Uint8Array(64) },
  ]),
  fc.tuple(extension, over6).map(([header, value]): LayerValue[] => [LINK, IPV6, header, value]),
  upper.dns.map((message): LayerValue[] => [LINK, IPV4, DNS_PORTS, message]),
);

Deno.test("a view whose bytes change neither hangs nor throws anything but a RangeError", () => {
  let views = 0;
  fc.assert(
    fc.property(stacks, fc.infiniteStream(fc.nat(255)), (values, noise) => {
      const bytes = encode(...values);
      const { layers } = decodeFrame(bytes);
      for (let i = 0; i < bytes.length; i++) {
        if (noise.next().value! < 80) bytes[i] = noise.next().value! & noise.next().value!;
      }
      for (const layer of layers) {
        views++;
        const chain = [Object.getPrototypeOf(layer)];
        chain.push(Object.getPrototypeOf(chain[0]));
        for (const [name, property] of chain.flatMap((one) => all(one))) {
          try {
            if (property.get !== undefined) property.get.call(layer);
            else if (name === "toValue") property.value.call(layer);
          } catch (error) {
            assert(error instanceof RangeError, `${layer.kind}.${name}: ${error}`);
          }
        }
      }
    }),
    { numRuns: 3000 },
  );
  assert(views > 3000);
});

function all(prototype: object): [string, PropertyDescriptor][] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype));
}
