/* The families that most kernels lack, by turns: families MODE [INTERFACE]. Both ends are in this thread.
   sctp-echo, vsock-echo: 64 bytes there and back; sctp-bulk, vsock-bulk: 16 KiB there; can-one: a frame there;
   can-batch: 64 frames there by sendmmsg and recvmmsg; alg: SHA-256 of 16 KiB. */
#define _GNU_SOURCE
#include "turns.h"
#include <arpa/inet.h>
#include <linux/can.h>
#include <linux/if_alg.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BULK = 16384, BATCH = 64, SCTP_NODELAY_ = 3 };

static int a, b;
static size_t size = 64;
static char data[BULK], into[BULK];

static int must(int result, const char *what) {
  if (result < 0) perror(what), exit(1);
  return result;
}

static void receive(int fd) {
  for (size_t got = 0; got < size;) got += (size_t)must((int)recv(fd, into, size - got, 0), "recv");
}

static double echo(void) {
  must((int)send(a, data, size, 0), "send");
  receive(b);
  must((int)send(b, data, size, 0), "send");
  receive(a);
  return 1;
}

static double bulk(void) {
  must((int)send(a, data, size, 0), "send");
  receive(b);
  return 1;
}

static double one_frame(void) {
  struct can_frame frame = {.can_id = 0x123, .len = 8};
  must((int)send(a, &frame, sizeof frame, 0), "send");
  must((int)recv(b, &frame, sizeof frame, 0), "recv");
  return 1;
}

static double frames(void) {
  static struct can_frame frames[BATCH];
  static struct iovec parts[BATCH];
  static struct mmsghdr messages[BATCH];
  for (int i = 0; i < BATCH; i++) {
    frames[i] = (struct can_frame){.can_id = 0x123, .len = 8};
    parts[i] = (struct iovec){&frames[i], sizeof frames[i]};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  }
  int sent = must(sendmmsg(a, messages, BATCH, 0), "sendmmsg");
  for (int got = 0; got < sent;) got += must(recvmmsg(b, messages, (unsigned)(sent - got), MSG_WAITFORONE, NULL), "recvmmsg");
  return sent;
}

static double hash(void) {
  must((int)send(a, data, size, MSG_MORE), "send");
  must((int)recv(a, into, 32, 0), "recv");
  return 1;
}

static void connected(int family, int protocol, void *name, socklen_t length) {
  int listener = must(socket(family, SOCK_STREAM, protocol), "socket");
  must(bind(listener, name, length), "bind");
  must(listen(listener, 1), "listen");
  must(getsockname(listener, name, &length), "getsockname");
  if (family == AF_VSOCK) ((struct sockaddr_vm *)name)->svm_cid = VMADDR_CID_LOCAL;
  a = must(socket(family, SOCK_STREAM, protocol), "socket");
  must(connect(a, name, length), "connect");
  b = must(accept(listener, NULL, NULL), "accept");
}

static int can(const char *interface) {
  struct sockaddr_can name = {.can_family = AF_CAN, .can_ifindex = (int)if_nametoindex(interface)};
  int fd = must(socket(AF_CAN, SOCK_RAW, CAN_RAW), "socket");
  must(bind(fd, (void *)&name, sizeof name), "bind");
  return fd;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  const char *mode = argv[1];
  if (strstr(mode, "bulk")) size = BULK;
  if (!strncmp(mode, "sctp", 4)) {
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    connected(AF_INET, IPPROTO_SCTP, &name, sizeof name);
    must(setsockopt(a, IPPROTO_SCTP, SCTP_NODELAY_, &(int){1}, 4), "setsockopt");
    must(setsockopt(b, IPPROTO_SCTP, SCTP_NODELAY_, &(int){1}, 4), "setsockopt");
    turns(size == BULK ? bulk : echo);
  } else if (!strncmp(mode, "vsock", 5)) {
    struct sockaddr_vm name = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = VMADDR_PORT_ANY};
    connected(AF_VSOCK, 0, &name, sizeof name);
    turns(size == BULK ? bulk : echo);
  } else if (!strncmp(mode, "can", 3)) {
    if (argc < 3) return 2;
    a = can(argv[2]);
    b = can(argv[2]);
    turns(!strcmp(mode, "can-one") ? one_frame : frames);
  } else {
    struct sockaddr_alg name = {.salg_family = AF_ALG, .salg_type = "hash", .salg_name = "sha256"};
    int transform = must(socket(AF_ALG, SOCK_SEQPACKET, 0), "socket");
    must(bind(transform, (void *)&name, sizeof name), "bind");
    a = must(accept(transform, NULL, NULL), "accept");
    size = BULK;
    turns(hash);
  }
}
