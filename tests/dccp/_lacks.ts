/** Whether the kernel has DCCP. */
import { SOCK_DCCP } from "../../ffi/abi/socket_constants.ts";
import { AF_INET, isSocketError, socket } from "../../mod.ts";

const IPPROTO_DCCP = 33;

/** Why nothing can be tried here. */
export function lacksDccp(): string | undefined {
  try {
    socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP).close();
  } catch (error) {
    if (isSocketError(error) && error.code.endsWith("NOSUPPORT")) return "this kernel has no DCCP";
    throw error;
  }
}
