/**
 * Bodies that a Response holds as text or bytes. The platform shows every body as a stream, and to
 * make and read one costs a third of an answer. Where Deno keeps what it was given is private: it is
 * looked for once, by what it does, and without it every body is read as a stream.
 */

type Body = string | Uint8Array | undefined;
type Reader = (response: Response) => unknown;

/** Where Deno keeps the body of a response that nobody asked for its headers, and of others. */
const READERS: readonly Reader[] = [
  find(() => undefined, (symbol) => (response) => fieldOf(response, symbol)),
  find(
    () => ({ headers: { "x-probe": "probe" } }),
    (symbol) => (response) =>
      fieldOf(fieldOf(fieldOf(fieldOf(response, symbol), "body"), "streamOrStatic"), "body"),
  ),
].filter((reader) => reader !== undefined);

/** The body as it was given to a response that is not used yet, if it is text or bytes. */
export function staticBody(response: Response): Body {
  for (const reader of READERS) {
    const body = textOrBytes(reader(response));
    if (body !== undefined) return body;
  }
}

function textOrBytes(value: unknown): Body {
  return typeof value === "string" || value instanceof Uint8Array ? value : undefined;
}

function fieldOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

/** The one that shows every text and all bytes, also empty ones, and nothing of other bodies. */
function find(
  init: () => ResponseInit | undefined,
  readerAt: (symbol: symbol) => Reader,
): Reader | undefined {
  const probe = (body: BodyInit | null) => new Response(body, init());
  for (const symbol of Object.getOwnPropertySymbols(probe("probe"))) {
    const reader = readerAt(symbol);
    const bytes = textOrBytes(reader(probe(Uint8Array.of(1, 2))));
    const works = reader(probe("probe")) === "probe" && reader(probe("")) === "" &&
      bytes instanceof Uint8Array && `${bytes}` === "1,2" &&
      [null, new ReadableStream(), new Blob(["probe"]), new FormData()]
        .every((body) => textOrBytes(reader(probe(body))) === undefined);
    if (works) return reader;
  }
}
