import type { AddressInput, UnixAddress } from "../core/address.ts";
import { checkKeys } from "../core/arguments.ts";
import { checkUnixPath, unixPathMessage, unixPathText } from "../core/unix_arguments.ts";
import type { Wait } from "../core/wait.ts";
import { fromUnixAddr } from "../deno/address.ts";
import { DenoDatagram } from "../deno/datagram.ts";
import { openDenoUnixDatagram } from "../deno/datagram_conn.ts";
import { callDeno, connect, type DenoTransport, listen } from "../deno/engine.ts";
import { DenoStream } from "../deno/stream.ts";
import type { BindRequest, ConnectRequest, ListenRequest } from "./_arguments.ts";
import {
  bindUnixSocketFile,
  ownsUnixSocketFile,
  removeUnixSocketFile,
  type UnixSocketFile,
} from "./_socket_file.ts";
import type { UnixListener, UnixMessageEndpoint, UnixStream } from "./types.ts";

const ADDRESS_KEYS = ["family", "path", "pathBytes"];

const TRANSPORT: DenoTransport<UnixAddress, Deno.UnixConn, UnixStream> = {
  protocol: 0,
  fromAddr: fromUnixAddr,
  wrap: (conn) =>
    new DenoStream<UnixAddress>({
      conn,
      family: "unix",
      protocol: 0,
      fromAddr: fromUnixAddr,
    }) as DenoStream<UnixAddress> & { readonly conn: Deno.UnixConn },
};

/** Listens over Deno's own networking. */
export async function listenDeno(
  path: string,
  { mode, onError }: ListenRequest,
): Promise<UnixListener> {
  const { socket, file } = await bindUnixSocketFile(
    path,
    mode,
    () => callDeno("listen", unixPathMessage(path), () => Deno.listen({ transport: "unix", path })),
  );
  const close = (settled: Promise<void>) => void closeOwner(socket, file, settled);
  return listen(socket, TRANSPORT, { onError, close });
}

/** Connects over Deno's own networking. */
export async function connectDeno(
  path: string,
  { options }: ConnectRequest,
  wait: Wait | undefined,
): Promise<UnixStream> {
  // Deno's connect takes no signal here.
  const open = () => Deno.connect({ transport: "unix", path });
  return await connect(open, TRANSPORT, { address: unixPathMessage(path), options, wait });
}

/** Binds a datagram socket over Deno's own networking; unnamed with an empty path. */
export async function bindDeno(
  path: string,
  { mode }: BindRequest,
): Promise<UnixMessageEndpoint> {
  const { socket, file } = await bindUnixSocketFile(
    path,
    mode,
    () => openDenoUnixDatagram(path === "" ? undefined : path),
  );
  const { close } = socket;
  socket.close = () => {
    close.call(socket);
    if (file !== undefined) removeUnixSocketFile(file);
  };
  return new DenoDatagram<UnixAddress>({
    carrier: socket,
    family: "unix",
    protocol: 0,
    resolve: resolveUnix,
    same: (a, b) => a.path === b.path,
    text: ({ path }) => unixPathMessage(path),
  });
}

/**
 * Deno's listener unlinks its path when it goes, whoever's file is there by then. Another's file is
 * moved aside meanwhile.
 */
async function closeOwner(
  socket: Deno.UnixListener,
  file: UnixSocketFile | undefined,
  settled: Promise<void>,
): Promise<void> {
  if (file === undefined || ownsUnixSocketFile(file)) {
    socket.close();
    if (file !== undefined) removeUnixSocketFile(file);
    return;
  }
  const aside = `${file.path}.${crypto.randomUUID()}`;
  let moved = false;
  try {
    Deno.renameSync(file.path, aside);
    moved = true;
  } catch {
    // Nothing is there, or it cannot be moved: then it cannot be unlinked either.
  }
  socket.close();
  await settled; // a pending accept holds the listener until it has failed
  if (moved) Deno.renameSync(aside, file.path);
}

function resolveUnix(to: AddressInput<UnixAddress>, action: string): UnixAddress {
  checkKeys(to, ADDRESS_KEYS, action, "to");
  const pathBytes = checkUnixPath(to, action);
  const path = unixPathText(pathBytes);
  if (path === undefined) {
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: a path that is no UTF-8 needs engine: "libc" (and --allow-ffi)`,
    );
  }
  return { family: "unix", path, pathBytes };
}
