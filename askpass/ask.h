/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_ASKPASS_ASK_H
#define MCKD_ASKPASS_ASK_H

#include "tty.h"

#define ASK_MAX 1024	/* of an answer, with its NUL: what ssh takes */

/* On stderr, after "mckd-askpass: ". */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* pinentry.c: NOBODY: there is no pinentry that works here. */
enum ask ask_pinentry(const char *description, char out[static ASK_MAX]);
/* fallback.c: a prompt that is none of ours; the exit status. */
int fallback(const char *prompt);

#endif
