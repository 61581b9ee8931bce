/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench_memory COMMAND [ARG ...]: runs it; the most memory it took, on stderr. */
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

int
main(int argc, char **argv)
{
	struct rusage used;
	int status = -1;
	pid_t pid;

	if (argc < 2 || posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ) != 0 ||
	    wait4(pid, &status, 0, &used) != pid) {
		fprintf(stderr, "usage: bench_memory COMMAND [ARG ...]\n");
		return 2;
	}
	fprintf(stderr, "bench_memory: %ld KiB\n", used.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
