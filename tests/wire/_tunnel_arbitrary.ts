/**
 * Random values of the tunnels over UDP.
 */

import fc from "fast-check";
import type { Geneve, GeneveOption, Vxlan } from "../../wire/mod.ts";
import { bits, kind, units } from "./_values.ts";

export const vxlan: fc.Arbitrary<Vxlan> = fc.record({
  kind: kind("vxlan"),
  vni: bits(24),
  flags: bits(8),
  reserved1: bits(24),
  reserved2: bits(8),
});

const option: fc.Arbitrary<GeneveOption> = fc.record({
  class: bits(16),
  type: bits(8),
  data: units(0, 4, 8),
  reserved: bits(3),
});

export const geneve: fc.Arbitrary<Geneve> = fc.record({
  kind: kind("geneve"),
  vni: bits(24),
  // No EtherType that a row has.
  protocol: fc.constantFrom(0, 0x88b5, 0xffff),
  control: fc.boolean(),
  critical: fc.boolean(),
  options: fc.array(option, { maxLength: 6 }),
  reserved1: bits(6),
  reserved2: bits(8),
});
