/**
 * Nothing of `wire` is untried: a layer, an encoder, a view or a function without a case fails here.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as wire from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { HEADER_CASES, MESSAGE_CASES } from "./_codec_cases.ts";
import { FUNCTION_CASES } from "./_function_cases.ts";
import { TSHARK_CASES } from "./_tshark_cases.ts";

const exported = Object.entries(wire as Record<string, unknown>);
const cases = [...HEADER_CASES, ...MESSAGE_CASES];

/** The names of the exports that are functions or classes. */
const callable = exported.filter(([, value]) => typeof value === "function").map(([name]) => name);

Deno.test("every layer has a case", () => {
  const tried = new Set<string>([...cases.map(({ kind }) => kind), "payload"]);
  assertEquals(wire.defaultLayers.kinds.filter((kind) => !tried.has(kind)), []);
});

Deno.test("every layer is judged by tshark", () => {
  const untried = wire.defaultLayers.kinds.filter((kind) => !(kind in TSHARK_CASES));
  assertEquals(untried, ["payload"]);
});

Deno.test("every row is an export of its own, named after its kind", () => {
  const rows = exported.filter(([name]) => name.endsWith("Layer"));
  assertEquals(
    rows.map(([, row]) => (row as wire.LayerRow).kind).toSorted(),
    wire.defaultLayers.kinds.toSorted(),
  );
  for (const [name, row] of rows) assertEquals(name, `${(row as wire.LayerRow).kind}Layer`);
});

Deno.test("every encoder, every parser and every other function is tried", () => {
  const tried = new Set<unknown>(HEADER_CASES.map(({ encode }) => encode));
  for (const { encoder } of MESSAGE_CASES) tried.add(encoder);
  for (const { parse, parsePartial } of cases) tried.add(parse).add(parsePartial);
  const untried: string[] = [];
  for (const name of callable) {
    if (name in FUNCTION_CASES) continue;
    const value = (wire as Record<string, unknown>)[name] as {
      parse?: unknown;
      parsePartial?: unknown;
    };
    const parsers = [value.parse, value.parsePartial].filter((parser) => parser !== undefined);
    const ways = parsers.length > 0 ? parsers : [value];
    if (!ways.every((way) => tried.has(way))) untried.push(name);
  }
  assertEquals(untried, []);
});

for (const [name, run] of Object.entries(FUNCTION_CASES)) {
  Deno.test(`${name} does as its documentation says`, async () => {
    assert(callable.includes(name), `${name} is not exported`);
    await run();
  });
}

Deno.test("a registry knows a layer more without a change to another", () => {
  const row = wire.layerRow({ ...wire.vxlanLayer, udpPorts: [8472] });
  const packet = wire.encode(
    { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
    { kind: "udp", sourcePort: 1, destinationPort: 8472 },
    { kind: "vxlan", vni: 5 },
  );
  const other = wire.defaultLayers.with(row);
  assertEquals(other.decodePacket(packet).layer("vxlan")?.vni, 5);
  assertEquals(wire.decodePacket(packet).layer("vxlan"), undefined);
  assertEquals(wire.decodePacket(packet).layer("payload")?.payload.length, 8);
  assertEquals(other.kinds.toSorted(), wire.defaultLayers.kinds.toSorted());
});

Deno.test("a port is a hint: what its row cannot parse is a payload and no error", () => {
  for (const destinationPort of [53, 6081]) {
    const packet = wire.encode(
      { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
      { kind: "udp", sourcePort: 1, destinationPort },
      new Uint8Array(16).fill(255),
    );
    const frame = wire.decodePacket(packet);
    assertEquals(frame.layers.map(({ kind }) => kind), ["ipv4", "udp", "payload"]);
    assertEquals(frame.error, undefined);
  }
});

const COUNT = 20;

testWith(
  { tools: ["tshark"] },
  "every layer is dissected by tshark under its name, with the same fields",
  async () => {
    const frames: { kind: string; bytes: Uint8Array }[] = [];
    for (const [kind, { before, value, isLast }] of Object.entries(TSHARK_CASES)) {
      for (const one of fc.sample(value, { numRuns: COUNT, seed: 11 })) {
        const after = isLast ? [] : [new Uint8Array(24)];
        frames.push({ kind, bytes: wire.encode(...before, one, ...after) });
      }
    }
    const fields = [
      ...new Set(Object.values(TSHARK_CASES).flatMap(({ fields }) => Object.keys(fields))),
    ];
    const file = await Deno.makeTempFile({ suffix: ".pcap" });
    await Deno.writeFile(
      file,
      wire.encodePcap(frames.map(({ bytes }) => ({ data: bytes, timestampNanos: 0n }))),
    );
    const { success, stdout, stderr } = await new Deno.Command("tshark", {
      args: ["-n", "-r", file, "-T", "fields", "-E", "separator=;", "-E", "occurrence=f"]
        .concat("-e", "frame.protocols", ...fields.flatMap((field) => ["-e", field])),
    }).output();
    await Deno.remove(file);
    assert(success, new TextDecoder().decode(stderr));
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assertEquals(lines.length, frames.length);
    lines.forEach((line, index) => {
      const { kind, bytes } = frames[index];
      const [protocols, ...values] = line.split(";");
      const { protocol, fields: wanted } = TSHARK_CASES[kind as wire.LayerKind]!;
      assert(protocols.split(":").includes(protocol), `${kind}: ${protocols}`);
      const view = wire.decodeFrame(bytes).layer(kind as wire.LayerKind);
      assert(view !== undefined, `${kind} is not found`);
      for (const [field, read] of Object.entries(wanted)) {
        const text = values[fields.indexOf(field)];
        assertEquals(Number(text), read(view as never), `${field} is ${text}: ${line}`);
      }
    });
  },
);
