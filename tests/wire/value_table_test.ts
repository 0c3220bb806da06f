/** That a layer checks its values. */
import { assertEquals } from "@std/assert";
import { LayerRegistry, layerRow, udpLayer } from "../../wire/mod.ts";
import * as wire from "../../wire/mod.ts";

Deno.test("every layer checks its values", () => {
  for (const row of Object.values(wire as Record<string, unknown>)) {
    const { kind, check, measure } = (row ?? {}) as wire.LayerRow;
    if (typeof measure !== "function") continue;
    assertEquals([kind, typeof check], [kind, "function"]);
  }
});

Deno.test("a row made from another, or without a check, encodes as the registry has it", () => {
  const moved = LayerRegistry.of([layerRow({ ...udpLayer, protocols: [200] })]);
  const value = { kind: "udp", sourcePort: 1, destinationPort: 2 } as const;
  assertEquals(moved.encode(value), wire.encodeUdp(value));
  const free = LayerRegistry.of([layerRow({ ...udpLayer, check: undefined })]);
  assertEquals(free.encode({ ...value, more: 1 } as never), wire.encodeUdp(value));
});
