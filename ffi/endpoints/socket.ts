/**
 * The socket beneath every endpoint of the libc engine.
 *
 * @module
 */
import type { Family, SocketType } from "../../core/address.ts";
import type { EndpointSocket } from "../../core/endpoint_base.ts";
import type { SocketOption } from "../../core/option.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { decodeSockaddr } from "../families/sockaddr.ts";
import { typeName } from "../families/socket_types.ts";
import { familyName } from "../families/table.ts";
import { INTERFACES } from "../resolver/interface_names.ts";

/** What is known of a socket when its endpoint is made. */
export interface SocketGiven {
  /** Whether it has a peer. */
  connected: boolean;
  /** Its sockaddr. What is known already need not be asked for. */
  local?: Uint8Array;
  /** Its peer's. */
  remote?: Uint8Array;
  /** Whether the descriptor was handed to nobody who could have duplicated it. Default false. */
  alone?: boolean;
  /** Runs after it is closed. */
  onClose?: () => void;
}

/** A descriptor as an endpoint's socket. Addresses are asked of the kernel and decoded when first looked at. */
export class LibcSocket<A> implements EndpointSocket<A> {
  readonly engine = "libc" as const;
  /** The descriptor; owned. */
  readonly core: Descriptor;
  /** Whether it has a peer. */
  connected: boolean;
  readonly #alone: boolean;
  readonly #onClose: (() => void) | undefined;
  /** As text of a character a byte: memory of its own costs ten times as much for each connection. */
  #localBytes: string | undefined;
  #remoteBytes: string | undefined;
  #local: A | undefined;
  #remote: A | undefined;

  /** Takes the descriptor over. */
  constructor(core: Descriptor, given: SocketGiven) {
    this.core = core;
    this.connected = given.connected;
    this.#alone = given.alone ?? false;
    this.#onClose = given.onClose;
    this.#localBytes = packed(given.local, true);
    this.#remoteBytes = packed(given.remote);
  }

  get family(): Family {
    return familyName(this.core.familyNumber);
  }

  get type(): SocketType {
    return typeName(this.core.typeNumber);
  }

  get protocol(): number {
    return this.core.protocol;
  }

  get localAddr(): A {
    this.#localBytes ??= packed(this.core.localName());
    return this.#local ??= this.#decode(this.#localBytes!);
  }

  get remoteAddr(): A | undefined {
    if (!this.connected) return undefined;
    if (this.#remote === undefined) {
      if (this.#remoteBytes === undefined && !this.core.isClosed) {
        this.#remoteBytes = packed(this.core.remoteName());
      }
      if (this.#remoteBytes !== undefined) this.#remote = this.#decode(this.#remoteBytes);
    }
    return this.#remote;
  }

  get fd(): number {
    return this.core.fd;
  }

  getOption<T>(option: SocketOption<T>): T {
    return this.core.getOption(option);
  }

  setOption<T>(option: SocketOption<T>, value: T): void {
    this.core.setOption(option, value);
  }

  ref(): void {
    this.core.setReferenced(true);
  }

  unref(): void {
    this.core.setReferenced(false);
  }

  /** Forgets the addresses, which a bind or a connect has changed. */
  renamed(connected: boolean): void {
    this.connected = connected;
    this.#localBytes =
      this.#remoteBytes =
      this.#local =
      this.#remote =
        undefined;
  }

  close(): void {
    if (this.core.isClosed) return; // detached
    this.#keepAddresses();
    this.core.close(this.#alone);
    this.#onClose?.();
  }

  /** Hands the descriptor over: the caller closes it, and what would have run after that does not. */
  detach(): number {
    this.core.checkOpen("detach");
    this.#keepAddresses();
    return this.core.detach();
  }

  /** Asks for what is not known yet: nobody can once the descriptor is gone. */
  #keepAddresses(): void {
    try {
      this.#localBytes ??= packed(this.core.localName());
      if (this.connected) this.#remoteBytes ??= packed(this.core.remoteName());
    } catch {
      // A socket that cannot tell its address is closed all the same.
    }
  }

  #decode(packed: string): A {
    const bytes = Uint8Array.from(packed, (byte) => byte.charCodeAt(0));
    return decodeSockaddr(bytes, bytes.length, INTERFACES, 0, this.core.protocol) as A;
  }
}

let lastBytes: Uint8Array | undefined;
let lastText = "";

/** A listener's address is given for each of its connections: one text serves them all. */
function packed(bytes: Uint8Array | undefined, shared = false): string | undefined {
  if (bytes === undefined) return undefined;
  if (shared && bytes === lastBytes) return lastText;
  // Not by spreading, which makes an object for each byte.
  const text = String.fromCharCode.apply(null, bytes as unknown as number[]);
  if (shared) {
    lastBytes = bytes;
    lastText = text;
  }
  return text;
}
