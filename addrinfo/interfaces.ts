import { checkInteger } from "../core/arguments.ts";
import { socketError } from "../core/errors.ts";
import { demandSys } from "../ffi/guard/permissions.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import { listInterfaces, type NetworkInterface } from "../netlink/interfaces.ts";

/**
 * The network interfaces of this machine, or of the network namespace of this process
 * (`man 7 rtnetlink`, `man 7 netdevice`): also those that are down or have no address, which
 * `Deno.networkInterfaces` leaves out.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`.
 *
 * @example The loopback
 * ```ts
 * import { interfaces } from "@berkeley/sockets/addrinfo";
 * import { assertEquals } from "@std/assert";
 *
 * const loopback = interfaces().find(({ flags }) => flags.includes("loopback"));
 * assertEquals(loopback?.name, "lo");
 * ```
 *
 * @returns The interfaces, in the kernel's order.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function interfaces(): NetworkInterface[] {
  return listInterfaces();
}

/**
 * The index of an interface (`man 3 if_nametoindex`).
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`.
 *
 * @example In short
 * ```ts
 * import { addrinfo } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(addrinfo.interfaceName(addrinfo.interfaceIndex("lo")), "lo");
 * ```
 *
 * @param name The name, `"eth0"`.
 * @returns The index, 1 or more.
 * @throws {SocketError} Code `ENODEV` if there is none of this name.
 * @throws {TypeError} If the name is no string.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function interfaceIndex(name: string): number {
  if (typeof name !== "string") {
    throw new TypeError("Cannot find an interface: name is not a string");
  }
  demandSys("networkInterfaces", "find an interface");
  return INTERFACES.toIndex(name);
}

/**
 * The name of an interface (`man 3 if_indextoname`).
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`.
 *
 * @example In short
 * ```ts
 * import { addrinfo } from "@berkeley/sockets";
 *
 * for (const { name } of addrinfo.interfaces()) {
 *   const index = addrinfo.interfaceIndex(name);
 *   console.log(index, addrinfo.interfaceName(index));
 * }
 * ```
 *
 * @param index The index, 1 to 2^31 - 1.
 * @returns The name.
 * @throws {SocketError} Code `ENXIO` if there is none of this index.
 * @throws {TypeError} If the index is no number.
 * @throws {RangeError} If it is out of range.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function interfaceName(index: number): string {
  checkInteger(index, 1, 0x7fffffff, "find an interface", "index");
  demandSys("networkInterfaces", "find an interface");
  const name = INTERFACES.toName(index);
  if (name === "") throw socketError("ENXIO", { syscall: "if_indextoname", address: `${index}` });
  return name;
}
