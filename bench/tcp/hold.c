/*
 * Holds CONNECTIONS connections to an echo server on 127.0.0.1:PORT open after one message of SIZE bytes
 * each there and back; prints how many, and lets go when its input ends.
 *
 *   hold PORT CONNECTIONS SIZE
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  size_t size = (size_t)atol(argv[3]);
  char *data = malloc(size);
  memset(data, 'x', size);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int held = 0;
  for (; held < atoi(argv[2]); held++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) break;
    if (send(fd, data, size, MSG_NOSIGNAL) != (ssize_t)size) break;
    if (recv(fd, data, size, MSG_WAITALL) != (ssize_t)size) break;
  }
  printf("%d\n", held);
  fflush(stdout);
  while (read(0, data, size) > 0) {
  }
  return 0;
}
