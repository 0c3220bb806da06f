import { assertEquals, assertThrows } from "@std/assert";
import { alg } from "../../mod.ts";
import type { Address } from "../../core/address.ts";
import { NUMBERS, SOL_ALG } from "../../alg/_constants.ts";
import { SOCKADDR_ALG } from "../../ffi/families/alg.ts";
import { decodeSockaddr, encodeSockaddr } from "../../ffi/families/sockaddr.ts";
import { checkByRunning, GCC, numberClaims, structClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

testWith({ tools: ["gcc"] }, "constants and layout are what linux/if_alg.h says", async () => {
  const claims = [
    ...numberClaims({ ...NUMBERS, SOL_ALG }),
    ...structClaims({ sockaddr_alg: SOCKADDR_ALG }),
  ];
  const { wrong, unknown } = await checkByRunning(GCC, ["sys/socket.h", "linux/if_alg.h"], claims);
  // SOL_ALG is in no header for programs; ALG_SET_KEY_BY_KEY_SERIAL is newer than some headers.
  const absent = new Set(["SOL_ALG", "ALG_SET_KEY_BY_KEY_SERIAL"]);
  assertEquals(wrong, []);
  assertEquals(unknown.filter((label) => !absent.has(label)), []);
});

testWith({}, "an algorithm's address survives the way to the kernel and back", () => {
  const address: Address = {
    family: "alg",
    type: "hash",
    name: "hmac(sha256)",
    feature: 1,
    mask: 15,
  };
  const bytes = encodeSockaddr(address, "bind");
  assertEquals(bytes.length, 88);
  assertEquals(bytes.toHex().slice(0, 32), "26006861736800000000000000000000");
  assertEquals(decodeSockaddr(bytes, bytes.length), address);
  const plain: Address = { family: "alg", type: "rng", name: "stdrng" };
  assertEquals(decodeSockaddr(encodeSockaddr(plain, "bind"), 88), plain);
});

testWith({}, "what is no algorithm is refused before any call", () => {
  const refused: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [{ type: "", name: "x" }, TypeError, "type"],
    [{ type: "hash", name: "" }, TypeError, "name"],
    [{ type: "hash", name: "a".repeat(64) }, RangeError, "name"],
    [{ type: "h".repeat(14), name: "a" }, RangeError, "type"],
    [{ type: "hash", name: "sha 256" }, TypeError, "name"],
    [{ type: "hash", name: "sha256", key: [1] }, TypeError, "key"],
    [{ type: "hash", name: "sha256", kee: 1 }, TypeError, "kee"],
    [{ type: "hash", name: "sha256", mask: 2 ** 32 }, RangeError, "mask"],
    [{ type: "aead", name: "gcm(aes)", tagBytes: 65 }, RangeError, "tagBytes"],
  ];
  for (const [options, Class, word] of refused) {
    assertThrows(() => alg.bind(options as alg.AlgBindOptions), Class, word);
  }
  assertThrows(() => alg.operationControl({ operation: "sign" as "encrypt" }), TypeError);
  assertEquals(alg.operationControl({ iv: Uint8Array.of(1, 2), associatedBytes: 258 }), [
    { type: "raw", level: SOL_ALG, number: 2, data: Uint8Array.of(2, 0, 0, 0, 1, 2) },
    { type: "raw", level: SOL_ALG, number: 4, data: Uint8Array.of(2, 1, 0, 0) },
  ]);
});
