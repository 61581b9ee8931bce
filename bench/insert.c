/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_insert RUNS PID SERVICE USER
 * How long after pcscd reported a card has a login that waits for one selected it, and asks for
 * the PIN? PID is the mckd-vcard whose card is taken out and put in. A second client of pcscd,
 * which does nothing but wait for the same event, tells when it was reported. Prints
 * "insert MEDIAN P95 MAX" in microseconds.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <security/pam_appl.h>
#include <winscard.h>

#define READER "Virtual PCD 00 00"
#define RUNS_MAX 1000
#define PATIENCE_MS 10000

static SCARD_READERSTATE state = { .szReader = READER };
static const char *service, *user;

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

struct login {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool waiting, over;
	long long asked;
};

/* The cue comes when mckd-auth begins to wait, the prompt when it has the card. */
static int
converse(int n, const struct pam_message **msg, struct pam_response **out, void *arg)
{
	struct login *l = arg;
	bool cue = n == 1 && msg[0]->msg_style == PAM_TEXT_INFO;

	(void)pthread_mutex_lock(&l->lock);
	if (cue)
		l->waiting = true;
	else if (n == 1 && msg[0]->msg_style == PAM_PROMPT_ECHO_OFF)
		l->asked = now_us();
	(void)pthread_cond_signal(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
	*out = cue ? calloc(1, sizeof(**out)) : NULL;
	return *out != NULL ? PAM_SUCCESS : PAM_CONV_ERR;
}

static void *
login(void *arg)
{
	struct login *l = arg;
	struct pam_conv conv = { converse, l };
	pam_handle_t *pamh = NULL;

	if (pam_start(service, user, &conv, &pamh) == PAM_SUCCESS)
		(void)pam_end(pamh, pam_authenticate(pamh, 0));
	(void)pthread_mutex_lock(&l->lock);
	l->over = true;
	(void)pthread_cond_signal(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
	return NULL;
}

static bool
waits(struct login *l)
{
	bool yes;

	(void)pthread_mutex_lock(&l->lock);
	while (!l->waiting && !l->over)
		(void)pthread_cond_wait(&l->changed, &l->lock);
	yes = l->waiting;
	(void)pthread_mutex_unlock(&l->lock);
	return yes;
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
	struct login l = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .asked = -1 };
	long long said = -1;
	pthread_t thread;

	if (kill(card, SIGUSR1) != 0 || reported(ctx, SCARD_STATE_EMPTY) < 0)
		return -1;
	out_of_step(run);
	if (pthread_create(&thread, NULL, login, &l) != 0)
		return -1;
	if (waits(&l)) {
		(void)kill(card, SIGUSR2);
		said = reported(ctx, SCARD_STATE_PRESENT);
	}
	(void)pthread_join(thread, NULL);
	if (said < 0 || l.asked < 0)
		return -1;
	/* Either may be told first. */
	return l.asked > said ? (long)(l.asked - said) : 0;
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
	long runs = argc == 5 ? atol(argv[1]) : 0, us[RUNS_MAX];
	pid_t card = argc == 5 ? (pid_t)atol(argv[2]) : 0;
	SCARDCONTEXT ctx;

	if (runs < 1 || runs > RUNS_MAX || card < 2) {
		fprintf(stderr, "usage: bench_insert RUNS PID SERVICE USER\n");
		return 2;
	}
	service = argv[3];
	user = argv[4];
	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) != SCARD_S_SUCCESS) {
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
	(void)SCardReleaseContext(ctx);
	return 0;
}
