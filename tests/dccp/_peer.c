/* A DCCP peer: "serve SERVICE" prints its port and answers each packet of one connection until it
 * ends; "call PORT SERVICE TEXT" sends a text and prints the answer. */
#include <arpa/inet.h>
#include <linux/dccp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOL_DCCP
#define SOL_DCCP 269
#endif
#ifndef SOCK_DCCP
#define SOCK_DCCP 6
#endif

static int opened(const char *service) {
  int fd = socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP);
  unsigned code;
  memcpy(&code, service, 4);
  if (fd < 0 || setsockopt(fd, SOL_DCCP, DCCP_SOCKOPT_SERVICE, &code, sizeof code)) {
    perror("socket");
    exit(1);
  }
  return fd;
}

int main(int argc, char **argv) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof at;
  char packet[2000];
  if (argc == 3 && !strcmp(argv[1], "serve")) {
    int fd = opened(argv[2]), got;
    if (bind(fd, (struct sockaddr *)&at, length) || listen(fd, 5)) return perror("listen"), 1;
    getsockname(fd, (struct sockaddr *)&at, &length);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    int peer = accept(fd, NULL, NULL);
    while ((got = recv(peer, packet, sizeof packet, 0)) > 0) send(peer, packet, got, 0);
    return 0;
  }
  if (argc == 5 && !strcmp(argv[1], "call")) {
    int fd = opened(argv[3]);
    at.sin_port = htons(atoi(argv[2]));
    if (connect(fd, (struct sockaddr *)&at, length)) return perror("connect"), 1;
    send(fd, argv[4], strlen(argv[4]), 0);
    int got = recv(fd, packet, sizeof packet, 0);
    printf("%.*s\n", got, packet);
    return 0;
  }
  return 2;
}
