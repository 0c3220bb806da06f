/** Authenticated chunks (RFC 4895): keys, what they protect, and what is told of them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { type OptionSetting, raw, sctp, SO_LINGER, wire } from "../../mod.ts";
import { compiledC } from "../_compiled.ts";
import { limitMs, testWith } from "../_tools.ts";
import { lacksSctp } from "./_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const here = { kernel: lacksSctp };
const limit = { timeoutMs: limitMs(5000) };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
/** The type of chunks that carry messages (RFC 9260 section 3.3.1). */
const DATA = 0;
const SHA1 = 1;
const SHA256 = 3;

/** Options by which data is sent and taken only with a key. */
function secured(keyNumber: number, key: string): OptionSetting[] {
  return [
    [sctp.SCTP_AUTH_SUPPORTED, true],
    [sctp.SCTP_HMAC_IDENT, [SHA256, SHA1]],
    [sctp.SCTP_AUTH_CHUNK, DATA],
    [sctp.SCTP_AUTH_KEY, { keyNumber, key: bytes(key) }],
    [sctp.SCTP_AUTH_ACTIVE_KEY, { keyNumber }],
  ];
}

interface Pair extends Disposable {
  client: sctp.SctpEndpoint;
  server: sctp.SctpEndpoint;
}

async function pair(
  ours: Partial<sctp.SctpConnectOptions>,
  theirs: Partial<sctp.SctpListenOptions>,
): Promise<Pair> {
  using listener = await sctp.listen({ hostname: "127.0.0.1", port: 0, ...theirs });
  const { hostname, port } = listener.localAddr;
  const client = await sctp.connect({ hostname, port, ...ours });
  const server = await listener.accept(limit);
  const close = () => [client, server].forEach((endpoint) => endpoint.close());
  return { client, server, [Symbol.dispose]: close };
}

/** The next notification of a key; messages before it are passed over. */
async function nextKey(endpoint: sctp.SctpEndpoint): Promise<[event: string, number: number]> {
  for (;;) {
    const message = await endpoint.recvMessage(limit);
    if (message.type === "authentication") return [message.event, message.keyNumber];
  }
}

testWith(
  here,
  "what is sent with the same key arrives, and both ends know what is protected",
  async () => {
    const options = secured(7, "the secret");
    using both = await pair({ options }, { options });
    const { client, server } = both;
    assertEquals(client.getOption(sctp.SCTP_HMAC_IDENT), [SHA256, SHA1]);
    assertEquals(client.getOption(sctp.SCTP_AUTH_ACTIVE_KEY).keyNumber, 7);
    for (const endpoint of [client, server]) {
      const { local, peer } = endpoint.authenticatedChunks();
      assert(local.includes(DATA) && peer.includes(DATA), JSON.stringify([local, peer]));
    }
    await client.send(bytes("to the server"));
    assertEquals(text(await server.recv(limit)), "to the server");
    await server.send(bytes("and back"));
    assertEquals(text(await client.recv(limit)), "and back");
  },
);

testWith(
  here,
  "keys are changed under way: the new one is told, and the old one when it is free",
  async () => {
    const events = ["authentication"] as const;
    const options = secured(7, "the first");
    using both = await pair({ options, events }, { options, events });
    const { client, server } = both;
    for (const endpoint of [client, server]) {
      const key = bytes("the second");
      endpoint.setOption(sctp.SCTP_AUTH_KEY, { keyNumber: 8, key });
    }
    // One message by a key that is not the active one.
    await client.sendMessage(bytes("by 8"), { keyNumber: 8 });
    assertEquals(await nextKey(server), ["newKey", 8]);
    assertEquals(text(await server.recv(limit)), "by 8");
    for (const endpoint of [client, server]) {
      endpoint.setOption(sctp.SCTP_AUTH_ACTIVE_KEY, { keyNumber: 8 });
    }
    client.setOption(sctp.SCTP_AUTH_DEACTIVATE_KEY, { keyNumber: 7 });
    assertEquals(await nextKey(client), ["freeKey", 7]);
    client.setOption(sctp.SCTP_AUTH_DELETE_KEY, { keyNumber: 7 });
    assertEquals(client.getOption(sctp.SCTP_AUTH_ACTIVE_KEY).keyNumber, 8);
    await client.send(bytes("by 8 again"));
    assertEquals(text(await server.recv(limit)), "by 8 again");
  },
);

testWith(here, "a peer that authenticates nothing is told of", async () => {
  const events = ["authentication"] as const;
  using both = await pair({}, { options: secured(7, "the secret"), events });
  assertEquals((await nextKey(both.server))[0], "noAuthentication");
});

testWith(here, "a C program takes what has its key, and nothing that has another", async () => {
  const program = await compiledC(new URL("_peer.c", import.meta.url).pathname);
  const child = new Deno.Command(program, { args: ["shared"], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const port = Number(text((await reader.read()).value!));
  const at = { hostname: "127.0.0.1", port };
  {
    const options = [...secured(7, "another"), [SO_LINGER, 0] as OptionSetting];
    using stranger = await sctp.connect({ ...at, options });
    await stranger.send(bytes("ping"));
    await assertRejects(() => stranger.recv({ timeoutMs: limitMs(20) }), DOMException);
    assertEquals(stranger.status().unacknowledged, 1);
  }
  using client = await sctp.connect({ ...at, options: secured(7, "shared") });
  await client.sendMessage(bytes("ping"), { stream: 2 });
  assertEquals(text(await client.recv(limit)), "ping");
  await client.send(bytes("end"));
  await reader.cancel();
  assertEquals((await child.status).code, 0);
});

testWith(
  { ...here, root: true, tools: ["tshark"] },
  "tshark reads the chunks, and that those of data come behind one that authenticates them",
  async () => {
    using packets = await raw.openPacket({ interface: "lo", etherType: 0x0800 });
    const options = secured(9, "the secret");
    using both = await pair({ options }, { options });
    const { client, server } = both;
    await client.sendMessage(bytes("hello"), { stream: 3, ppid: 77, unordered: true });
    await server.recv(limit);
    const frames: { data: Uint8Array; timestampNanos: bigint }[] = [];
    for (;;) {
      const { data, from } = await packets.recvFrom(limit);
      if (from.packetType === "outgoing") continue;
      frames.push({ data, timestampNanos: BigInt(frames.length) });
      const { layers } = wire.decodeFrame(data);
      const chunks = layers.flatMap((layer) => layer.kind === "sctp" ? [...layer.chunks()] : []);
      if (chunks.some(({ type }) => type === DATA)) break;
    }
    const path = await Deno.makeTempFile({ suffix: ".pcap" });
    await Deno.writeFile(path, wire.encodePcap(frames));
    const fields = ["chunk_type", "shared_key_id", "hmac_id", "data_sid", "data_payload_proto_id"];
    const { stdout } = await new Deno.Command("tshark", {
      args: [
        ...["-r", path, "-Y", "sctp.chunk_type == 0", "-T", "fields", "-E", "separator=;"],
        ...fields.flatMap((field) => ["-e", `sctp.${field}`]),
      ],
      stderr: "null",
    }).output();
    await Deno.remove(path);
    // AUTH (15) and then DATA; key 9, SHA-256, stream 3.
    const [chunks, ...numbers] = text(stdout).trim().split(";");
    assertEquals([chunks, numbers.map(Number)], ["15,0", [9, SHA256, 3, 77]]);
  },
);
