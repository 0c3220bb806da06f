/*
 * Pings every host of 127.0.0.0/16 once, by sendmmsg and recvmmsg, and measures each round trip from
 * the call that sent it to the kernel's time of receipt. Prints hosts, milliseconds and the median RTT.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FIRST = 1, LAST = 65534, BATCH = 64, SLOTS = 256, WINDOW = 4096, SIZE = 64 };

static double sent[65536], rtt[65536];
static char out[BATCH][SIZE], in[SLOTS][SIZE + 64], control[SLOTS][64];
static struct sockaddr_in to[BATCH], from[SLOTS];
static struct iovec out_iov[BATCH], in_iov[SLOTS];
static struct mmsghdr out_msg[BATCH], in_msg[SLOTS];

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static uint16_t checksum(const void *data, int bytes) {
  uint32_t sum = 0;
  const uint16_t *words = data;
  for (int i = 0; i < bytes / 2; i++) sum += words[i];
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(void) {
  double begun = seconds(CLOCK_MONOTONIC);
  int header = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_ICMP);
  if (fd < 0) {
    fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);
    header = 20;
    uint32_t filter = ~(1u << ICMP_ECHOREPLY);
    setsockopt(fd, SOL_RAW, 1, &filter, sizeof filter);
  }
  if (fd < 0) return perror("socket"), 1;
  int on = 1, size = 8 << 20;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  for (int i = 0; i < BATCH; i++) {
    to[i].sin_family = AF_INET;
    out_iov[i] = (struct iovec){out[i], SIZE};
    out_msg[i].msg_hdr = (struct msghdr){&to[i], sizeof to[i], &out_iov[i], 1, 0, 0, 0};
  }
  uint32_t token = getpid() * 2654435761u;
  int next = FIRST, alive = 0, flight = 0;
  while (alive < LAST) {
    int count = 0;
    for (; count < BATCH && next <= LAST && flight + count < WINDOW; count++, next++) {
      struct icmphdr *icmp = (void *)out[count];
      memset(out[count], 0, SIZE);
      icmp->type = ICMP_ECHO;
      icmp->un.echo.id = htons(token);
      icmp->un.echo.sequence = htons(next);
      memcpy(out[count] + 8, &token, 4);
      memcpy(out[count] + 12, &next, 4);
      icmp->checksum = checksum(out[count], SIZE);
      to[count].sin_addr.s_addr = htonl(0x7f000000 + next);
    }
    double now = seconds(CLOCK_REALTIME);
    for (int i = 0; i < count; i++) sent[next - count + i] = now;
    for (int done = 0; done < count;) {
      int n = sendmmsg(fd, out_msg + done, count - done, 0);
      if (n < 0) return perror("sendmmsg"), 1;
      done += n;
    }
    flight += count;
    for (;;) {
      for (int i = 0; i < SLOTS; i++) {
        in_iov[i] = (struct iovec){in[i], sizeof in[i]};
        in_msg[i].msg_hdr = (struct msghdr){&from[i], sizeof from[i], &in_iov[i], 1, control[i], 64, 0};
      }
      int n = recvmmsg(fd, in_msg, SLOTS, 0, NULL);
      if (n < 0) break;
      for (int i = 0; i < n; i++) {
        struct icmphdr *icmp = (void *)(in[i] + header);
        uint32_t mark;
        int which;
        memcpy(&mark, in[i] + header + 8, 4);
        memcpy(&which, in[i] + header + 12, 4);
        if (icmp->type != ICMP_ECHOREPLY || mark != token) continue;
        struct cmsghdr *c = CMSG_FIRSTHDR(&in_msg[i].msg_hdr);
        struct timespec t;
        memcpy(&t, CMSG_DATA(c), sizeof t);
        rtt[alive++] = t.tv_sec + t.tv_nsec / 1e9 - sent[which];
        flight--;
      }
      if (n < SLOTS) break;
    }
    if (count == 0 && alive < LAST) {
      struct pollfd p = {fd, POLLIN, 0};
      if (poll(&p, 1, 500) == 0) break;
    }
  }
  double took = seconds(CLOCK_MONOTONIC) - begun;
  qsort(rtt, alive, sizeof *rtt, compare);
  printf("%d %.1f %.1f\n", alive, took * 1e3, rtt[alive / 2] * 1e6);
}
