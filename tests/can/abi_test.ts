import { assertEquals, assertThrows } from "@std/assert";
import type { Address } from "../../core/address.ts";
import { BCM, BCM_HEAD, ERRORS, FRAMES, ISOTP_FLAGS, OPTIONS } from "../../can/_constants.ts";
import { CAN_NUMBERS, SOCKADDR_CAN } from "../../ffi/families/can.ts";
import { decodeSockaddr, encodeSockaddr } from "../../ffi/families/sockaddr.ts";
import { can } from "../../mod.ts";
import { checkByRunning, GCC, numberClaims, structClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

testWith({ tools: ["gcc"] }, "constants and layouts are what linux/can*.h say", async () => {
  const all = { ...CAN_NUMBERS, ...FRAMES, ...OPTIONS, ...ERRORS, ...ISOTP_FLAGS, ...BCM };
  const claims = [
    ...numberClaims(all, "(unsigned)"),
    ...structClaims({ sockaddr_can: SOCKADDR_CAN, bcm_msg_head: BCM_HEAD }),
    { label: "isotp", expression: "sizeof(struct can_isotp_options)", value: 12 },
    { label: "filter", expression: "sizeof(struct j1939_filter)", value: 32 },
  ];
  const headers = ["sys/socket.h", "linux/can.h", "linux/can/raw.h", "linux/can/bcm.h"];
  headers.push("linux/can/isotp.h", "linux/can/j1939.h", "linux/can/error.h");
  assertEquals(await checkByRunning(GCC, headers, claims), { wrong: [], unknown: [] });
});

testWith({}, "CAN addresses are read by their length, as the kernel writes them", () => {
  const raw: Address = { family: "can", interface: "", interfaceIndex: 3 };
  assertEquals(decodeSockaddr(encodeSockaddr(raw, "bind"), 8), raw);
  const tp: Address = { ...raw, rxId: 0x7e8, txId: 0x7e0 };
  const bytes = encodeSockaddr(tp, "bind");
  assertEquals(bytes.toHex(), "1d00000003000000e8070000e00700000000000000000000");
  assertEquals(decodeSockaddr(bytes, 16), tp);
  const long: Address = { ...raw, rxId: 0x18da00f1, txId: 0x18daf100, extended: true };
  assertEquals(decodeSockaddr(encodeSockaddr(long, "bind"), 16), long);
  const j1939: Address = { ...raw, name: 0x8000_0000_0000_0001n, pgn: 0xee00, address: 0x20 };
  assertEquals(decodeSockaddr(encodeSockaddr(j1939, "bind"), 24), j1939);
  const wrong: [object, typeof TypeError | typeof RangeError, string][] = [
    [{ ...tp, pgn: 1 }, TypeError, "two protocols"],
    [{ ...raw, rxId: 2 ** 29, txId: 1 }, RangeError, "rxId"],
    [{ ...raw, rxId: 1 }, TypeError, "txId"],
    [{ ...raw, name: 1 }, TypeError, "name"],
    [{ ...raw, png: 1 }, TypeError, "png"],
  ];
  for (const [address, Class, word] of wrong) {
    assertThrows(() => encodeSockaddr(address as Address, "bind"), Class, word);
  }
});

testWith({}, "filters are masked with the bits that tell kinds of identifiers apart", () => {
  const { codec } = can.CAN_RAW_FILTER;
  const bytes = codec.encode([{ id: 0x123 }, { id: 0x12345678, mask: 0x1f000000, inverted: true }]);
  assertEquals((bytes as Uint8Array).toHex(), "23010000ff070080785634b20000009f");
  const kinds = [
    { id: 0x123, extended: "any" },
    { id: 0x12345678, extended: "any", remote: true },
    { id: 1, mask: 1, remote: false },
  ] as const;
  assertEquals(
    (codec.encode(kinds) as Uint8Array).toHex(),
    "23010000ff070000" + "78563452ffffff5f" + "01000000010000c0",
  );
  assertEquals(codec.decode(codec.encode(kinds) as Uint8Array), [
    { id: 0x123, mask: 0x7ff, extended: "any", inverted: false },
    { id: 0x12345678, mask: 0x1fffffff, extended: "any", remote: true, inverted: false },
    { id: 1, mask: 1, extended: false, remote: false, inverted: false },
  ]);
  assertThrows(() => codec.encode([{ id: 1, maks: 2 } as can.CanFilter]), TypeError, "maks");
  assertThrows(() => codec.encode([{ id: 2 ** 29 }]), RangeError);
});
