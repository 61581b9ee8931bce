/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rotate.h"
#include "names.h"
#include "order.h"
#include "ui.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OPT_APPLICATION = OPT_OWN, OPT_MECHANISM, OPT_COMPROMISED, OPT_REPLENISH, OPT_NOW, OPT_DEFERRED,
	OPT_RESYNC, OPT_ALL, OPT_SOFT, OPT_UNTIL };

struct request {
	struct rotate q;
	bool resync, all, ordered;	/* ordered: some option of an order was given */
	enum order_when when;
};

/* 2026-12-31, from its first moment; or 2026-12-31T18:00[:30]. */
static int
date(struct tool *t, const char *text, int64_t *out)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	int day = tm.tm_mday;
	time_t at;

	if (end != NULL && *end == 'T')
		end = strptime(end, "T%H:%M", &tm);
	if (end != NULL && *end == ':')
		end = strptime(end, ":%S", &tm);
	/* mktime takes February the 31st for a day of March. */
	if (end == NULL || *end != '\0' || (at = mktime(&tm)) == (time_t)-1 || tm.tm_mday != day)
		return tool_usage(t, "--until %s: a date is as 2026-12-31 or 2026-12-31T18:00", text);
	if (at <= time(NULL))
		return tool_usage(t, "--until %s: that is past", text);
	*out = at;
	return -1;
}

static int
option(struct tool *t, struct request *o, int c)
{
	struct rotate *q = &o->q;

	o->ordered |= c >= OPT_OWN;
	switch (c) {
	case OPT_APPLICATION:
		q->application = optarg;
		return mckd_app_name_valid(optarg) ? -1 :
		    tool_usage(t, "--application %s: a name is 1-16 of a-z 0-9 . _ -", optarg);
	case OPT_MECHANISM:
		q->change_mechanism = true;
		return mckd_mechanism_parse(optarg, &q->mechanism) ? -1 : tool_usage(t, "no mechanism %s", optarg);
	case OPT_COMPROMISED:
		return names_indices_parse(optarg, &q->compromised) ? -1 :
		    tool_usage(t, "--compromised %s: indices are 1-%d, as 3 or 1,4-6", optarg, MCKD_SNS_MAX);
	case OPT_REPLENISH:
		return number(optarg, MCKD_SNS_MAX, &q->replenish) ? -1 :
		    tool_usage(t, "--replenish %s: 1-%d", optarg, MCKD_SNS_MAX);
	case OPT_NOW:
	case OPT_DEFERRED:
		return order_when(t, &o->when, c == OPT_NOW ? ORDER_NOW : ORDER_DEFERRED);
	case OPT_RESYNC:
		o->resync = true;
		return -1;
	case OPT_ALL:
		o->all = true;
		return -1;
	case OPT_SOFT:
		q->soft = true;
		return -1;
	case OPT_UNTIL:
		return date(t, optarg, &q->until);
	default:
		return tool_option(t, c);
	}
}

static int
judge(struct tool *t, const struct request *o, const char *name)
{
	if (o->all && name != NULL)
		return tool_usage(t, "rotate: either a card or --all");
	if (!o->all && name == NULL && o->q.application == NULL)
		return tool_usage(t, "rotate: which card? CARD, USER, --all or --application NAME");
	if (o->q.until != 0 && !o->q.soft)
		return tool_usage(t, "--until goes with --soft");
	if (name == NULL && (o->when == ORDER_NOW || o->resync))
		return tool_usage(t, "--now and --resync are for a card in a reader: name it");
	if (o->resync && o->q.soft)
		return tool_usage(t, "a resync cannot be soft");
	return -1;
}

/* All of the order in a line, for rotate status. */
static void
describe(struct rotate *q, const char *name)
{
	char indices[64] = "", more[24] = "";

	if (q->compromised != 0)
		names_indices(q->compromised, indices, sizeof(indices));
	if (q->replenish != 0)
		snprintf(more, sizeof(more), "%lu", q->replenish);
	snprintf(q->what, sizeof(q->what), "%.40s%s%s%s%s%s%s%s%s", name != NULL ? name : "all cards",
	    q->application != NULL ? ", application " : "", q->application != NULL ? q->application : "",
	    q->change_mechanism ? ", mechanism " : "",
	    q->change_mechanism ? mckd_mechanism_name(q->mechanism) : "",
	    indices[0] != '\0' ? ", compromised " : "", indices, more[0] != '\0' ? ", replenish " : "", more);
}

struct cards {
	uint8_t card[MCKD_CARD_ID_LEN];
	uint64_t n;
};

static enum mckd_err
note(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct cards *c = arg;

	memcpy(c->card, card, MCKD_CARD_ID_LEN);
	c->n++;
	return MCKD_OK;
}

/* For a resync: by order(), which replaces what is queued. */
static int
change(struct tool *t, struct mckd_record *r, struct compose *c, void *arg)
{
	char why[MCKD_WHY] = "";
	enum mckd_err e = rotate_record(r, arg, c, why);

	(void)t;
	if (e != MCKD_OK && why[0] != '\0') {
		say("%s", why);
		return EX_WRONG_USAGE;
	}
	return e == MCKD_OK ? -1 : fail(e, "rotate");
}

static void
say_refused(const uint8_t *card, const struct rotate *q, const char *why)
{
	char id[HEX_CARD], indices[64];

	hex(card, MCKD_CARD_ID_LEN, id);
	names_indices(q->compromised, indices, sizeof(indices));
	say("card %s: series numbers %s are refused from now on, and nothing more is recorded: %s", id, indices,
	    why);
}

/* One card's rotation, its record and its event in one transaction. EX_PARTLY: a refusal alone. */
static int
keep(struct tool *t, const uint8_t *card, const struct rotate *q)
{
	struct mckd_rotation r = { .cards = 1, .until = q->soft ? q->until : 0 };
	struct compose *c = calloc(1, sizeof(*c));
	char why[MCKD_WHY] = "";
	int64_t id = 0;
	enum mckd_err e;
	int rc = -1;

	if (c == NULL)
		return fail(MCKD_E_NOMEM, "rotate");
	snprintf(r.what, sizeof(r.what), "%s", q->what);
	if ((e = mckd_store_begin(t->store)) != MCKD_OK) {
		rc = fail_store(t, e);
		goto out;
	}
	if ((e = mckd_rotation_new(t->store, &r, &id)) == MCKD_OK &&
	    (e = rotate_keep(t->store, card, q, id, c, why)) == MCKD_OK &&
	    (e = order_event(t, card, "rotate", NULL, q->what, c->epoch)) == MCKD_OK) {
		e = mckd_store_commit(t->store);
	} else {
		mckd_store_rollback(t->store);
	}
	if (e == MCKD_OK && why[0] != '\0') {
		say_refused(card, q, why);
		rc = EX_PARTLY;
	} else if (e != MCKD_OK && why[0] != '\0') {
		say("%s; nothing is recorded", why);
		rc = e == MCKD_E_RESYNC ? exit_of(e) : EX_WRONG_USAGE;
	} else if (e != MCKD_OK) {
		rc = fail_store(t, e);
	}
out:
	compose_wipe(c);
	free(c);
	return rc;
}

/*
 * The card is not there, or not as the store has it: perhaps someone's copy. What is compromised is
 * refused all the same, and what can be ordered waits for the card.
 */
static int
keep_without(struct tool *t, const uint8_t *card, const struct request *o, const struct found *f,
    bool unknown, int rc)
{
	int kept;

	if (o->q.compromised == 0 || (f->link == NULL && !unknown)) {
		say("nothing is recorded");
		return rc;
	}
	if ((kept = keep(t, card, &o->q)) != -1)
		return kept;
	say("the rotation is recorded all the same; this card was not given it");
	return rc;
}

/* Rotations are part of a resync; what else is queued is not. */
static int
say_lost(struct tool *t, const uint8_t *card)
{
	unsigned n = 0;
	enum mckd_err e = mckd_store_ticket_others(t->store, card, &n);

	if (e != MCKD_OK)
		return fail_store(t, e);
	if (n > 0)
		say("%u tickets are queued that no rotation is in, and a resync drops them: order PIN resets and "
		    "confidential numbers again after it. Where the card still takes them, cardtool verify "
		    "delivers them first", n);
	return -1;
}

static int
rotate_one(struct tool *t, const uint8_t *card, struct request *o)
{
	bool unknown = false;
	struct found f;
	int rc;

	if (o->q.compromised != 0 && (rc = confirm(t, card,
	    _("the series numbers named will never be accepted again"))) != -1)
		return rc;
	if (o->resync) {
		if ((rc = say_lost(t, card)) != -1 ||
		    (rc = confirm(t, card, _("everything but its PINs is replaced by what this store holds"))) != -1)
			return rc;
		return order_resync(t, card, change, &o->q);
	}
	rc = order_reach(t, card, o->when, &f, &unknown);
	if (rc == -1 && unknown && f.link != NULL) {
		reader_close(&f);
		return order(t, card, "rotate", o->when, change, &o->q);
	}
	if (rc != -1)
		rc = keep_without(t, card, o, &f, unknown, rc);
	else if ((rc = keep(t, card, &o->q)) == -1)
		rc = order_deliver(t, card, &f);
	reader_close(&f);
	return rc;
}

static int
to_cards(struct tool *t, struct request *o, const char *name)
{
	struct cards c = { .n = 0 };
	char text[256];
	enum mckd_err e;
	int rc;

	if (name != NULL) {
		e = mckd_store_cards_of(t->store, name, note, &c);
		if (e == MCKD_OK && c.n == 0 && (e = mckd_store_find(t->store, name, c.card)) == MCKD_OK)
			c.n = 1;
		if (e != MCKD_OK)
			return fail_store(t, e);
		if (c.n == 1)
			return rotate_one(t, c.card, o);
		if (o->when == ORDER_NOW || o->resync)
			return tool_usage(t, "%s has %" PRIu64 " cards; name the one in the reader", name, c.n);
	}
	if (o->q.compromised != 0) {
		snprintf(text, sizeof(text), _("%s: the series numbers named will never be accepted again"), o->q.what);
		if ((rc = confirm(t, NULL, text)) != -1)
			return rc;
	}
	o->q.many = true;
	return rotate_many(t, &o->q, name);
}

static int
status_or_cancel(struct tool *t, const struct request *o, int n, char **args)
{
	if (o->ordered)
		return tool_usage(t, "rotate %s: it takes none of the options of an order", args[0]);
	if (n > 2)
		return tool_usage(t, "rotate: one argument too many: %s", args[2]);
	if (strcmp(args[0], "status") == 0)
		return rotate_status(t, args[1]);
	return n == 2 ? rotate_cancel(t, args[1]) : tool_usage(t, "rotate cancel: it takes one card");
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_READER, OPTION_FORCE, OPTION_JSON,
		{ "application", required_argument, NULL, OPT_APPLICATION },
		{ "mechanism", required_argument, NULL, OPT_MECHANISM },
		{ "compromised", required_argument, NULL, OPT_COMPROMISED },
		{ "replenish", required_argument, NULL, OPT_REPLENISH },
		{ "now", no_argument, NULL, OPT_NOW }, { "deferred", no_argument, NULL, OPT_DEFERRED },
		{ "resync", no_argument, NULL, OPT_RESYNC }, { "all", no_argument, NULL, OPT_ALL },
		{ "soft", no_argument, NULL, OPT_SOFT }, { "until", required_argument, NULL, OPT_UNTIL },
		OPTIONS_END };
	struct request o = { .when = ORDER_IF_PRESENT };
	const char *name;
	int c, rc, n;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((rc = option(t, &o, c)) != -1)
			return rc;
	n = argc - optind;
	name = n > 0 ? argv[optind] : NULL;
	if (name != NULL && (strcmp(name, "status") == 0 || strcmp(name, "cancel") == 0))
		return status_or_cancel(t, &o, n, argv + optind);
	if (n > 1)
		return tool_usage(t, "rotate: one argument too many: %s", argv[optind + 1]);
	if ((rc = judge(t, &o, name)) != -1)
		return rc;
	if (o.q.soft && o.q.until == 0)
		o.q.until = MCKD_SOFT_FOREVER;
	describe(&o.q, name);
	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	return to_cards(t, &o, name);
}

const struct verb verb_rotate = { "rotate", run, N_("give cards a new selection algorithm; retire what is compromised"),
	N_("[--application NAME] [--mechanism MECHANISM] [--compromised INDEX,...]\n"
	"         [--replenish N] [--now | --deferred] [--soft [--until DATE]] [--resync]\n"
	"         [--reader PATTERN] [--force] CARD | USER | --all\n"
	"       cardtool rotate status [--json] [CARD | USER]\n"
	"       cardtool rotate cancel CARD | USER\n\n"
	"Draws a fresh Ksel for the application (all, where none is named), and records what is\n"
	"compromised: from then on it is refused, whatever the card knows. Of a user all cards are\n"
	"rotated; with --application and no card, all cards that have it. Of many cards, --compromised\n"
	"means every application that has one of the series numbers.\n"
	"One card in a reader takes the order at once; otherwise the next login at a host delivers it\n"
	"(not one from afar), and hosts with a store of their own need a new export. --now\n"
	"insists on the card, --deferred leaves it alone. Until the card has taken it, it is refused;\n"
	"with --soft (and until DATE) it may go on as before where it could not take it, but for the\n"
	"compromised; not so from afar, nor at a host with a store of its own.\n"
	"--resync sets the card's complete state where card and store disagree.\n"
	"rotate status shows how far the rotations are. rotate cancel takes the last one back, while\n"
	"it cannot be on the card.\n") };
