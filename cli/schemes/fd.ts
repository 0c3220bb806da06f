/**
 * `fd:`: a socket that whoever started `sock` has left open for it.
 *
 * @module
 */
import type { Address as SocketAddress } from "../../core/address.ts";
import { UsageError } from "../exit.ts";
import { load } from "../load.ts";
import { formatHostPort, unmapped } from "./host_port.ts";
import { type OpenHow, type Scheme, scheme } from "./scheme.ts";

/** Descriptors are counted by an int. */
const MOST = 0x7fffffff;

/** The row. */
export const FD_SCHEMES: readonly Scheme[] = [
  scheme<number, SocketAddress>({
    name: "fd",
    form: "N",
    help: "a socket that is open already, as descriptor N (libc engine)",
    clientSettings: [],
    serverSettings: ["allow"],
    parse(rest, text) {
      if (/^\d{1,10}$/.test(rest) && Number(rest) <= MOST) return Number(rest);
      throw new UsageError(`address "${text}" is no descriptor: fd:3 is one`);
    },
    format: String,
    show: showAddress,
    async connect(fd, how) {
      const endpoint = await takeOver(fd, how);
      if (endpoint.role !== "listener") return endpoint;
      endpoint.close();
      throw new UsageError(`fd:${fd} listens: it can serve, not connect`);
    },
    async listen(fd, how) {
      const endpoint = await takeOver(fd, how);
      if (endpoint.role !== "stream" && endpoint.remoteAddr === undefined) return endpoint;
      endpoint.close();
      throw new UsageError(`fd:${fd} is a connection: it can connect, not serve`);
    },
  }),
];

/** The descriptor as what the kernel says it is. */
async function takeOver(fd: number, { engine, options = [] }: OpenHow) {
  if (engine === "deno") throw new UsageError("a descriptor is for the libc engine alone");
  const { Socket } = await load<typeof import("../../ffi/mod.ts")>(
    "../../ffi/mod.ts",
    import.meta.url,
  );
  const { endpointOf } = await load<typeof import("../../faces/mod.ts")>(
    "../../faces/mod.ts",
    import.meta.url,
  );
  const endpoint = endpointOf(Socket.fromFd(fd));
  try {
    for (const [option, value] of options) endpoint.setOption(option, value);
    return endpoint;
  } catch (error) {
    endpoint.close();
    throw error;
  }
}

/** Of whatever family it is; the number of a descriptor says nothing of where it leads. */
function showAddress(address: SocketAddress): string {
  if ("path" in address) return address.path.replace(/^\0/, "@") || "unnamed";
  if ("hostname" in address) {
    return formatHostPort({ hostname: unmapped(address.hostname), port: address.port });
  }
  return address.family;
}
