/** The kinds of listeners that HTTP is served over. */
import type { ListenerEndpoint, StreamEndpoint } from "../../core/mod.ts";
import {
  type HttpHandler,
  type HttpServer,
  serveHttp,
  type ServeHttpOptions,
} from "../../bridge/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import "./_pairs.ts";

// deno-lint-ignore no-explicit-any
type Any = any;
export type Listener = ListenerEndpoint<Any, StreamEndpoint<Any>>;

/** A kind of listener. */
export interface HttpKind {
  name: string;
  listen(): Promise<Listener>;
  connect(server: { readonly localAddr: Any }): Promise<StreamEndpoint<Any>>;
  /** How curl reaches it. */
  curl(address: Any): string[];
}

const scratch = await Deno.makeTempDir({ prefix: "sockets-http-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));
let serial = 0;

function tcpKind(name: string, engine: "deno" | "libc", protocol?: "mptcp"): HttpKind {
  return {
    name,
    listen: () => tcp.listen({ hostname: "127.0.0.1", port: 0, engine, protocol }),
    connect: ({ localAddr }) => tcp.connect({ ...localAddr, engine, protocol }),
    curl: ({ port }) => [`http://127.0.0.1:${port}`],
  };
}

function unixKind(name: string, engine: "deno" | "libc", abstract: boolean): HttpKind {
  return {
    name,
    listen: async () =>
      await unix.listen({
        path: `${abstract ? "\0" : ""}${scratch}/${serial++}.sock`,
        engine,
      }) as unknown as Listener,
    connect: async ({ localAddr: { path } }) =>
      await unix.connect({ path, engine }) as unknown as StreamEndpoint<Any>,
    curl: ({ path }: { path: string }) =>
      path.startsWith("\0")
        ? ["--abstract-unix-socket", path.slice(1), "http://localhost"]
        : ["--unix-socket", path, "http://localhost"],
  };
}

export const HTTP_KINDS: readonly HttpKind[] = [
  tcpKind("tcp, as a Duplex", "deno"),
  tcpKind("tcp, by descriptor", "libc"),
  tcpKind("mptcp, by descriptor", "libc", "mptcp"),
  unixKind("unix, as a Duplex", "deno", false),
  unixKind("unix, by descriptor", "libc", false),
  unixKind("abstract, by descriptor", "libc", true),
];

/** Runs `use` with a server of `kind`, ends it and looks for leaks. */
export async function withServer(
  kind: HttpKind,
  handler: HttpHandler,
  use: (server: HttpServer<Any>, connect: () => Promise<StreamEndpoint<Any>>) => Promise<void>,
  options?: ServeHttpOptions,
): Promise<void> {
  const before = openFds();
  {
    await using server = serveHttp(await kind.listen(), handler, options);
    await use(server, () => kind.connect(server));
  }
  await assertFds(before);
}

/** Registers a test for every kind. */
export function httpTest(
  name: string,
  fn: (kind: HttpKind) => Promise<void>,
  tools: readonly string[] = [],
  kinds: readonly HttpKind[] = HTTP_KINDS,
): void {
  for (const kind of kinds) {
    // The libc engine's one waiter serves the whole process, and outlives an endpoint.
    testWith({ tools }, `${kind.name}: ${name}`, () => fn(kind), { sanitizeOps: false });
  }
}

/** Runs curl; its standard output. */
export async function curl(
  kind: HttpKind,
  address: Any,
  path: string,
  args: readonly string[],
): Promise<string> {
  const where = kind.curl(address);
  const { success, stdout, stderr } = await new Deno.Command("curl", {
    args: ["-sS", "--max-time", "60", ...args, ...where.slice(0, -1), where.at(-1) + path],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
