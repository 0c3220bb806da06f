/**
 * The standard streams shared by many clients: what they send is printed, standard input goes to
 * all that are there.
 *
 * @module
 */
import type { Channel } from "./channel.ts";
import { stdioChannel, writeOutput } from "./stdio.ts";

/** One client's share. */
interface Member {
  /** Hands over a piece; resolves when the client has taken it or left. */
  offer(data: Uint8Array): Promise<void>;
  /** Standard input has ended. */
  end(): void;
}

/** Gives each client a channel to the standard streams. */
export class StdioHub {
  readonly #kind: "stream" | "message";
  readonly #crlf: boolean;
  readonly #members = new Set<Member>();
  #reading = false;
  #ended = false;

  /** For clients of this kind; `crlf` says how lines of standard input end. */
  constructor(kind: "stream" | "message", crlf: boolean) {
    this.#kind = kind;
    this.#crlf = crlf;
  }

  /** A channel for one more client. Standard input is read from the first client on. */
  join(): Channel {
    let wake: ((data: Uint8Array | undefined) => void) | undefined;
    let offered: Uint8Array | undefined;
    let taken: (() => void) | undefined;
    let over = this.#ended;
    const end = () => {
      over = true;
      wake?.(undefined);
      wake = undefined;
    };
    const member: Member = {
      offer: (data) =>
        new Promise((resolve) => {
          taken = resolve;
          if (wake === undefined) {
            offered = data;
          } else {
            wake(data);
            wake = undefined;
          }
        }),
      end,
    };
    if (!over) this.#members.add(member);
    if (!this.#reading) this.#read();
    return {
      kind: this.#kind,
      name: "standard input and output",
      ends: true,
      receive() {
        if (offered !== undefined) {
          const data = offered;
          offered = undefined;
          return Promise.resolve(data);
        }
        taken?.();
        taken = undefined;
        return over ? Promise.resolve(undefined) : new Promise((resolve) => wake = resolve);
      },
      send: writeOutput,
      endSend: () => Promise.resolve(),
      close: () => {
        this.#members.delete(member);
        end();
        taken?.();
      },
    };
  }

  async #read(): Promise<void> {
    this.#reading = true;
    const input = stdioChannel(this.#kind, this.#crlf);
    for (;;) {
      const data = await input.receive().catch(() => undefined);
      if (data === undefined) break;
      await Promise.all(Array.from(this.#members, (member) => member.offer(data)));
    }
    this.#ended = true;
    for (const member of this.#members) member.end();
  }
}
