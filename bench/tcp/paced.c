/*
 * A steady load below saturation: RATE messages of SIZE bytes a second in all, to an echo server on
 * 127.0.0.1:PORT over CONNECTIONS connections in turn. The round trip of each counts from when it was
 * due, also if the one before it is late. Measures for MILLISECONDS after a warm-up of half that time,
 * and prints one line: echoes a second, the 50th, 99th and 99.9th percentile of the round trip in
 * microseconds, all echoes there were.
 *
 *   paced PORT CONNECTIONS SIZE MILLISECONDS RATE
 *
 * It looks for answers all the time: it needs a core of its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
  int fd, busy;
  size_t received;
  uint64_t due;
};

static uint64_t nanos(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int count = atoi(argv[2]);
  size_t size = (size_t)atol(argv[3]);
  double seconds = atoi(argv[4]) / 1000.0, rate = atof(argv[5]);
  char *data = malloc(size), *buffer = malloc(size);
  memset(data, 'x', size);
  struct connection *all = calloc((size_t)count, sizeof *all);
  int epoll = epoll_create1(EPOLL_CLOEXEC), one = 1;
  for (int i = 0; i < count; i++) {
    all[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(all[i].fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
    setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &all[i]};
    epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &e);
  }
  uint64_t gap = (uint64_t)(1e9 / rate), began = nanos(), next = began + gap;
  uint64_t start = began + (uint64_t)(seconds * 0.5e9), end = start + (uint64_t)(seconds * 1e9);
  size_t most = (size_t)(rate * seconds * 2) + 1000, counted = 0, echoes = 0;
  uint32_t *rtts = malloc(most * 4);
  int turn = 0;
  for (uint64_t now = nanos(); now < end; now = nanos()) {
    for (int looked = 0; now >= next && looked < count; looked++) {
      struct connection *c = &all[turn++ % count];
      if (c->busy) continue;
      c->busy = 1;
      c->due = next;
      next += gap;
      if (send(c->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size) die("send");
    }
    struct epoll_event events[64];
    int n = epoll_wait(epoll, events, 64, 0);
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      ssize_t got = recv(c->fd, buffer, size, MSG_DONTWAIT);
      if (got <= 0) die("recv");
      c->received += (size_t)got;
      if (c->received < size) continue;
      c->received = 0;
      c->busy = 0;
      echoes++;
      if (c->due >= start && counted < most) rtts[counted++] = (uint32_t)(nanos() - c->due);
    }
  }
  if (counted == 0) die("nothing came back");
  qsort(rtts, counted, 4, ascending);
  printf("%.0f %.1f %.1f %.1f %zu\n", (double)counted / seconds, rtts[counted / 2] / 1e3,
         rtts[counted * 99 / 100] / 1e3, rtts[counted * 999 / 1000] / 1e3, echoes);
  return 0;
}
