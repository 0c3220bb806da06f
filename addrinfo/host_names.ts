import { AddrInfoError } from "../core/errors.ts";
import { checkWaitOptions, type WaitOptions } from "../core/wait.ts";
import { changeHostname } from "../ffi/resolver/host_name.ts";
import { getAddrInfo } from "./get_addr_info.ts";

/** HOST_NAME_MAX (limits.h). */
const LONGEST_NAME_BYTES = 64;

/**
 * The name of this machine (`man 2 gethostname`), as it was given: often without a domain.
 *
 * Needs `--allow-sys=hostname`.
 *
 * @example In short
 * ```ts
 * import { addrinfo } from "@berkeley/sockets";
 *
 * console.log("this is", addrinfo.hostname());
 * ```
 *
 * @returns The name.
 * @throws {Deno.errors.NotCapable} If the permission is missing.
 */
export function hostname(): string {
  return Deno.hostname();
}

/**
 * Names this machine (`man 2 sethostname`), or its UTS namespace, until the next boot.
 *
 * Linux. Needs `--allow-ffi`, `--allow-sys=hostname`, and of the system CAP_SYS_ADMIN.
 *
 * @example In short
 * ```ts ignore
 * import { addrinfo } from "@berkeley/sockets";
 *
 * addrinfo.setHostname("gateway");
 * ```
 *
 * @param name 1 to 64 bytes.
 * @throws {Deno.errors.PermissionDenied} Code `EPERM`, without the capability.
 * @throws {TypeError} If the name is no string, is empty or holds a NUL.
 * @throws {RangeError} If it is longer than 64 bytes.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function setHostname(name: string): void {
  const fail = (state: string) => new TypeError(`Cannot set the host name: ${state}`);
  if (typeof name !== "string") throw fail("name is not a string");
  if (name === "") throw fail("name is empty");
  if (name.includes("\0")) throw fail("name holds a NUL");
  const { length } = new TextEncoder().encode(name);
  if (length > LONGEST_NAME_BYTES) {
    throw new RangeError(
      `Cannot set the host name: name is ${length} bytes long, ${LONGEST_NAME_BYTES} are allowed`,
    );
  }
  changeHostname(name);
}

/**
 * The full name of this machine, as `hostname --fqdn` finds it: the canonical name of its host name
 * (hosts file or DNS). Not every machine has one; then it is the host name itself.
 *
 * Linux. Needs `--allow-sys=hostname`, `--allow-ffi`, and `--allow-net` for the name.
 *
 * @example The names of this machine
 * ```ts
 * import { fqdn, hostname } from "@berkeley/sockets/addrinfo";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(typeof hostname(), "string");
 * assertEquals(typeof await fqdn({ timeoutMs: 10_000 }), "string");
 * ```
 *
 * @param options How the wait may end early.
 * @returns The name.
 * @throws {AddrInfoError} If no name server answered.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {DOMException} `TimeoutError` when `timeoutMs` is over.
 */
export async function fqdn(options: WaitOptions = {}): Promise<string> {
  checkWaitOptions(options, "find the full host name");
  const { signal, timeoutMs } = options;
  const name = hostname();
  try {
    const [first] = await getAddrInfo(name, null, { canonicalName: true, signal, timeoutMs });
    return first.canonicalName ?? name;
  } catch (error) {
    if (!(error instanceof AddrInfoError) || !UNKNOWN.has(error.code)) throw error;
    return name;
  }
}

const UNKNOWN = new Set(["EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY"]);
