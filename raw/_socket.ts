/**
 * What the openers of raw sockets share.
 *
 * @module
 */
import type { Address, AddressInput } from "../core/address.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import type { SocketOption } from "../core/option.ts";
import { SO_RCVBUF, SO_RCVBUFFORCE } from "../ffi/options/buffer.ts";
import { SO_ATTACH_FILTER } from "../ffi/options/filter.ts";
import { SO_BINDTODEVICE } from "../ffi/options/socket.ts";
import { encodeSockaddr } from "../ffi/families/sockaddr.ts";
import { Peer } from "../ffi/guard/peer.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { openDescriptor } from "../ffi/descriptor/open.ts";
import { type BpfProgram, checkBpf } from "./bpf.ts";

/** What to make ready before a raw socket gets its first packet. */
export interface RawSocketRequest {
  family: number;
  type: number;
  protocol: number;
  /** Options of the family, then the caller's. */
  settings: readonly OptionSetting[];
  interface?: string;
  filter?: BpfProgram;
  address?: AddressInput<Address>;
}

/** Opens, filters, sets and binds; whatever fails leaves no descriptor open. */
export function openRawCore(request: RawSocketRequest): Descriptor {
  if (request.filter !== undefined) checkBpf(request.filter);
  const core = openDescriptor(request.family, request.type, request.protocol);
  try {
    // First of all, so that no packet passes unfiltered.
    if (request.filter !== undefined) core.setOption(SO_ATTACH_FILTER, request.filter);
    if (request.interface !== undefined) core.setOption(SO_BINDTODEVICE, request.interface);
    for (const [option, value] of request.settings) {
      core.setOption(option as SocketOption<unknown>, value);
    }
    if (request.address !== undefined) {
      core.bind(Peer.own(encodeSockaddr(request.address, "bind")));
    }
    return core;
  } catch (error) {
    core.close();
    throw error;
  }
}

/** Asks for a receive buffer, beyond the system's limit where that is allowed (CAP_NET_ADMIN). */
export function enlargeReceiveBuffer(core: Descriptor, bytes: number): void {
  try {
    core.setOption(SO_RCVBUFFORCE, bytes);
  } catch {
    core.setOption(SO_RCVBUF, bytes);
  }
}
