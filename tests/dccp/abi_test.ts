import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { dccp } from "../../mod.ts";
import { NUMBERS } from "../../dccp/_constants.ts";
import { checkByRunning, GCC, numberClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

testWith({ tools: ["gcc"] }, "constants are what linux/dccp.h says", async () => {
  const claims = numberClaims(NUMBERS);
  const headers = ["sys/socket.h", "linux/dccp.h"];
  assertEquals(await checkByRunning(GCC, headers, claims), { wrong: [], unknown: [] });
});

testWith({}, "service codes are numbers or four characters", () => {
  assertEquals(dccp.serviceCode("ltp "[0] + "tp1"), 0x6c747031);
  assertEquals(dccp.serviceCodeText(0x6c747031), "ltp1");
  assertEquals(dccp.serviceCodeText(42), "42");
  assertEquals(dccp.serviceCode(0xfffffffe), 0xfffffffe);
  for (const bad of [0, -1, 1.5, NaN, 2 ** 32 - 1]) {
    assertThrows(() => dccp.serviceCode(bad), RangeError);
  }
  for (const bad of ["", "abc", "abcde", "ab d", "äbcd", null, {}]) {
    assertThrows(() => dccp.serviceCode(bad as string), TypeError);
  }
});

testWith({}, "service lists are laid out in network order, up to 32", () => {
  const { codec } = dccp.DCCP_SOCKOPT_SERVICE;
  assertEquals(codec.encode([0x01020304, 5]), Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 5));
  assertEquals(codec.decode(Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 5)), [0x01020304, 5]);
  assertThrows(() => codec.encode([]), RangeError);
  assertThrows(() => codec.encode(new Array(33).fill(1)), RangeError);
});

testWith({}, "bad arguments are refused before any call", async () => {
  const good = { hostname: "127.0.0.1", port: 5, service: 1 };
  const refused: [object, typeof TypeError | typeof RangeError][] = [
    [{ ...good, service: null }, TypeError],
    [{ ...good, service: "toolong" }, TypeError],
    [{ ...good, port: 0 }, RangeError],
    [{ ...good, ccid: [256] }, RangeError],
    [{ ...good, servise: 1 }, TypeError],
  ];
  for (const [options, Class] of refused) {
    await assertRejects(() => dccp.connect(options as dccp.DccpConnectOptions), Class);
  }
});
