/** A router in user space: it answers what expires as its options say, where the kernel keeps silent. */
import * as raw from "../../raw/mod.ts";
import * as wire from "../../wire/mod.ts";
import type { Netns } from "./_netns.ts";

/** How it answers. */
export interface FakeRouter {
  /** Where packets come in. */
  interface: string;
  /** How much of the packet it quotes: the IP header, and so many bytes. */
  quotedBytes: number;
  /** Labels that it says the packet had. */
  labels?: wire.MplsLabel[];
  /** Whether it states where the quote ends (RFC 4884), or leaves that to be guessed. */
  statesLength?: boolean;
  /** Longer IPv4 packets it refuses without a word of the MTU, as routers did before RFC 1191. */
  longestBytes?: number;
  /** TTL of its answers; default 200. */
  ttl?: number;
  /** Checksum of the extensions; default: the right one. */
  checksum?: number;
}

/** Keeps a node's kernel from saying that something has expired. */
export async function silence(node: Netns): Promise<void> {
  await node.run("nft", "add table inet fake");
  await node.run("nft", "add chain inet fake o { type filter hook output priority 0; }");
  await node.run("nft", "add rule inet fake o icmp type time-exceeded drop");
  await node.run("nft", "add rule inet fake o icmpv6 type time-exceeded drop");
}

/** Answers in the place of a silent kernel until disposed of. */
export async function fakeRouter(node: Netns, options: FakeRouter): Promise<AsyncDisposable> {
  const link = await (async () => {
    using _ = node.enter();
    return await raw.openPacket({ interface: options.interface });
  })();
  const serving = serve(link, options);
  return {
    async [Symbol.asyncDispose]() {
      link.close();
      await serving;
    },
  };
}

async function serve(link: raw.PacketEndpoint, options: FakeRouter): Promise<void> {
  try {
    for await (const { data, from } of link) {
      const answer = from.packetType === "host" ? answerTo(data, options) : undefined;
      if (answer !== undefined) await link.sendTo(answer, link.localAddr);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error; // closed
  }
}

const ROUTER = { inet: "192.0.2.99", inet6: "2001:db8:99::1" };

function answerTo(data: Uint8Array, options: FakeRouter): Uint8Array | undefined {
  const frame = wire.decodeFrame(data);
  const ethernet = frame.layer("ethernet")!;
  const four = frame.layer("ipv4");
  const six = frame.layer("ipv6");
  const ip = four ?? six;
  if (ip === undefined) return undefined;
  const expired = (four?.ttl ?? six!.hopLimit) === 1;
  if (
    !expired && four !== undefined && four.end - four.start > (options.longestBytes ?? Infinity)
  ) {
    return wire.encode(
      { kind: "ethernet", source: ethernet.destination, destination: ethernet.source },
      { kind: "ipv4", source: ROUTER.inet, destination: four.source },
      { kind: "icmpv4", message: "destinationUnreachable", code: 4 },
      data.slice(ip.start, ip.payloadStart + options.quotedBytes),
    );
  }
  if (!expired) return undefined;
  const quoted = data.slice(ip.start, ip.payloadStart + options.quotedBytes);
  const extensions = options.labels && {
    objects: [{ kind: "mpls" as const, labels: options.labels }],
    ...(options.checksum !== undefined && { checksum: options.checksum }),
  };
  const states = options.statesLength ?? true;
  const body = extensions === undefined
    ? { rest: {}, payload: quoted }
    : states
    ? { rest: { quoted, extensions }, payload: new Uint8Array() }
    : { rest: {}, payload: unstated(quoted, extensions) };
  const back = { kind: "ethernet", source: ethernet.destination, destination: ethernet.source };
  const message = { message: "timeExceeded", code: 0, ...body.rest } as const;
  return four !== undefined
    ? wire.encode(
      back as wire.Ethernet,
      { kind: "ipv4", source: ROUTER.inet, destination: four.source, ttl: options.ttl ?? 200 },
      { kind: "icmpv4", ...message },
      body.payload,
    )
    : wire.encode(
      back as wire.Ethernet,
      {
        kind: "ipv6",
        source: ROUTER.inet6,
        destination: six!.source,
        hopLimit: options.ttl ?? 200,
      },
      { kind: "icmpv6", ...message },
      body.payload,
    );
}

/** As routers did before RFC 4884: 128 bytes of the packet, then the extensions. */
function unstated(quoted: Uint8Array, extensions: wire.IcmpExtensions): Uint8Array {
  const whole = wire.encodeIcmpv4({
    kind: "icmpv4",
    message: "timeExceeded",
    quoted: new Uint8Array(128),
    extensions,
  });
  const payload = whole.slice(8);
  payload.set(quoted.subarray(0, 128));
  return payload;
}
