/**
 * The name of this machine, as the kernel keeps it.
 *
 * @module
 */
import { socketError } from "../../core/errors.ts";
import { attempt, failure } from "../abi/library.ts";
import { demandSys } from "../guard/permissions.ts";

/** errno.h */
const EPERM = 1;

/** See `setHostname` of addrinfo. */
export function changeHostname(name: string): void {
  demandSys("hostname", "set the host name");
  const bytes = new TextEncoder().encode(name);
  const result = attempt((lib) => lib.sethostname(bytes, bytes.length));
  if (result === -EPERM) {
    const message = "Operation not permitted without CAP_SYS_ADMIN";
    throw socketError("EPERM", { syscall: "sethostname", message });
  }
  if (result < 0) throw failure("sethostname", -result, JSON.stringify(name));
}
