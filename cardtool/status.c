/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "account.h"
#include "order.h"
#include "ui.h"

#include <stdio.h>
#include <string.h>

enum { OPT_REASON = OPT_OWN };

struct change {
	enum mckd_card_status status;
	const char *what;	/* the confirmation; NULL: none */
	const char *done;
	const char *reason;
};

static int
parse(struct tool *t, int argc, char **argv, struct change *q, struct mckd_record **r)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_FORCE,
		{ "reason", required_argument, NULL, OPT_REASON }, OPTIONS_END };
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_REASON)
			q->reason = optarg;
		else if ((rc = tool_option(t, c)) != -1)
			return rc;
	}
	if (argc - optind != 1)
		return tool_usage(t, "%s: it takes one card", t->verb->name);
	if (q->reason != NULL && strlen(q->reason) >= sizeof((*r)->reason))
		return tool_usage(t, "--reason: at most %zu characters", sizeof((*r)->reason) - 1);
	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	return order_find(t, argv[optind], r);
}

/* What was confirmed must still be so when it is written. */
static enum mckd_err
keep(struct tool *t, const struct mckd_record *seen, const struct change *q)
{
	struct mckd_record *now = NULL;
	enum mckd_err e = mckd_store_begin(t->store);

	if (e != MCKD_OK)
		return e;
	e = mckd_store_get(t->store, seen->block.card, &now);
	if (e == MCKD_OK && (now->status != seen->status || strcmp(now->reason, seen->reason) != 0))
		e = MCKD_E_STORE_BUSY;
	mckd_record_free(now);
	if (e == MCKD_OK)
		e = mckd_store_set_status(t->store, seen->block.card, q->status, q->reason);
	if (e == MCKD_OK)
		e = order_event(t, seen->block.card, t->verb->name, NULL, q->reason, seen->block.epoch);
	if (e == MCKD_OK)
		return mckd_store_commit(t->store);
	mckd_store_rollback(t->store);
	return e;
}

static int
apply(struct tool *t, const struct mckd_record *r, const struct change *q)
{
	char id[HEX_CARD];
	enum mckd_err e;
	int rc;

	if (q->what != NULL && (rc = confirm(t, r->block.card, _(q->what))) != -1)
		return rc;
	if ((e = keep(t, r, q)) == MCKD_E_STORE_BUSY)
		return fail(e, N_("the card's status changed meanwhile; look again"));
	if (e != MCKD_OK)
		return fail_store(t, e);
	hex(r->block.card, MCKD_CARD_ID_LEN, id);
	printf(_("card %s: %s\n"), id, _(q->done));
	/* A card that was the last one of an account locks it. */
	rc = q->status == MCKD_CARD_REVOKED ? account_publish(t) : -1;
	return rc == -1 ? EX_DONE : rc;
}

static int
run_revoke(struct tool *t, int argc, char **argv)
{
	struct change q = { MCKD_CARD_REVOKED, N_("it will be revoked, for good; no login with it again"),
		N_("revoked"), NULL };
	struct mckd_record *r = NULL;
	int rc = parse(t, argc, argv, &q, &r);

	if (rc == -1)
		rc = apply(t, r, &q);
	mckd_record_free(r);
	return rc;
}

static int
run_suspend(struct tool *t, int argc, char **argv)
{
	struct change q = { MCKD_CARD_SUSPENDED, NULL, N_("suspended"), NULL };
	struct mckd_record *r = NULL;
	int rc = parse(t, argc, argv, &q, &r);

	if (rc == -1 && r->status == MCKD_CARD_REVOKED) {
		say("the card is revoked already");
		rc = EX_OTHER;
	} else if (rc == -1 && r->status == MCKD_CARD_SUSPENDED) {
		/* Another reason would hide the one that resume has to tell. */
		say("the card is suspended already: %s", r->reason[0] != '\0' ? r->reason : _("no reason was given"));
		rc = EX_OTHER;
	} else if (rc == -1) {
		rc = apply(t, r, &q);
	}
	mckd_record_free(r);
	return rc;
}

static void
warn_of_clone(void)
{
	say("the card was suspended because its counter was not greater than the last seen. Either");
	say("someone has a copy of this card, with its keys, or the card was put back to an earlier");
	say("state. Lifting the suspension lets card AND copy log in until they meet again; a card that");
	say("was put back by several logins is suspended again at its next. Where a copy cannot be ruled");
	say("out, and for a card that was put back, revoke the card and make a new one.");
}

static int
run_resume(struct tool *t, int argc, char **argv)
{
	struct change q = { MCKD_CARD_ACTIVE, N_("it will serve for logins again"), N_("active"), NULL };
	struct mckd_record *r = NULL;
	int rc = parse(t, argc, argv, &q, &r);

	if (rc == -1 && r->status == MCKD_CARD_REVOKED) {
		say("the card is revoked; that is for good");
		rc = EX_OTHER;
	} else if (rc == -1) {
		if (r->status == MCKD_CARD_SUSPENDED && strcmp(r->reason, mckd_store_clone) == 0)
			warn_of_clone();
		rc = apply(t, r, &q);
	}
	mckd_record_free(r);
	return rc;
}

const struct verb verb_revoke = { "revoke", run_revoke, N_("refuse a card for good"),
	N_("[--reason TEXT] [--force] CARD | USER\n\nAsks first, naming the card; --force does not ask.\n") };
const struct verb verb_suspend = { "suspend", run_suspend, N_("refuse a card until it is resumed"),
	N_("[--reason TEXT] CARD | USER\n") };
const struct verb verb_resume = { "resume", run_resume, N_("lift a suspension, saying what it means"),
	N_("[--reason TEXT] [--force] CARD | USER\n") };
