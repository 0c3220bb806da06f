/** What a kind of endpoint is to the contract suite, and how a claim is made over kinds. */
import type {
  Endpoint,
  ListenerEndpoint,
  MessageEndpoint,
  StreamEndpoint,
} from "../../core/mod.ts";
import type { Engine } from "../../core/engine_choice.ts";
import { testWith } from "../_tools.ts";

// The claims are the same for all families, whose addresses differ.
// deno-lint-ignore no-explicit-any
export type Any = any;
export type Stream = StreamEndpoint<Any>;
export type Listener = ListenerEndpoint<Any, Stream>;
export type Message = MessageEndpoint<Any>;

/** What every kind says of itself. */
export interface Kind {
  name: string;
  family: string;
  type: string;
  protocol: number;
  engine: Engine;
  /** Why it cannot run here, or undefined. Default: it can. */
  missing?(): string | undefined;
  /** What this kernel lacks and the guest's has, or undefined. Default: nothing. */
  kernel?(): string | undefined;
  /** What its pairs stand on is opened by the first and stays for the others. */
  keepsOpen?: boolean;
}

/** Two connected streams. */
export interface PairKind extends Kind {
  pair(): Promise<[client: Stream, server: Stream, listener?: Listener]>;
  /** An end is that of both directions. */
  endsWhole?: boolean;
}

/** Streams that a listener accepts. */
export interface StreamKind extends PairKind {
  /** Listens where nobody did; at `at` when given. */
  listen(options?: { at?: Any; signal?: AbortSignal; onError?: (error: Error) => void }): Promise<
    Listener
  >;
  connect(to: Any, options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<Stream>;
  /** What connecting to nobody says, where it is not ECONNREFUSED or ENOENT. */
  refusals?: string[];
  /** An address of one end as the other sees it; by default the same. */
  seenAs?(address: Any): Any;
}

/** A kind that carries messages. */
export interface MessageKind extends Kind {
  /** Two endpoints, `a` connected to `b` and `b` to `a`. */
  pair(): Promise<[a: Message, b: Message]>;
  /** A bound endpoint; only of kinds without connections. */
  bind?(at?: Any): Promise<Message>;
  /** The longest payload in bytes. */
  maxBytes: number;
  /** An end is that of both directions. */
  endsWhole?: boolean;
  /** The kernel sends no empty messages. */
  noEmpty?: boolean;
  /** Whether a send waits for room instead of dropping. */
  reliable: boolean;
}

/** A kind that receives messages, whatever it takes to have one come. */
export interface ReceiverKind extends Kind {
  open(): Promise<Receiver>;
}

/** An endpoint and what makes messages come. */
export interface Receiver extends Disposable {
  endpoint: Message;
  /** Has one message come; its payload ends with the byte `mark`. */
  deliver(mark: number): Promise<unknown>;
}

/** For claims on one direction that ends while the other goes on. */
export const HALVES = (kind: PairKind): boolean => !kind.endsWhole;

/** Ends what an end sends; where both directions end as one, both: it gets nothing then. */
export function endSending(kind: PairKind, stream: Stream): Promise<void> {
  return kind.endsWhole ? stream.shutdown("both") : stream.closeWrite();
}

/** Registers a claim for every kind that `applies`. */
export function claim<K extends Kind>(
  kinds: readonly K[],
  text: string,
  fn: (kind: K, t: Deno.TestContext) => Promise<void>,
  applies: (kind: K) => boolean = () => true,
): void {
  for (const kind of kinds) {
    if (!applies(kind)) continue;
    testWith(
      { other: () => kind.missing?.(), ...(kind.kernel && { kernel: () => kind.kernel!() }) },
      `${kind.name}: ${text}`,
      (t) => fn(kind, t),
      // The libc engine's one waiter serves the whole process, and outlives an endpoint.
      { sanitizeOps: kind.engine === "deno", sanitizeResources: !kind.keepsOpen },
    );
  }
}

/** Runs `fn` over two connected streams, and closes all. */
export async function withStreams(
  kind: PairKind,
  fn: (client: Stream, server: Stream) => Promise<void>,
): Promise<void> {
  const [client, server, listener] = await kind.pair();
  using _listener = listener;
  using _client = client;
  using _server = server;
  await fn(client, server);
}

/** Runs `fn` over a connected pair and its listener, and closes all. */
export async function withPair(
  kind: StreamKind,
  fn: (client: Stream, server: Stream, listener: Listener) => Promise<void>,
): Promise<void> {
  using listener = await kind.listen();
  using client = await kind.connect(listener.localAddr);
  using server = await listener.accept();
  await fn(client, server, listener);
}

/** Runs `fn` over two endpoints that are each other's peers, and closes them. */
export async function withMessages(
  kind: MessageKind,
  fn: (a: Message, b: Message) => Promise<void>,
): Promise<void> {
  const [a, b] = await kind.pair();
  using _a: Endpoint<Any> = a;
  using _b: Endpoint<Any> = b;
  await fn(a, b);
}
