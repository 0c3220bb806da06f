/** Whether the kernel has TIPC. */
import { AF_TIPC } from "../../ffi/abi/socket_constants.ts";
import { isSocketError, SOCK_STREAM, socket } from "../../mod.ts";

/** Why nothing can be tried here. */
export function lacksTipc(): string | undefined {
  try {
    socket(AF_TIPC, SOCK_STREAM).close();
  } catch (error) {
    if (isSocketError(error, "EAFNOSUPPORT")) return "this kernel has no TIPC";
    throw error;
  }
}
