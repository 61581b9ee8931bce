/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "account.h"
#include "order.h"
#include "ui.h"

#include <stdio.h>

enum { OPT_USER = OPT_OWN, OPT_APPLICATION };

struct request {
	const char *user, *application;
};

static int
parse(struct tool *t, int argc, char **argv, struct request *q)
{
	static const struct option options[] = { COMMON_OPTIONS,
		{ "user", required_argument, NULL, OPT_USER },
		{ "application", required_argument, NULL, OPT_APPLICATION }, OPTIONS_END };
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_USER && q->user != NULL)
			return tool_usage(t, "%s: one --user at a time", t->verb->name);
		if (c == OPT_USER)
			q->user = optarg;
		else if (c == OPT_APPLICATION)
			q->application = optarg;
		else if ((rc = tool_option(t, c)) != -1)
			return rc;
	}
	if (argc - optind != 1 || q->user == NULL)
		return tool_usage(t, "%s: it takes --user USER and one card", t->verb->name);
	return tool_open(t, MCKD_STORE_WRITE);
}

static int
change(struct tool *t, int argc, char **argv, bool assign)
{
	struct request q = { NULL, NULL };
	struct mckd_record *r = NULL;
	const struct mckd_app *app = NULL;
	char id[HEX_CARD];
	enum mckd_err e;
	int rc;

	if ((rc = parse(t, argc, argv, &q)) != -1 || (rc = order_find(t, argv[optind], &r)) != -1)
		return rc;
	if (assign && r->status == MCKD_CARD_REVOKED) {
		say("the card is revoked; that is for good");
		rc = EX_OTHER;
		goto out;
	}
	rc = EX_WRONG_USAGE;
	if ((assign || q.application != NULL) && (app = order_app(r, q.application)) == NULL)
		goto out;
	if ((e = mckd_store_begin(t->store)) != MCKD_OK) {
		rc = fail_store(t, e);
		goto out;
	}
	if (assign)
		e = mckd_store_assign(t->store, r->block.card, app->slot, q.user);
	else
		e = mckd_store_unassign(t->store, r->block.card, app != NULL ? app->slot : 0, q.user);
	if (e == MCKD_OK)
		e = order_event(t, r->block.card, t->verb->name, q.user, app != NULL ? app->name : NULL, r->block.epoch);
	if (e == MCKD_OK)
		e = mckd_store_commit(t->store);
	else
		mckd_store_rollback(t->store);
	if (e != MCKD_OK) {
		rc = fail_store(t, e);
		goto out;
	}
	hex(r->block.card, MCKD_CARD_ID_LEN, id);
	if (app == NULL)
		printf(_("card %s: user %s no longer has any application\n"), id, q.user);
	else
		printf(assign ? _("card %s: user %s may use application %s\n") :
		    _("card %s: user %s no longer has application %s\n"), id, q.user, app->name);
	if (assign)
		account_say_none(q.user);
	rc = account_publish(t);
	if (rc == -1)
		rc = EX_DONE;
out:
	mckd_record_free(r);
	return rc;
}

static int
run_assign(struct tool *t, int argc, char **argv)
{
	return change(t, argc, argv, true);
}

static int
run_unassign(struct tool *t, int argc, char **argv)
{
	return change(t, argc, argv, false);
}

const struct verb verb_assign = { "assign", run_assign, N_("let a user log in with a card"),
	N_("--user USER [--application NAME] CARD\n") };
const struct verb verb_unassign = { "unassign", run_unassign, N_("take a card from a user"),
	N_("--user USER [--application NAME] CARD\n\nWithout --application: all applications of the card.\n") };
