/* The same system calls in C: unix.c MODE. For each line on stdin, 150 ms of work and its rate.
   fds: a message with a descriptor there, received and closed; dgram: 64 bytes there and received;
   bulk: 64 KiB there and received, in bytes. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static char data[65536], into[65536];

static long pass(int *pair) {
  char room[CMSG_SPACE(sizeof(int))];
  struct iovec v = {data, 1};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  *c = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(c), &pair[0], sizeof(int));
  sendmsg(pair[0], &m, 0);
  m.msg_controllen = sizeof room;
  recvmsg(pair[1], &m, MSG_CMSG_CLOEXEC);
  int fd;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
  close(fd);
  return 1;
}

static long bytes(int *pair, int size) {
  send(pair[0], data, size, 0);
  return recv(pair[1], into, size, 0);
}

int main(int argc, char **argv) {
  int pair[2], bulk = !strcmp(argv[1], "bulk"), fds = !strcmp(argv[1], "fds");
  socketpair(AF_UNIX, bulk ? SOCK_STREAM : SOCK_DGRAM, 0, pair);
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    double start = now(), time;
    long count = 0;
    do {
      for (int i = 0; i < 16; i++) count += fds ? pass(pair) : bulk ? bytes(pair, 65536) : bytes(pair, 64) / 64;
    } while ((time = now() - start) < 0.15);
    printf("%.0f\n", count / time);
    fflush(stdout);
  }
}
