/*
 * The yardstick: a TCP echo server in C, one thread, level-triggered epoll, one shared buffer.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 65536 };
static char shared[SIZE];
/* What a slow reader has not taken yet, by descriptor. */
static struct pending {
  char *data;
  size_t length;
} pending[65536];

static void drop(int fd) {
  free(pending[fd].data);
  pending[fd] = (struct pending){0};
  close(fd);
}

static void watch(int epoll, int operation, int fd, unsigned events) {
  struct epoll_event e = {.events = events, .data.fd = fd};
  epoll_ctl(epoll, operation, fd, &e);
}

int main(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof a;
  if (bind(listener, (struct sockaddr *)&a, sizeof a) < 0 || listen(listener, 4096) < 0 ||
      getsockname(listener, (struct sockaddr *)&a, &length) < 0) {
    perror("listen");
    return 1;
  }
  printf("%d\n", ntohs(a.sin_port));
  fflush(stdout);
  int epoll = epoll_create1(0);
  watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
  struct epoll_event events[128];
  for (;;) {
    int n = epoll_wait(epoll, events, 128, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int c;
        while ((c = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          watch(epoll, EPOLL_CTL_ADD, c, EPOLLIN);
        }
        continue;
      }
      struct pending *p = &pending[fd];
      if (p->length > 0) {
        ssize_t sent = send(fd, p->data, p->length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
          drop(fd);
          continue;
        }
        if (sent > 0) memmove(p->data, p->data + sent, p->length -= (size_t)sent);
        if (p->length == 0) watch(epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
        continue;
      }
      ssize_t got = recv(fd, shared, SIZE, 0);
      if (got <= 0) {
        if (got == 0 || errno != EAGAIN) drop(fd);
        continue;
      }
      ssize_t sent = send(fd, shared, (size_t)got, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) {
        drop(fd);
        continue;
      }
      if (sent < 0) sent = 0;
      if (sent < got) {
        p->length = (size_t)(got - sent);
        p->data = realloc(p->data, SIZE);
        memcpy(p->data, shared + sent, p->length);
        watch(epoll, EPOLL_CTL_MOD, fd, EPOLLOUT);
      }
    }
  }
}
