/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_UI_H
#define CARDTOOL_UI_H

#include <time.h>

#include "cardtool.h"

#define SECRET_MAX 129		/* with its NUL */
#define HEX_CARD (2 * MCKD_CARD_ID_LEN + 1)

/* On stderr, after "cardtool: ". */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int exit_of(enum mckd_err e);
/* Says "cardtool: what: the error"; its exit status. */
int fail(enum mckd_err e, const char *what);
/* The same with the store's own words where it has some. */
int fail_store(struct tool *t, enum mckd_err e);
void hex(const uint8_t *in, size_t len, char *out);
bool unhex(const char *text, uint8_t *out, size_t len);
/* 1 to max in decimal digits alone, or false. */
bool number(const char *text, unsigned long max, unsigned long *out);
/* How many cards a long run has done, once a second on stderr. */
struct progress {
	time_t at;		/* when that was said last, or the run began */
	bool open;		/* a terminal's line is */
};
void progress(struct progress *p, int64_t cards);
void progress_end(struct progress *p);	/* before anything else is said */
/* A moment as local time; "-" for 0. */
void moment(int64_t when, char out[static 32]);

bool have_terminal(void);
/* Asks on the terminal without echo. -1, or the exit status. */
int ask_secret(const char *prompt, char out[static SECRET_MAX]);
/* Where a secret comes from: a file, a descriptor, or a prompt. */
struct secret_source {
	const char *file;
	int fd;			/* -1: none */
};
bool secret_given(const struct secret_source *from);
/* --pin-fd's argument. -1, or the exit status. */
int secret_fd(struct tool *t, struct secret_source *from, const char *text);
/* Whole, without the last newline, NUL-terminated; room counts the NUL. -1, or the exit status. */
int secret_read(const struct secret_source *from, char *out, size_t room);
/* The first line; or asked, twice where it is new. -1, or the exit status. */
int secret_get(const struct secret_source *from, const char *prompt, bool new, char out[static SECRET_MAX]);
/* Digits at random. */
enum mckd_err secret_digits(unsigned n, char *out);
/* -1: go on; EX_CONFIRM: refused, or nobody to ask. */
int confirm(const struct tool *t, const uint8_t *card, const char *what);	/* NULL: what says which */

#endif
