/**
 * A change as a request, and what it needs to become one.
 *
 * @module
 */
import type { ByteSink } from "./_bytes.ts";
import type { RequestShape } from "./message.ts";
import type { Namespace } from "./namespace.ts";

/** What a change needs to be written. */
export interface ChangeContext {
  /** The index of a link; a name that is not known yet has it looked up and the change written anew. */
  index(name: string): number;
  /** A descriptor of a namespace, open until the change was made. */
  namespace(netns: Namespace): number;
}

/** A change as a request. */
export interface ChangeRequest {
  /** The message type. */
  readonly type: number;
  /** NLM_F_* flags. */
  readonly flags: number;
  /** Appends the payload. */
  readonly payload: (sink: ByteSink) => void;
  /** What it is, in errors: `"add route 10.0.0.0/8"`. */
  readonly action: string;
  /** The layout of the payload. */
  readonly shape: RequestShape;
  /** Whether links may have other names or indexes after it. */
  readonly renames?: boolean;
  /** A link that no message makes: the message then sets it up. */
  readonly device?: MadeDevice;
}

/** A link that is made by a device of its own. */
export interface MadeDevice {
  /** Makes it, in the namespace that this thread is in. */
  make(): void;
  /** Once what was made was set up: keeps it, or lets it go. */
  settle(keep: boolean): void;
}
