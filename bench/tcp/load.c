/*
 * Load for the TCP echo comparison: THREADS threads share CONNECTIONS connections to
 * 127.0.0.1:PORT; each connection sends SIZE bytes, waits for all of them to come back, and sends
 * again. After a warm-up of half that time it measures for MILLISECONDS, and prints one line: echoes
 * in a second, then the 50th and 99th percentile of the round trip in microseconds, then all echoes
 * there were, with those of the warm-up.
 *
 *   load PORT CONNECTIONS SIZE MILLISECONDS THREADS [THINK_MICROS]
 *
 * With SIZE 0 it measures connections a second instead: connect, 1 byte there and back, close.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
  int fd;
  size_t sent, received;
  uint64_t began;
};

static struct sockaddr_in server;
static size_t size;
static int connections, threads, think;
static double seconds;
static pthread_barrier_t barrier;

struct result {
  uint64_t echoes, warming;
  double elapsed;
  uint32_t *rtts;
  size_t rtt_count;
};

#define MOST_RTTS 2000000

static uint64_t nanos(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int dial(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) die("connect");
  return fd;
}

static void push(struct connection *c, const char *data) {
  while (c->sent < size) {
    ssize_t n = send(c->fd, data, size - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) return;
      die("send");
    }
    c->sent += (size_t)n;
  }
}

static void *echo(void *arg) {
  struct result *r = arg;
  int index = (int)r->echoes;
  int count = connections / threads + (index < connections % threads);
  r->echoes = 0;
  char *data = malloc(size), *buffer = malloc(size);
  memset(data, 'x', size);
  // A line, and a frame behind its length too: whichever a server makes of it.
  if (size >= 6) {
    uint32_t length = htonl((uint32_t)size - 4);
    memcpy(data, &length, 4);
    data[size - 1] = '\n';
  }
  struct connection *all = calloc((size_t)count, sizeof *all);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < count; i++) {
    all[i].fd = dial();
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &all[i]};
    if (size > 4096) e.events |= EPOLLOUT | EPOLLET;
    epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &e);
  }
  pthread_barrier_wait(&barrier);
  /* What the server does once for each connection is over before the clock starts. */
  uint64_t warm = nanos() + (uint64_t)(seconds * 0.5e9), start = 0, end = 0;
  for (int i = 0; i < count; i++) {
    all[i].began = nanos();
    push(&all[i], data);
  }
  struct epoll_event events[256];
  for (;;) {
    uint64_t turn = nanos();
    if (start == 0 && turn >= warm) {
      start = turn;
      end = start + (uint64_t)(seconds * 1e9);
      r->warming = r->echoes;
      r->echoes = 0;
      r->rtt_count = 0;
    }
    if (start != 0 && turn >= end) break;
    int n = epoll_wait(epoll, events, 256, start == 0 ? 1 : 100);
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      for (;;) {
        if (c->sent < size) push(c, data);
        ssize_t got = recv(c->fd, buffer, size - c->received, MSG_DONTWAIT);
        if (got == 0) {
          fprintf(stderr, "server closed a connection\n");
          exit(1);
        }
        if (got < 0) {
          if (errno == EAGAIN) break;
          die("recv");
        }
        c->received += (size_t)got;
        if (c->received < size) {
          if (size > 4096) continue;
          break;
        }
        uint64_t now = nanos();
        if (r->rtt_count < MOST_RTTS) r->rtts[r->rtt_count++] = (uint32_t)(now - c->began);
        r->echoes++;
        c->sent = c->received = 0;
        if (think > 0) usleep((useconds_t)think);
        c->began = think > 0 ? nanos() : now;
        push(c, data);
        break;
      }
    }
  }
  r->elapsed = (double)(nanos() - start) / 1e9;
  for (int i = 0; i < count; i++) close(all[i].fd);
  return NULL;
}

static void *churn(void *arg) {
  struct result *r = arg;
  r->echoes = 0;
  pthread_barrier_wait(&barrier);
  uint64_t start = nanos(), end = start + (uint64_t)(seconds * 1e9);
  while (nanos() < end) {
    uint64_t began = nanos();
    int fd = dial();
    char byte = 'x';
    /* The close is a reset, so that no port is left in TIME_WAIT. */
    struct linger linger = {1, 0};
    if (send(fd, &byte, 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, 0) == 1) r->echoes++;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
    if (r->rtt_count < MOST_RTTS) r->rtts[r->rtt_count++] = (uint32_t)(nanos() - began);
  }
  r->elapsed = (double)(nanos() - start) / 1e9;
  return NULL;
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: load PORT CONNECTIONS SIZE MILLISECONDS THREADS [THINK_MICROS]\n");
    return 2;
  }
  server.sin_family = AF_INET;
  server.sin_port = htons((uint16_t)atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connections = atoi(argv[2]);
  size = (size_t)atol(argv[3]);
  seconds = atoi(argv[4]) / 1000.0;
  threads = atoi(argv[5]);
  if (threads > connections) threads = connections;
  think = argc > 6 ? atoi(argv[6]) : 0;
  pthread_barrier_init(&barrier, NULL, (unsigned)threads);
  pthread_t ids[64];
  struct result results[64];
  for (int i = 0; i < threads; i++) {
    results[i] = (struct result){.echoes = (uint64_t)i, .rtts = malloc(MOST_RTTS * 4)};
    pthread_create(&ids[i], NULL, size == 0 ? churn : echo, &results[i]);
  }
  double rate = 0;
  size_t total = 0;
  uint64_t all = 0;
  for (int i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
    rate += (double)results[i].echoes / results[i].elapsed;
    total += results[i].rtt_count;
    all += results[i].echoes + results[i].warming;
  }
  uint32_t *rtts = malloc((total + 1) * 4);
  size_t at = 0;
  for (int i = 0; i < threads; i++) {
    memcpy(rtts + at, results[i].rtts, results[i].rtt_count * 4);
    at += results[i].rtt_count;
  }
  qsort(rtts, total, 4, ascending);
  rtts[total] = 0;
  printf("%.0f %.1f %.1f %llu\n", rate, rtts[total / 2] / 1e3, rtts[total * 99 / 100] / 1e3,
         (unsigned long long)all);
  return 0;
}
