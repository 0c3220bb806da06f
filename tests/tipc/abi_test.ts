import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Address, AddressInput } from "../../core/address.ts";
import { ADDRESS_KINDS, SCOPES, SOCKADDR_TIPC } from "../../ffi/families/tipc.ts";
import { decodeSockaddr, encodeSockaddr } from "../../ffi/families/sockaddr.ts";
import { tipc } from "../../mod.ts";
import { NUMBERS, TIPC_EVENT, TIPC_SUBSCR } from "../../tipc/_constants.ts";
import { checkByRunning, GCC, numberClaims, structClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

testWith({ tools: ["gcc"] }, "constants and layouts are what linux/tipc.h says", async () => {
  const claims = [
    ...numberClaims({ ...NUMBERS, ...ADDRESS_KINDS, ...SCOPES }, "(unsigned)"),
    ...structClaims({
      sockaddr_tipc: SOCKADDR_TIPC,
      tipc_subscr: TIPC_SUBSCR,
      tipc_event: TIPC_EVENT,
    }),
  ];
  const headers = ["sys/socket.h", "linux/tipc.h"];
  assertEquals(await checkByRunning(GCC, headers, claims), { wrong: [], unknown: [] });
});

testWith({}, "TIPC addresses survive the way to the kernel and back", () => {
  const addresses: Address[] = [
    { family: "tipc", kind: "service", service: 18888, instance: 17 },
    { family: "tipc", kind: "service", service: 18888, instance: 17, domain: 5, scope: "node" },
    { family: "tipc", kind: "range", service: 1, lower: 0, upper: 0xffffffff, scope: "cluster" },
    { family: "tipc", kind: "socket", ref: 0xdeadbeef, node: 0x01001001 },
  ];
  for (const address of addresses) {
    const bytes = encodeSockaddr(address, "connect");
    assertEquals(bytes.length, 16);
    assertEquals(decodeSockaddr(bytes, bytes.length), address);
  }
  const range = encodeSockaddr({ service: 2, lower: 3, upper: 4 } as AddressInput<Address>, "bind");
  assertEquals(range.toHex(), "1e000100020000000300000004000000");
});

testWith({}, "what is no TIPC address is refused by name", () => {
  const refused: [object, typeof TypeError | typeof RangeError, string][] = [
    [{ family: "tipc" }, TypeError, "service"],
    [{ family: "tipc", service: 1, lower: 5, upper: 4 }, RangeError, "lower"],
    [{ family: "tipc", service: 1, instance: 1, upper: 4 }, TypeError, "upper"],
    [{ family: "tipc", kind: "name", service: 1 }, TypeError, "kind"],
    [{ family: "tipc", service: 2 ** 32, instance: 1 }, RangeError, "service"],
    [{ family: "tipc", service: 1, instance: 1, scope: "zone" }, TypeError, "scope"],
    [{ family: "tipc", service: 1, instanze: 1 }, TypeError, "instanze"],
  ];
  for (const [address, Class, word] of refused) {
    assertThrows(() => encodeSockaddr(address as Address, "bind"), Class, word);
  }
});

testWith({}, "the openers refuse what they cannot mean", async () => {
  await assertRejects(() => tipc.listen({ service: 18888 }), TypeError, "instance");
  await assertRejects(() => tipc.listen({ service: 1, instance: 1 }), RangeError, "service");
  await assertRejects(() => tipc.bind({ instance: 1 }), TypeError, "service");
  await assertRejects(
    () => tipc.bind({ service: 18888, instance: 1, lower: 1, upper: 2 }),
    TypeError,
  );
  assertThrows(
    () => tipc.TIPC_GROUP_JOIN.codec.encode({ service: 18888, instanse: 1 } as never),
    TypeError,
    "instanse",
  );
});
