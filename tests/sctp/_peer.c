/* A one-to-many SCTP peer: prints its port, answers each message on its stream plus one with its
 * protocol identifier, and ends when a message says so. With an argument, data must come authenticated
 * by key 7, which the argument is (RFC 4895). */
#include <stdint.h>
#include <arpa/inet.h>
#include <linux/sctp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* What DATA chunks are (RFC 9260), which must be authenticated. */
static int authenticate(int fd, const char *secret) {
  struct sctp_assoc_value on = {0, 1};
  struct sctp_authchunk data = {0};
  struct sctp_authkeyid active = {0, 7};
  struct {
    struct sctp_authkey key;
    uint8_t room[64];
  } key = {{0, 7, strlen(secret)}, {0}};
  memcpy(key.key.sca_key, secret, strlen(secret));
  return setsockopt(fd, 132, SCTP_AUTH_SUPPORTED, &on, sizeof on) ||
         setsockopt(fd, 132, SCTP_AUTH_CHUNK, &data, sizeof data) ||
         setsockopt(fd, 132, SCTP_AUTH_KEY, &key, sizeof key.key + strlen(secret)) ||
         setsockopt(fd, 132, SCTP_AUTH_ACTIVE_KEY, &active, sizeof active);
}

int main(int argc, char **argv) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_storage from;
  socklen_t length = sizeof at;
  int fd = socket(AF_INET, SOCK_SEQPACKET, 132), on = 1;
  if (fd < 0 || (argc > 1 && authenticate(fd, argv[1])) ||
      setsockopt(fd, 132, SCTP_RECVRCVINFO, &on, sizeof on) ||
      bind(fd, (struct sockaddr *)&at, length) || listen(fd, 5))
    return perror("sctp"), 1;
  getsockname(fd, (struct sockaddr *)&at, &length);
  printf("%d\n", ntohs(at.sin_port));
  fflush(stdout);
  for (;;) {
    char data[2000], control[200], out[CMSG_SPACE(sizeof(struct sctp_sndinfo))];
    struct iovec part = {data, sizeof data};
    struct msghdr m = {&from, sizeof from, &part, 1, control, sizeof control, 0};
    int got = recvmsg(fd, &m, 0);
    if (got <= 0) return 0;
    struct sctp_rcvinfo info = {0};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
      if (c->cmsg_level == 132 && c->cmsg_type == SCTP_RCVINFO)
        memcpy(&info, CMSG_DATA(c), sizeof info);
    if (got == 3 && !memcmp(data, "end", 3)) return 0;
    struct sctp_sndinfo answer = {info.rcv_sid + 1, 0, info.rcv_ppid, 0, info.rcv_assoc_id};
    part.iov_len = got;
    m = (struct msghdr){NULL, 0, &part, 1, out, sizeof out, 0};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = 132, c->cmsg_type = SCTP_SNDINFO, c->cmsg_len = CMSG_LEN(sizeof answer);
    memcpy(CMSG_DATA(c), &answer, sizeof answer);
    if (sendmsg(fd, &m, 0) < 0) return perror("sendmsg"), 1;
  }
}
