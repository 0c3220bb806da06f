/**
 * Every C function that this package calls, declared once.
 *
 * Three rules shape the types. A length (`size_t`) is `u32` where it is below 2^31 by its caller's
 * check: a JS number then takes Deno's fast path. A count (`ssize_t`) is `i32` where Linux caps it at
 * 0x7ffff000. An address is `usize`, never `pointer`: `Deno.UnsafePointer` is refused under a
 * path-scoped `--allow-ffi`. A function that is needed with several kinds of argument is bound
 * several times under names that say which.
 *
 * @module
 */
import { RESOLVER_SYMBOLS } from "./resolver_symbols.ts";
import { SOCKET_SYMBOLS } from "./socket_symbols.ts";
import { WAITING_SYMBOLS } from "./waiting_symbols.ts";

/** The table that `Deno.dlopen` is given. */
export const SYMBOLS = {
  ...SOCKET_SYMBOLS,
  ...WAITING_SYMBOLS,
  ...RESOLVER_SYMBOLS,

  // ---- unistd.h, fcntl.h, sys/ioctl.h
  close: {
    parameters: [
      "i32", // int fd
    ],
    result: "i32", // int
  },
  /** Where SO_LINGER lets it wait: on Deno's pool of blocking threads. */
  close_blocking: {
    name: "close",
    parameters: [
      "i32", // int fd
    ],
    result: "i32", // int
    nonblocking: true,
  },
  /** Where a family has it wait for the peer, likewise. */
  shutdown_blocking: {
    name: "shutdown",
    parameters: [
      "i32", // int sockfd
      "i32", // int how
    ],
    result: "i32", // int
    nonblocking: true,
  },
  read: {
    parameters: [
      "i32", // int fd
      "buffer", // void *buf
      "u32", // size_t count
    ],
    result: "i32", // ssize_t
  },
  write: {
    parameters: [
      "i32", // int fd
      "buffer", // const void *buf
      "u32", // size_t count
    ],
    result: "i32", // ssize_t
  },
  /** sys/sendfile.h. */
  sendfile: {
    parameters: [
      "i32", // int out_fd
      "i32", // int in_fd
      "buffer", // off_t *offset
      "u32", // size_t count
    ],
    result: "i32", // ssize_t
  },
  splice: {
    parameters: [
      "i32", // int fd_in
      "buffer", // off_t *off_in
      "i32", // int fd_out
      "buffer", // off_t *off_out
      "u32", // size_t size
      "u32", // unsigned int flags
    ],
    result: "i32", // ssize_t
  },
  pipe2: {
    parameters: [
      "buffer", // int pipefd[2]
      "i32", // int flags
    ],
    result: "i32", // int
  },
  poll: {
    parameters: [
      "buffer", // struct pollfd *fds
      "u32", // nfds_t nfds
      "i32", // int timeout
    ],
    result: "i32", // int
  },
  /** By its number: older libcs have no wrapper. Variadic in C, see fcntl. */
  syscall_statx: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "i32", // int dirfd
      "buffer", // const char *pathname
      "i32", // int flags
      "u32", // unsigned int mask
      "buffer", // struct statx *statxbuf
    ],
    result: "i32", // long
  },
  /** Variadic in C; Linux on x86-64 and aarch64 passes integer arguments the same way. */
  fcntl: {
    parameters: [
      "i32", // int fd
      "i32", // int cmd
      "i32", // int arg
    ],
    result: "i32", // int
  },
  /** Variadic in C, see fcntl. */
  ioctl: {
    parameters: [
      "i32", // int fd
      "u32", // unsigned long request
      "buffer", // void *argp
    ],
    result: "i32", // int
  },
  /** Of the requests whose argument is a number. */
  ioctl_number: {
    name: "ioctl",
    parameters: [
      "i32", // int fd
      "u32", // unsigned long request
      "i32", // int arg
    ],
    result: "i32", // int
  },
  /** Variadic in C, see fcntl. For namespaces: Deno's own open tells no descriptor. */
  open: {
    parameters: [
      "buffer", // const char *pathname
      "i32", // int flags
    ],
    result: "i32", // int
  },

  // ---- sys/mman.h. Its result is compared with the address that was asked for.
  mmap: {
    parameters: [
      "usize", // void *addr
      "usize", // size_t length
      "i32", // int prot
      "i32", // int flags
      "i32", // int fd
      "i64", // off_t offset
    ],
    result: "usize", // void *
  },
  mprotect: {
    parameters: [
      "usize", // void *addr
      "usize", // size_t len
      "i32", // int prot
    ],
    result: "i32", // int
  },
  munmap: {
    parameters: [
      "usize", // void *addr
      "usize", // size_t length
    ],
    result: "i32", // int
  },
  /** Variadic in C, see fcntl. libc has no wrapper. */
  syscall_bpf: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "i32", // int cmd
      "buffer", // union bpf_attr *attr
      "u32", // unsigned int size
    ],
    result: "i32", // long
  },

  // ---- sched.h
  sched_yield: {
    parameters: [],
    result: "i32", // int
  },
  setns: {
    parameters: [
      "i32", // int fd
      "i32", // int nstype
    ],
    result: "i32", // int
  },

  // ---- time.h
  clock_gettime: {
    parameters: [
      "i32", // clockid_t clockid
      "buffer", // struct timespec *tp
    ],
    result: "i32", // int
  },

  // ---- net/if.h
  if_nametoindex: {
    parameters: [
      "buffer", // const char *ifname
    ],
    result: "u32", // unsigned int
  },
  if_indextoname: {
    parameters: [
      "u32", // unsigned int ifindex
      "buffer", // char *ifname, IF_NAMESIZE bytes
    ],
    result: "usize", // char *
  },

  // ---- string.h: the way to addresses and to memory that the kernel or libc owns
  /** Returns the address of `dest`, copying nothing. */
  addressOf: {
    name: "memmove",
    parameters: [
      "buffer", // void *dest
      "usize", // const void *src: 0
      "usize", // size_t n: 0
    ],
    result: "usize", // void *: dest
  },
  /** Reads memory. */
  copyFrom: {
    name: "memcpy",
    parameters: [
      "buffer", // void *dest
      "usize", // const void *src
      "usize", // size_t n
    ],
    result: "void",
  },
  /** Writes memory. */
  copyTo: {
    name: "memcpy",
    parameters: [
      "usize", // void *dest
      "buffer", // const void *src
      "usize", // size_t n
    ],
    result: "void",
  },
  /** dlfcn.h. Within libc since glibc 2.34. */
  dlsym: {
    parameters: [
      "usize", // void *handle: 0, RTLD_DEFAULT
      "buffer", // const char *symbol
    ],
    result: "usize", // void *
  },
  /** The C++ ABI's, in glibc (2.18). */
  threadAtExit: {
    name: "__cxa_thread_atexit_impl",
    parameters: [
      "usize", // void (*destructor)(void *)
      "usize", // void *object
      "usize", // void *dso_handle
    ],
    result: "i32", // int
  },
  strnlen: {
    parameters: [
      "usize", // const char *s
      "usize", // size_t maxlen
    ],
    result: "usize", // size_t
  },

  // ---- errno.h
  errnoLocation: {
    name: "__errno_location",
    parameters: [],
    result: "usize", // int *
  },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * What is bound together, when one of it is first called; all else by itself. The first group is what
 * every socket takes in its life.
 */
export const BOUND_TOGETHER: readonly (readonly (keyof typeof SYMBOLS)[])[] = [
  [
    ...["errnoLocation", "copyFrom", "socket", "close", "getsockopt", "setsockopt"] as const,
    ...["bind", "getsockname", "recv", "send"] as const,
    ...["epoll_create1", "epoll_ctl", "epoll_wait"] as const,
  ],
  ["listen", "accept4"],
  ["connect", "getpeername"],
  ["recvfrom", "sendto"],
  [
    ...["eventfd", "addressOf", "write"] as const,
    ...["syscall_io_uring_setup", "syscall_io_uring_register", "syscall_io_uring_enter"] as const,
  ],
  ["syscall_io_setup", "syscall_io_submit"],
  ["mmap", "mprotect", "munmap", "dlsym", "threadAtExit", "copyTo"],
  ["getaddrinfo_a", "gai_cancel", "freeaddrinfo", "calloc", "free", "sched_yield"],
];
