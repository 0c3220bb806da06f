/**
 * What moved: counted by client and in all.
 *
 * @module
 */
/** Who is shown the bytes. */
interface Dump {
  data(client: number, direction: "received" | "sent", offset: number, data: Uint8Array): void;
}

/** Totals of a command. Seen from the network: received from a peer, sent to a peer. */
export class Traffic {
  /** When the first client came; undefined before. */
  startedMs: number | undefined;
  receivedBytes = 0;
  sentBytes = 0;
  /** Clients so far. */
  clients = 0;
  /** Clients that are being served. */
  activeClients = 0;
}

/** What one client moved. */
export class ClientTraffic {
  /** 1, 2, 3, … in the order of coming. */
  readonly client: number;
  readonly startedMs: number = performance.now();
  receivedBytes = 0;
  sentBytes = 0;
  /** How often something came: messages, where boundaries are kept. */
  receivedMessages = 0;
  /** When something moved last. */
  lastMs: number = this.startedMs;
  readonly #totals: Traffic;
  readonly #dump: Dump | undefined;

  /** Counts a new client into `totals`; `dump` is shown the bytes. */
  constructor(totals: Traffic, dump: Dump | undefined) {
    totals.startedMs ??= this.startedMs;
    this.client = ++totals.clients;
    totals.activeClients++;
    this.#totals = totals;
    this.#dump = dump;
  }

  /** Counts bytes that came from the client. */
  received(data: Uint8Array): void {
    this.#dump?.data(this.client, "received", this.receivedBytes, data);
    this.receivedMessages++;
    this.receivedBytes += data.length;
    this.#totals.receivedBytes += data.length;
    this.lastMs = performance.now();
  }

  /** Counts bytes that went to the client. */
  sent(data: Uint8Array): void {
    this.#dump?.data(this.client, "sent", this.sentBytes, data);
    this.sentBytes += data.length;
    this.#totals.sentBytes += data.length;
    this.lastMs = performance.now();
  }

  /** The client is gone. */
  end(): void {
    this.#totals.activeClients--;
  }
}
