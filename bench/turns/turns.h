/* A program that waits for its turn: for each line on stdin it works for BURST_MS milliseconds (150
   unless the environment says otherwise) and prints its rate a second. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double burst_seconds(void) {
  const char *ms = getenv("BURST_MS");
  return (ms ? atof(ms) : 150) / 1000;
}

static inline void turns(double (*work)(void)) {
  double limit = burst_seconds(), time;
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    double start = seconds(), count = 0;
    do {
      count += work();
    } while ((time = seconds() - start) < limit);
    printf("%.3f\n", count / time);
    fflush(stdout);
  }
}
