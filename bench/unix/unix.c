/* The same system calls in C: unix.c MODE, by turns.
   fds: a message with a descriptor there, received and closed; dgram: 64 bytes there and received;
   bulk: 64 KiB there and received. */
#define _GNU_SOURCE
#include "turns.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char data[65536], into[65536];
static int pair[2], fds;
static size_t size = 64;

static void pass(void) {
  char room[CMSG_SPACE(sizeof(int))];
  struct iovec v = {data, 1};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  *c = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(c), &pair[0], sizeof(int));
  if (sendmsg(pair[0], &m, 0) != 1) exit(1);
  m.msg_controllen = sizeof room;
  if (recvmsg(pair[1], &m, MSG_CMSG_CLOEXEC) != 1) exit(1);
  int fd;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
  close(fd);
}

static double work(void) {
  for (int i = 0; i < 16; i++) {
    if (fds) {
      pass();
      continue;
    }
    if (send(pair[0], data, size, 0) != (ssize_t)size) exit(1);
    if (recv(pair[1], into, size, 0) != (ssize_t)size) exit(1);
  }
  return 16;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  int bulk = !strcmp(argv[1], "bulk");
  fds = !strcmp(argv[1], "fds");
  if (bulk) size = 65536;
  if (socketpair(AF_UNIX, bulk ? SOCK_STREAM : SOCK_DGRAM, 0, pair) < 0) return 1;
  turns(work);
}
