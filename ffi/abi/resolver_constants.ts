/**
 * getaddrinfo, getnameinfo and network interfaces.
 *
 * Numbers of Linux, equal on x86-64 and aarch64; each group names its header. A comment beside a
 * row tells the first kernel that has it where that is newer than 6.1.
 *
 * @module
 */

// getaddrinfo flags: netdb.h
export const AI_PASSIVE = 1;
export const AI_CANONNAME = 2;
export const AI_NUMERICHOST = 4;
export const AI_V4MAPPED = 8;
export const AI_ALL = 0x10;
export const AI_ADDRCONFIG = 0x20;
export const AI_IDN = 0x40;
export const AI_CANONIDN = 0x80;
export const AI_NUMERICSERV = 0x400;

// getnameinfo flags and buffer sizes: netdb.h
export const NI_NUMERICHOST = 1;
export const NI_NUMERICSERV = 2;
export const NI_NOFQDN = 4;
export const NI_NAMEREQD = 8;
export const NI_DGRAM = 16;
export const NI_IDN = 32;
export const NI_MAXHOST = 1025;
export const NI_MAXSERV = 32;

// getaddrinfo errors: netdb.h
export const EAI_BADFLAGS = -1;
export const EAI_NONAME = -2;
export const EAI_AGAIN = -3;
export const EAI_FAIL = -4;
export const EAI_NODATA = -5;
export const EAI_FAMILY = -6;
export const EAI_SOCKTYPE = -7;
export const EAI_SERVICE = -8;
export const EAI_ADDRFAMILY = -9;
export const EAI_MEMORY = -10;
export const EAI_SYSTEM = -11;
export const EAI_OVERFLOW = -12;
export const EAI_INPROGRESS = -100;
export const EAI_CANCELED = -101;
export const EAI_NOTCANCELED = -102;
export const EAI_ALLDONE = -103;
export const EAI_INTR = -104;
export const EAI_IDN_ENCODE = -105;

// getaddrinfo_a modes (glibc only): netdb.h
export const GAI_WAIT = 0;
export const GAI_NOWAIT = 1;

// How the end of a getaddrinfo_a request is told: signal.h
export const SIGEV_SIGNAL = 0;
export const SIGEV_NONE = 1;
export const SIGEV_THREAD = 2;

// Interface flags: net/if.h
export const IFF_UP = 1;
export const IFF_BROADCAST = 2;
export const IFF_DEBUG = 4;
export const IFF_LOOPBACK = 8;
export const IFF_POINTOPOINT = 0x10;
export const IFF_NOTRAILERS = 0x20;
export const IFF_RUNNING = 0x40;
export const IFF_NOARP = 0x80;
export const IFF_PROMISC = 0x100;
export const IFF_ALLMULTI = 0x200;
export const IFF_MASTER = 0x400;
export const IFF_SLAVE = 0x800;
export const IFF_MULTICAST = 0x1000;
export const IFF_PORTSEL = 0x2000;
export const IFF_AUTOMEDIA = 0x4000;
export const IFF_DYNAMIC = 0x8000;
export const IF_NAMESIZE = 16;
