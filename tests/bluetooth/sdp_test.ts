/** SDP: records as BlueZ's library writes them, and devices that answer anything. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { searchOver } from "../../bluetooth/sdp.ts";
import { bluetooth, unix } from "../../mod.ts";
import { compiledC } from "../_compiled.ts";
import { limitMs, testWith } from "../_tools.ts";
import { lacksControllers, openControllers } from "./_controllers.ts";

const { decodeSdpElement, encodeSdpElement, SdpError } = bluetooth;
const BASE = "-0000-1000-8000-00805f9b34fb";
const limit = { timeoutMs: limitMs(5000) };
const REQUEST = { uuids: [`00001002${BASE}`], attributes: [{ first: 0, last: 0xffff }] };

function lacksLibrary(): string | undefined {
  try {
    Deno.statSync("/usr/include/bluetooth/sdp_lib.h");
  } catch {
    return "libbluetooth-dev is not installed";
  }
}

/** An answer that says that more follows, or that it is the last. */
function answer(request: Uint8Array, part: Uint8Array, more: readonly number[] = []): Uint8Array {
  const body = [part.length >> 8, part.length & 0xff, ...part, more.length, ...more];
  const head = [7, request[1], request[2], body.length >> 8, body.length & 0xff];
  return Uint8Array.from([...head, ...body]);
}

/** Searches on one end of a pair while `serve` answers each request on the other. */
async function search(
  serve: (request: Uint8Array, number: number) => Uint8Array,
): Promise<bluetooth.SdpService[]> {
  const [near, far] = unix.pair({ type: "seqpacket" });
  using _near = near;
  using _far = far;
  const serving = (async () => {
    for (let number = 0;; number++) await far.send(serve(await far.recv(), number));
  })().catch(() => {});
  try {
    return await searchOver(near as never, REQUEST, limit);
  } finally {
    near.close();
    far.close();
    await serving;
  }
}

/** The list of records that BlueZ's library has written. */
async function recordsOfBlueZ(): Promise<Uint8Array> {
  const program = await compiledC(new URL("sdp_records.c", import.meta.url).pathname);
  const { stdout } = await new Deno.Command(program).output();
  const records = new TextDecoder().decode(stdout).trim().split("\n").map((line) =>
    Uint8Array.fromHex(line)
  );
  return encodeSdpElement({ type: "sequence", value: records.map(decodeSdpElement) });
}

function checkRecords(services: readonly bluetooth.SdpService[]): void {
  const [port, other] = services;
  assertEquals(
    [port.handle, port.name, port.classes, port.rfcommChannel, port.psm],
    [0x10001, "Serial", [`00001101${BASE}`], 7, undefined],
  );
  assertEquals(
    [other.handle, other.classes, other.rfcommChannel, other.psm],
    [0x10002, ["01234567-89ab-cdef-0123-456789abcdef"], undefined, 0x1003],
  );
  const values = [0x200, 0x201, 0x202, 0x203, 0x204, 0x205].map((id) =>
    (other.attributes.get(id) as { value: unknown }).value
  );
  assertEquals(values, [
    ...[0xdeadbeefn, -2n, -5_000_000_000n, 0xfedcba9876543210n, true, "https://example.com/"],
  ]);
  assertEquals((other.attributes.get(0x206) as { value: Uint8Array }).value.length, 300);
}

const BLUEZ = { tools: ["gcc"], other: lacksLibrary };

testWith(BLUEZ, "records are read as BlueZ's library has written them, in parts too", async () => {
  const lists = await recordsOfBlueZ();
  checkRecords(await search((request) => answer(request, lists)));
  const requests: Uint8Array[] = [];
  const services = await search((request, number) => {
    requests.push(request);
    const part = lists.subarray(100 * number, 100 * (number + 1));
    return answer(request, part, 100 * (number + 1) < lists.length ? [1, number] : []);
  });
  checkRecords(services);
  // The request as the specification lays it out, and the continuation given back as it came.
  assertEquals(
    requests[0].toHex(),
    "06" + "0001" + "000f" + "3503191002" + "ffff" + "35050a0000ffff" + "00",
  );
  assertEquals(requests[1].toHex().slice(-6), "020100");
});

testWith({}, "elements survive the way to bytes and back", () => {
  const leaf = fc.oneof(
    fc.constant({ type: "nil" as const }),
    fc.boolean().map((value) => ({ type: "boolean" as const, value })),
    fc.uint8Array({ maxLength: 300 }).map((value) => ({ type: "text" as const, value })),
    fc.webUrl().map((value) => ({ type: "url" as const, value })),
    fc.uuid().map((value) => ({ type: "uuid" as const, value })),
    fc.integer({ min: 0, max: 0xffffffff }).map((number) => ({
      type: "uuid" as const,
      value: `${number.toString(16).padStart(8, "0")}${BASE}`,
    })),
    ...[1, 2, 4, 8, 16].flatMap((sizeBytes) => [
      fc.bigInt({ min: 0n, max: (1n << BigInt(8 * sizeBytes)) - 1n })
        .map((value) => ({ type: "uint" as const, value, sizeBytes })),
      fc.bigInt({
        min: -(1n << BigInt(8 * sizeBytes - 1)),
        max: (1n << BigInt(8 * sizeBytes - 1)) - 1n,
      }).map((value) => ({ type: "int" as const, value, sizeBytes })),
    ]),
  );
  const { element } = fc.letrec<{ element: bluetooth.SdpElement }>((tie) => ({
    element: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.record({
        type: fc.constantFrom("sequence" as const, "alternative" as const),
        value: fc.array(tie("element"), { maxLength: 5 }),
      }),
    ),
  }));
  fc.assert(fc.property(element, (value) => {
    assertEquals(decodeSdpElement(encodeSdpElement(value)), value);
  }));
});

testWith({}, "any bytes are an element or a RangeError", () => {
  const tree = fc.uint8Array({ maxLength: 64 });
  fc.assert(
    fc.property(tree, (bytes) => {
      try {
        decodeSdpElement(bytes);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }),
    { numRuns: 5000 },
  );
  // Sequences in sequences, as deep as 64 KiB hold them.
  const deep = new Uint8Array(60_000);
  for (let at = 0; at < deep.length; at += 3) {
    const rest = deep.length - at - 3;
    deep.set([0x36, rest >> 8, rest & 0xff], at);
  }
  assertThrows(() => decodeSdpElement(deep), RangeError, "deep");
  for (const hex of ["", "35", "3502", "ff", "08", "3501", "3600", "1d0000", "0000", "20"]) {
    assertThrows(() => decodeSdpElement(Uint8Array.fromHex(hex)), RangeError);
  }
});

testWith({}, "whatever a device answers is a list of services or an SdpError", async () => {
  const empty = Uint8Array.of(0x35, 0);
  assertEquals(await search((request) => answer(request, empty)), []);
  const answers: [(request: Uint8Array) => Uint8Array, string][] = [
    [(r) => Uint8Array.of(1, r[1], r[2], 0, 2, 0, 3), "invalid syntax"],
    [(r) => Uint8Array.of(1, r[1], r[2], 0, 2, 9, 9), "error 2313"],
    [(r) => answer(Uint8Array.of(0, r[1], r[2] + 1), empty), "another request"],
    [(r) => answer(r, empty).subarray(0, 6), "too short"],
    [(r) => answer(r, empty).subarray(0, 8), "not as long as it says"],
    [(r) => Uint8Array.of(3, ...answer(r, empty).subarray(1)), "kind 3"],
    [(r) => answer(r, Uint8Array.of(0x35, 9)), "cannot decode"],
    [(r) => answer(r, Uint8Array.of(0x35, 2, 0x35, 1)), "cannot decode"],
    [(r) => answer(r, Uint8Array.of(0)), "none"],
    [(r) => answer(r, new Uint8Array(0), [1]), "empty"],
    [(r) => answer(r, empty, Array(17).fill(1)), "cut off"],
    [(r) => answer(r, new Uint8Array(60_000), [1]), "no end"],
    [(r) => answer(r, Uint8Array.of(0x35, 6, 0x35, 4, 0x28, 1, 0x28, 1)), "no number"],
  ];
  for (const [serve, word] of answers) {
    const error = await assertRejects(() => search(serve), SdpError, word);
    assertEquals((error as bluetooth.SdpError).status > 0, /syntax|2313/.test(word), word);
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40, minLength: 1 }), async (part) => {
      try {
        await search((request) => answer(request, part));
      } catch (error) {
        if (!(error instanceof SdpError)) throw error;
      }
    }),
    { numRuns: 200 },
  );
});

testWith({}, "a search that makes no sense is refused before anything is opened", async () => {
  const address = "00:11:22:33:44:55";
  const refused: [object, typeof TypeError | typeof RangeError, string][] = [
    [{}, TypeError, "address"],
    [{ address, uuids: [] }, RangeError, "uuids"],
    [{ address, uuids: Array(13).fill(1) }, RangeError, "uuids"],
    [{ address, uuids: ["serial"] }, TypeError, "no UUID"],
    [{ address, uuids: [-1] }, RangeError, "uuids"],
    [{ address, uuids: [true] }, TypeError, "uuids"],
    [{ address, attributes: [{ first: 2, last: 1 }] }, RangeError, "attributes"],
    [{ address, attributes: [{ first: 0, last: 65536 }] }, RangeError, "last"],
    [{ address, uuid: 1 }, TypeError, "uuid"],
  ];
  for (const [options, Class, word] of refused) {
    await assertRejects(
      () => bluetooth.searchServices(options as bluetooth.SdpSearchOptions),
      Class,
      word,
    );
  }
});

testWith(
  { root: true, tools: ["gcc", "btvirt"], kernel: lacksControllers },
  "a device's services are asked for over L2CAP",
  async () => {
    await using controllers = await openControllers();
    const { near, far } = controllers;
    const lists = Uint8Array.fromHex(
      "3523" + "3521" + "0900000a00010001" + "0900013503191101" + "090004350c" + "3503190100" +
        "3505190003" + "0807",
    );
    using listener = await bluetooth.listen({ kind: "l2cap", address: far.address, psm: 1 });
    const serving = (async () => {
      using server = await listener.accept(limit);
      await server.send(answer(await server.recv(limit), lists));
      await server.recv(limit).catch(() => {}); // the end
    })();
    const [service] = await bluetooth.searchServices({
      address: far.address,
      localAddress: near.address,
      uuids: ["1101"],
      ...limit,
    });
    assertEquals(
      [service.handle, service.classes, service.rfcommChannel],
      [0x10001, [`00001101${BASE}`], 7],
    );
    await serving;
  },
);
