/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bed_tracer MS COMMAND ...: becomes COMMAND, traced by a child of its own, which lets go of it
 * MS after its end. So does LeakSanitizer as a program exits, or a debugger: who waits on the
 * pidfd sees the end, but there is nothing to reap yet.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
nap(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* Signals are passed on as they come. */
static int
hold(pid_t pid, long ms)
{
	siginfo_t si;
	int status;

	for (;;) {
		if (waitid(P_PID, (id_t)pid, &si, WEXITED | WSTOPPED | WNOWAIT) < 0)
			return 1;
		if (si.si_code == CLD_EXITED || si.si_code == CLD_KILLED || si.si_code == CLD_DUMPED)
			break;
		if (waitpid(pid, &status, 0) < 0 || ptrace(PTRACE_CONT, pid, NULL, (long)si.si_status) < 0)
			return 1;
	}
	nap(ms);
	return waitpid(pid, &status, 0) < 0;
}

int
main(int argc, char **argv)
{
	pid_t me = getpid();
	int ready[2];
	char c = 0;

	if (argc < 3 || pipe(ready) < 0) {
		(void)fprintf(stderr, "usage: bed_tracer MS COMMAND [ARG ...]\n");
		return 2;
	}
	switch (fork()) {
	case -1:
		return 1;
	case 0:
		c = ptrace(PTRACE_SEIZE, me, NULL, 0L) == 0;
		(void)!write(ready[1], &c, 1);
		closefrom(0); /* the socket, whose end the helper waits for, above all */
		return hold(me, atol(argv[1]));
	default:
		break;
	}
	if (read(ready[0], &c, 1) != 1 || c != 1)
		return 1;
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)execv(argv[2], argv + 2);
	return 1;
}
