/**
 * The Unix domain: `struct sockaddr_un` (sys/un.h, `man 7 unix`).
 *
 * @module
 */
import type { UnixAddress } from "../../core/address.ts";
import { checkBytes } from "../../core/bytes.ts";
import { STRUCTS } from "../abi/layout.ts";
import { AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "../abi/socket_constants.ts";
import { putFamily } from "./bytes.ts";
import { isSpecialPath, plainPath } from "./plain_path.ts";
import { type FamilyRow, type Need, refuse, WHOLE_NET } from "./row.ts";

const { sockaddr_un: SUN } = STRUCTS;
/** sizeof(sun_path). A path in the file system needs its NUL; an abstract name does not. */
const PATH_BYTES = SUN.size - SUN.sun_path;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
/** Any bytes, so that what is no name in them can be seen. */
const LATIN1 = new TextDecoder("latin1");
/** What only those may look at who may do everything. */
const SPECIAL = "/proc/self";
/** Shared: there is nothing in it to change. */
const NO_BYTES = new Uint8Array(0);

/** The address of a socket without a name, as the kernel reports by a length of 0. */
export function unnamedUnix(): UnixAddress {
  return { family: "unix", path: "", pathBytes: NO_BYTES };
}

/** The path or name in an encoded address. The kernel may return 108 bytes of path with no NUL. */
function pathAt(bytes: Uint8Array, offset: number, size: number): Uint8Array {
  const path = bytes.slice(offset + SUN.sun_path, offset + size);
  if (path.length === 0 || path[0] === 0) return path;
  const end = path.indexOf(0);
  return end < 0 ? path : path.slice(0, end);
}

/** A path that Deno can be told; `undefined` if it is no UTF-8. */
function textOf(path: Uint8Array): string | undefined {
  try {
    return STRICT.decode(path);
  } catch {
    return undefined;
  }
}

/** Whether everything is allowed (`--allow-all`): no query tells, but who may look here may do all. */
function mayDoEverything(): boolean {
  try {
    Deno.lstatSync(SPECIAL);
  } catch (error) {
    return !(error instanceof Deno.errors.NotCapable);
  }
  return true;
}

/** What the folders of special paths begin with. */
const SPECIAL_LETTERS = Array.from("dps", (letter) => letter.charCodeAt(0));
const SLASH = 0x2f;
const DOT = 0x2e;

/** The Unix domain. */
export const UNIX: FamilyRow<UnixAddress> = {
  number: AF_UNIX,
  name: "unix",
  // PF_UNIX is taken for a protocol too (unix_create).
  asked: { types: [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET], protocols: [0, AF_UNIX] },
  keys: ["path", "pathBytes"],
  grants: ["net", "read", "write"],
  recognises: ({ path, pathBytes }) => path !== undefined || pathBytes !== undefined,
  encode(target, offset, fields, action) {
    const { path, pathBytes } = fields;
    let bytes: Uint8Array;
    if (pathBytes !== undefined) {
      checkBytes(pathBytes, action, "address.pathBytes");
      bytes = pathBytes;
    } else {
      if (typeof path !== "string") refuse(action, "address.path is not a string");
      bytes = ENCODER.encode(path);
    }
    const abstract = bytes.length > 0 && bytes[0] === 0;
    const room = abstract ? PATH_BYTES : PATH_BYTES - 1;
    if (bytes.length > room) {
      throw new RangeError(
        `Cannot ${action}: address.path is ${bytes.length} bytes long, ${room} are allowed`,
      );
    }
    if (!abstract && bytes.includes(0)) refuse(action, "address.path holds a NUL");
    putFamily(target, offset, AF_UNIX);
    target.set(bytes, offset + SUN.sun_path);
    // An unnamed address is the family alone: bind(2) then picks an abstract name.
    if (bytes.length === 0) return SUN.sun_path;
    if (abstract) return SUN.sun_path + bytes.length;
    target[offset + SUN.sun_path + bytes.length] = 0;
    return SUN.sun_path + bytes.length + 1;
  },
  decode(bytes, offset, size) {
    const pathBytes = pathAt(bytes, offset, size);
    return { family: "unix", path: DECODER.decode(pathBytes), pathBytes };
  },
  isExact: () => true,
  text: ({ path }) => path.replaceAll("\0", "@"),
  isOrdinary(bytes, offset, size) {
    const at = offset + SUN.sun_path;
    const end = offset + size;
    if (at >= end || bytes[at] === 0) return true;
    if (bytes[at] !== SLASH || SPECIAL_LETTERS.includes(bytes[at + 1])) return false;
    for (let i = at; i + 1 < end; i++) {
      if (bytes[i] === SLASH && (bytes[i + 1] === SLASH || bytes[i + 1] === DOT)) return false;
    }
    return true;
  },
  /**
   * The kernel goes through symbolic links before it takes `..` back, and begins a relative path where
   * the process is by then: it would end elsewhere than the permissions say. To who may do everything
   * it may, as it may for Deno's own calls.
   */
  settle(target, offset, size, action) {
    const path = textOf(pathAt(target, offset, size));
    if (path === undefined || path === "" || path.startsWith("\0")) return size;
    if (path.startsWith("/") && !/\/\.\.(?:\/|$)/.test(path)) return size;
    if (mayDoEverything()) return size;
    return UNIX.encode(target, offset, { path: plainPath(path) }, action, undefined);
  },
  /**
   * Reading, writing and the net for a path, the net alone for an abstract name. Bytes that are no
   * UTF-8 cannot be told to Deno: they need all of it.
   */
  permissions(bytes, offset, size, action) {
    const pathBytes = pathAt(bytes, offset, size);
    // The kernel chooses an abstract name, which nobody can grant before (`man 7 unix`, autobind).
    if (pathBytes.length === 0) return action === "bind" ? WHOLE_NET : [];
    const path = textOf(pathBytes);
    if (path === undefined) {
      if (pathBytes[0] === 0) return WHOLE_NET;
      const all: Need[] = [{ name: "read" }, { name: "write" }, { name: "net" }];
      const special = isSpecialPath(plainPath(LATIN1.decode(pathBytes)));
      return special ? [...all, { name: "read", path: SPECIAL, special }] : all;
    }
    // No grant and no denial of Deno's can name it.
    if (path.startsWith("\0")) return [{ name: "net", partly: true }];
    const plain = plainPath(path);
    const special = isSpecialPath(plain);
    return [
      { name: "read", path, special },
      { name: "write", path, special },
      { name: "net", host: `unix:${plain}` },
    ];
  },
};
