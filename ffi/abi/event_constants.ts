/**
 * Readiness, fcntl and ioctl.
 *
 * Numbers of Linux, equal on x86-64 and aarch64; each group names its header. A comment beside a
 * row tells the first kernel that has it where that is newer than 6.1.
 *
 * @module
 */

// epoll operations and creation flag: sys/epoll.h
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLL_CLOEXEC = 524288;

// epoll events: sys/epoll.h
export const EPOLLIN = 1;
export const EPOLLPRI = 2;
export const EPOLLOUT = 4;
export const EPOLLERR = 8;
export const EPOLLHUP = 0x10;
export const EPOLLRDNORM = 0x40;
export const EPOLLRDBAND = 0x80;
export const EPOLLWRNORM = 0x100;
export const EPOLLWRBAND = 0x200;
export const EPOLLMSG = 0x400;
export const EPOLLRDHUP = 0x2000;
export const EPOLLEXCLUSIVE = 0x10000000;
export const EPOLLWAKEUP = 0x20000000;
export const EPOLLONESHOT = 0x40000000;
export const EPOLLET = 0x80000000;

// eventfd flags: sys/eventfd.h
export const EFD_SEMAPHORE = 1;
export const EFD_CLOEXEC = 0x80000;
export const EFD_NONBLOCK = 0x800;

// timerfd flags: sys/timerfd.h
export const TFD_CLOEXEC = 0x80000;
export const TFD_NONBLOCK = 0x800;

// poll events: poll.h
export const POLLIN = 1;
export const POLLPRI = 2;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;
export const POLLRDNORM = 0x40;
export const POLLRDBAND = 0x80;
export const POLLWRNORM = 0x100;
export const POLLWRBAND = 0x200;
export const POLLRDHUP = 0x2000;

// fcntl commands and flags: fcntl.h
export const F_DUPFD = 0;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_SETOWN = 8;
export const F_GETOWN = 9;
export const F_DUPFD_CLOEXEC = 1030;
export const FD_CLOEXEC = 1;
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_NONBLOCK = 0x800;
export const O_CLOEXEC = 0x80000;
export const SPLICE_F_NONBLOCK = 2;
export const SPLICE_F_MORE = 4;

// Clocks: time.h
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
export const CLOCK_BOOTTIME = 7;
export const CLOCK_TAI = 11;

// Queue and interface ioctls: linux/sockios.h, asm-generic/ioctls.h
export const FIONREAD = 0x541b;
export const FIONBIO = 0x5421;
export const FIOASYNC = 0x5452;
export const SIOCINQ = 0x541b;
export const SIOCOUTQ = 0x5411;
export const SIOCATMARK = 0x8905;
export const SIOCOUTQNSD = 0x894b;
export const SIOCGSKNS = 0x894c;
export const SIOCGIFNAME = 0x8910;
export const SIOCGIFCONF = 0x8912;
export const SIOCGIFFLAGS = 0x8913;
export const SIOCSIFFLAGS = 0x8914;
export const SIOCGIFADDR = 0x8915;
export const SIOCSIFADDR = 0x8916;
export const SIOCGIFBRDADDR = 0x8919;
export const SIOCGIFNETMASK = 0x891b;
export const SIOCSIFNETMASK = 0x891c;
export const SIOCGIFMTU = 0x8921;
export const SIOCSIFMTU = 0x8922;
export const SIOCGIFHWADDR = 0x8927;
export const SIOCGIFINDEX = 0x8933;
export const SIOCGIFTXQLEN = 0x8942;
export const SIOCETHTOOL = 0x8946;
export const SIOCSHWTSTAMP = 0x89b0;
export const SIOCGHWTSTAMP = 0x89b1;

// mmap protections and flags: sys/mman.h
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_LOCKED = 0x2000;
