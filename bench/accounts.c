/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_accounts ROUNDS TO FROM=N ...
 * Lookups through the C library, where TO is accounts.cdb by turns each of these files, of N
 * accounts: user000000 (uid 100000) and so on. Prints for each "N NAME UID GROUPS", the medians of
 * the rounds in microseconds a lookup.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOKUPS 64
#define FILES_MAX 8
#define ROUNDS_MAX 1000
#define KINDS 3

static double us[FILES_MAX][KINDS][ROUNDS_MAX];

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
look(unsigned kind, unsigned id)
{
	struct passwd pw, *found = NULL;
	char text[1024], name[16];
	gid_t groups[16];
	int n = 16;

	snprintf(name, sizeof(name), "user%06u", id);
	if (kind == 0)
		(void)getpwnam_r(name, &pw, text, sizeof(text), &found);
	else if (kind == 1)
		(void)getpwuid_r(100000 + id, &pw, text, sizeof(text), &found);
	else
		(void)getgrouplist(name, 31000, groups, &n);
	if (kind < 2 && found == NULL) {
		fprintf(stderr, "bench_accounts: no account %s\n", name);
		exit(1);
	}
}

/* A file takes the place of another as cardtool has it: by rename. */
static void
put(const char *from, const char *to)
{
	char new[512];

	snprintf(new, sizeof(new), "%s.bench", to);
	if (link(from, new) != 0 || rename(new, to) != 0) {
		perror(to);
		exit(1);
	}
	/* rename() of two links to one file leaves both. */
	(void)unlink(new);
}

int
main(int argc, char **argv)
{
	unsigned rounds = argc > 3 ? (unsigned)atoi(argv[1]) : 0, files = (unsigned)argc - 3, n[FILES_MAX];

	if (rounds < 1 || rounds > ROUNDS_MAX || files > FILES_MAX) {
		fprintf(stderr, "usage: bench_accounts ROUNDS TO FROM=N ...\n");
		return 2;
	}
	for (unsigned f = 0; f < files; f++) {
		char *equals = strchr(argv[3 + f], '=');

		n[f] = equals != NULL ? (unsigned)atoi(equals + 1) : 0;
		if (n[f] == 0)
			return 2;
		*equals = '\0';
	}
	for (unsigned r = 0; r < rounds; r++)
		for (unsigned f = 0; f < files; f++) {
			put(argv[3 + f], argv[2]);
			for (unsigned kind = 0; kind < KINDS; kind++) {
				double began = now_us();

				for (unsigned i = 0; i < LOOKUPS; i++)
					look(kind, (r * 7919 + i * 104729) % n[f]);
				us[f][kind][r] = (now_us() - began) / LOOKUPS;
			}
		}
	for (unsigned f = 0; f < files; f++) {
		printf("%u", n[f]);
		for (unsigned kind = 0; kind < KINDS; kind++) {
			qsort(us[f][kind], rounds, sizeof(double), compare);
			printf(" %.2f", us[f][kind][rounds / 2]);
		}
		printf("\n");
	}
	return 0;
}
