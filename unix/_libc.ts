import type { UnixAddress } from "../core/address.ts";
import { checkBytes, checkInteger } from "../core/bytes.ts";
import type { PassedFd } from "../core/control.ts";
import { bindUnixSocketFile, removeUnixSocketFile, type UnixSocketFile } from "./_socket_file.ts";
import { beginWait, type Wait, type WaitOptions } from "../core/wait.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { LibcStream } from "../ffi/endpoints/stream.ts";
import { bind, connect, listen, pair } from "../ffi/engine.ts";
import { recvMsg, sendMsg } from "../ffi/messages/msghdr.ts";
import { type PeerCredentials, SO_PEERCRED } from "../ffi/options/peer.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import type {
  ReceivedFds,
  UnixBindOptions,
  UnixConnectOptions,
  UnixListener,
  UnixListenOptions,
  UnixMessageEndpoint,
  UnixMessageListener,
  UnixStream,
} from "./types.ts";

/** What Deno's own listeners ask for. */
const DEFAULT_BACKLOG = 1024;
const DEFAULT_RECV_BYTES = 65536;
const MAX_BYTES = 0x7fffffff;

/** A Unix stream over libc: beside bytes it carries descriptors. */
class LibcUnixStream extends LibcStream<UnixAddress> implements UnixStream {
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
    const control = [{ type: "rights", fds }] as const;
    return await this.takeTurn(
      this.sends,
      beginWait(options),
      "sendmsg",
      async (wait) => await sendMsg(this.core, [data], { control }, wait),
    );
  }

  async recvFds(size: number = DEFAULT_RECV_BYTES, options?: WaitOptions): Promise<ReceivedFds> {
    checkInteger(size, 1, MAX_BYTES, "receive", "size");
    return await this.takeTurn(
      this.receives,
      beginWait(options),
      "recvmsg",
      async (wait) => {
        // What an earlier receive has kept came before any descriptor that waits in the socket.
        if (this.kept !== undefined && this.kept.length > 0) {
          return { data: this.kept.take(size), fds: [], truncated: false };
        }
        const { data, control } = await recvMsg(this.core, size, {}, wait);
        const rights: PassedFd[] = control?.get("rights")?.fds ?? [];
        return { data, fds: rights, truncated: control?.truncated ?? false };
      },
    );
  }
}

/** Unix messages over libc. */
class LibcUnixMessage extends LibcMessage<UnixAddress> implements UnixMessageEndpoint {
  peerCredentials(): PeerCredentials {
    return this.getOption(SO_PEERCRED);
  }
}

function makeStream(core: Descriptor, local?: Uint8Array, remote?: Uint8Array): LibcUnixStream {
  return new LibcUnixStream(core, local, remote);
}

function makeMessage(core: Descriptor, local?: Uint8Array, remote?: Uint8Array): LibcUnixMessage {
  return new LibcUnixMessage(core, { connected: true, local, remote });
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
  pathBytes: Uint8Array,
  path: string | undefined,
  mode: number | undefined,
  bind: (address: UnixAddress, onClose: () => void) => T,
): Promise<T> {
  const owned: { file?: UnixSocketFile } = {};
  const onClose = () => {
    if (owned.file !== undefined) removeUnixSocketFile(owned.file);
  };
  const address = unixAddress(pathBytes);
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
  pathBytes: Uint8Array,
  path: string | undefined,
  options: UnixListenOptions,
): Promise<UnixListener | UnixMessageListener> {
  const { backlog = DEFAULT_BACKLOG, mode, onError } = options;
  return await bindFile<UnixListener | UnixMessageListener>(
    pathBytes,
    path,
    mode,
    (address, onClose) => {
      const request = { address, backlog, onError, onClose, options: options.options };
      return options.type === "seqpacket"
        ? listen(request, "seqpacket", makeMessage)
        : listen(request, "stream", makeStream);
    },
  );
}

/** Connects over libc. */
export async function connectLibc(
  pathBytes: Uint8Array,
  options: UnixConnectOptions,
  wait: Wait | undefined,
): Promise<UnixStream | UnixMessageEndpoint> {
  const request = { address: unixAddress(pathBytes), options: options.options, wait };
  const { type = "stream" } = options;
  return type === "stream"
    ? await connect(request, "stream", makeStream)
    : await connect(request, type, makeMessage);
}

/** Binds a datagram socket over libc. */
export async function bindLibc(
  pathBytes: Uint8Array,
  path: string | undefined,
  options: UnixBindOptions,
): Promise<UnixMessageEndpoint> {
  return await bindFile(
    pathBytes,
    path,
    options.mode,
    (address, onClose) =>
      bind(
        { address, options: options.options },
        "dgram",
        (core) => new LibcUnixMessage(core, { onClose }),
      ),
  );
}

/** Two streams that are connected to each other. */
export function pairStreams(): [UnixStream, UnixStream] {
  return pair("stream", makeStream);
}

/** Two message endpoints that are connected to each other. */
export function pairMessages(
  type: "dgram" | "seqpacket",
): [UnixMessageEndpoint, UnixMessageEndpoint] {
  return pair(type, makeMessage);
}
