/** Kinds of stream endpoints made of others: each end is `wrap` of an endpoint of `kind`. */
import type { WaitOptions } from "../../core/mod.ts";
import type { Listener, Stream, StreamKind } from "./_claim.ts";

type Wrap = (stream: Stream, side: "client" | "server") => Stream | Promise<Stream>;

/** A listener whose accepted endpoints are wrapped. */
export function wrappedListener(inner: Listener, wrap: Wrap): Listener {
  return {
    get family() {
      return inner.family;
    },
    get type() {
      return inner.type;
    },
    get protocol() {
      return inner.protocol;
    },
    get engine() {
      return inner.engine;
    },
    get localAddr() {
      return inner.localAddr;
    },
    get remoteAddr() {
      return inner.remoteAddr;
    },
    role: "listener",
    accept: async (options?: WaitOptions) => await wrap(await inner.accept(options), "server"),
    close: () => inner.close(),
    ref: () => inner.ref(),
    unref: () => inner.unref(),
    getOption: (option) => inner.getOption(option),
    setOption: (option, value) => inner.setOption(option, value),
    async *[Symbol.asyncIterator]() {
      for await (const stream of inner) yield await wrap(stream, "server");
    },
    [Symbol.dispose]: () => inner.close(),
    [Symbol.asyncDispose]: () => Promise.resolve(inner.close()),
  };
}

/**
 * A kind over another.
 *
 * @param name Its name.
 * @param kind What carries it.
 * @param wrap Makes an end of it.
 */
export function bridgedKind(name: string, kind: StreamKind, wrap: Wrap): StreamKind {
  return {
    ...kind,
    name,
    listen: async (options) => wrappedListener(await kind.listen(options), wrap),
    connect: async (to, options) => await wrap(await kind.connect(to, options), "client"),
    async pair() {
      const listener = wrappedListener(await kind.listen(), wrap);
      const client = await wrap(await kind.connect(listener.localAddr), "client");
      return [client, await listener.accept(), listener];
    },
  };
}
