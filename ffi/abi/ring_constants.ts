/**
 * Constants of io_uring: linux/io_uring.h.
 *
 * @module
 */

// What io_uring_setup(2) is told
export const IORING_SETUP_CQSIZE = 8;
export const IORING_SETUP_SUBMIT_ALL = 0x80; // Linux 5.18
export const IORING_SETUP_TASKRUN_FLAG = 0x200; // Linux 5.19
export const IORING_SETUP_SINGLE_ISSUER = 0x1000; // Linux 6.0
export const IORING_SETUP_DEFER_TASKRUN = 0x2000; // Linux 6.1
export const IORING_SETUP_NO_MMAP = 0x4000; // Linux 6.5
export const IORING_SETUP_NO_SQARRAY = 0x10000; // Linux 6.6

// What io_uring_setup(2) tells
export const IORING_FEAT_NO_IOWAIT = 0x20000; // Linux 6.15

// What io_uring_enter(2) is told
export const IORING_ENTER_GETEVENTS = 1;

// What io_uring_register(2) is asked for
export const IORING_REGISTER_EVENTFD = 4;
export const IORING_REGISTER_PBUF_RING = 22; // Linux 5.19

// Flags that the kernel keeps beside the queues, and one that it reads there
export const IORING_SQ_CQ_OVERFLOW = 2;
export const IORING_SQ_TASKRUN = 4; // Linux 5.19
export const IORING_CQ_EVENTFD_DISABLED = 1; // Linux 5.8

// Requests, and their flags
export const IORING_OP_POLL_ADD = 6;
export const IORING_OP_ASYNC_CANCEL = 14;
export const IORING_OP_SEND = 26;
export const IORING_OP_RECV = 27;
export const IOSQE_BUFFER_SELECT = 0x20;
export const IOSQE_CQE_SKIP_SUCCESS = 0x40; // Linux 5.17
export const IORING_POLL_ADD_MULTI = 1; // Linux 5.13
export const IORING_RECV_MULTISHOT = 2; // Linux 6.0

// Completions
export const IORING_CQE_F_BUFFER = 1;
export const IORING_CQE_F_MORE = 2;
export const IORING_CQE_BUFFER_SHIFT = 16;
