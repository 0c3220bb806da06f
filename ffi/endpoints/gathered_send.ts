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
import { type SendOutcome, SLOT_BYTES } from "../ring/send_slots.ts";

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
  const sent = new Promise<void>(capture);
  const gathered = new GatheredSend(core, data, size, order, sender);
  if (!slots.send(core.fd, data, size, gathered)) return undefined;
  core.sending = true;
  order.enter();
  return sent;
}

let resolveCaptured: (value: void | PromiseLike<void>) => void;
let rejectCaptured: (reason: unknown) => void;
/** One executor for all: a closure less for each. */
const capture = (
  resolve: (value: void | PromiseLike<void>) => void,
  reject: (reason: unknown) => void,
): void => {
  resolveCaptured = resolve;
  rejectCaptured = reject;
};

class GatheredSend implements SendOutcome {
  readonly #core: Descriptor;
  readonly #data: Uint8Array;
  readonly #size: number;
  readonly #order: Turn;
  readonly #sender: Sender;
  readonly #resolve = resolveCaptured;
  readonly #reject = rejectCaptured;

  constructor(core: Descriptor, data: Uint8Array, size: number, order: Turn, sender: Sender) {
    this.#core = core;
    this.#data = data;
    this.#size = size;
    this.#order = order;
    this.#sender = sender;
  }

  sent(result: number): void {
    this.#core.sending = false;
    if (result === this.#size) {
      poller.spend(result);
      this.#order.leave();
      this.#resolve();
    } else if (result >= 0 || result === -EAGAIN || result === -EINTR) {
      const rest = sendRest(this.#data, this.#size, Math.max(0, result), this.#sender);
      this.#resolve(rest.finally(() => this.#order.leave()));
    } else {
      this.#order.leave();
      const error = failure("send", -result);
      sayBytesSent(error, 0);
      this.#reject(error);
    }
  }
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
