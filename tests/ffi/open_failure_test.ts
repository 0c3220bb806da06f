import { assertEquals, assertInstanceOf } from "@std/assert";
import { errnoNumber } from "../../core/errno.ts";
import { openFailure } from "../../ffi/families/open_failure.ts";

const told = (code: string, family: number, type: number, protocol: number) => {
  const error = openFailure("socket", errnoNumber(code)!, family, type, protocol);
  return [error.code, error.message];
};

Deno.test("a family that the kernel lacks is told with the module that has it", () => {
  assertEquals(told("EAFNOSUPPORT", 40, 1, 0), [
    "EAFNOSUPPORT",
    "Cannot socket: this kernel lacks the address family vsock: load the module vsock (EAFNOSUPPORT)",
  ]);
  assertEquals(told("EAFNOSUPPORT", 77, 1, 0), [
    "EAFNOSUPPORT",
    "Cannot socket: this kernel lacks the address family 77 (EAFNOSUPPORT)",
  ]);
});

Deno.test("a protocol that the kernel lacks is told by its name, with its module", () => {
  assertEquals(told("EPROTONOSUPPORT", 2, 1, 132), [
    "EPROTONOSUPPORT",
    "Cannot socket: this kernel lacks the protocol sctp of the family inet: " +
    "load the module sctp (EPROTONOSUPPORT)",
  ]);
  assertEquals(told("ESOCKTNOSUPPORT", 10, 6, 33), [
    "ESOCKTNOSUPPORT",
    "Cannot socket: this kernel lacks sockets of type dccp in the family inet6: " +
    "load the module dccp_ipv6 (ESOCKTNOSUPPORT)",
  ]);
  assertEquals(told("EPROTONOSUPPORT", 2, 1, 250), [
    "EPROTONOSUPPORT",
    "Cannot socket: this kernel lacks protocol 250 of the family inet (EPROTONOSUPPORT)",
  ]);
});

Deno.test("a missing privilege is EPERM and names the capability", () => {
  for (const code of ["EPERM", "EACCES"]) {
    assertEquals(told(code, 2, 3, 1), [
      "EPERM",
      "Cannot socket: needs the capability CAP_NET_RAW (EPERM)",
    ]);
    assertEquals(told(code, 17, 2, 0)[1], told(code, 2, 3, 1)[1]);
    assertEquals(told(code, 2, 2, 1)[1].includes("ping_group_range"), true);
  }
  // Of a family without such a rule the kernel's own code stays.
  assertEquals(told("EACCES", 1, 1, 0)[0], "EACCES");
});

Deno.test("other failures are the kernel's, and of Deno's class", () => {
  assertEquals(told("EMFILE", 2, 1, 0)[0], "EMFILE");
  assertInstanceOf(openFailure("socket", 97, 40, 1, 0), Deno.errors.NotSupported);
  assertInstanceOf(openFailure("socket", 1, 2, 3, 0), Deno.errors.PermissionDenied);
});
