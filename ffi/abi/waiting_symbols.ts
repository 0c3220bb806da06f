/**
 * The C functions that the poller waits by; a part of the table in symbols.ts, and under its rules.
 *
 * @module
 */

/** Declarations of sys/epoll.h, sys/eventfd.h, sys/timerfd.h, and of calls that have no wrapper. */
export const WAITING_SYMBOLS = {
  // ---- sys/epoll.h, sys/eventfd.h
  epoll_create1: {
    parameters: [
      "i32", // int flags
    ],
    result: "i32", // int
  },
  epoll_ctl: {
    parameters: [
      "i32", // int epfd
      "i32", // int op
      "i32", // int fd
      "buffer", // struct epoll_event *event
    ],
    result: "i32", // int
  },
  epoll_wait: {
    parameters: [
      "i32", // int epfd
      "buffer", // struct epoll_event *events
      "i32", // int maxevents
      "i32", // int timeout
    ],
    result: "i32", // int
  },
  /** The one call that may block: it runs on Deno's pool of blocking threads. */
  epoll_wait_blocking: {
    name: "epoll_wait",
    parameters: [
      "i32", // int epfd
      "buffer", // struct epoll_event *events
      "i32", // int maxevents
      "i32", // int timeout
    ],
    result: "i32", // int
    nonblocking: true,
  },
  eventfd: {
    parameters: [
      "u32", // unsigned int initval
      "i32", // int flags
    ],
    result: "i32", // int
  },
  timerfd_create: {
    parameters: [
      "i32", // int clockid
      "i32", // int flags
    ],
    result: "i32", // int
  },
  timerfd_settime: {
    parameters: [
      "i32", // int fd
      "i32", // int flags
      "buffer", // const struct itimerspec *new_value
      "buffer", // struct itimerspec *old_value
    ],
    result: "i32", // int
  },

  // ---- syscall(2): Linux AIO has no wrapper in libc. Variadic in C, see fcntl.
  syscall_io_setup: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "u32", // unsigned nr_events
      "buffer", // aio_context_t *ctx_idp
    ],
    result: "i32", // long
  },
  syscall_io_submit: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "usize", // aio_context_t ctx_id
      "i32", // long nr
      "buffer", // struct iocb **iocbpp
    ],
    result: "i32", // long
  },
  syscall_io_getevents: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "usize", // aio_context_t ctx_id
      "i32", // long min_nr
      "i32", // long nr
      "buffer", // struct io_event *events
      "buffer", // struct timespec *timeout
    ],
    result: "i32", // long
  },
  syscall_io_destroy: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "usize", // aio_context_t ctx_id
    ],
    result: "i32", // long
    nonblocking: true,
  },

  // ---- syscall(2): io_uring has no wrapper in libc either
  syscall_io_uring_setup: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "u32", // u32 entries
      "buffer", // struct io_uring_params *p
    ],
    result: "i32", // long
  },
  syscall_io_uring_enter: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "i32", // unsigned int fd
      "u32", // u32 to_submit
      "u32", // u32 min_complete
      "u32", // u32 flags
      "buffer", // const void *argp
      "u32", // size_t argsz
    ],
    result: "i32", // long
  },
  syscall_io_uring_register: {
    name: "syscall",
    parameters: [
      "i32", // long number
      "i32", // unsigned int fd
      "u32", // unsigned int opcode
      "buffer", // void *arg
      "u32", // unsigned int nr_args
    ],
    result: "i32", // long
  },
} as const satisfies Deno.ForeignLibraryInterface;
