/*
 * Load for the TCP echo comparison, from one thread: CONNECTIONS connections to 127.0.0.1:PORT; on each,
 * SIZE bytes are sent, all of them are waited for, and sent again. It connects, says "ready", and for each
 * line on stdin makes load for BURST_MS milliseconds after a quarter of that to warm up, and longer until one
 * echo has come; then it waits for what is under way and prints one line: echoes in a second, the 50th and 99th percentile of the round trip in
 * microseconds, and all echoes there were, with those that did not count.
 *
 *   load PORT CONNECTIONS SIZE
 *
 * With SIZE 0 it measures connections a second instead: connect, 1 byte there and back, close.
 */
#define _GNU_SOURCE
#include "turns.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_RTTS 1000000

struct connection {
  int fd, busy;
  size_t sent, received;
  double began;
};

static struct sockaddr_in server;
static size_t size;
static char *data, *buffer;
static float *rtts;
static size_t rtt_count;
static long echoes, total;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int dial(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  if (fd < 0) die("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) die("connect");
  return fd;
}

static void push(struct connection *c) {
  while (c->sent < size) {
    ssize_t n = send(c->fd, data, size - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) return;
      die("send");
    }
    c->sent += (size_t)n;
  }
}

static void begin(struct connection *c, double now) {
  c->busy = 1;
  c->sent = c->received = 0;
  c->began = now;
  push(c);
}

/* Takes what has come; whether that was the rest of an echo. */
static int take(struct connection *c) {
  for (;;) {
    if (c->sent < size) push(c);
    ssize_t got = recv(c->fd, buffer, size - c->received, MSG_DONTWAIT);
    if (got == 0) fprintf(stderr, "server closed a connection\n"), exit(1);
    if (got < 0) {
      if (errno == EAGAIN) return 0;
      die("recv");
    }
    c->received += (size_t)got;
    if (c->received == size) return 1;
    if (size <= 4096) return 0;
  }
}

static void count_one(double seconds_taken) {
  echoes++;
  if (rtt_count < MOST_RTTS) rtts[rtt_count++] = (float)(seconds_taken * 1e6);
}

static double echo(int epoll, struct connection *all, int count) {
  double now = seconds(), start = now + burst_seconds() / 4, end = start + burst_seconds();
  double last = end;
  int under_way = count;
  for (int i = 0; i < count; i++) begin(&all[i], now);
  struct epoll_event events[256];
  while (under_way > 0) {
    int n = epoll_wait(epoll, events, 256, 20000);
    if (n == 0) fprintf(stderr, "server does not answer\n"), exit(1);
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      if (!c->busy || !take(c)) continue;
      now = seconds();
      total++;
      int open = now < end || echoes == 0;
      if (now >= start && open) count_one(now - c->began), last = now;
      if (open) begin(c, now);
      else c->busy = 0, under_way--;
    }
  }
  return (last < end ? end : last) - start;
}

static double churn(void) {
  double start = seconds(), now = start;
  for (; now < start + burst_seconds(); now = seconds()) {
    int fd = dial();
    char byte = 'x';
    /* The close is a reset, so that no port is left in TIME_WAIT. */
    struct linger linger = {1, 0};
    if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1) die("echo");
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
    total++;
    count_one(seconds() - now);
  }
  return now - start;
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  server.sin_family = AF_INET;
  server.sin_port = htons((uint16_t)atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int count = atoi(argv[2]);
  size = (size_t)atol(argv[3]);
  data = malloc(size + 1);
  buffer = malloc(size + 1);
  rtts = malloc(MOST_RTTS * sizeof *rtts);
  memset(data, 'x', size);
  // A line, and a frame behind its length too: whichever a server makes of it.
  if (size >= 6) {
    uint32_t length = htonl((uint32_t)size - 4);
    memcpy(data, &length, 4);
    data[size - 1] = '\n';
  }
  struct connection *all = calloc((size_t)count, sizeof *all);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; size > 0 && i < count; i++) {
    all[i].fd = dial();
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &all[i]};
    if (size > 4096) e.events |= EPOLLOUT | EPOLLET;
    epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &e);
  }
  puts("ready");
  fflush(stdout);
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    echoes = total = 0;
    rtt_count = 0;
    double taken = size == 0 ? churn() : echo(epoll, all, count);
    qsort(rtts, rtt_count, sizeof *rtts, ascending);
    float p50 = rtt_count ? rtts[rtt_count / 2] : 0, p99 = rtt_count ? rtts[rtt_count * 99 / 100] : 0;
    printf("%.3f %.1f %.1f %ld\n", (double)echoes / taken, p50, p99, total);
    fflush(stdout);
  }
  return 0;
}
