/**
 * `unix:`, `unixgram:` and `seqpacket:`: a path, or `@NAME` in the abstract namespace.
 *
 * @module
 */
import { load } from "../load.ts";
import type { UnixAddress } from "../../core/address.ts";
import { UsageError } from "../exit.ts";
import {
  type OpenHow,
  type Scheme,
  scheme,
  type SchemeRow,
  type SocketSettings,
  type SpecialSetting,
} from "./scheme.ts";

/** sun_path holds 108 bytes, one of them the closing NUL (`man 7 unix`). */
const MAX_PATH_BYTES = 107;

/** What the three share. */
const SHARED = {
  form: "PATH",
  clientSettings: [],
  serverSettings: ["mode"] as readonly SpecialSetting[],
  parse: parsePath,
  format: showPath,
  show: ({ path }: UnixAddress) => showPath(path),
} satisfies Partial<SchemeRow<string, UnixAddress>>;

/** The rows; a target is a path, in which a leading NUL marks the abstract namespace. */
export const UNIX_SCHEMES: readonly Scheme[] = [
  scheme<string, UnixAddress>({
    name: "unix",
    help: "Unix stream socket",
    ...SHARED,
    async connect(path, how) {
      const { connect } = await load<typeof import("../../unix/mod.ts")>(
        "../../unix/mod.ts",
        import.meta.url,
      );
      return await connect({ path, ...how });
    },
    async listen(path, how, settings) {
      const { listen } = await load<typeof import("../../unix/mod.ts")>(
        "../../unix/mod.ts",
        import.meta.url,
      );
      return await listen({ path, ...modeOf(path, settings), ...how });
    },
  }),
  scheme<string, UnixAddress>({
    name: "unixgram",
    help: "Unix datagram socket",
    ...SHARED,
    connect: connectDatagrams,
    async listen(path, how, settings) {
      const { bind } = await load<typeof import("../../unix/mod.ts")>(
        "../../unix/mod.ts",
        import.meta.url,
      );
      return await bind({ path, ...modeOf(path, settings), ...how });
    },
  }),
  scheme<string, UnixAddress>({
    name: "seqpacket",
    help: "Unix sequenced packets (libc engine)",
    ...SHARED,
    async connect(path, how) {
      const { connect } = await load<typeof import("../../unix/mod.ts")>(
        "../../unix/mod.ts",
        import.meta.url,
      );
      return await connect({ path, type: "seqpacket", ...how });
    },
    async listen(path, how, settings) {
      const { listen } = await load<typeof import("../../unix/mod.ts")>(
        "../../unix/mod.ts",
        import.meta.url,
      );
      return await listen({ path, type: "seqpacket", ...modeOf(path, settings), ...how });
    },
  }),
];

function parsePath(rest: string, text: string): string {
  if (rest === "" || rest === "@") throw new UsageError(`address "${text}" lacks a path`);
  const path = rest.startsWith("@") ? `\0${rest.slice(1)}` : rest;
  if (new TextEncoder().encode(path).length > MAX_PATH_BYTES) {
    throw new UsageError(`the path of "${text}" is over ${MAX_PATH_BYTES} bytes`);
  }
  return path;
}

function showPath(path: string): string {
  return path.startsWith("\0") ? `@${path.slice(1)}` : path;
}

/** An answer needs an address to go to: a name of its own in the abstract namespace. */
async function connectDatagrams(path: string, how: OpenHow) {
  const { bind } = await load<typeof import("../../unix/mod.ts")>(
    "../../unix/mod.ts",
    import.meta.url,
  );
  const endpoint = await bind({ path: `\0sock-${crypto.randomUUID()}`, ...how });
  try {
    await endpoint.connect({ family: "unix", path });
  } catch (error) {
    endpoint.close();
    throw error;
  }
  return endpoint;
}

function modeOf(path: string, { mode }: SocketSettings): { mode?: number } {
  if (mode === undefined) return {};
  if (path.startsWith("\0")) throw new UsageError("--mode is about the file of a Unix socket");
  return { mode };
}
