/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_interleave RUNS INPUT NAME COMMAND [NAME COMMAND ...]
 * Runs the commands by turns, RUNS times each, with the file INPUT on stdin and their
 * output thrown away, and prints "NAME MEDIAN P95" in microseconds. A command is words
 * parted by blanks. One that fails ends it all.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define COMMANDS_MAX 12
#define WORDS_MAX 16

extern char **environ;

struct job {
	const char *name;
	char *word[WORDS_MAX + 1];
	long *us;
};

static int
compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static long
run_once(const struct job *j, const char *input)
{
	posix_spawn_file_actions_t fa;
	struct timespec t0, t1;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	if (posix_spawnp(&pid, j->word[0], &fa, NULL, j->word, environ) == 0)
		waitpid(pid, &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	posix_spawn_file_actions_destroy(&fa);
	if (status != 0)
		return -1;
	return (t1.tv_sec - t0.tv_sec) * 1000000 + (t1.tv_nsec - t0.tv_nsec) / 1000;
}

static int
parse_jobs(struct job *job, int n, long runs, char **argv)
{
	char *save, *w;
	int k;

	for (int i = 0; i < n; i++) {
		job[i].name = argv[2 * i];
		job[i].us = calloc((size_t)runs, sizeof(long));
		k = 0;
		for (w = strtok_r(argv[2 * i + 1], " ", &save); w != NULL && k < WORDS_MAX;
		     w = strtok_r(NULL, " ", &save))
			job[i].word[k++] = w;
		if (job[i].us == NULL || k == 0)
			return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct job job[COMMANDS_MAX] = { 0 };
	int n = (argc - 3) / 2, r = 1;
	long runs = argc > 1 ? atol(argv[1]) : 0;

	if (argc < 5 || argc % 2 == 0 || n > COMMANDS_MAX || runs < 1 || runs > 100000 ||
	    parse_jobs(job, n, runs, argv + 3) != 0) {
		fprintf(
		    stderr, "usage: bench_interleave RUNS INPUT NAME COMMAND [NAME COMMAND ...]\n");
		return 2;
	}
	for (long k = 0; k < runs; k++) {
		for (int i = 0; i < n; i++) {
			job[i].us[k] = run_once(&job[i], argv[2]);
			if (job[i].us[k] < 0) {
				fprintf(stderr, "bench_interleave: %s failed in run %ld\n",
				    job[i].name, k);
				goto out;
			}
		}
	}
	for (int i = 0; i < n; i++) {
		qsort(job[i].us, (size_t)runs, sizeof(long), compare);
		printf(
		    "%s %ld %ld\n", job[i].name, job[i].us[runs / 2], job[i].us[runs * 95 / 100]);
	}
	r = 0;
out:
	for (int i = 0; i < n; i++)
		free(job[i].us);
	return r;
}
