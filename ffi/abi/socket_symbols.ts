/**
 * The C functions of sockets; a part of the table in symbols.ts, and under its rules.
 *
 * @module
 */

/** Declarations of sys/socket.h. */
export const SOCKET_SYMBOLS = {
  // ---- sys/socket.h
  socket: {
    parameters: [
      "i32", // int domain
      "i32", // int type
      "i32", // int protocol
    ],
    result: "i32", // int
  },
  socketpair: {
    parameters: [
      "i32", // int domain
      "i32", // int type
      "i32", // int protocol
      "buffer", // int sv[2]
    ],
    result: "i32", // int
  },
  bind: {
    parameters: [
      "i32", // int sockfd
      "buffer", // const struct sockaddr *addr
      "u32", // socklen_t addrlen
    ],
    result: "i32", // int
  },
  listen: {
    parameters: [
      "i32", // int sockfd
      "i32", // int backlog
    ],
    result: "i32", // int
  },
  accept4: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct sockaddr *addr
      "buffer", // socklen_t *addrlen
      "i32", // int flags
    ],
    result: "i32", // int
  },
  connect: {
    parameters: [
      "i32", // int sockfd
      "buffer", // const struct sockaddr *addr
      "u32", // socklen_t addrlen
    ],
    result: "i32", // int
  },
  getsockname: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct sockaddr *addr
      "buffer", // socklen_t *addrlen
    ],
    result: "i32", // int
  },
  getpeername: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct sockaddr *addr
      "buffer", // socklen_t *addrlen
    ],
    result: "i32", // int
  },
  getsockopt: {
    parameters: [
      "i32", // int sockfd
      "i32", // int level
      "i32", // int optname
      "buffer", // void *optval
      "buffer", // socklen_t *optlen
    ],
    result: "i32", // int
  },
  setsockopt: {
    parameters: [
      "i32", // int sockfd
      "i32", // int level
      "i32", // int optname
      "buffer", // const void *optval
      "u32", // socklen_t optlen
    ],
    result: "i32", // int
  },
  shutdown: {
    parameters: [
      "i32", // int sockfd
      "i32", // int how
    ],
    result: "i32", // int
  },
  recv: {
    parameters: [
      "i32", // int sockfd
      "buffer", // void *buf
      "u32", // size_t len
      "i32", // int flags
    ],
    result: "i32", // ssize_t
  },
  send: {
    parameters: [
      "i32", // int sockfd
      "buffer", // const void *buf
      "u32", // size_t len
      "i32", // int flags
    ],
    result: "i32", // ssize_t
  },
  recvfrom: {
    parameters: [
      "i32", // int sockfd
      "buffer", // void *buf
      "u32", // size_t len
      "i32", // int flags
      "buffer", // struct sockaddr *src_addr
      "buffer", // socklen_t *addrlen
    ],
    result: "i32", // ssize_t
  },
  sendto: {
    parameters: [
      "i32", // int sockfd
      "buffer", // const void *buf
      "u32", // size_t len
      "i32", // int flags
      "buffer", // const struct sockaddr *dest_addr
      "u32", // socklen_t addrlen
    ],
    result: "i32", // ssize_t
  },
  recvmsg: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct msghdr *msg
      "i32", // int flags
    ],
    result: "i32", // ssize_t
  },
  sendmsg: {
    parameters: [
      "i32", // int sockfd
      "buffer", // const struct msghdr *msg
      "i32", // int flags
    ],
    result: "i32", // ssize_t
  },
  recvmmsg: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct mmsghdr *msgvec
      "u32", // unsigned int vlen
      "i32", // int flags
      "buffer", // struct timespec *timeout
    ],
    result: "i32", // int
  },
  sendmmsg: {
    parameters: [
      "i32", // int sockfd
      "buffer", // struct mmsghdr *msgvec
      "u32", // unsigned int vlen
      "i32", // int flags
    ],
    result: "i32", // int
  },
} as const satisfies Deno.ForeignLibraryInterface;
