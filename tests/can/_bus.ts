/** Buses of the tests' own. */
import { assert } from "@std/assert";
import { AF_CAN } from "../../ffi/abi/socket_constants.ts";
import { isSocketError, SOCK_RAW, socket } from "../../mod.ts";

const text = (data: Uint8Array) => new TextDecoder().decode(data);

/** Why nothing can be tried here. */
export function lacksCan(): string | undefined {
  try {
    socket(AF_CAN, SOCK_RAW, 1).close();
  } catch (error) {
    if (isSocketError(error) && error.code.endsWith("NOSUPPORT")) return "this kernel has no CAN";
    throw error;
  }
}

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args }).output();
  assert(success, text(stderr));
}

/** A bus of its own for a test, which stays when that has ended. */
export async function withLastingBus(fn: (name: string) => Promise<void>): Promise<void> {
  const name = `vc${crypto.randomUUID().slice(0, 6)}`;
  await ip("link", "add", name, "type", "vcan");
  await ip("link", "set", name, "mtu", "72", "up");
  await fn(name);
}

/** A bus of its own while a test runs. */
export async function withBus(fn: (name: string) => Promise<void>): Promise<void> {
  await withLastingBus(async (name) => {
    try {
      await fn(name);
    } finally {
      await ip("link", "del", name);
    }
  });
}
