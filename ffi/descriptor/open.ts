/**
 * Where socket descriptors come from: made, paired, or taken over.
 *
 * @module
 */
import { checkInteger } from "../../core/arguments.ts";
import {
  SO_DOMAIN,
  SO_PROTOCOL,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DCCP,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_PACKET,
  SOCK_RAW,
  SOCK_RDM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../abi/socket_constants.ts";
import {
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  O_NONBLOCK,
} from "../abi/event_constants.ts";
import { attempt, closeFd, must } from "../abi/library.ts";
import { openFailure } from "../families/open_failure.ts";
import { isTaken } from "../loop/watch.ts";
import { Descriptor } from "./descriptor.ts";

/** The types that there are: numbers without flags. */
const TYPES = new Set([
  SOCK_STREAM,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_RDM,
  SOCK_SEQPACKET,
  SOCK_DCCP,
  SOCK_PACKET,
]);

/** A type without SOCK_NONBLOCK and SOCK_CLOEXEC, which are always set. */
function plainType(type: number, action: string): number {
  checkInteger(type, 0, 0x7fffffff, action, "type");
  const plain = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (!TYPES.has(plain)) throw new RangeError(`Cannot ${action}: type ${type} is no SOCK_*`);
  return plain;
}

/**
 * Makes a socket (`man 2 socket`), non-blocking and close-on-exec.
 *
 * @param family AF_*.
 * @param type SOCK_*.
 * @param protocol IPPROTO_*, or 0 for the type's usual one.
 * @returns The socket.
 * @throws {SocketError} `EAFNOSUPPORT` if the kernel lacks the family, `EPERM` without the privilege.
 */
export function openDescriptor(family: number, type: number, protocol: number): Descriptor {
  checkInteger(family, 0, 0xffff, "open a socket", "family");
  checkInteger(protocol, 0, 0x7fffffff, "open a socket", "protocol");
  const plain = plainType(type, "open a socket");
  const fd = attempt((lib) => lib.socket(family, plain | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
  if (fd < 0) throw openFailure("socket", -fd, family, plain, protocol);
  return new Descriptor(fd, family, plain, protocolOf(fd, protocol));
}

/** A pair of connected sockets (`man 2 socketpair`). */
export function openPair(
  family: number,
  type: number,
  protocol: number,
): [Descriptor, Descriptor] {
  checkInteger(family, 0, 0xffff, "open a socket pair", "family");
  checkInteger(protocol, 0, 0x7fffffff, "open a socket pair", "protocol");
  const plain = plainType(type, "open a socket pair");
  const pair = new Int32Array(2);
  const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  const result = attempt((lib) => lib.socketpair(family, plain | flags, protocol, pair));
  if (result < 0) throw openFailure("socketpair", -result, family, plain, protocol);
  const real = protocolOf(pair[0], protocol);
  return [
    new Descriptor(pair[0], family, plain, real),
    new Descriptor(pair[1], family, plain, real),
  ];
}

/**
 * Takes a descriptor over, whose family and type the kernel tells. It is made non-blocking and
 * close-on-exec.
 *
 * @throws {SocketError} `ENOTSOCK` if it is no socket, `EBADF` if it is not open; it stays as it was.
 */
export function descriptorFromFd(fd: number): Descriptor {
  checkInteger(fd, 0, 0x7fffffff, "take over a socket", "fd");
  if (isTaken(fd)) {
    throw new TypeError(
      `Cannot take over a socket: fd ${fd} belongs to another socket of this program`,
    );
  }
  const family = socketNumber(fd, SO_DOMAIN);
  const type = socketNumber(fd, SO_TYPE);
  const protocol = socketNumber(fd, SO_PROTOCOL);
  const flags = must("fcntl", (lib) => lib.fcntl(fd, F_GETFL, 0));
  if ((flags & O_NONBLOCK) === 0) {
    must("fcntl", (lib) => lib.fcntl(fd, F_SETFL, flags | O_NONBLOCK));
  }
  const fdFlags = must("fcntl", (lib) => lib.fcntl(fd, F_GETFD, 0));
  if ((fdFlags & FD_CLOEXEC) === 0) {
    must("fcntl", (lib) => lib.fcntl(fd, F_SETFD, fdFlags | FD_CLOEXEC));
  }
  const core = new Descriptor(fd, family, type, protocol);
  // Whoever had it before may have set it.
  core.mayLinger = core.mayBeShared = true;
  return core;
}

/** A socket over an accepted or duplicated descriptor: the family and type of the other, and its SO_LINGER. */
export function acceptedDescriptor(listener: Descriptor, fd: number): Descriptor {
  const { familyNumber, typeNumber, protocol } = listener;
  const core = new Descriptor(fd, familyNumber, typeNumber, protocol);
  core.mayLinger = listener.mayLinger;
  return core;
}

function socketNumber(fd: number, option: number): number {
  const value = new Int32Array(1);
  const length = new Uint32Array([4]);
  must("getsockopt", (lib) => lib.getsockopt(fd, SOL_SOCKET, option, value, length));
  return value[0];
}

/** The protocol that the kernel chose for 0. */
function protocolOf(fd: number, asked: number): number {
  if (asked !== 0) return asked;
  try {
    return socketNumber(fd, SO_PROTOCOL);
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}
