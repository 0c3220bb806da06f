/** Looks names up at a server of its own, in a network namespace; prints what came of it. */
import { getAddrInfo, type GetAddrInfoOptions, getNameInfo } from "../../addrinfo/mod.ts";
import { startDnsServer } from "./_dns_server.ts";

const log = await startDnsServer(200);

/** The addresses, or the name of the error, and the queries that took. */
async function ask(host: string, options: GetAddrInfoOptions = {}) {
  const from = log.length;
  let found: string[] | string;
  let canonical: string | undefined;
  try {
    const entries = await getAddrInfo(host, 80, { type: "stream", ...options });
    found = entries.map(({ address }) => address.hostname);
    canonical = entries[0].canonicalName;
  } catch (error) {
    const { code, name } = error as { code: unknown; name: string };
    found = typeof code === "string" ? code : name;
  }
  return { found, canonical, queries: log.slice(from).sort() };
}

async function reverse(hostname: string) {
  try {
    return (await getNameInfo({ hostname, port: 80 }, { nameRequired: true })).host;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const result = {
  both: await ask("both.example.test"),
  four: await ask("four.example.test", { family: "inet" }),
  six: await ask("six.example.test"),
  alias: await ask("alias.example.test", { canonicalName: true, family: "inet" }),
  missing: await ask("missing.example.test"),
  empty: await ask("empty.example.test"),
  refused: await ask("refused.example.test"),
  broken: await ask("broken.example.test"),
  big: await ask("big.example.test", { family: "inet" }),
  slow: await ask("slow.example.test", { family: "inet" }),
  late: await ask("slow-late.example.test", { family: "inet", timeoutMs: 20 }),
  dead: await ask("dead.example.test", { family: "inet" }),
  reverse: await reverse("192.0.2.7"),
  // Fifty callers, one question.
  shared: await (async () => {
    const from = log.length;
    const all = await Promise.all(
      Array.from({ length: 50 }, () => ask("slow-shared.example.test", { family: "inet" })),
    );
    return {
      distinct: new Set(all.map(({ found }) => `${found}`)).size,
      queries: log.slice(from),
    };
  })(),
};
console.log(JSON.stringify(result));
// The server is still listening.
Deno.exit(0);
