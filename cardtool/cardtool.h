/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_H
#define CARDTOOL_H

#include <getopt.h>
#include "conf.h"
#include "store.h"

/* Exit statuses of cardtool(8). */
enum {
	EX_DONE = 0, EX_OTHER = 1, EX_WRONG_USAGE = 2, EX_NO_CARD = 3, EX_PIN_WRONG = 4,
	EX_PIN_BLOCKED = 5, EX_WRONG_CARD = 6, EX_STORE = 7, EX_CONFIRM = 8, EX_PARTLY = 9
};

struct tool;

struct verb {
	const char *name;
	int (*run)(struct tool *t, int argc, char **argv);
	const char *summary;	/* one line of cardtool --help */
	const char *usage;	/* of cardtool VERB --help */
};

struct tool {
	const struct verb *verb;
	const char *store_dir, *key, *config;	/* as given, or NULL */
	const char *reader;			/* shell pattern, or NULL */
	bool json, force;
	struct mckd_conf conf;
	struct mckd_store *store;
};

/* Options that every verb takes; the rest are numbered from OPT_OWN. */
enum { OPT_STORE = 256, OPT_KEY, OPT_CONFIG, OPT_HELP, OPT_READER, OPT_JSON, OPT_FORCE, OPT_OWN };
#define COMMON_OPTIONS \
	{ "store", required_argument, NULL, OPT_STORE }, { "key", required_argument, NULL, OPT_KEY }, \
	{ "config", required_argument, NULL, OPT_CONFIG }, { "help", no_argument, NULL, OPT_HELP }
#define OPTION_READER { "reader", required_argument, NULL, OPT_READER }
#define OPTION_JSON { "json", no_argument, NULL, OPT_JSON }
#define OPTION_FORCE { "force", no_argument, NULL, OPT_FORCE }
#define OPTIONS_END { NULL, 0, NULL, 0 }

/* One common option. -1: go on; else the exit status. */
int tool_option(struct tool *t, int c);
/* Parses a verb that has only common options; positional arguments between min and max. */
int tool_options(struct tool *t, int argc, char **argv, const struct option *options, int min, int max);
/* Says what is wrong with the command line; EX_WRONG_USAGE. */
int tool_usage(const struct tool *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Reads the configuration; then opens the store. -1, or the exit status, having said why. */
int tool_conf(struct tool *t);
int tool_open(struct tool *t, enum mckd_store_mode mode);

extern const struct verb verb_init, verb_provision, verb_list, verb_show, verb_readers, verb_verify,
    verb_assign, verb_unassign, verb_rotate, verb_pin, verb_revoke, verb_suspend, verb_resume,
    verb_import, verb_export, verb_log, verb_secret, verb_doctor,
    verb_sign, verb_verify_signature, verb_enable, verb_host, verb_respond, verb_account,
    verb_application;

#endif
