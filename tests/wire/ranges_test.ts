/**
 * Every function that takes indexes or numbers, as the documentation lists them, against hostile ones:
 * each is refused by name, none makes it spin or read beyond its view.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as wire from "../../wire/mod.ts";

/** What names an index into bytes. */
const INDEXES = ["start", "end", "offset", "length", "at"];

type Call = (...args: unknown[]) => unknown;

interface Entry {
  name: string;
  call: Call;
  params: string[];
}

interface DocParam {
  name?: string;
  left?: { name?: string };
}

interface DocFunction {
  params: DocParam[];
}

interface DocDeclaration {
  kind: string;
  def: DocFunction & { methods?: { name: string; isStatic?: boolean; functionDef: DocFunction }[] };
}

function paramsOf({ params }: DocFunction): string[] {
  return params.map(({ name, left }) => name ?? left?.name ?? "?");
}

/** The documented functions and static methods. */
async function documented(): Promise<Entry[]> {
  const path = new URL("../../wire/mod.ts", import.meta.url).pathname;
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", path],
  }).output();
  assert(success);
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols: { name: string; declarations: DocDeclaration[] }[] }>;
  };
  const exports = wire as unknown as Record<string, Call & Record<string, Call>>;
  const entries: Entry[] = [];
  for (const { name, declarations } of Object.values(nodes).flatMap(({ symbols }) => symbols)) {
    for (const { kind, def } of declarations) {
      if (kind === "function") entries.push({ name, call: exports[name], params: paramsOf(def) });
      if (kind !== "class") continue;
      for (const method of def.methods ?? []) {
        if (!method.isStatic) continue;
        entries.push({
          name: `${name}.${method.name}`,
          call: (...args) => exports[name][method.name](...args),
          params: paramsOf(method.functionDef),
        });
      }
    }
  }
  return entries;
}

const HOSTILE = [-1, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, 2 ** 53, "x", null, {}];

/** Sound arguments by the name of the parameter. */
const SOUND: Readonly<Record<string, () => unknown>> = {
  bytes: () => new Uint8Array(200).fill(0x45),
  start: () => 0,
  end: () => 200,
  initial: () => 0,
  source: () => "192.0.2.1",
  destination: () => "192.0.2.2",
  protocol: () => 17,
  length: () => 8,
  error: () => undefined,
};

function refused(name: string, run: () => unknown): string | undefined {
  try {
    run();
    return `${name} is taken`;
  } catch (error) {
    const isOurs = (error instanceof RangeError || error instanceof TypeError) &&
      /^Cannot /.test(error.message) && !/^Cannot (read prop|convert|mix)/.test(error.message);
    return isOurs ? undefined : `${name}: ${error}`;
  }
}

const entries = await documented();
const ranged = entries.filter(({ params }) => params.some((param) => INDEXES.includes(param)));

Deno.test("every function with an index refuses each hostile one", () => {
  const wrong: (string | undefined)[] = [];
  for (const { name, call, params } of ranged) {
    params.forEach((param, index) => {
      if (!INDEXES.includes(param)) return;
      for (const hostile of HOSTILE) {
        // A length that is none of bytes may have 32 bits.
        if (hostile === 2 ** 31 && !params.includes("bytes")) continue;
        const args = params.map((other) => SOUND[other]());
        args[index] = hostile;
        wrong.push(refused(`${name}(${param}: ${hostile})`, () => call(...args)));
      }
    });
  }
  assertEquals(wrong.filter((one) => one !== undefined), []);
  assert(ranged.length > 35, `${ranged.length} functions`);
  assert(ranged.some(({ name }) => name === "checksum"));
  assert(ranged.some(({ name }) => name === "SctpChunkView.at"));
});

Deno.test("no function with an end reads what lies beyond its view", () => {
  const memory = new Uint8Array(1000).fill(0x45);
  const view = memory.subarray(100, 300);
  const wrong: (string | undefined)[] = [];
  for (const { name, call, params } of ranged) {
    if (!params.includes("bytes")) continue;
    for (const [start, end] of [[0, 400], [0, 201], [201, 201], [100, 99]]) {
      const args = params.map((param) =>
        param === "bytes"
          ? view
          : param === "start"
          ? start
          : param === "end"
          ? end
          : SOUND[param]()
      );
      wrong.push(refused(`${name}(${start}, ${end})`, () => call(...args)));
    }
  }
  assertEquals(wrong.filter((one) => one !== undefined), []);
});

Deno.test("every function with bytes refuses what is none, in words of its own", () => {
  const wrong: (string | undefined)[] = [];
  for (const { name, call, params } of ranged) {
    if (!params.includes("bytes")) continue;
    for (const hostile of [undefined, null, 5, "bytes", [1, 2, 3], new ArrayBuffer(200)]) {
      const args = params.map((param) => param === "bytes" ? hostile : SOUND[param]());
      wrong.push(refused(`${name}(${hostile})`, () => call(...args)));
      // Without the other arguments, whose defaults come from the bytes.
      wrong.push(refused(`${name}(${hostile}) alone`, () => call(hostile)));
    }
  }
  assertEquals(wrong.filter((one) => one !== undefined), []);
});

Deno.test("sums and codes refuse numbers that are none of theirs", () => {
  const numeric: [string, (value: never) => unknown][] = [
    ["foldSum", (value) => wire.foldSum(value)],
    ["sumWords", (value) => wire.sumWords(new Uint8Array(2), 0, 2, value)],
    ["sumWords of many", (value) => wire.sumWords(new Uint8Array(400), 0, 400, value)],
    ["checksum", (value) => wire.checksum(new Uint8Array(2), 0, 2, value)],
    ["crc32c", (value) => wire.crc32c(new Uint8Array(2), 0, 2, value)],
    ["updateChecksum before", (value) => wire.updateChecksum(value, 0, 0)],
    ["updateChecksum old", (value) => wire.updateChecksum(0, value, 0)],
    ["updateChecksum new", (value) => wire.updateChecksum(0, 0, value)],
    ["pseudoHeaderSum protocol", (value) => wire.pseudoHeaderSum("::1", "::1", value, 0)],
    ["pseudoHeaderSum length", (value) => wire.pseudoHeaderSum("::1", "::1", 6, value)],
    ["groupCodeValue", (value) => wire.groupCodeValue(value)],
    ["mldResponseDelayMs", (value) => wire.mldResponseDelayMs(value)],
    ["etherTypeName", (value) => wire.etherTypeName(value)],
    ["ipProtocolName", (value) => wire.ipProtocolName(value)],
  ];
  const wrong: (string | undefined)[] = [];
  for (const [name, call] of numeric) {
    for (const hostile of [-1, 0.5, NaN, Infinity, -Infinity, 2 ** 53, "x", {}]) {
      wrong.push(refused(`${name} of ${hostile}`, () => call(hostile as never)));
    }
  }
  assertEquals(wrong.filter((one) => one !== undefined), []);
});

Deno.test("addressSum() takes text, and bytes of one family", () => {
  const four = new Uint8Array(4);
  assertThrows(() => wire.addressSum(four, new Uint8Array(16)), RangeError, "differ");
  assertThrows(
    () => wire.addressSum(four, new Uint8Array(5)),
    RangeError,
    "5 bytes is not 4 or 16",
  );
  assertThrows(() => wire.addressSum("192.0.2.1", "::1"), RangeError, "differ");
  assertThrows(() => wire.addressSum(four, 7 as never), TypeError, "destination is neither");
});

Deno.test("an option by another name is refused", () => {
  const wrong = { polcy: "strict" } as never;
  const calls: (() => unknown)[] = [
    () => new wire.Reassembler(wrong),
    () => wire.describe(new Uint8Array(20), wrong),
    () => wire.encodeDns({ kind: "dns", id: 1 }, wrong),
    () => new wire.PcapngWriter(wrong),
    () => wire.encodePcapng([], wrong),
    () => wire.encodePcap([], wrong),
    () => wire.encodePcapHeader(wrong),
    () => wire.encodePcapPacket({ data: new Uint8Array(1), timestampNanos: 0n }, wrong),
  ];
  for (const call of calls) assertThrows(call, TypeError, "polcy");
  assertThrows(() => wire.encodePcap([], { resolution: "millis" as never }), TypeError, "millis");
  assertThrows(() => wire.describe(new Uint8Array(20), null as never), TypeError, "not an object");
});
