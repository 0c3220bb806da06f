/**
 * An endpoint's own address and its peer's.
 *
 * @module
 */
import { INTERFACES } from "../resolver/interface_names.ts";
import { decodeSockaddr } from "../families/sockaddr.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";

/** Both addresses, asked of the kernel and decoded when first looked at. */
export class EndpointNames<A> {
  readonly #core: Descriptor;
  #localBytes: Uint8Array | undefined;
  #remoteBytes: Uint8Array | undefined;
  #local: A | undefined;
  #remote: A | undefined;

  /** What is known already need not be asked for. */
  constructor(core: Descriptor, local: Uint8Array | undefined, remote: Uint8Array | undefined) {
    this.#core = core;
    this.#localBytes = local;
    this.#remoteBytes = remote;
  }

  /** The local address. */
  get local(): A {
    this.#localBytes ??= this.#core.localName();
    return this.#local ??= this.#decode(this.#localBytes);
  }

  /** The peer's address; `undefined` if there is none. */
  get remote(): A | undefined {
    if (this.#remote === undefined) {
      if (this.#remoteBytes === undefined && !this.#core.isClosed) {
        this.#remoteBytes = this.#core.remoteName();
      }
      if (this.#remoteBytes !== undefined) this.#remote = this.#decode(this.#remoteBytes);
    }
    return this.#remote;
  }

  /** Forgets what a bind or connect has changed. */
  changed(): void {
    this.#localBytes =
      this.#remoteBytes =
      this.#local =
      this.#remote =
        undefined;
  }

  /** Asks for what is not known yet: the socket is about to be closed. */
  keep(): void {
    if (this.#core.isClosed) return;
    try {
      this.#localBytes ??= this.#core.localName();
      this.#remoteBytes ??= this.#core.remoteName();
    } catch {
      // A socket that cannot tell its address is closed all the same.
    }
  }

  #decode(bytes: Uint8Array): A {
    return decodeSockaddr(bytes, bytes.length, INTERFACES, 0, this.#core.protocol) as A;
  }
}
