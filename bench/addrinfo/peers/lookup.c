/* Looks HOST up COUNT times for each line on stdin and prints a line of JSON: lookup HOST IN_FLIGHT COUNT
   HOW. "async": by getaddrinfo_a, IN_FLIGHT at once, whatever has ended asked anew; "blocking": by
   getaddrinfo, one at a time. No two are equal: each asks for another port. A "%d" in the name is
   replaced by the number of the look-up. */
#define _GNU_SOURCE
#include "turns.h"
#include <netdb.h>
#include <string.h>

#define MOST 512

static const char *host;
static struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
static struct gaicb requests[MOST];
static char names[MOST][256], ports[MOST][8];

static void ask(int i, long number) {
  snprintf(ports[i], sizeof ports[i], "%ld", number % 65536);
  const char *at = strstr(host, "%d");
  if (at == NULL) snprintf(names[i], sizeof names[i], "%s", host);
  else snprintf(names[i], sizeof names[i], "%.*s%ld%s", (int)(at - host), host, number, at + 2);
  requests[i] = (struct gaicb){.ar_name = names[i], .ar_service = ports[i], .ar_request = &hints};
}

static void asynchronously(int in_flight, long count) {
  struct gaicb *started[MOST];
  long asked = 0, ended = 0;
  for (int i = 0; i < in_flight; i++) ask(i, asked++), started[i] = &requests[i];
  if (getaddrinfo_a(GAI_NOWAIT, started, in_flight, NULL) != 0) exit(1);
  char open[MOST];
  memset(open, 1, sizeof open);
  for (int at = 0; ended < count; at = (at + 1) % in_flight) {
    int n = 0;
    // For one of them: glibc's wait for several may hang for ever.
    const struct gaicb *waiting = &requests[at];
    if (!open[at]) continue;
    gai_suspend(&waiting, 1, NULL);
    for (int i = 0; i < in_flight; i++) {
      if (!open[i] || gai_error(&requests[i]) == EAI_INPROGRESS) continue;
      if (gai_error(&requests[i]) != 0) exit(1);
      freeaddrinfo(requests[i].ar_result);
      ended++;
      open[i] = asked < count;
      if (!open[i]) continue;
      ask(i, asked++);
      started[n++] = &requests[i];
    }
    if (n > 0 && getaddrinfo_a(GAI_NOWAIT, started, n, NULL) != 0) exit(1);
  }
}

static void blocking(long count) {
  for (long number = 0; number < count; number++) {
    struct addrinfo *found;
    ask(0, number);
    if (getaddrinfo(names[0], ports[0], &hints, &found) != 0) exit(1);
    freeaddrinfo(found);
  }
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  host = argv[1];
  int in_flight = atoi(argv[2]);
  long count = atol(argv[3]);
  if (in_flight > MOST || count < in_flight) return 2;
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    double start = seconds();
    if (!strcmp(argv[4], "async")) asynchronously(in_flight, count);
    else blocking(count);
    printf("{\"perSecond\": %f}\n", count / (seconds() - start));
    fflush(stdout);
  }
}
