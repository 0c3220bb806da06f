/*
 * One direction of a TCP connection at a time, in blocks of SIZE bytes.
 *   bulk serve SIZE               prints its port; a connection's first byte says what it is for: 'w',
 *                                 the client writes until it ends its side; 'r', the server does
 *   bulk load PORT SIZE w|r MS    prints bytes a second as the client sees them
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int write_all(int fd, const char *from, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t n = send(fd, from + sent, size - sent, MSG_NOSIGNAL);
    if (n < 0) return 0;
    sent += n;
  }
  return 1;
}

static void serve(size_t size) {
  char *block = calloc(1, size);
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof name;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&name, sizeof name) < 0 || listen(listener, 64) < 0) exit(1);
  getsockname(listener, (void *)&name, &length);
  printf("%d\n", ntohs(name.sin_port));
  fflush(stdout);
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    char what;
    if (recv(fd, &what, 1, 0) == 1) {
      if (what == 'r') while (write_all(fd, block, size)) {}
      else while (recv(fd, block, size, 0) > 0) {}
    }
    close(fd);
  }
}

int main(int argc, char **argv) {
  if (argc == 3) serve(atol(argv[2]));
  if (argc != 6) return 2;
  size_t size = atol(argv[3]);
  double limit = atof(argv[5]) / 1000, begun, now;
  char *block = calloc(1, size);
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (void *)&name, sizeof name) < 0) return perror("connect"), 1;
  if (send(fd, argv[4], 1, 0) != 1) return 1;
  double bytes = 0;
  if (*argv[4] == 'w') {
    begun = seconds();
    for (now = begun; now - begun < limit; now = seconds()) {
      if (!write_all(fd, block, size)) return perror("send"), 1;
      bytes += size;
    }
    shutdown(fd, SHUT_WR);
    while (recv(fd, block, size, 0) > 0) {} // the server has read all of it once it closes
    now = seconds();
  } else {
    begun = seconds();
    for (now = begun; now - begun < limit; now = seconds()) {
      ssize_t n = recv(fd, block, size, 0);
      if (n <= 0) return perror("recv"), 1;
      bytes += n;
    }
  }
  printf("%.0f\n", bytes / (now - begun));
}
