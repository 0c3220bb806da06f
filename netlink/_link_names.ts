/**
 * Names of links by index, as they are in the socket's own namespace.
 *
 * @module
 */
import { socketError } from "../core/errors.ts";
import type { Wait } from "../core/wait.ts";
import { requestOn } from "./_request.ts";
import type { Transport } from "./_transport.ts";
import { IFLA_EXT_MASK, IFLA_IFNAME } from "./abi/link.ts";
import { RTM_GETLINK } from "./abi/rtnetlink.ts";
import { attributes, eachAttribute } from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import { decodeText, text, u32 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import { Dump } from "./dump.ts";

/** struct ifinfomsg (linux/rtnetlink.h). */
export const IFINFOMSG = struct({
  ifi_family: "u8",
  ifi_pad: "u8",
  ifi_type: "u16",
  ifi_index: "s32",
  ifi_flags: "u32",
  ifi_change: "u32",
});

/** linux/rtnetlink.h: no statistics of the families above, which cost the kernel most of the dump. */
export const RTEXT_FILTER_SKIP_STATS = 1 << 3;
/** linux/if.h */
const IFF_UP = 1;
const IFF_RUNNING = 0x40;
const IFF_LOWER_UP = 0x10000;
const WELL = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

/** What a request for links can say beside the header. */
export const LINK_QUERY = attributes("IFLA_", {
  ifname: [IFLA_IFNAME, text],
  ext_mask: [IFLA_EXT_MASK, u32],
});

/** Names by index. */
export class LinkNames {
  readonly #names: Map<number, { name: string; flags: number }> = new Map();

  /** The name; of a link that there is not, `if` and the index, as `ip` has it. */
  name(index: number): string {
    return this.#names.get(index)?.name ?? `if${index}`;
  }

  /** Whether a link of this index is known. */
  has(index: number): boolean {
    return this.#names.has(index);
  }

  /** Whether the link is up, and has a carrier, as bits. */
  state(index: number): number {
    return (this.#names.get(index)?.flags ?? 0) & WELL;
  }

  /** Whether the link is up, has a carrier, and had both before. */
  isWell(index: number, before: number): boolean {
    return before === WELL && this.state(index) === WELL;
  }

  /** Whether the link is known to be down. */
  isDown(index: number): boolean {
    return ((this.#names.get(index)?.flags ?? IFF_UP) & IFF_UP) === 0;
  }

  /** The index of a name. */
  index(name: string): number | undefined {
    for (const [index, link] of this.#names) if (link.name === name) return index;
    return undefined;
  }

  /** As {@linkcode LinkNames.index}, of a link that must be there. */
  need(name: string, action: string): number {
    if (typeof name !== "string") throw new TypeError(`Cannot ${action}: dev is not a string`);
    const index = this.index(name);
    if (index === undefined) {
      throw socketError("ENODEV", { syscall: action, message: `there is no link ${name}` });
    }
    return index;
  }

  /** Learns from the payload of an RTM_NEWLINK. */
  learn(source: ByteSource, at: number, end: number): void {
    if (end - at < IFINFOMSG.size) return;
    const index = source.view.getInt32(at + IFINFOMSG.offsets.ifi_index, true);
    const flags = source.view.getUint32(at + IFINFOMSG.offsets.ifi_flags, true);
    eachAttribute(source, at + IFINFOMSG.size, end, (type, start, length) => {
      if (type === IFLA_IFNAME) {
        this.#names.set(index, { name: decodeText(source, start, length), flags });
      }
    });
  }

  /** All of them: index and name. */
  *entries(): Generator<[number, string]> {
    for (const [index, { name }] of this.#names) yield [index, name];
  }

  /** Forgets one. */
  forget(index: number): void {
    this.#names.delete(index);
  }
}

/** The names of all links, asked for by a dump on `transport`. */
export async function readLinkNames(
  transport: Transport,
  wait: Wait | undefined,
): Promise<LinkNames> {
  const found = new LinkNames();
  const dump = new Dump<never>(() =>
    Promise.resolve({
      transport,
      requests: [{
        type: RTM_GETLINK,
        payload(sink) {
          IFINFOMSG.encode(sink, {});
          LINK_QUERY.encode(sink, { ext_mask: RTEXT_FILTER_SKIP_STATS });
        },
        read(source, at, end) {
          found.learn(source, at, end);
          return undefined;
        },
        action: "list links",
      }],
      end() {},
    })
  );
  await dump.collect(wait);
  return found;
}

/** The index of the link of a name, asked of the kernel. */
export async function findLink(
  transport: Transport,
  name: string,
  wait: Wait | undefined,
): Promise<number> {
  const [index] = await requestOn<number>(transport, {
    type: RTM_GETLINK,
    payload(sink) {
      IFINFOMSG.encode(sink, {});
      LINK_QUERY.encode(sink, { ifname: name, ext_mask: RTEXT_FILTER_SKIP_STATS });
    },
    read: (source, at) => source.view.getInt32(at + IFINFOMSG.offsets.ifi_index, true),
    action: `find the link ${name}`,
    shape: { headerBytes: IFINFOMSG.size, attributes: LINK_QUERY },
  }, wait);
  return index;
}
