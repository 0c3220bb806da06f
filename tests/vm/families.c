/* For each "family type protocol" of the arguments: the error of socket(2), 0 if it opens. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int family, type, protocol;
		if (sscanf(argv[i], "%d %d %d", &family, &type, &protocol) != 3)
			return 2;
		int fd = socket(family, type, protocol);
		printf("%d\n", fd < 0 ? errno : 0);
		if (fd >= 0)
			close(fd);
	}
	return 0;
}
