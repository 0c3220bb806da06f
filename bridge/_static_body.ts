/**
 * Bodies that a Response holds as text or bytes. The platform shows every body as a stream, and to
 * make and read one costs a third of an answer. Where Deno keeps what it was given is private: it is
 * looked for once, by what it does, and without it every body is read as a stream.
 */

const PLACE: symbol | undefined = find();

/** The body as it was given to a response that is not used yet, if it is text or bytes. */
export function staticBody(response: Response): string | Uint8Array | undefined {
  return PLACE === undefined ? undefined : keptAt(response, PLACE);
}

function keptAt(response: Response, place: symbol): string | Uint8Array | undefined {
  const value = (response as unknown as Record<symbol, unknown>)[place];
  return typeof value === "string" || value instanceof Uint8Array ? value : undefined;
}

/** The one place that shows every text and all bytes, also empty ones, and nothing of other bodies. */
function find(): symbol | undefined {
  const probe = new Response("probe");
  const places = Object.getOwnPropertySymbols(probe).filter((place) => {
    const bytes = keptAt(new Response(Uint8Array.of(1, 2)), place);
    return keptAt(probe, place) === "probe" && bytes instanceof Uint8Array &&
      `${bytes}` === "1,2" &&
      keptAt(new Response(""), place) === "" &&
      [null, new ReadableStream(), new Blob(["probe"]), new FormData()]
        .every((body) => keptAt(new Response(body), place) === undefined);
  });
  return places[0];
}
