/**
 * The endpoints of TIPC's connections.
 *
 * @module
 */
import type { TipcAddress } from "../core/address.ts";
import { isSocketError } from "../core/errors.ts";
import { SHUTDOWN_HOW } from "../core/shutdown.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { LibcStream } from "../ffi/endpoints/stream.ts";

/**
 * Says that the connection ends. A close alone is an error at the other end (tipc_release rejects with
 * TIPC_ERR_NO_PORT), where that of any other family is the end of what was sent.
 */
function sayEnd(core: Descriptor): void {
  if (core.isClosed) return;
  try {
    core.shutdown(SHUTDOWN_HOW.both);
  } catch (error) {
    // The other end has gone before.
    if (!isSocketError(error)) throw error;
  }
}

class TipcStreamEndpoint extends LibcStream<TipcAddress> {
  override close(): void {
    sayEnd(this.core);
    super.close();
  }
}

class TipcPacketEndpoint extends LibcMessage<TipcAddress> {
  override close(): void {
    sayEnd(this.core);
    super.close();
  }
}

/** The endpoint of a stream. */
export function makeStream(
  core: Descriptor,
  local?: Uint8Array,
  remote?: Uint8Array,
): TipcStreamEndpoint {
  return new TipcStreamEndpoint(core, local, remote);
}

/** The endpoint of a connection that keeps message boundaries. */
export function makePackets(
  core: Descriptor,
  local?: Uint8Array,
  remote?: Uint8Array,
): TipcPacketEndpoint {
  // tipc_recvmsg passes over empty messages.
  return new TipcPacketEndpoint(core, { connected: true, local, remote, noEmpty: true });
}
