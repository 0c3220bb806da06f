/**
 * VSOCK messages over libc.
 *
 * @module
 */
import type { VsockAddress } from "../core/address.ts";
import { isSocketError, socketError } from "../core/errors.ts";
import type { OutgoingMessage, SendOptions } from "../core/message.ts";
import type { Wait } from "../core/wait.ts";
import { MSG_DONTWAIT } from "../ffi/abi/socket_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";

/**
 * A connection of messages. Of one for which the peer has room in part only, the kernel takes that part
 * and says EAGAIN (vsock_connectible_sendmsg): sent again, the peer would get the part twice. How much
 * was taken nobody tells, so that nothing can follow it.
 */
class VsockMessages extends LibcMessage<VsockAddress> {
  protected override async transmit(
    message: OutgoingMessage<VsockAddress>,
    options: SendOptions,
    wait: Wait | undefined,
  ): Promise<number> {
    const flags = (options.flags ?? 0) | MSG_DONTWAIT;
    try {
      return await super.transmit(message, { ...options, flags }, wait);
    } catch (error) {
      if (!isSocketError(error, "EAGAIN")) throw error;
      this.shutdown("write");
      throw socketError("ENOBUFS", {
        syscall: "sendmsg",
        message: "the peer has no room for all of the message, and sending has ended: the kernel " +
          "may have taken a part of it",
        cause: error,
      });
    }
  }

  protected override transmitMany(
    messages: Iterable<OutgoingMessage<VsockAddress>>,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.transmitEach(messages, wait);
  }
}

/** The endpoint of a connected socket that keeps message boundaries. */
export function makeMessages(
  core: Descriptor,
  local?: Uint8Array,
  remote?: Uint8Array,
): LibcMessage<VsockAddress> {
  return new VsockMessages(core, { connected: true, local, remote });
}
