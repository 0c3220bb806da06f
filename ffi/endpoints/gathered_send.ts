/**
 * A send that goes to the kernel together with those of other connections.
 *
 * @module
 */
import { EAGAIN, EINTR } from "../../core/errno.ts";
import { detached, lengthOf, partOf } from "../../core/bytes.ts";
import { sayBytesSent } from "../../core/errors.ts";
import { failure } from "../abi/library.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { poller } from "../loop/poller.ts";
import { SLOT_BYTES } from "../ring/send_slots.ts";

/** What keeps other sends of the socket waiting. */
interface Turn {
  enter(): unknown;
  leave(): void;
}

/** Who sends. */
export interface Sender {
  /** Sends 1 byte or more of `data`; resolves to how many. */
  sendMore(data: Uint8Array): Promise<number>;
}

/**
 * Has the ring send `data` in the next turn, as a call of its own would now.
 *
 * @param core The socket. Nothing else sends on it while `order` is held.
 * @param data Copied at once.
 * @param size Its length.
 * @param order Held until all has gone.
 * @param sender Sends what found no room.
 * @returns Resolves when all has gone; `undefined` if it had better be sent now.
 */
export function gatherSend(
  core: Descriptor,
  data: Uint8Array,
  size: number,
  order: Turn,
  sender: Sender,
): Promise<void> | undefined {
  if (core.inbox === undefined || !core.inbox.armed || size > SLOT_BYTES || size === 0) return;
  if (!poller.gathersSends) return undefined;
  const slots = poller.ring?.slots;
  if (slots === undefined) return undefined;
  let settle!: (result: number) => void;
  const sent = new Promise<void>((resolve, reject) => {
    settle = (result) => {
      core.sending = false;
      if (result < 0 && result !== -EAGAIN && result !== -EINTR) {
        order.leave();
        const error = failure("send", -result);
        sayBytesSent(error, 0);
        return reject(error);
      }
      const count = Math.max(0, result);
      poller.spend(count);
      if (count < size) {
        return resolve(sendRest(data, size, count, sender).finally(() => order.leave()));
      }
      order.leave();
      resolve();
    };
  });
  if (!slots.send(core.fd, data, size, settle)) return undefined;
  core.sending = true;
  order.enter();
  return sent;
}

async function sendRest(
  data: Uint8Array,
  size: number,
  sent: number,
  sender: Sender,
): Promise<void> {
  try {
    while (sent < size) {
      if (lengthOf(data) !== size) throw detached("send", "data");
      sent += await sender.sendMore(partOf(data, sent));
    }
  } catch (error) {
    sayBytesSent(error, sent);
    throw error;
  }
}
