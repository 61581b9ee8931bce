/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_CONF_H
#define MCKD_CONF_H

#include <stdbool.h>
#include "err.h"
#include "intl.h"

/*
 * mckd.conf(5) and its drop-ins, and the module's options, which override it.
 * The file is read whole, safely and exactly, or it is an error naming file and line.
 */
#define MCKD_CONF_TEXT 128
#define MCKD_CUE N_("Insert your card.")

struct mckd_conf {
	char application[MCKD_CONF_TEXT];	/* a name, or "auto" (default): by PIN */
	char reader[MCKD_CONF_TEXT];		/* shell pattern; "" is every reader */
	char prompt[MCKD_CONF_TEXT];		/* "" is the built-in one */
	char cue[MCKD_CONF_TEXT];		/* shown while waiting for a card; MCKD_CUE in the person's language */
	char store[MCKD_CONF_TEXT];		/* directory */
	char key[MCKD_CONF_TEXT];		/* store key file */
	char duress_unit[MCKD_CONF_TEXT];	/* of systemd; "" is none */
	unsigned wait;				/* seconds for a card, 0-600 */
	unsigned max_tries;			/* 1-15 */
	unsigned keep_tries;			/* 0-14 */
	unsigned deadline;			/* seconds, 1-120 */
	unsigned events_max, events_days;	/* kept in the store; 0: no limit */
	unsigned account_ids[2];		/* uids of card-only accounts: first and last */
	char account_home[MCKD_CONF_TEXT];	/* the directory of their homes */
	char account_shell[MCKD_CONF_TEXT];
	enum { MCKD_REMOTE_NO, MCKD_REMOTE_LOCAL_READER, MCKD_REMOTE_CHALLENGE } remote;
	enum { MCKD_UNWRITABLE_ROOT, MCKD_UNWRITABLE_DENY } store_unwritable;
	enum { MCKD_AUTHTOK_NO, MCKD_AUTHTOK_SECRET, MCKD_AUTHTOK_PIN } authtok;
	bool strict_epoch, try_first_pass, use_first_pass, nullok, debug, quiet;
};

void mckd_conf_default(struct mckd_conf *c);
/* path: MCKD_SYSCONFDIR "/mckd.conf" and "mckd.conf.d/"*.conf beside it. Absent is well. */
enum mckd_err mckd_conf_read(struct mckd_conf *c, const char *path, char *why);
/* One option as in a PAM stack: "wait=10", "nullok". */
enum mckd_err mckd_conf_option(struct mckd_conf *c, const char *option, char *why);

#endif
