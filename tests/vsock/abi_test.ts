import { assertEquals } from "@std/assert";
import type { Address, AddressInput } from "../../core/address.ts";
import { decodeSockaddr, encodeSockaddr } from "../../ffi/families/sockaddr.ts";
import { SOCKADDR_VM } from "../../ffi/families/vsock.ts";
import { NUMBERS } from "../../vsock/_constants.ts";
import { checkByRunning, GCC, numberClaims, structClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

testWith({ tools: ["gcc"] }, "constants and layout are what linux/vm_sockets.h says", async () => {
  const claims = [
    ...numberClaims(NUMBERS, "(unsigned)"),
    ...structClaims({ sockaddr_vm: SOCKADDR_VM }),
  ];
  const headers = ["sys/socket.h", "sys/ioctl.h", "linux/vm_sockets.h"];
  assertEquals(await checkByRunning(GCC, headers, claims), { wrong: [], unknown: [] });
});

testWith({}, "a VSOCK address survives the way to the kernel and back", () => {
  const bytes = encodeSockaddr({ family: "vsock", cid: 0x01020304, port: 0xfffffffe }, "connect");
  assertEquals(bytes.toHex(), "28000000feffffff0403020100000000");
  const told = encodeSockaddr({ cid: 0x01020304, port: 0xfffffffe } as AddressInput<Address>, "x");
  assertEquals(told, bytes);
  assertEquals(decodeSockaddr(bytes, bytes.length), {
    family: "vsock",
    cid: 0x01020304,
    port: 0xfffffffe,
  });
});
