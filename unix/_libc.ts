import type { UnixAddress } from "../core/address.ts";
import { checkInteger, checkKeys } from "../core/arguments.ts";
import { checkBytes } from "../core/bytes.ts";
import type { PassedFd } from "../core/control.ts";
import { bindUnixSocketFile, removeUnixSocketFile, type UnixSocketFile } from "./_socket_file.ts";
import { DEFAULT_BACKLOG } from "../core/listener.ts";
import { beginWait, type Wait, WAIT_KEYS, type WaitOptions } from "../core/wait.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { LibcStream } from "../ffi/endpoints/stream.ts";
import { bind, connect, listen, pair } from "../ffi/engine.ts";
import { recvMsg, sendMsg } from "../ffi/messages/message_calls.ts";
import { type PeerCredentials, SO_PEERCRED } from "../ffi/options/peer.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import type { BindRequest, ConnectRequest, ListenRequest, UnixPlace } from "./_arguments.ts";
import type {
  LibcUnixListener,
  LibcUnixMessageEndpoint,
  LibcUnixStream,
  ReceivedFds,
  UnixMessageListener,
} from "./types.ts";

const DEFAULT_RECV_BYTES = 65536;
const MAX_BYTES = 0x7fffffff;

/** A Unix stream over libc: beside bytes it carries descriptors. */
export class LibcStreamOfUnix extends LibcStream<UnixAddress> implements LibcUnixStream {
  peerCredentials(): PeerCredentials {
    return this.getOption(SO_PEERCRED);
  }

  async sendFds(
    data: Uint8Array,
    fds: readonly (number | { readonly fd: number })[],
    options?: WaitOptions,
  ): Promise<number> {
    checkBytes(data, "send", "data");
    if (data.length === 0) {
      throw new RangeError("Cannot send: data is empty, and descriptors travel with bytes");
    }
    if (options !== undefined) checkKeys(options, WAIT_KEYS, "send");
    const control = [{ type: "rights", fds }] as const;
    return await this.inOrder(
      this.sends,
      beginWait(options, "send", this),
      "sendmsg",
      async (wait) => await sendMsg(this.core, [data], { control }, wait),
    );
  }

  async recvFds(size: number = DEFAULT_RECV_BYTES, options?: WaitOptions): Promise<ReceivedFds> {
    checkInteger(size, 1, MAX_BYTES, "receive", "size");
    if (options !== undefined) checkKeys(options, WAIT_KEYS, "receive");
    return await this.inOrder(
      this.receives,
      beginWait(options, "receive", this),
      "recvmsg",
      async (wait) => {
        // What an earlier receive has kept came before any descriptor that waits in the socket.
        if (this.inbox.length > 0) {
          return { data: this.inbox.queue.take(size), fds: [], truncated: false };
        }
        const { data, control } = await recvMsg(this.core, size, {}, wait);
        const rights: PassedFd[] = control?.get("rights")?.fds ?? [];
        return { data, fds: rights, truncated: control?.truncated ?? false };
      },
    );
  }
}

/** Unix messages over libc. */
export class LibcMessageOfUnix extends LibcMessage<UnixAddress> implements LibcUnixMessageEndpoint {
  peerCredentials(): PeerCredentials {
    return this.getOption(SO_PEERCRED);
  }
}

function makeStream(core: Descriptor, local?: Uint8Array, remote?: Uint8Array): LibcUnixStream {
  return new LibcStreamOfUnix(core, local, remote);
}

function makeMessage(
  core: Descriptor,
  local?: Uint8Array,
  remote?: Uint8Array,
): LibcUnixMessageEndpoint {
  return new LibcMessageOfUnix(core, { connected: true, local, remote });
}

function unixAddress(pathBytes: Uint8Array): UnixAddress {
  const path = new TextDecoder("utf-8", { ignoreBOM: true }).decode(pathBytes);
  return { family: "unix", path, pathBytes };
}

/**
 * Binds, with the care for the socket file that the deno engine takes. Deno's file functions know no
 * paths beside UTF-8: there a file that is in the way stays, and so does the one made here.
 */
async function bindFile<T extends { close(): void }>(
  { bytes, path }: UnixPlace,
  mode: number | undefined,
  bind: (address: UnixAddress, onClose: () => void) => T,
): Promise<T> {
  const owned: { file?: UnixSocketFile } = {};
  const onClose = () => {
    if (owned.file !== undefined) removeUnixSocketFile(owned.file);
  };
  const address = unixAddress(bytes);
  if (path === undefined) {
    if (mode !== undefined) {
      throw new TypeError("Cannot bind: mode cannot be set for a path that is no UTF-8");
    }
    return bind(address, onClose);
  }
  const { socket, file } = await bindUnixSocketFile(path, mode, () => bind(address, onClose));
  owned.file = file;
  return socket;
}

/** Listens over libc. */
export async function listenLibc(
  place: UnixPlace,
  { backlog = DEFAULT_BACKLOG, mode, onError, options, type }: ListenRequest,
): Promise<LibcUnixListener | UnixMessageListener> {
  return await bindFile<LibcUnixListener | UnixMessageListener>(place, mode, (address, onClose) => {
    const request = { address, backlog, onError, onClose, options };
    return type === "seqpacket"
      ? listen(request, "seqpacket", makeMessage)
      : listen(request, "stream", makeStream);
  });
}

/** Connects over libc. */
export async function connectLibc(
  { bytes }: UnixPlace,
  { type, options }: ConnectRequest,
  wait: Wait | undefined,
): Promise<LibcUnixStream | LibcUnixMessageEndpoint> {
  const request = { address: unixAddress(bytes), options, wait };
  return type === "stream"
    ? await connect(request, "stream", makeStream)
    : await connect(request, type, makeMessage);
}

/** Binds a datagram socket over libc. */
export async function bindLibc(
  place: UnixPlace,
  { mode, options }: BindRequest,
): Promise<LibcUnixMessageEndpoint> {
  return await bindFile(
    place,
    mode,
    (address, onClose) =>
      bind({ address, options }, "dgram", (core) => new LibcMessageOfUnix(core, { onClose })),
  );
}

/** Two streams that are connected to each other. */
export function pairStreams(): [LibcUnixStream, LibcUnixStream] {
  return pair("stream", makeStream);
}

/** Two message endpoints that are connected to each other. */
export function pairMessages(
  type: "dgram" | "seqpacket",
): [LibcUnixMessageEndpoint, LibcUnixMessageEndpoint] {
  return pair(type, makeMessage);
}
