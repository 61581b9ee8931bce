/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_insert RUNS PID
 * How long after pcscd reported a card does the wait of mckd-auth know of it? PID is the
 * mckd-vcard whose card is taken out and put in. A second client of pcscd, which does nothing
 * but wait for the same event, tells when it was reported. Prints "insert MEDIAN P95 MAX" in
 * microseconds.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

#include "pcsc.h"

#define READER "Virtual PCD 00 00"
#define RUNS_MAX 1000
#define PATIENCE_MS 10000

static SCARD_READERSTATE state = { .szReader = READER };
static struct mckd_pcsc *pcsc;

static long long
now_us(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Until a card is, or is not, in the reader; when pcscd said so, or -1. */
static long long
reported(SCARDCONTEXT ctx, DWORD wanted)
{
	long long end = now_us() + PATIENCE_MS * 1000;

	do {
		if (SCardGetStatusChange(ctx, PATIENCE_MS, &state, 1) != SCARD_S_SUCCESS)
			return -1;
		state.dwCurrentState = state.dwEventState;
		if ((state.dwEventState & wanted) != 0)
			return now_us();
	} while (now_us() < end);
	return -1;
}

/* 1: there is a card; 0: there is none; -1: an error. */
static int
present(void)
{
	struct mckd_reader list[MCKD_READERS_MAX];
	size_t n = MCKD_READERS_MAX;

	if (mckd_pcsc_readers(pcsc, READER, list, &n) != MCKD_OK || n != 1)
		return -1;
	return list[0].present ? 1 : 0;
}

/* As find.c waits. */
static void *
notice(void *arg)
{
	long long *at = arg;
	int there;

	while ((there = present()) == 0)
		if (mckd_pcsc_wait(pcsc, PATIENCE_MS) != MCKD_OK)
			return NULL;
	if (there == 1)
		*at = now_us();
	return NULL;
}

/* Out of step with pcscd's own looks at the reader, or a wait that polls would not show. */
static void
out_of_step(long run)
{
	const struct timespec nap = { 0, run * 83 % 200 * 1000000 };

	(void)nanosleep(&nap, NULL);
}

static long
run_once(SCARDCONTEXT ctx, pid_t card, long run)
{
	long long noticed = -1, said;
	pthread_t thread;

	if (kill(card, SIGUSR1) != 0 || reported(ctx, SCARD_STATE_EMPTY) < 0 || present() != 0)
		return -1;
	out_of_step(run);
	if (pthread_create(&thread, NULL, notice, &noticed) != 0)
		return -1;
	(void)kill(card, SIGUSR2);
	said = reported(ctx, SCARD_STATE_PRESENT);
	(void)pthread_join(thread, NULL);
	if (said < 0 || noticed < 0)
		return -1;
	/* Either may be told first. */
	return noticed > said ? (long)(noticed - said) : 0;
}

static int
compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	long runs = argc == 3 ? atol(argv[1]) : 0, us[RUNS_MAX];
	pid_t card = argc == 3 ? (pid_t)atol(argv[2]) : 0;
	SCARDCONTEXT ctx;

	if (runs < 1 || runs > RUNS_MAX || card < 2) {
		fprintf(stderr, "usage: bench_insert RUNS PID\n");
		return 2;
	}
	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) != SCARD_S_SUCCESS ||
	    mckd_pcsc_open(&pcsc) != MCKD_OK) {
		fprintf(stderr, "bench_insert: no pcscd\n");
		return 1;
	}
	for (long i = 0; i < runs; i++) {
		if ((us[i] = run_once(ctx, card, i)) < 0) {
			fprintf(stderr, "bench_insert: run %ld failed\n", i);
			return 1;
		}
	}
	qsort(us, (size_t)runs, sizeof(us[0]), compare);
	printf("insert %ld %ld %ld\n", us[runs / 2], us[runs * 95 / 100], us[runs - 1]);
	mckd_pcsc_close(pcsc);
	(void)SCardReleaseContext(ctx);
	return 0;
}
