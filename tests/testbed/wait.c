/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bed_wait service | present READER | empty READER, READER counted from 0.
 * Returns as soon as that is so, and 1 after ten seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#define PATIENCE_MS 10000

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* pcscd has no event for its own start: this alone is asked again and again. */
static int
wait_service(SCARDCONTEXT *ctx)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	long end = now_ms() + PATIENCE_MS;

	while (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, ctx) != SCARD_S_SUCCESS) {
		if (now_ms() > end)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static const char *
reader_name(SCARDCONTEXT ctx, int number)
{
	static char names[4096];
	DWORD len = sizeof(names);
	const char *name = names;

	if (SCardListReaders(ctx, NULL, names, &len) != SCARD_S_SUCCESS)
		return NULL;
	while (*name != '\0' && number-- > 0)
		name += strlen(name) + 1;
	return *name != '\0' ? name : NULL;
}

static int
wait_state(SCARDCONTEXT ctx, DWORD wanted, int number)
{
	SCARD_READERSTATE state;
	long end = now_ms() + PATIENCE_MS, left;
	const char *name;

	while ((left = end - now_ms()) > 0) {
		memset(&state, 0, sizeof(state));
		name = reader_name(ctx, number);
		state.szReader = name != NULL ? name : "\\\\?PnP?\\Notification";
		if (SCardGetStatusChange(ctx, 0, &state, 1) == SCARD_S_SUCCESS && name != NULL &&
		    (state.dwEventState & wanted) != 0)
			return 0;
		state.dwCurrentState = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
		SCardGetStatusChange(ctx, (DWORD)left, &state, 1);
	}
	return -1;
}

int
main(int argc, char **argv)
{
	SCARDCONTEXT ctx;
	DWORD wanted;
	int r;

	if (argc == 2 && strcmp(argv[1], "service") == 0)
		return wait_service(&ctx) == 0 ? 0 : 1;
	if (argc != 3 || (strcmp(argv[1], "present") != 0 && strcmp(argv[1], "empty") != 0)) {
		fprintf(stderr, "usage: bed_wait service | present READER | empty READER\n");
		return 2;
	}
	wanted = strcmp(argv[1], "present") == 0 ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
	if (wait_service(&ctx) != 0)
		return 1;
	r = wait_state(ctx, wanted, atoi(argv[2]));
	SCardReleaseContext(ctx);
	if (r != 0)
		fprintf(stderr, "bed_wait: reader %s is not %s after %d ms\n", argv[2], argv[1],
		    PATIENCE_MS);
	return r == 0 ? 0 : 1;
}
