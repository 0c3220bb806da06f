import { checkInteger } from "../core/arguments.ts";
import {
  findServiceByName,
  findServiceByPort,
  type Service,
} from "../ffi/resolver/service_names.ts";

/**
 * Finds a service by its name or an alias (`man 3 getservbyname`): in /etc/services, or as
 * nsswitch.conf says. A system without such a table still knows the common ones, from the IANA
 * registry; these are marked as `fallback`.
 *
 * Linux. Needs `--allow-ffi`.
 *
 * @example The port of HTTPS
 * ```ts
 * import { getServiceByName } from "@berkeley/sockets/addrinfo";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await getServiceByName("https", "tcp"))?.port, 443);
 * ```
 *
 * @param name The name, `"https"`.
 * @param protocol Only over this transport, `"tcp"` or `"udp"`. Default: the first there is.
 * @returns The service; `undefined` if there is none.
 * @throws {TypeError} If an argument is of the wrong type or holds a NUL.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 */
export async function getServiceByName(
  name: string,
  protocol?: string,
): Promise<Service | undefined> {
  checkName(name, "name");
  if (protocol !== undefined) checkName(protocol, "protocol");
  return await findServiceByName(name, protocol);
}

/**
 * Finds a service by its port (`man 3 getservbyport`); see {@linkcode getServiceByName}.
 *
 * Linux. Needs `--allow-ffi`.
 *
 * @example What is port 53?
 * ```ts
 * import { getServiceByPort } from "@berkeley/sockets/addrinfo";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await getServiceByPort(53, "udp"))?.name, "domain");
 * ```
 *
 * @param port The port, 0 to 65535.
 * @param protocol Only over this transport, `"tcp"` or `"udp"`. Default: the first there is.
 * @returns The service; `undefined` if there is none.
 * @throws {TypeError} If an argument is of the wrong type or holds a NUL.
 * @throws {RangeError} If the port is out of range.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 */
export async function getServiceByPort(
  port: number,
  protocol?: string,
): Promise<Service | undefined> {
  checkInteger(port, 0, 65535, "find a service", "port");
  if (protocol !== undefined) checkName(protocol, "protocol");
  return await findServiceByPort(port, protocol);
}

function checkName(value: unknown, name: string): void {
  if (typeof value !== "string") {
    throw new TypeError(`Cannot find a service: ${name} is not a string`);
  }
  if (value.includes("\0")) throw new TypeError(`Cannot find a service: ${name} holds a NUL`);
}
