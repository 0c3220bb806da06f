/**
 * One operation of the kernel's crypto: a message endpoint that takes files, too.
 *
 * @module
 */
import type { AlgAddress } from "../core/address.ts";
import { boolean, object, orElse } from "../core/arguments.ts";
import { sayBytesSent } from "../core/errors.ts";
import {
  allParts,
  type FileJob,
  fileJob,
  type FileToSend,
  SEND_FILE_SHAPE,
} from "../core/send_file.ts";
import { beginWait, type Wait } from "../core/wait.ts";
import { MSG_MORE } from "../ffi/abi/socket_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { fileParts } from "../ffi/descriptor/send_file.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { ENDED } from "../ffi/endpoints/message_end.ts";
import type { AlgFileOptions, AlgOperation } from "./types.ts";

const ACTION = "send a file";
const OPTIONS = object({ ...SEND_FILE_SHAPE, more: orElse(boolean, false) });
const NOTHING = new Uint8Array(0);
const PLAIN = {};

/** An operation over a descriptor. */
export class LibcOperation extends LibcMessage<AlgAddress> implements AlgOperation {
  /** Takes the socket over. The kernel tells no address of one: it is that of its algorithm. */
  constructor(core: Descriptor, algorithm: Uint8Array) {
    super(core, { connected: true, ends: false, local: algorithm, remote: algorithm });
  }

  async sendFile(file: FileToSend, options: AlgFileOptions = {}): Promise<number> {
    const { more, ...part } = OPTIONS(options, ACTION, "options");
    const { job, waitOptions } = fileJob(file, part);
    const wait = beginWait(waitOptions, ACTION, this);
    try {
      await this.inOrder(this.sends, wait, "splice", async () => {
        await allParts(this.#parts(job, wait));
        if (!more) await this.transmit({ data: NOTHING }, PLAIN, wait);
      });
    } catch (error) {
      sayBytesSent(error, job.sent);
      throw error;
    }
    return job.sent;
  }

  /**
   * Sends of a file and receives in turn: the kernel keeps input only as far as its room goes. No other
   * call may be under way.
   */
  async *through(job: FileJob, wait: Wait | undefined): AsyncGenerator<Uint8Array, void, void> {
    let got = 0;
    // Before the last has come, whole blocks alone come out. Never ask for more than was given.
    for await (const _part of this.#parts(job, wait)) {
      while (got < job.sent) {
        const output = this.tryReceive({ size: job.sent - got });
        if (output === undefined || output === ENDED) break;
        got += output.data.length;
        yield output.data;
      }
    }
    await this.transmit({ data: NOTHING }, PLAIN, wait);
    while (got < job.sent) {
      const output = await this.receive({ size: job.sent - got }, wait);
      got += output!.data.length;
      yield output!.data;
    }
  }

  #parts(job: FileJob, wait: Wait | undefined): AsyncGenerator<void, void, void> {
    const flags = MSG_MORE;
    return fileParts(
      this.core,
      job,
      wait,
      (data) => this.transmit({ data }, { flags }, wait),
      true,
    );
  }
}
