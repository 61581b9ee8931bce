/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app_spec.h"
#include "order.h"
#include "pins.h"
#include "ui.h"

#include <stdio.h>
#include <string.h>

enum { OPT_USER = OPT_OWN, OPT_PIN_FILE, OPT_PIN_FD, OPT_NOW, OPT_DEFERRED };

#define USERS_MAX 16

struct application {
	struct mckd_app app;		/* to add; to remove: its name */
	const char *user[USERS_MAX];
	unsigned nusers;
	struct secret_source from;
	struct compose_pins pins;
	enum order_when when;
};

/* The application before its users, who are of it; the record is put once more when it is whole. */
static enum mckd_err
assign(struct tool *t, const struct application *q, const struct mckd_record *r)
{
	enum mckd_err e = mckd_store_put(t->store, r, true);

	for (unsigned i = 0; i < q->nusers && e == MCKD_OK; i++)
		e = mckd_store_assign(t->store, r->block.card, q->app.slot, q->user[i]);
	return e;
}

static int
add(struct tool *t, struct mckd_record *r, struct compose *c, void *arg)
{
	struct application *q = arg;
	struct mckd_block *b = &r->block;
	uint8_t slot = 1;
	enum mckd_err e;

	if (mckd_block_app_named(b, q->app.name) != NULL || b->napps == MCKD_APPS_MAX) {
		say(b->napps == MCKD_APPS_MAX ? N_("the card has no room for another application") :
		    N_("the card has an application of that name meanwhile"));
		return EX_WRONG_USAGE;
	}
	while (mckd_block_app(b, slot) != NULL)
		slot++;
	q->app.slot = q->pins.slot = slot;
	if ((e = app_draw(&q->app)) != MCKD_OK)
		return fail(e, "application");
	b->app[b->napps++] = q->app;
	if (!app_periods_agree(b->app, b->napps))
		return EX_WRONG_USAGE;
	if ((e = assign(t, q, r)) != MCKD_OK)
		return fail_store(t, e);
	compose_app(c, &q->app, (q->app.flags & MCKD_APP_NEEDS_PIN) != 0 ? &q->pins : NULL);
	return -1;
}

static int
take_away(struct tool *t, struct mckd_record *r, struct compose *c, void *arg)
{
	const struct application *q = arg;
	struct mckd_block *b = &r->block;
	struct mckd_app *app = order_app(r, q->app.name);

	(void)t;
	if (app == NULL)
		return EX_WRONG_USAGE;
	if (b->napps == 1) {
		say("it is the card's only application: cardtool revoke ends a card");
		return EX_WRONG_USAGE;
	}
	compose_delete(c, app->slot);
	*app = b->app[b->napps - 1];
	mckd_wipe(&b->app[--b->napps], sizeof(b->app[0]));
	return -1;
}

/* It was recorded before, and perhaps cut: what is queued goes on to the card. */
static int
again(struct tool *t, const struct mckd_record *r, const struct application *q, bool there)
{
	struct found f;
	bool unknown = false;
	int rc;

	say(there ? N_("application %s is in the card's block already") :
	    N_("application %s is not in the card's block: removed before, or misspelt"), q->app.name);
	if (r->pending == 0 || q->when == ORDER_DEFERRED)
		return EX_DONE;
	if ((rc = order_reach(t, r->block.card, q->when, &f, &unknown)) == -1) {
		if (unknown)
			reader_close(&f);
		rc = order_deliver(t, r->block.card, &f);
	}
	reader_close(&f);
	return rc;
}

static int
get_pins(struct application *q)
{
	char text[SECRET_MAX];
	int rc;

	if ((q->app.flags & MCKD_APP_NEEDS_PIN) == 0)
		return -1;
	if ((rc = secret_get(&q->from, _("PIN for the new application"), true, text)) == -1)
		rc = pins_parse(text, q->app.name, &q->pins);
	mckd_wipe(text, sizeof(text));
	return rc;
}

static int
add_or_remove(struct tool *t, struct mckd_record *r, struct application *q, bool adding)
{
	const struct mckd_app *old = mckd_block_app_named(&r->block, q->app.name);
	int rc;

	if (adding && old != NULL && (((old->flags ^ q->app.flags) & ~MCKD_APP_HAS_N1) != 0 ||
	    old->duress != q->app.duress || old->mechanism != q->app.mechanism)) {
		say("the card has another application of that name: remove it first");
		return EX_WRONG_USAGE;
	}
	if (adding && old != NULL)
		return again(t, r, q, true);
	/* Of a card with nothing queued it may as well be misspelt. */
	if (!adding && old == NULL && r->pending > 0)
		return again(t, r, q, false);
	if (!adding && old == NULL) {
		say("the card has no application %s", q->app.name);
		return EX_WRONG_USAGE;
	}
	rc = adding ? get_pins(q) : confirm(t, r->block.card, _("an application will be removed, with its PIN and "
	    "confidential number"));
	if (rc != -1)
		return rc;
	rc = order(t, r->block.card, adding ? "application-add" : "application-remove", q->when,
	    adding ? add : take_away, q);
	if (rc == EX_DONE && adding && q->nusers == 0)
		say("nobody may use it yet: cardtool assign --application %s", q->app.name);
	return rc;
}

static int
option(struct tool *t, struct application *q, int c)
{
	switch (c) {
	case OPT_USER:
		if (q->nusers == USERS_MAX || optarg[0] == '\0' || strlen(optarg) > MCKD_USER_MAX)
			return tool_usage(t, "at most %d users, of 1-%d characters", USERS_MAX, MCKD_USER_MAX);
		for (unsigned i = 0; i < q->nusers; i++)
			if (strcmp(q->user[i], optarg) == 0)
				return tool_usage(t, "--user %s: named twice", optarg);
		q->user[q->nusers++] = optarg;
		return -1;
	case OPT_PIN_FILE:
		q->from.file = optarg;
		return -1;
	case OPT_PIN_FD:
		return secret_fd(t, &q->from, optarg);
	case OPT_NOW:
	case OPT_DEFERRED:
		return order_when(t, &q->when, c == OPT_NOW ? ORDER_NOW : ORDER_DEFERRED);
	default:
		return tool_option(t, c);
	}
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER, OPTION_FORCE,
		{ "user", required_argument, NULL, OPT_USER },
		{ "pin-file", required_argument, NULL, OPT_PIN_FILE },
		{ "pin-fd", required_argument, NULL, OPT_PIN_FD },
		{ "now", no_argument, NULL, OPT_NOW }, { "deferred", no_argument, NULL, OPT_DEFERRED },
		OPTIONS_END };
	struct application q = { .from = { NULL, -1 } };
	struct mckd_record *r = NULL;
	bool adding;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((rc = option(t, &q, c)) != -1)
			return rc;
	if (argc - optind != 3 || ((adding = strcmp(argv[optind], "add") == 0) == false &&
	    strcmp(argv[optind], "remove") != 0))
		return tool_usage(t, "application: add or remove, an application, and one card");
	if (!adding && (q.nusers > 0 || secret_given(&q.from)))
		return tool_usage(t, "application remove: it takes neither user nor PIN");
	if ((rc = app_spec(t, argv[optind + 1], &q.app)) != -1)
		return rc;
	if ((rc = tool_open(t, MCKD_STORE_WRITE)) == -1 && (rc = order_find(t, argv[optind + 2], &r)) == -1)
		rc = add_or_remove(t, r, &q, adding);
	mckd_record_free(r);
	mckd_wipe(&q, sizeof(q));
	return rc;
}

const struct verb verb_application = { "application", run, N_("add an application to a card, or remove it"),
	N_("add    [--user USER ...] [--pin-file FILE | --pin-fd N] [OPTION ...]\n"
	"                NAME[:MECHANISM[:N[:FLAG,...]]] CARD | USER\n"
	"       cardtool application remove [--force] [OPTION ...] NAME CARD | USER\n\n"
	"OPTION: --now, --deferred, --reader PATTERN.\n"
	"NAME, MECHANISM, N and FLAG are as cardtool provision --help has them.\n"
	"Up to 4 PINs, with blanks between, and none that another application of the card has. After a\n"
	"cut, the same command goes on where the card is.\n") };
