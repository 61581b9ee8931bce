/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack.h"
#include "trial.h"
#include "ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WITHIN_DEFAULT 300
#define WITHIN_MAX 86400

enum { OPT_SERVICE = OPT_OWN, OPT_WITHIN, OPT_REQUIRED, OPT_LOCKER, OPT_TAKE_BACK, OPT_RECOVER };

struct want {
	const char *service;
	unsigned long seconds;
	bool required, locker, take_back, recover;
};

/* 90, 90s, 5m, 1h */
static bool
span(const char *text, unsigned long *seconds)
{
	char digits[16];
	size_t n = strspn(text, "0123456789");
	unsigned long unit = 1;

	if (n >= sizeof(digits) || strlen(text + n) > 1)
		return false;
	if (text[n] == 'm')
		unit = 60;
	else if (text[n] == 'h')
		unit = 3600;
	else if (text[n] != '\0' && text[n] != 's')
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)n, text);
	if (!number(digits, WITHIN_MAX / unit, seconds))
		return false;
	*seconds *= unit;
	return true;
}

static enum mckd_err
count(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	(void)card;
	*(bool *)arg = true;
	return MCKD_OK;
}

/* What is worth a trial: some card could log in, and the rule is not there yet. */
static int
worth_it(struct tool *t, const struct want *w)
{
	struct stack *s = calloc(1, sizeof(*s));
	bool any = false;
	enum mckd_err e;
	int rc = -1;

	if (s == NULL)
		return fail(MCKD_E_NOMEM, w->service);
	if ((e = mckd_store_cards(t->store, count, &any)) != MCKD_OK) {
		rc = fail_store(t, e);
	} else if (!any) {
		say("no card could log in: provision one first (cardtool provision)");
		rc = EX_OTHER;
	} else if (stack_read(s, w->service) != 0) {
		say("%s", s->why);
		rc = EX_OTHER;
	} else if (s->missing) {
		say("%s: give %s a file of its own first; until then /etc/pam.d/other counts", s->why,
		    w->service);
		rc = EX_OTHER;
	}
	for (size_t i = 0; rc == -1 && i < s->n; i++)
		if (stack_is_ours(&s->rule[i])) {
			say("%s has pam_mckd already: nothing was changed", s->rule[i].where);
			rc = EX_OTHER;
		}
	free(s);
	return rc;
}

static void
announce(const struct want *w)
{
	char until[32];

	moment((int64_t)time(NULL) + (int64_t)w->seconds, until);
	printf(_("%s: pam_mckd is in %s/%s, on trial until %s.\n"), w->service, STACK_DIR, w->service,
	    until);
	printf(_("Log in by card with %s before that; otherwise it is taken back by itself.\n"),
	    w->service);
	if (strcmp(w->service, "sudo") == 0)
		fputs(_("(In another terminal: sudo -k; sudo true)\n"), stdout);
}

static int
enable(struct tool *t, const struct want *w)
{
	struct trial tr = { .lock = -1, .locker = w->locker };
	enum mckd_err e;
	int rc;

	if ((rc = trial_recover(t)) != EX_DONE)
		return rc;
	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	if ((rc = worth_it(t, w)) != -1 || (rc = trial_lock(&tr, w->service)) != -1)
		return rc;
	if ((rc = trial_compose(&tr, w->required)) == -1 &&
	    (e = trial_event(t, "enable", w->service, NULL)) != MCKD_OK)
		rc = fail_store(t, e);
	if (rc == -1 && (rc = trial_put(&tr)) == -1 &&
	    (rc = trial_watch(t, &tr, (unsigned)w->seconds)) != -1)
		(void)trial_take_back(&tr);
	free(tr.new);
	if (rc != -1) {
		trial_forget(&tr);
		return rc;
	}
	trial_unlock(&tr);
	announce(w);
	return EX_DONE;
}

static int
take_back(struct tool *t, const struct want *w)
{
	struct trial tr = { .service = w->service, .lock = -1 };
	bool over;
	int rc;

	snprintf(tr.path, sizeof(tr.path), STACK_DIR "/%s", w->service);
	over = trial_is_over(&tr);
	if ((rc = trial_take_back(&tr)) != -1)
		return rc;
	if (over)
		trial_note_out(t, &tr);
	else
		trial_close(t, &tr);
	if (tr.taken)
		printf(_("%s: pam_mckd is out of %s again\n"), w->service, tr.path);
	else
		say("%s has no rule of cardtool enable: nothing was changed", tr.path);
	return EX_DONE;
}

static int
option(struct tool *t, struct want *w, int c)
{
	switch (c) {
	case OPT_SERVICE:
		w->service = optarg;
		return -1;
	case OPT_WITHIN:
		if (!span(optarg, &w->seconds))
			return tool_usage(
			    t, "--confirm-within %s: 30s, 5m, 1h; at most a day", optarg);
		return -1;
	case OPT_REQUIRED:
		w->required = true;
		return -1;
	case OPT_LOCKER:
		w->locker = true;
		return -1;
	case OPT_TAKE_BACK:
		w->take_back = true;
		return -1;
	case OPT_RECOVER:
		w->recover = true;
		return -1;
	}
	return tool_option(t, c);
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS,
		{ "service", required_argument, NULL, OPT_SERVICE },
		{ "confirm-within", required_argument, NULL, OPT_WITHIN },
		{ "required", no_argument, NULL, OPT_REQUIRED },
		{ "locker", no_argument, NULL, OPT_LOCKER },
		{ "take-back", no_argument, NULL, OPT_TAKE_BACK },
		{ "recover", no_argument, NULL, OPT_RECOVER }, OPTIONS_END };
	struct want w = { .seconds = 0 };
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((rc = option(t, &w, c)) != -1)
			return rc;
	if (optind < argc)
		return tool_usage(t, "enable: one argument too many: %s", argv[optind]);
	if ((w.service != NULL) == w.recover)
		return tool_usage(t, "enable takes --service, or --recover alone");
	if ((w.take_back || w.recover) && (w.required || w.locker || w.seconds != 0))
		return tool_usage(t, "enable: --take-back and --recover put nothing in, so no options of that");
	if (w.seconds == 0)
		w.seconds = WITHIN_DEFAULT;
	if (w.service != NULL &&
	    (!stack_service_valid(w.service) || strcmp(w.service, "other") == 0 ||
		strncmp(w.service, "common-", 7) == 0))
		return tool_usage(t,
		    "--service %s: one service, such as sudo; for all of them there is "
		    "pam-auth-update",
		    w.service);
	if ((rc = tool_conf(t)) != -1)
		return rc;
	if (w.recover)
		return trial_recover(t);
	return w.take_back ? take_back(t, &w) : enable(t, &w);
}

const struct verb verb_enable = { "enable", run, N_("put the card into a PAM service, on trial"),
	N_("--service SERVICE [--confirm-within TIME] [--required] [--locker]\n"
	"       cardtool enable --service SERVICE --take-back\n"
	"       cardtool enable --recover\n\n"
	"Puts pam_mckd before the password of one service, and takes it back by itself unless someone\n"
	"logs in there by card within TIME (default 5m). --required: no card, no login, for users who\n"
	"have one. --locker: for a program that runs as its user, such as a screen locker: a login over\n"
	"the socket confirms it, too. --take-back: out again, now. --recover: takes back what was on\n"
	"trial when the machine went down.\n") };
