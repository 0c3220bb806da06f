/*
 * One direction of a TCP connection at a time, in blocks of SIZE bytes.
 *   bulk serve SIZE               prints its port; a connection's first byte says what it is for: 'w',
 *                                 the client writes until it ends its side; 'r', the server does
 *   bulk load PORT SIZE w|r       for each line on stdin makes a connection and moves blocks for BURST_MS;
 *                                 prints bytes a second as the client sees them
 */
#define _GNU_SOURCE
#include "turns.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int write_all(int fd, const char *from, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t n = send(fd, from + sent, size - sent, MSG_NOSIGNAL);
    if (n < 0) return 0;
    sent += (size_t)n;
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

static double move(struct sockaddr_in *to, size_t size, char what, char *block) {
  double limit = burst_seconds(), begun, now, bytes = 0;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (void *)to, sizeof *to) < 0) perror("connect"), exit(1);
  if (send(fd, &what, 1, 0) != 1) exit(1);
  begun = seconds();
  for (now = begun; now - begun < limit; now = seconds()) {
    ssize_t n = (ssize_t)size;
    if (what == 'r') n = recv(fd, block, size, 0);
    else if (!write_all(fd, block, size)) n = 0;
    if (n <= 0) perror("moving"), exit(1);
    bytes += (double)n;
  }
  if (what == 'w') {
    shutdown(fd, SHUT_WR);
    while (recv(fd, block, size, 0) > 0) {} // the server has read all of it once it closes
    now = seconds();
  }
  close(fd);
  return bytes / (now - begun);
}

int main(int argc, char **argv) {
  if (argc == 3) serve((size_t)atol(argv[2]));
  if (argc != 5) return 2;
  size_t size = (size_t)atol(argv[3]);
  char *block = calloc(1, size), line[64];
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2])),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  while (fgets(line, sizeof line, stdin)) {
    printf("%.0f\n", move(&to, size, *argv[4], block));
    fflush(stdout);
  }
}
