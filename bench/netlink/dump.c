/* Dumps routes or TCP sockets with libmnl and prints how many came: `dump routes` or `dump sockets`. */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned count;
static unsigned long sum;

static int route_attribute(const struct nlattr *attribute, void *data) {
  const struct nlattr **table = data;
  if (mnl_attr_type_valid(attribute, RTA_MAX) < 0) return MNL_CB_OK;
  table[mnl_attr_get_type(attribute)] = attribute;
  return MNL_CB_OK;
}

static int route(const struct nlmsghdr *message, void *data) {
  struct nlattr *table[RTA_MAX + 1] = {0};
  char text[INET6_ADDRSTRLEN];
  const struct rtmsg *header = mnl_nlmsg_get_payload(message);
  mnl_attr_parse(message, sizeof(*header), route_attribute, table);
  if (table[RTA_DST]) sum += strlen(inet_ntop(AF_INET, mnl_attr_get_payload(table[RTA_DST]), text, sizeof text));
  if (table[RTA_GATEWAY]) sum += strlen(inet_ntop(AF_INET, mnl_attr_get_payload(table[RTA_GATEWAY]), text, sizeof text));
  if (table[RTA_OIF]) sum += mnl_attr_get_u32(table[RTA_OIF]);
  count++;
  return MNL_CB_OK;
}

static int sock(const struct nlmsghdr *message, void *data) {
  char text[INET6_ADDRSTRLEN];
  const struct inet_diag_msg *header = mnl_nlmsg_get_payload(message);
  sum += strlen(inet_ntop(AF_INET, header->id.idiag_src, text, sizeof text));
  sum += strlen(inet_ntop(AF_INET, header->id.idiag_dst, text, sizeof text));
  sum += ntohs(header->id.idiag_sport) + header->idiag_inode;
  count++;
  return MNL_CB_OK;
}

int main(int argc, char **argv) {
  int sockets = argc > 1 && !strcmp(argv[1], "sockets");
  static char buffer[65536];
  struct mnl_socket *link = mnl_socket_open(sockets ? NETLINK_SOCK_DIAG : NETLINK_ROUTE);
  mnl_socket_bind(link, 0, MNL_SOCKET_AUTOPID);
  struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (sockets) {
    request->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    struct inet_diag_req_v2 *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
    header->sdiag_family = AF_INET;
    header->sdiag_protocol = IPPROTO_TCP;
    header->idiag_states = -1;
  } else {
    request->nlmsg_type = RTM_GETROUTE;
    struct rtmsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
    header->rtm_family = AF_INET;
  }
  mnl_socket_sendto(link, request, request->nlmsg_len);
  for (;;) {
    ssize_t got = mnl_socket_recvfrom(link, buffer, sizeof buffer);
    if (got <= 0 || mnl_cb_run(buffer, got, 0, mnl_socket_get_portid(link), sockets ? sock : route, 0) <= 0) break;
  }
  printf("%u %lu\n", count, sum);
  return 0;
}
