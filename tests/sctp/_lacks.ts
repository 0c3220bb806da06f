/** Whether the kernel has SCTP. */
import { AF_INET, isSocketError, SOCK_STREAM, socket } from "../../mod.ts";

const IPPROTO_SCTP = 132;

/** Why nothing can be tried here. */
export function lacksSctp(): string | undefined {
  try {
    socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP).close();
  } catch (error) {
    if (isSocketError(error) && error.code.endsWith("NOSUPPORT")) return "this kernel has no SCTP";
    throw error;
  }
}
