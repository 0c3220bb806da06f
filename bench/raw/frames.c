/*
 * Frames by recvmmsg and sendmmsg on a packet socket.
 *   frames recv INTERFACE   says "ready", and when a line comes, drains the socket: frames, ns a frame, of CPU
 *   frames send INTERFACE N sends N frames of 60 bytes: frames, ns a frame, of CPU
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, TYPE = 0x88b5, PACKET_AUXDATA_ = 8 };

static char data[BATCH][2048], control[BATCH][256];
static struct sockaddr_ll names[BATCH];
static struct iovec iov[BATCH];
static struct mmsghdr messages[BATCH];

static double nanos(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, size = 1 << 28;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(fd, SOL_PACKET, PACKET_AUXDATA_, &on, sizeof on);
  struct sockaddr_ll name = {
      .sll_family = AF_PACKET, .sll_protocol = htons(TYPE), .sll_ifindex = if_nametoindex(argv[2])};
  if (bind(fd, (void *)&name, sizeof name) < 0) return perror("bind"), 1;
  long count = 0;
  double begun, used;
  if (strcmp(argv[1], "recv") == 0) {
    puts("ready");
    fflush(stdout);
    getchar();
    begun = nanos(CLOCK_MONOTONIC), used = nanos(CLOCK_PROCESS_CPUTIME_ID);
    for (;;) {
      for (int i = 0; i < BATCH; i++) {
        iov[i] = (struct iovec){data[i], sizeof data[i]};
        messages[i].msg_hdr = (struct msghdr){&names[i], sizeof names[i], &iov[i], 1, control[i], 256, 0};
      }
      int n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
      if (n < 0) break;
      count += n;
    }
  } else {
    long total = atol(argv[3]);
    for (int i = 0; i < BATCH; i++) {
      memcpy(data[i], "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x88\xb5", 14);
      iov[i] = (struct iovec){data[i], 60};
      messages[i].msg_hdr = (struct msghdr){0, 0, &iov[i], 1, 0, 0, 0};
    }
    begun = nanos(CLOCK_MONOTONIC), used = nanos(CLOCK_PROCESS_CPUTIME_ID);
    while (count < total) {
      int n = sendmmsg(fd, messages, BATCH, 0);
      if (n < 0) return perror("sendmmsg"), 1;
      count += n;
    }
  }
  printf("%ld %.1f %.1f\n", count, (nanos(CLOCK_MONOTONIC) - begun) / count,
         (nanos(CLOCK_PROCESS_CPUTIME_ID) - used) / count);
}
