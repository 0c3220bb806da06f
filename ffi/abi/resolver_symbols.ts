/**
 * The C functions of name lookups; a part of the table in symbols.ts, and under its rules.
 *
 * @module
 */

/** Declarations of netdb.h and the memory they need. */
export const RESOLVER_SYMBOLS = {
  // ---- netdb.h: lookups
  getaddrinfo: {
    parameters: [
      "buffer", // const char *node
      "buffer", // const char *service
      "buffer", // const struct addrinfo *hints
      "buffer", // struct addrinfo **res
    ],
    result: "i32", // int
  },
  /** May take as long as a name server does: it runs on Deno's pool of blocking threads. */
  getaddrinfo_blocking: {
    name: "getaddrinfo",
    parameters: [
      "buffer", // const char *node
      "buffer", // const char *service
      "buffer", // const struct addrinfo *hints
      "buffer", // struct addrinfo **res
    ],
    result: "i32", // int
    nonblocking: true,
  },
  freeaddrinfo: {
    parameters: [
      "usize", // struct addrinfo *res
    ],
    result: "void",
  },
  /** glibc only, in libc.so itself since 2.34. */
  getaddrinfo_a: {
    parameters: [
      "i32", // int mode
      "buffer", // struct gaicb *list[]
      "i32", // int nitems
      "usize", // struct sigevent *sevp: 0
    ],
    result: "i32", // int
    optional: true,
  },
  /** glibc only, as getaddrinfo_a. */
  gai_cancel: {
    parameters: [
      "usize", // struct gaicb *req
    ],
    result: "i32", // int
    optional: true,
  },
  getnameinfo_blocking: {
    name: "getnameinfo",
    parameters: [
      "buffer", // const struct sockaddr *addr
      "u32", // socklen_t addrlen
      "buffer", // char *host
      "u32", // socklen_t hostlen
      "buffer", // char *serv
      "u32", // socklen_t servlen
      "i32", // int flags
    ],
    result: "i32", // int
    nonblocking: true,
  },
  getservbyname_r_blocking: {
    name: "getservbyname_r",
    parameters: [
      "buffer", // const char *name
      "buffer", // const char *proto
      "buffer", // struct servent *result_buf
      "buffer", // char *buf
      "u32", // size_t buflen
      "buffer", // struct servent **result
    ],
    result: "i32", // int
    nonblocking: true,
  },
  getservbyport_r_blocking: {
    name: "getservbyport_r",
    parameters: [
      "i32", // int port
      "buffer", // const char *proto
      "buffer", // struct servent *result_buf
      "buffer", // char *buf
      "u32", // size_t buflen
      "buffer", // struct servent **result
    ],
    result: "i32", // int
    nonblocking: true,
  },
  /** glibc only. */
  getprotobyname_r_blocking: {
    name: "getprotobyname_r",
    parameters: [
      "buffer", // const char *name
      "buffer", // struct protoent *result_buf
      "buffer", // char *buf
      "u32", // size_t buflen
      "buffer", // struct protoent **result
    ],
    result: "i32", // int
    nonblocking: true,
    optional: true,
  },
  /** glibc only. */
  getprotobynumber_r_blocking: {
    name: "getprotobynumber_r",
    parameters: [
      "i32", // int proto
      "buffer", // struct protoent *result_buf
      "buffer", // char *buf
      "u32", // size_t buflen
      "buffer", // struct protoent **result
    ],
    result: "i32", // int
    nonblocking: true,
    optional: true,
  },

  // ---- unistd.h
  sethostname: {
    parameters: [
      "buffer", // const char *name
      "u32", // size_t len
    ],
    result: "i32", // int
  },

  // ---- stdlib.h: memory that outlives its isolate, for threads that libc owns
  calloc: {
    parameters: [
      "u32", // size_t nmemb
      "u32", // size_t size
    ],
    result: "usize", // void *
  },
  free: {
    parameters: [
      "usize", // void *ptr
    ],
    result: "void",
  },
} as const satisfies Deno.ForeignLibraryInterface;
