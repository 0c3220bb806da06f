/* Every notification of linux/sctp.h, its fields filled in by their names: a line of hexadecimal
 * digits each. What follows a structure are the bytes "tail", or stream numbers. */
#include <stdint.h>
#include <arpa/inet.h>
#include <linux/sctp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void told(const void *event, size_t size, const char *tail, size_t more) {
  for (size_t i = 0; i < size; i++) printf("%02x", ((const uint8_t *)event)[i]);
  for (size_t i = 0; i < more; i++) printf("%02x", (uint8_t)tail[i]);
  printf("\n");
}

#define TELL(event, tail, more) told(&(event), sizeof(event), tail, more)

int main(void) {
  struct sctp_assoc_change change = {.sac_type = SCTP_ASSOC_CHANGE, .sac_state = SCTP_RESTART,
    .sac_error = 2, .sac_outbound_streams = 3, .sac_inbound_streams = 4, .sac_assoc_id = 5};
  TELL(change, "", 0);
  struct sctp_paddr_change path = {.spc_type = SCTP_PEER_ADDR_CHANGE, .spc_state = SCTP_ADDR_CONFIRMED,
    .spc_error = 6, .spc_assoc_id = 7};
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(8), .sin_addr.s_addr = htonl(0x7f000009)};
  memcpy(&path.spc_aaddr, &at, sizeof at);
  TELL(path, "", 0);
  path.spc_state = SCTP_ADDR_PF;
  struct sockaddr_in6 at6 = {.sin6_family = AF_INET6, .sin6_port = htons(8), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  memcpy(&path.spc_aaddr, &at6, sizeof at6);
  TELL(path, "", 0);
  struct sctp_send_failed old = {.ssf_type = SCTP_SEND_FAILED, .ssf_flags = SCTP_DATA_SENT, .ssf_error = 110,
    .ssf_info = {.sinfo_stream = 10, .sinfo_ppid = htonl(11), .sinfo_context = 12}, .ssf_assoc_id = 13};
  TELL(old, "tail", 4);
  struct sctp_remote_error error = {.sre_type = SCTP_REMOTE_ERROR, .sre_error = htons(14), .sre_assoc_id = 15};
  TELL(error, "tail", 4);
  struct sctp_shutdown_event end = {.sse_type = SCTP_SHUTDOWN_EVENT, .sse_assoc_id = 16};
  TELL(end, "", 0);
  struct sctp_pdapi_event part = {.pdapi_type = SCTP_PARTIAL_DELIVERY_EVENT, .pdapi_assoc_id = 17,
    .pdapi_stream = 18, .pdapi_seq = 19};
  TELL(part, "", 0);
  struct sctp_adaptation_event layer = {.sai_type = SCTP_ADAPTATION_INDICATION, .sai_adaptation_ind = 20,
    .sai_assoc_id = 21};
  TELL(layer, "", 0);
  struct sctp_authkey_event key = {.auth_type = SCTP_AUTHENTICATION_EVENT, .auth_keynumber = 22,
    .auth_indication = SCTP_AUTH_FREE_KEY, .auth_assoc_id = 23};
  TELL(key, "", 0);
  struct sctp_sender_dry_event dry = {.sender_dry_type = SCTP_SENDER_DRY_EVENT, .sender_dry_assoc_id = 24};
  TELL(dry, "", 0);
  struct sctp_stream_reset_event reset = {.strreset_type = SCTP_STREAM_RESET_EVENT,
    .strreset_flags = SCTP_STREAM_RESET_INCOMING_SSN | SCTP_STREAM_RESET_DENIED, .strreset_assoc_id = 25};
  uint16_t streams[] = {26, 27};
  TELL(reset, (char *)streams, sizeof streams);
  struct sctp_assoc_reset_event anew = {.assocreset_type = SCTP_ASSOC_RESET_EVENT,
    .assocreset_flags = SCTP_ASSOC_RESET_FAILED, .assocreset_assoc_id = 28, .assocreset_local_tsn = 29,
    .assocreset_remote_tsn = 30};
  TELL(anew, "", 0);
  struct sctp_stream_change_event more = {.strchange_type = SCTP_STREAM_CHANGE_EVENT,
    .strchange_flags = SCTP_STREAM_CHANGE_DENIED, .strchange_assoc_id = 31, .strchange_instrms = 32,
    .strchange_outstrms = 33};
  TELL(more, "", 0);
  struct sctp_send_failed_event failed = {.ssf_type = SCTP_SEND_FAILED_EVENT, .ssf_flags = SCTP_DATA_UNSENT,
    .ssf_error = 32, .ssfe_info = {.snd_sid = 34, .snd_ppid = htonl(35), .snd_context = 36}, .ssf_assoc_id = 37};
  TELL(failed, "tail", 4);
  /* None is left out. */
  return SCTP_SN_TYPE_MAX == SCTP_SEND_FAILED_EVENT ? 0 : 1;
}
