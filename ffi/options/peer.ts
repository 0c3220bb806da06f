/**
 * Options about who the peer is and what of it is told, level `SOL_SOCKET`: man 7 unix.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { bool, int, readOnly, row, text, viewOf } from "./codecs.ts";

const L = c.SOL_SOCKET;
const { ucred: UCRED } = STRUCTS;

/** Who the peer of a unix socket was when it connected, listened or made the pair. */
export interface PeerCredentials {
  /** Its process; 0 if that is outside of our PID namespace or there is no peer. */
  readonly pid: number;
  /** Its effective user; 4294967295 if there is no peer. */
  readonly uid: number;
  /** Its effective group; 4294967295 if there is no peer. */
  readonly gid: number;
}

/**
 * Whether each message of a unix or netlink socket tells its sender's process, user and group.
 * Default false.
 */
export const SO_PASSCRED: SocketOption<boolean> = row("SO_PASSCRED", L, c.SO_PASSCRED, "rw", bool);

/**
 * Whether each message of a unix socket carries a pidfd of its sender. Default false. Since Linux
 * 6.5.
 */
export const SO_PASSPIDFD: SocketOption<boolean> = row(
  "SO_PASSPIDFD",
  L,
  c.SO_PASSPIDFD,
  "rw",
  bool,
);

/** Whether a unix socket accepts file descriptors (SCM_RIGHTS). Default true. Since Linux 6.16. */
export const SO_PASSRIGHTS: SocketOption<boolean> = row(
  "SO_PASSRIGHTS",
  L,
  c.SO_PASSRIGHTS,
  "rw",
  bool,
);

/**
 * Whether each message of a unix socket tells its sender's security label. Default false. Since
 * Linux 2.6.18.
 */
export const SO_PASSSEC: SocketOption<boolean> = row("SO_PASSSEC", L, c.SO_PASSSEC, "rw", bool);

/** The peer of a connected unix socket, as it was when it connected. Read only. */
export const SO_PEERCRED: SocketOption<PeerCredentials> = row(
  "SO_PEERCRED",
  L,
  c.SO_PEERCRED,
  "ro",
  readOnly(UCRED.size, (bytes, name) => {
    const view = viewOf(name, bytes, UCRED.size);
    return {
      pid: view.getInt32(UCRED.pid, true),
      uid: view.getUint32(UCRED.uid, true),
      gid: view.getUint32(UCRED.gid, true),
    };
  }),
);

/**
 * The supplementary groups of the peer of a connected unix socket; ERANGE if there are over 65,536.
 * Read only. Since Linux 4.13.
 */
export const SO_PEERGROUPS: SocketOption<number[]> = row(
  "SO_PEERGROUPS",
  L,
  c.SO_PEERGROUPS,
  "ro",
  readOnly(4 * 65536, (bytes, name) => {
    const view = viewOf(name, bytes, 0);
    return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i, true));
  }),
);

/**
 * A new pidfd of the peer of a connected unix socket, close-on-exec; the caller owns and closes it.
 * Read only. Since Linux 6.5.
 */
export const SO_PEERPIDFD: SocketOption<number> = row(
  "SO_PEERPIDFD",
  L,
  c.SO_PEERPIDFD,
  "ro",
  int(),
);

/**
 * The security label of the peer; ENOPROTOOPT where no security module labels sockets. Read only.
 * Since Linux 2.6.17.
 */
export const SO_PEERSEC: SocketOption<string> = row(
  "SO_PEERSEC",
  L,
  c.SO_PEERSEC,
  "ro",
  text(4095),
);
