/**
 * Which files run code for each receive of TCP and each datagram of UDP on the libc engine: what V8
 * counts with a few of them more, against the same program without.
 *
 *     deno run -A tools/files_on_the_way.ts
 */
const ROOT = new URL("..", import.meta.url);
/** Enough that nothing which runs now and then is taken for it. */
const TIMES = 8;

const PROGRAMS = {
  "a receive of TCP": `
    import * as tcp from "ROOT/tcp/mod.ts";
    const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
    const { port } = listener.localAddr;
    const connecting = tcp.connect({ hostname: "127.0.0.1", port, engine: "libc" });
    const [client, server] = await Promise.all([connecting, listener.accept()]);
    await client.sendAll(new Uint8Array(1000));
    const buffer = new Uint8Array(10);
    for (let i = 0; i <= TIMES; i++) await server.recvInto(buffer);
    Deno.exit();
  `,
  "a datagram of UDP, sent and received": `
    import * as udp from "ROOT/udp/mod.ts";
    const at = { hostname: "127.0.0.1", port: 0, engine: "libc" };
    const [a, b] = await Promise.all([udp.bind(at), udp.bind(at)]);
    const to = b.localAddr, data = new Uint8Array(64);
    for (let i = 0; i <= TIMES; i++) {
      await a.sendTo(data, to);
      await b.recvFrom();
    }
    Deno.exit();
  `,
} as const;

interface Coverage {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
  }[];
}

/** How often each function ran, by file, name and place. */
async function counts(source: string, times: number): Promise<Map<string, number>> {
  const folder = await Deno.makeTempDir();
  try {
    const program = `${folder}/program.ts`;
    const text = source.replaceAll("ROOT/", ROOT.href).replaceAll("TIMES", String(times));
    await Deno.writeTextFile(program, text);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        `--config=${new URL("deno.json", ROOT).pathname}`,
        `--coverage=${folder}/coverage`,
        program,
      ],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const found = new Map<string, number>();
    for await (const { name } of Deno.readDir(`${folder}/coverage`)) {
      if (!name.endsWith(".json")) continue;
      const file: Coverage = JSON.parse(await Deno.readTextFile(`${folder}/coverage/${name}`));
      if (!file.url.startsWith(ROOT.href)) continue;
      for (const { functionName, ranges: [{ startOffset, count }] } of file.functions) {
        found.set(`${file.url.slice(ROOT.href.length)} ${functionName} ${startOffset}`, count);
      }
    }
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The files that run code for each.
 *
 * @param what For each what.
 * @returns By file, the functions in it.
 */
export async function filesOnTheWay(what: keyof typeof PROGRAMS): Promise<Map<string, string[]>> {
  const source = PROGRAMS[what];
  const [without, with_] = [await counts(source, 0), await counts(source, TIMES)];
  const files = new Map<string, string[]>();
  for (const [place, count] of with_) {
    if (count - (without.get(place) ?? 0) < TIMES) continue;
    const [file, name] = place.split(" ");
    files.set(file, [...files.get(file) ?? [], name || "(a closure)"]);
  }
  return files;
}

if (import.meta.main) {
  for (const what of Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[]) {
    const files = await filesOnTheWay(what);
    console.log(`${what}: ${files.size} files`);
    for (const file of [...files.keys()].sort()) {
      console.log(`  ${file}: ${files.get(file)!.join(", ")}`);
    }
  }
}
