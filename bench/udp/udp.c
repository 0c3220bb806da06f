/* The same system calls in C: udp.c MODE SIZE [PORT]. Receivers print their port, then a rate for each
   burst that comes; senders take a port, and send a burst and print its rate for each line on stdin.
   Rates are datagrams a second over BURST_MS milliseconds, of a burst that is 100 ms longer and that a
   silence of 30 ms ends. */
#define _GNU_SOURCE
#include "turns.h"
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

static struct mmsghdr headers[BATCH];
static struct iovec vectors[BATCH];
static struct sockaddr_in names[BATCH];
static char control[BATCH][64];
static char *payload;

static void prepare(int size) {
  payload = calloc(BATCH, size);
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){payload + (long)i * size, size};
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    headers[i].msg_hdr.msg_name = &names[i];
  }
}

static void receive(const char *mode, int size) {
  int gro = !strcmp(mode, "gro");
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof own;
  if (bind(fd, (struct sockaddr *)&own, length) < 0) exit(1);
  getsockname(fd, (struct sockaddr *)&own, &length);
  if (gro) setsockopt(fd, IPPROTO_UDP, UDP_GRO, &(int){1}, sizeof(int));
  printf("%d\n", ntohs(own.sin_port));
  fflush(stdout);
  prepare(gro ? 65536 : 2048);
  double start = 0, last = 0, limit = burst_seconds();
  long calls = 0, bytes = 0;
  int done = 1;
  for (;;) {
    int n = BATCH;
    if (!strcmp(mode, "recvfrom")) {
      for (int i = 0; i < BATCH; i++) {
        socklen_t l = sizeof names[0];
        bytes += recvfrom(fd, payload, 2048, 0, (struct sockaddr *)&names[0], &l);
      }
    } else {
      for (int i = 0; i < BATCH; i++) {
        headers[i].msg_hdr.msg_namelen = sizeof names[0];
        if (gro) {
          headers[i].msg_hdr.msg_control = control[i];
          headers[i].msg_hdr.msg_controllen = sizeof control[i];
        }
      }
      n = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
      for (int i = 0; i < n; i++) bytes += headers[i].msg_len;
    }
    double time = seconds();
    if (time - last > 0.03) {
      start = time;
      bytes = done = 0;
    } else if (!done && time - start >= limit) {
      printf("%.0f\n", bytes / size / (time - start));
      fflush(stdout);
      done = 1;
    }
    last = time;
  }
}

static void transmit(const char *mode, int size, int port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0), gso = !strcmp(mode, "gso") || !strcmp(mode, "flood");
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                           .sin_port = htons(port)};
  /* Old kernels take 64 segments, new ones 128. The flood must outrun the receivers. */
  int most = !strcmp(mode, "flood") ? 128 : 64;
  int segments = gso ? (65000 / size < most ? 65000 / size : most) : 1;
  if (gso) setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size);
  prepare(size * segments);
  for (int i = 0; i < BATCH; i++) {
    names[i] = to;
    headers[i].msg_hdr.msg_namelen = sizeof to;
  }
  double limit = burst_seconds() + (!strcmp(mode, "flood") ? 0.1 : 0), start, time;
  long count;
  char line[64];
again:
  if (!fgets(line, sizeof line, stdin)) return;
  start = seconds();
  count = 0;
  do {
    if (!strcmp(mode, "sendto")) {
      for (int i = 0; i < BATCH; i++)
        count += sendto(fd, payload, size, 0, (struct sockaddr *)&to, sizeof to) == size;
    } else {
      int n = sendmmsg(fd, headers, gso ? 8 : BATCH, 0);
      if (n > 0) count += (long)n * segments;
    }
    time = seconds() - start;
  } while (time < limit);
  printf("%.0f\n", count / time);
  fflush(stdout);
  goto again;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int size = atoi(argv[2]);
  if (argc > 3) transmit(argv[1], size, atoi(argv[3]));
  else receive(argv[1], size);
}
