/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bed_cut [--only NAME] N COMMAND [ARG ...]
 * Runs COMMAND and kills it with SIGKILL where it enters its Nth system call, before the kernel
 * does anything for it. With --only, of its children that run NAME the one that enters the Nth
 * of them all; those that come after it run on. N 0: never. The last
 * line on stderr is "bed_cut: cut N CALL" or, where it ended before, "bed_cut: whole COUNT";
 * the exit status is COMMAND's, 128 + 9 where COMMAND itself was killed.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define KNOWN_MAX 64
#define TARGETS_MAX 8
#define FOLLOW (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)

struct cut {
	const char *only;
	long at, count;
	pid_t command, target[TARGETS_MAX];	/* whose calls count, by process id */
	unsigned targets;
	bool done;			/* cut */
	unsigned long long call;
	int status;
	pid_t known[KNOWN_MAX];		/* threads seen, for their first SIGSTOP is ptrace's */
	unsigned n;
};

static bool
first_seen(struct cut *c, pid_t tid)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->known[i] == tid)
			return false;
	if (c->n < KNOWN_MAX)
		c->known[c->n++] = tid;
	return true;
}

/* A thread counts with its process. */
static pid_t
process_of(pid_t tid)
{
	char path[64], line[128];
	pid_t tgid = tid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if ((f = fopen(path, "re")) == NULL)
		return tid;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	fclose(f);
	return tgid;
}

static bool
runs(pid_t pid, const char *name)
{
	char path[64], comm[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	if (fgets(comm, sizeof(comm), f) != NULL)
		comm[strcspn(comm, "\n")] = '\0';
	fclose(f);
	return strcmp(comm, name) == 0;
}

static bool
is_target(const struct cut *c, pid_t pid)
{
	for (unsigned i = 0; i < c->targets; i++)
		if (c->target[i] == pid)
			return true;
	return false;
}

/* What it runs from here on: the command itself, or a child of the name asked for. */
static void
on_exec(struct cut *c, pid_t pid)
{
	if (is_target(c, pid) || (c->only == NULL ? c->targets > 0 : !runs(pid, c->only)))
		return;
	if (c->targets == TARGETS_MAX)
		errx(2, "more than %d of %s", TARGETS_MAX, c->only);
	c->target[c->targets++] = pid;
}

static void
go_on(struct cut *c, pid_t tid, int sig)
{
	bool count = !c->done && is_target(c, process_of(tid));

	/* It may be gone already: then its end is what comes next. */
	(void)ptrace(count ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL, (void *)(long)sig);
}

static void
on_syscall(struct cut *c, pid_t tid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(info), &info) > 0 &&
	    info.op == PTRACE_SYSCALL_INFO_ENTRY && ++c->count == c->at) {
		c->done = true;
		c->call = info.entry.nr;
		(void)kill(process_of(tid), SIGKILL);
		return;
	}
	go_on(c, tid, 0);
}

static void
on_stop(struct cut *c, pid_t tid, int status)
{
	int sig = WSTOPSIG(status);
	bool first = first_seen(c, tid);

	if (status >> 16 == PTRACE_EVENT_EXEC)
		on_exec(c, tid);
	if (sig == (SIGTRAP | 0x80))
		on_syscall(c, tid);
	else if (status >> 16 != 0 || (sig == SIGSTOP && first))
		go_on(c, tid, 0);
	else
		go_on(c, tid, sig);
}

static void
supervise(struct cut *c)
{
	int status;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (tid <= 0)
			continue;
		if (WIFSTOPPED(status)) {
			on_stop(c, tid, status);
			continue;
		}
		if (tid == c->command) {
			c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			return;
		}
	}
}

static void
start(struct cut *c, char **argv)
{
	int status;

	if ((c->command = fork()) < 0)
		err(2, "fork");
	if (c->command == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			err(2, "ptrace");
		raise(SIGSTOP);
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	(void)first_seen(c, c->command);
	if (waitpid(c->command, &status, 0) != c->command || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, c->command, NULL,
	    (void *)(long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | FOLLOW)) != 0)
		err(2, "ptrace");
	go_on(c, c->command, 0);
}

int
main(int argc, char **argv)
{
	struct cut c = { .at = -1 };
	char *end = NULL;
	int first = 1;

	if (argc > 3 && strcmp(argv[1], "--only") == 0) {
		c.only = argv[2];
		first = 3;
	}
	if (argc > first + 1)
		c.at = strtol(argv[first], &end, 10);
	if (c.at < 0 || end == NULL || *end != '\0') {
		fprintf(stderr, "usage: bed_cut [--only NAME] N COMMAND [ARG ...]\n");
		return 2;
	}
	start(&c, argv + first + 1);
	supervise(&c);
	/* What was cut may have been in the middle of a line. */
	if (c.done)
		fprintf(stderr, "\nbed_cut: cut %ld %llu\n", c.at, c.call);
	else
		fprintf(stderr, "bed_cut: whole %ld\n", c.count);
	return c.status;
}
