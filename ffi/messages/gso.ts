/**
 * Segmentation offload of UDP: one large send that leaves as many datagrams (`man 7 udp`,
 * UDP_SEGMENT).
 *
 * @module
 */
import { isSocketError } from "../../core/errors.ts";
import { AF_INET, SOCK_DGRAM, SOL_UDP } from "../abi/socket_constants.ts";
import { UDP_SEGMENT } from "../abi/transport_constants.ts";
import { attempt } from "../abi/library.ts";
import { sendToOnce } from "../descriptor/byte_calls.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { openDescriptor } from "../descriptor/open.ts";
import { encodeSockaddr, SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import { encodePeerInto, Peer } from "../guard/peer.ts";

/** UDP_MAX_SEGMENTS (linux/udp.h): 64, and 128 since Linux 6.9. */
const OLD_MAX_SEGMENTS = 64;
const MAX_SEGMENTS = 128;

let known: number | undefined;

/**
 * How many datagrams one send may become: the payload may be that many times the `segmentBytes` of
 * a `"segment"` control message, and at most 65507 bytes.
 *
 * @example As many datagrams a send as the kernel makes of it
 * ```ts
 * import { maxGsoSegments, udp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using receiver = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
 * using sender = await udp.connect({ ...receiver.localAddr, engine: "libc" });
 * const count = Math.min(4, maxGsoSegments());
 * await sender.send(new Uint8Array(100 * count), {
 *   control: count > 1 ? [{ type: "segment", segmentBytes: 100 }] : [],
 * });
 * assertEquals((await receiver.recv()).length, 100);
 * ```
 *
 * @returns 1 if the kernel cannot segment, else 64 or 128. Asked of the kernel once, with datagrams
 * that a socket sends to itself.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 */
export function maxGsoSegments(): number {
  return known ??= ask();
}

function ask(): number {
  let core: Descriptor;
  try {
    core = openDescriptor(AF_INET, SOCK_DGRAM, 0);
  } catch (error) {
    if (isSocketError(error)) return 1;
    throw error;
  }
  try {
    const size = new Int32Array([1]);
    const set = attempt((lib) => lib.setsockopt(core.fd, SOL_UDP, UDP_SEGMENT, size, 4));
    if (set < 0) return 1;
    const any = encodeSockaddr({ hostname: "127.0.0.1", port: 0 }, "bind");
    core.bind(Peer.own(any));
    const self = Peer.own(core.localName());
    const name = new Uint8Array(SOCKADDR_STORAGE_BYTES);
    const length = encodePeerInto(name, 0, self);
    const sent = sendToOnce(
      core,
      new Uint8Array(MAX_SEGMENTS),
      MAX_SEGMENTS,
      0,
      name,
      length,
      self.text,
    );
    return sent === MAX_SEGMENTS ? MAX_SEGMENTS : OLD_MAX_SEGMENTS;
  } catch {
    return OLD_MAX_SEGMENTS;
  } finally {
    core.close();
  }
}
