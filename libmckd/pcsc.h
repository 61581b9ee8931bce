/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_PCSC_H
#define MCKD_PCSC_H

#include <stdbool.h>
#include "cardlink.h"

/* The only room with winscard.h in it. Shared connect, transactions around APDUs only. */
#define MCKD_READERS_MAX 16
#define MCKD_READER_NAME 128

struct mckd_pcsc;

struct mckd_reader {
	char name[MCKD_READER_NAME];
	bool present;		/* a card is in it */
	unsigned seen;		/* changes with every insertion: for waiting */
};

/* MCKD_E_NO_SERVICE: pcscd does not answer. */
enum mckd_err mckd_pcsc_open(struct mckd_pcsc **out);
/* Readers whose name matches the shell pattern (NULL: all); *n is in: room, out: used. */
enum mckd_err mckd_pcsc_readers(struct mckd_pcsc *p, const char *pattern,
    struct mckd_reader *out, size_t *n);
/*
 * Waits for any change of readers or cards since the last mckd_pcsc_readers(),
 * by PC/SC's own event. MCKD_E_TIMEOUT after that many milliseconds (-1: never).
 */
enum mckd_err mckd_pcsc_wait(struct mckd_pcsc *p, int timeout_ms);
/* Connects to the card in a reader; close by ops->close (leaves the card as it is). */
enum mckd_err mckd_pcsc_connect(struct mckd_pcsc *p, const char *reader,
    struct mckd_cardlink **out);
void mckd_pcsc_close(struct mckd_pcsc *p);

#endif
