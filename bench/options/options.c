/* Reads an option over and over, by turns: options OPTION. */
#include "turns.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static int fd, level = SOL_SOCKET, option;
static socklen_t room = 4;

static double work(void) {
  char value[256];
  for (int i = 0; i < 64; i++) {
    socklen_t length = room;
    if (getsockopt(fd, level, option, value, &length) < 0) exit(1);
  }
  return 64;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof name;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&name, sizeof name) < 0 || listen(listener, 1) < 0) return 1;
  getsockname(listener, (void *)&name, &length);
  if (connect(fd, (void *)&name, sizeof name) < 0) return 1;
  if (!strcmp(argv[1], "SO_RCVBUF")) option = SO_RCVBUF;
  else if (!strcmp(argv[1], "SO_LINGER")) option = SO_LINGER, room = 8;
  else if (!strcmp(argv[1], "TCP_NODELAY")) level = IPPROTO_TCP, option = TCP_NODELAY;
  else if (!strcmp(argv[1], "TCP_INFO")) level = IPPROTO_TCP, option = TCP_INFO, room = 256;
  else return 2;
  turns(work);
}
