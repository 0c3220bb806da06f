/*
 * A steady load below saturation: RATE messages of SIZE bytes a second in all, to an echo server on
 * 127.0.0.1:PORT over CONNECTIONS connections in turn. The round trip of each counts from when it was
 * due, also if the one before it is late. It connects, says "ready", and for each line on stdin makes load
 * for BURST_MS milliseconds after a tenth of that to warm up; then it prints one line: echoes a second, the
 * 50th, 99th and 99.9th percentile of the round trip in microseconds, and all echoes there were.
 *
 *   paced PORT CONNECTIONS SIZE RATE
 *
 * It looks for answers all the time: it needs a core of its own.
 */
#define _GNU_SOURCE
#include "turns.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
  int fd, busy;
  size_t received;
  double due;
};

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int count = atoi(argv[2]), turn = 0, epoll = epoll_create1(EPOLL_CLOEXEC), one = 1;
  size_t size = (size_t)atol(argv[3]);
  double gap = 1 / atof(argv[4]), length = burst_seconds();
  char *data = malloc(size), *buffer = malloc(size), line[64];
  memset(data, 'x', size);
  struct connection *all = calloc((size_t)count, sizeof *all);
  for (int i = 0; i < count; i++) {
    all[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(all[i].fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
    setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &all[i]};
    epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &e);
  }
  size_t most = (size_t)(length / gap * 2) + 1000;
  float *rtts = malloc(most * sizeof *rtts);
  puts("ready");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    size_t counted = 0, echoes = 0;
    int under_way = 0;
    double next = seconds() + gap, start = seconds() + length / 10, end = start + length;
    // Longer where something else has the core, until one has counted.
    for (double now = seconds(); now < end || under_way > 0 || counted == 0; now = seconds()) {
      if (now > end + 20) fprintf(stderr, "server does not answer\n"), exit(1);
      for (int looked = 0; (now < end || counted == 0) && now >= next && looked < count; looked++) {
        struct connection *c = &all[turn++ % count];
        if (c->busy) continue;
        c->busy = 1;
        c->due = next;
        next += gap;
        under_way++;
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
        under_way--;
        echoes++;
        if (c->due >= start && counted < most) rtts[counted++] = (float)((seconds() - c->due) * 1e6);
      }
    }
    qsort(rtts, counted, sizeof *rtts, ascending);
    printf("%.1f %.1f %.1f %.1f %zu\n", (double)counted / length, rtts[counted / 2],
           rtts[counted * 99 / 100], rtts[counted * 999 / 1000], echoes);
    fflush(stdout);
  }
  return 0;
}
