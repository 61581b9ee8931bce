/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_ACCOUNT_H
#define CARDTOOL_ACCOUNT_H

#include "ui.h"

/* What may be said of an account; NULL: as it is, or what mckd.conf says. */
struct account {
	const char *home, *shell, *gecos, *groups, *publish;
};

enum { OPT_HOME = 512, OPT_SHELL, OPT_GECOS, OPT_GROUPS, OPT_PUBLISH };
#define ACCOUNT_OPTIONS \
	{ "home", required_argument, NULL, OPT_HOME }, { "shell", required_argument, NULL, OPT_SHELL }, \
	{ "gecos", required_argument, NULL, OPT_GECOS }, { "groups", required_argument, NULL, OPT_GROUPS }, \
	{ "publish", required_argument, NULL, OPT_PUBLISH }

/* Is it one of ACCOUNT_OPTIONS? Then it is kept. */
bool account_option(struct account *q, int c);
bool account_asked(const struct account *q);
/* Could this be made? Before anything is changed. -1, or the exit status, having said why not. */
int account_check(struct tool *t, const char *user, const struct account *q);
/* Says so where this host has no account of that name: it may be misspelt, or of another host. */
void account_say_none(const char *user);
/* Makes or changes it, in the store. -1, or the exit status. */
int account_make(struct tool *t, const char *user, const struct account *q);

/* account_publish.c: "nss" or "userdb"? */
bool account_way(const char *publish);
/* The source of the name service switch that reads them: "mckd" or "systemd". */
const char *account_source(struct tool *t);
/* From now on that way; NULL: as before. -1, or the exit status. */
int account_set_way(struct tool *t, const char *publish);
/* Writes the records that the host's programs read. A store without accounts has none. */
int account_publish(struct tool *t);

#endif
