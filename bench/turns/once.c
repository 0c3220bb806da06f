/*
 * Runs programs to their ends, one for each line on stdin (words apart by the byte 31), and prints a line:
 * milliseconds from the start to the end, of CPU, and from the program's last byte of output to its end; then
 * the last line that it wrote.
 */
#define _GNU_SOURCE
#include "turns.h"
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double milliseconds(struct timeval t) {
  return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

int main(void) {
  static char line[65536], output[65536];
  size_t kept = 0;
  char *words[64];
  while (fgets(line, sizeof line, stdin)) {
    int count = 0, pipes[2], status;
    for (char *word = strtok(line, "\37\n"); word && count < 63; word = strtok(NULL, "\37\n"))
      words[count++] = word;
    words[count] = NULL;
    if (count == 0 || pipe2(pipes, O_CLOEXEC) < 0) return 2;
    double start = seconds(), last = start;
    pid_t child = fork();
    if (child == 0) {
      dup2(open("/dev/null", O_RDONLY), 0);
      dup2(pipes[1], 1);
      execvp(words[0], words);
      _exit(127);
    }
    close(pipes[1]);
    ssize_t got;
    for (kept = 0; (got = read(pipes[0], output + kept, sizeof output - 1 - kept)) > 0;) {
      last = seconds();
      kept += (size_t)got;
      if (kept > sizeof output / 2) memmove(output, output + kept - 1024, kept = 1024);
    }
    while (kept > 0 && output[kept - 1] == '\n') kept--;
    output[kept] = 0;
    close(pipes[0]);
    struct rusage used;
    if (wait4(child, &status, 0, &used) != child || status != 0) {
      fprintf(stderr, "%s ended with status %x\n", words[0], (unsigned)status);
      return 1;
    }
    double end = seconds();
    char *told = strrchr(output, '\n');
    printf("%.3f %.3f %.3f %s\n", (end - start) * 1e3,
           milliseconds(used.ru_utime) + milliseconds(used.ru_stime), (end - last) * 1e3,
           told == NULL ? output : told + 1);
    fflush(stdout);
  }
}
