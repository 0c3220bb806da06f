import { assertEquals } from "@std/assert";
import type { Address, AddressInput } from "../../core/address.ts";
import { decodeSockaddr, encodeSockaddr } from "../../ffi/families/sockaddr.ts";
import { SOCKADDR_VM } from "../../ffi/families/vsock.ts";
import { NUMBERS } from "../../vsock/_constants.ts";
import { checkByRunning, GCC } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

const { size, ...OFFSETS } = SOCKADDR_VM;

testWith({ tools: ["gcc"] }, "constants and layout are what linux/vm_sockets.h says", async () => {
  const claims = [
    ...Object.entries(NUMBERS).map(([label, value]) => ({
      label,
      expression: label.startsWith("VMADDR") ? `(unsigned)${label}` : label,
      value,
    })),
    { label: "size", expression: "sizeof(struct sockaddr_vm)", value: size },
    ...Object.entries(OFFSETS).map(([label, value]) => ({
      label,
      expression: `offsetof(struct sockaddr_vm, ${label})`,
      value,
    })),
  ];
  const headers = ["sys/socket.h", "sys/ioctl.h", "linux/vm_sockets.h"];
  assertEquals(await checkByRunning(GCC, headers, claims), { wrong: [], unknown: [] });
});

Deno.test("a VSOCK address survives the way to the kernel and back", () => {
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
