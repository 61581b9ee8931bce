/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live.h"
#include "order.h"
#include "pins.h"
#include "ui.h"

#include <stdio.h>
#include <string.h>

enum { OPT_APPLICATION = OPT_OWN, OPT_OLD_FILE, OPT_OLD_FD, OPT_NEW_FILE, OPT_NEW_FD, OPT_PUK_FILE,
	OPT_PUK_FD, OPT_NOW, OPT_DEFERRED };

struct pin {
	const char *application;
	struct secret_source old, new, puk;
	enum order_when when;
	uint8_t block[MCKD_PIN_LEN];	/* the new PIN */
	struct compose_pins pins;	/* of a reset */
};

static int
get_block(const struct secret_source *from, const char *prompt, bool new, size_t min,
    uint8_t out[static MCKD_PIN_LEN])
{
	char text[SECRET_MAX];
	int rc = secret_get(from, prompt, new, text);

	if (rc != -1)
		return rc;
	if (mckd_pin_block(text, strlen(text), min, out) != MCKD_OK) {
		say("%s: it has %zu to 12 printable characters without spaces; nothing was sent", prompt, min);
		rc = EX_PIN_WRONG;
	}
	mckd_wipe(text, sizeof(text));
	return rc;
}

/* One, or several where another PIN is to be another SN. */
static int
get_pins(const struct secret_source *from, struct compose_pins *out)
{
	char text[SECRET_MAX];
	int rc = secret_get(from, _("new PIN"), true, text);

	if (rc == -1)
		rc = pins_parse(text, _("new PIN"), out);
	mckd_wipe(text, sizeof(text));
	return rc;
}

/* The application whose PIN is meant. */
static const struct mckd_app *
its_app(struct mckd_record *r, const struct pin *q)
{
	const struct mckd_app *app = order_app(r, q->application);

	if (app == NULL || (app->flags & MCKD_APP_NEEDS_PIN) != 0)
		return app;
	say("application %s has no PIN", app->name);
	return NULL;
}

static int
change(struct tool *t, struct mckd_record *r, struct compose *c, void *arg)
{
	struct pin *q = arg;
	const struct mckd_app *app = its_app(r, q);

	(void)t;
	if (app == NULL)
		return EX_WRONG_USAGE;
	q->pins.slot = app->slot;
	compose_pins(c, &q->pins);
	return -1;
}

static int
explain(uint16_t sw, enum mckd_err e, bool puk)
{
	if (e == MCKD_E_PIN_WRONG)
		say(puk ? ngettext("wrong PUK; %u try left", "wrong PUK; %u tries left", sw & 15U) :
		    ngettext("wrong PIN; %u try left", "wrong PIN; %u tries left", sw & 15U), sw & 15U);
	else if (e == MCKD_E_PIN_BLOCKED)
		say(puk ? N_("the PUK is blocked; cardtool pin reset sets a new PIN") :
		    N_("the PIN is blocked; cardtool pin unblock takes the PUK"));
	else
		return fail(e, "pin");
	return exit_of(e);
}

static int
refused(const struct mckd_login *l, enum mckd_err e, uint16_t sw, bool puk)
{
	if (l->reason[0] == '\0')
		return explain(sw, e, puk);
	live_say_reason(e, l);
	return exit_of(e);
}

static int
change_by_old(struct tool *t, struct found *f, const struct mckd_app *app, const uint8_t *old,
    const uint8_t *new)
{
	struct mckd_login *l;
	char id[HEX_CARD];
	bool ordered = false;
	uint16_t sw = 0;
	enum mckd_err e;
	int rc = live_open(t, f, app, &l);

	if (rc != -1)
		return rc;
	if ((e = mckd_login_change_pin(l, old, new, &ordered, &sw)) != MCKD_OK && ordered) {
		hex(f->info.card, MCKD_CARD_ID_LEN, id);
		say("card %s: it is recorded and stays queued; the card must take it before its next login counts", id);
		rc = EX_PARTLY;
	} else if (e != MCKD_OK) {
		rc = refused(l, e, sw, false);
	}
	live_close(l);
	return rc;
}

static int
unblock(struct tool *t, struct found *f, const struct mckd_app *app, const uint8_t *puk, const uint8_t *new)
{
	struct mckd_login *l;
	uint16_t sw = 0;
	enum mckd_err e;
	int rc = live_open(t, f, app, &l);

	if (rc != -1)
		return rc;
	if ((e = mckd_login_unblock(l, puk, new, &sw)) != MCKD_OK)
		rc = refused(l, e, sw, true);
	live_close(l);
	return rc;
}

static enum mckd_err
note(struct tool *t, const uint8_t *card, bool puk)
{
	struct mckd_record *r = NULL;
	enum mckd_err e = mckd_store_begin(t->store);

	if (e != MCKD_OK)
		return e;
	e = mckd_store_get(t->store, card, &r);
	if (e == MCKD_OK && r->pin_must_change) {
		r->pin_must_change = false;
		e = mckd_store_put(t->store, r, true);
	}
	mckd_record_free(r);
	if (e == MCKD_OK)
		e = order_event(t, card, puk ? "pin-unblock" : "pin-change", NULL, NULL, 0);
	if (e == MCKD_OK)
		return mckd_store_commit(t->store);
	mckd_store_rollback(t->store);
	return e;
}

static int
with_card(struct tool *t, struct mckd_record *r, struct pin *q, bool puk)
{
	const struct mckd_app *app = its_app(r, q);
	uint8_t first[MCKD_PIN_LEN];
	struct found f = { .link = NULL };
	enum mckd_err e;
	int rc;

	if (app == NULL)
		return EX_WRONG_USAGE;
	if ((app->flags & MCKD_APP_SEALED_ONLY) != 0 && (puk || !r->block.full)) {
		say("this application takes sealed PINs only: cardtool pin reset sets a new one");
		return EX_OTHER;
	}
	if ((rc = reader_need(t, r->block.card, &f)) != -1)
		return rc;
	rc = puk ? deliver_agrees(t, r, &f.info) : deliver_first(t, r, &f);
	if (rc == -1 && !puk)
		rc = reader_tries(&f, app);
	if (rc == -1 &&
	    (rc = get_block(puk ? &q->puk : &q->old, puk ? "PUK" : _("old PIN"), false, puk ? 8 : 4, first)) == -1 &&
	    (rc = get_block(&q->new, _("new PIN"), true, 4, q->block)) == -1 &&
	    (rc = puk ? unblock(t, &f, app, first, q->block) :
	    change_by_old(t, &f, app, first, q->block)) == -1) {
		printf(_("application %s: the PIN is changed\n"), app->name);
		e = note(t, r->block.card, puk);
		rc = e == MCKD_OK ? EX_DONE : fail_store(t, e);
		if (rc != EX_DONE) {
			say("the card has the new PIN; the store could not note it");
			rc = EX_PARTLY;
		}
	}
	mckd_wipe(first, sizeof(first));
	reader_close(&f);
	return rc;
}

static int
option(struct tool *t, struct pin *q, int c)
{
	switch (c) {
	case OPT_APPLICATION:
		q->application = optarg;
		return -1;
	case OPT_OLD_FILE:
		q->old.file = optarg;
		return -1;
	case OPT_NEW_FILE:
		q->new.file = optarg;
		return -1;
	case OPT_PUK_FILE:
		q->puk.file = optarg;
		return -1;
	case OPT_OLD_FD:
		return secret_fd(t, &q->old, optarg);
	case OPT_NEW_FD:
		return secret_fd(t, &q->new, optarg);
	case OPT_PUK_FD:
		return secret_fd(t, &q->puk, optarg);
	case OPT_NOW:
	case OPT_DEFERRED:
		return order_when(t, &q->when, c == OPT_NOW ? ORDER_NOW : ORDER_DEFERRED);
	default:
		return tool_option(t, c);
	}
}

static int
judge(struct tool *t, const struct pin *q, const char *what)
{
	bool change = strcmp(what, "change") == 0, unblock = strcmp(what, "unblock") == 0,
	     reset = strcmp(what, "reset") == 0;

	if (!change && !unblock && !reset)
		return tool_usage(t, "pin: change, unblock or reset, not %s", what);
	if (!change && secret_given(&q->old))
		return tool_usage(t, "pin %s: the old PIN is for pin change; the new one goes by --new-pin-file", what);
	if (!unblock && secret_given(&q->puk))
		return tool_usage(t, "pin %s: the PUK is for pin unblock", what);
	if (!reset && q->when != ORDER_IF_PRESENT)
		return tool_usage(t, "pin %s: --now and --deferred are for pin reset; this needs the card", what);
	return -1;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER,
		{ "application", required_argument, NULL, OPT_APPLICATION },
		{ "pin-file", required_argument, NULL, OPT_OLD_FILE },
		{ "pin-fd", required_argument, NULL, OPT_OLD_FD },
		{ "new-pin-file", required_argument, NULL, OPT_NEW_FILE },
		{ "new-pin-fd", required_argument, NULL, OPT_NEW_FD },
		{ "puk-file", required_argument, NULL, OPT_PUK_FILE },
		{ "puk-fd", required_argument, NULL, OPT_PUK_FD },
		{ "now", no_argument, NULL, OPT_NOW }, { "deferred", no_argument, NULL, OPT_DEFERRED },
		OPTIONS_END };
	struct pin q = { .old = { NULL, -1 }, .new = { NULL, -1 }, .puk = { NULL, -1 } };
	struct mckd_record *r = NULL;
	const char *what;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((rc = option(t, &q, c)) != -1)
			return rc;
	if (argc - optind != 2)
		return tool_usage(t, "pin: change, unblock or reset, and one card");
	what = argv[optind];
	if ((rc = judge(t, &q, what)) != -1 || (rc = tool_open(t, MCKD_STORE_WRITE)) != -1 ||
	    (rc = order_find(t, argv[optind + 1], &r)) != -1)
		return rc;
	if (strcmp(what, "reset") != 0)
		rc = with_card(t, r, &q, strcmp(what, "unblock") == 0);
	else if ((rc = get_pins(&q.new, &q.pins)) == -1)
		rc = order(t, r->block.card, "pin-reset", q.when, change, &q);
	mckd_record_free(r);
	mckd_wipe(&q, sizeof(q));
	return rc;
}

const struct verb verb_pin = { "pin", run, N_("change a PIN, unblock it by PUK, or reset it by ticket"),
	N_("change  [--pin-file FILE] [--new-pin-file FILE] [OPTION ...] CARD | USER\n"
	"       cardtool pin unblock [--puk-file FILE] [--new-pin-file FILE] [OPTION ...] CARD | USER\n"
	"       cardtool pin reset   [--new-pin-file FILE] [--now | --deferred] [OPTION ...] CARD | USER\n\n"
	"OPTION: --application NAME, --reader PATTERN; --pin-fd, --new-pin-fd and --puk-fd take descriptors.\n"
	"reset needs neither the old PIN nor the PUK: the store orders it. It takes up to 4 PINs, with\n"
	"blanks between: with mechanism pin each is (mostly) another series number.\n") };
