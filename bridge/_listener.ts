import type { Endpoint, ListenerEndpoint, StreamEndpoint } from "../core/endpoint.ts";

/** Refuses what does not accept streams: a listener's type tells what its connections are. */
export function checkListener<A>(
  listener: ListenerEndpoint<A, Endpoint<A>>,
  action: string,
): asserts listener is ListenerEndpoint<A, StreamEndpoint<A>> {
  if ((listener as Partial<Endpoint<A>> | null | undefined)?.role !== "listener") {
    throw new TypeError(`Cannot ${action}: listener is no listener endpoint`);
  }
  if (listener.type !== "stream") {
    throw new TypeError(`Cannot ${action}: connections of type ${listener.type} are no streams`);
  }
}
