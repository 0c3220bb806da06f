/* A connection: three bytes there, and "done". */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void) {
  char bytes[3] = "abc";
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof name;
  int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&name, sizeof name) < 0 || listen(listener, 1) < 0) return 1;
  getsockname(listener, (void *)&name, &length);
  if (connect(client, (void *)&name, sizeof name) < 0) return 1;
  int server = accept(listener, NULL, NULL);
  if (send(client, bytes, 3, 0) != 3 || recv(server, bytes, 3, MSG_WAITALL) != 3) return 1;
  puts("done");
}
