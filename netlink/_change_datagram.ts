/**
 * Changes under way, many to a datagram: errors are told for each, the end by the last one's ACK.
 *
 * @module
 */
import type { Wait } from "../core/wait.ts";
import type { ChangeRequest } from "./_change_request.ts";
import type { Exchange } from "./_exchange.ts";
import type { Transport } from "./_transport.ts";
import { type Acknowledgement, type NetlinkError, netlinkError } from "./message.ts";

/** A change in a datagram. */
export interface Written {
  /** The request. */
  readonly request: ChangeRequest;
  /** Its sequence number. */
  readonly sequence: number;
  /** Where in the datagram its message begins. */
  readonly at: number;
}

/** One datagram of changes under way. */
export class ChangeDatagram<W extends Written> {
  /** Those that the kernel has refused. */
  readonly failures: { written: W; error: NetlinkError }[] = [];
  readonly #written: readonly W[];
  readonly #datagram: Uint8Array<ArrayBuffer>;
  readonly #transport: Transport;
  #waiter: { resolve: () => void; reject: (reason: unknown) => void } | undefined;

  /** `datagram` holds what was written, until it is done. */
  constructor(
    written: readonly W[],
    datagram: Uint8Array<ArrayBuffer>,
    transport: Transport,
  ) {
    this.#written = written;
    this.#datagram = datagram;
    this.#transport = transport;
  }

  /** Sends it, and resolves once all were dealt with. */
  async done(wait: Wait | undefined): Promise<void> {
    const over = new Promise<void>((resolve, reject) => this.#waiter = { resolve, reject });
    const last = this.#written.length - 1;
    this.#written.forEach((written, i) => {
      this.#transport.expect(written.sequence, new ChangeExchange(this, i, i === last));
    });
    try {
      await this.#transport.send(this.#datagram, wait);
      wait?.arm((reason) => this.#waiter?.reject(reason));
      this.#transport.wake();
      await over;
    } finally {
      wait?.disarm();
      this.#waiter = undefined;
      for (const { sequence } of this.#written) this.#transport.forget(sequence);
    }
  }

  /** Whether somebody waits for the end. */
  get waits(): boolean {
    return this.#waiter !== undefined;
  }

  /** All were dealt with. */
  finish(): void {
    this.#waiter?.resolve();
  }

  /** The rest is lost. */
  abort(reason: unknown): void {
    this.#waiter?.reject(reason);
  }

  /** One was refused. */
  refuse(i: number, ack: Acknowledgement): void {
    const written = this.#written[i];
    const { request, at } = written;
    const end = this.#written[i + 1]?.at ?? this.#datagram.length;
    const bytes = this.#datagram.slice(at, end);
    const error = netlinkError(ack, request.action, bytes, request.shape);
    this.failures.push({ written, error });
  }
}

/** What a change tells its datagram. */
type ChangeRun = Pick<ChangeDatagram<Written>, "waits" | "finish" | "abort" | "refuse">;

/** One change of a datagram under way. */
class ChangeExchange implements Exchange {
  readonly #run: ChangeRun;
  readonly #index: number;
  readonly #last: boolean;

  constructor(run: ChangeRun, index: number, last: boolean) {
    this.#run = run;
    this.#index = index;
    this.#last = last;
  }

  get hungry(): boolean {
    return this.#last && this.#run.waits;
  }

  reply(): void {}

  finish(ack: Acknowledgement): void {
    if (ack.errno !== 0) this.#run.refuse(this.#index, ack);
    if (this.#last) this.#run.finish();
  }

  fail(reason: unknown): void {
    this.#run.abort(reason);
  }
}
