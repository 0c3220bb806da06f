/**
 * Whether io_uring may be used: by the kernel that is tried, by the user it can be forbidden.
 *
 * @module
 */

/**
 * The environment variable that forbids io_uring (`0`), or asks for it wherever it can serve (`1`).
 * Read only where `--allow-env` is granted.
 */
const VARIABLE = "SOCKETS_IO_URING";

let allowed: boolean | undefined;
let asked = false;

function readVariable(): void {
  if (asked) return;
  asked = true;
  if (Deno.permissions.querySync({ name: "env", variable: VARIABLE }).state !== "granted") return;
  const value = Deno.env.get(VARIABLE);
  if (value === "0" || value === "1") allowed = value === "1";
}

/** Whether rings may be made. */
export function ringsAllowed(): boolean {
  readVariable();
  return allowed !== false;
}

/** Whether rings are asked for even where they are not expected to pay. */
export function ringsWanted(): boolean {
  readVariable();
  return allowed === true;
}

/** Allows rings in this isolate, or not; `undefined` leaves it to the environment (tests, benchmarks). */
export function allowRings(on: boolean | undefined): void {
  asked = on !== undefined;
  allowed = on;
}
