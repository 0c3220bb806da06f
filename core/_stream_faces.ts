/**
 * The web-stream faces of a stream endpoint.
 *
 * @module
 */
import { closedError } from "./errors.ts";
import { Wait } from "./wait.ts";

/** What the faces need of the endpoint. */
export interface StreamFacesSource {
  receive(size: number, wait: Wait): Promise<Uint8Array<ArrayBuffer>>;
  receiveInto(buffer: Uint8Array, wait: Wait): Promise<number>;
  sendAll(data: Uint8Array): Promise<void>;
  endWrite(): Promise<void>;
  close(): void;
}

const CHUNK_BYTES = 65536;

/**
 * `readable` and `writable`, made together at first use. Once both have ended the endpoint is
 * closed, so that `readable.pipeTo(writable)` leaks nothing; one ended alone leaves the other open.
 */
export class StreamFaces {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #source: StreamFacesSource;
  #readController!: ReadableByteStreamController;
  #writeController!: WritableStreamDefaultController;
  #pulling: Wait | undefined;
  #readEnded = false;
  #writeEnded = false;

  /** Makes both streams; nothing is received before a reader asks (high-water mark 0). */
  constructor(source: StreamFacesSource) {
    this.#source = source;
    this.readable = new ReadableStream({
      type: "bytes",
      start: (controller) => {
        this.#readController = controller;
      },
      pull: (controller) => this.#pull(controller),
      cancel: (reason) => {
        this.#readEnded = true;
        this.#pulling?.cancel(reason);
        this.#closeWhenBothEnded();
      },
    }, { highWaterMark: 0 });
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writeController = controller;
        // The stream itself would wait for the write in flight, which may wait for ever.
        controller.signal.addEventListener("abort", () => {
          this.#writeEnded = true;
          this.#source.close();
        });
      },
      write: (chunk) => this.#source.sendAll(chunk),
      close: async () => {
        this.#writeEnded = true;
        await this.#source.endWrite();
        this.#closeWhenBothEnded();
      },
    });
  }

  /** The endpoint was closed: what still runs fails. */
  closed(): void {
    if (!this.#writeEnded) this.#writeController.error(closedError("send"));
    this.#writeEnded = true;
    if (this.#readEnded) return;
    this.#readEnded = true;
    this.#readController.error(closedError("recv"));
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest;
    const wait = this.#pulling = new Wait(undefined, undefined);
    try {
      if (request?.view) {
        const view = request.view;
        const room = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
        const count = await this.#source.receiveInto(room, wait);
        if (count === 0) this.#finishReading(controller);
        request.respond(count);
      } else {
        const chunk = await this.#source.receive(CHUNK_BYTES, wait);
        if (chunk.length === 0) this.#finishReading(controller);
        else controller.enqueue(chunk);
      }
    } catch (error) {
      if (this.#readEnded) return;
      this.#readEnded = true;
      throw error;
    } finally {
      this.#pulling = undefined;
    }
  }

  #finishReading(controller: ReadableByteStreamController): void {
    this.#readEnded = true;
    controller.close();
    this.#closeWhenBothEnded();
  }

  #closeWhenBothEnded(): void {
    if (this.#readEnded && this.#writeEnded) this.#source.close();
  }
}
