/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"
#include "order.h"
#include "table.h"
#include "ui.h"

#include <stdio.h>
#include <string.h>

enum { OPT_APPLICATION = OPT_OWN, OPT_MECHANISM, OPT_COMPROMISED, OPT_REPLENISH, OPT_NOW, OPT_DEFERRED,
	OPT_RESYNC };

struct rotate {
	const char *application;
	bool change_mechanism, resync;
	enum mckd_mechanism mechanism;
	uint32_t compromised;
	unsigned long replenish;
	enum order_when when;
};

/* Fresh SNs at free indices first, then in the place of compromised ones. */
static enum mckd_err
replenish(struct mckd_app *app, unsigned long n, uint32_t *fresh)
{
	const uint32_t places[2] = { ~app->present, app->present & app->compromised };
	enum mckd_err e;

	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < MCKD_SNS_MAX && n > 0; i++) {
			uint32_t bit = UINT32_C(1) << i;

			if ((places[k] & bit) == 0)
				continue;
			if ((e = mckd_random(app->sn[i], MCKD_SN_LEN)) != MCKD_OK)
				return e;
			app->present |= bit;
			app->retired &= ~bit;
			app->compromised &= ~bit;
			*fresh |= bit;
			n--;
		}
	return n == 0 ? MCKD_OK : MCKD_E_USAGE;
}

/*
 * With mechanism pin each new Ksel would tell a watcher more about the PIN, so there the
 * bitmap alone rotates.
 */
static int
rotate_app(struct mckd_app *app, const struct rotate *q, struct compose *c)
{
	enum mckd_mechanism before = app->mechanism;
	uint32_t fresh = 0;
	enum mckd_err e;

	if ((q->compromised & ~app->present) != 0) {
		say("application %s does not have all of these indices", app->name);
		return EX_WRONG_USAGE;
	}
	app->compromised |= q->compromised;
	app->retired |= q->compromised;
	if (q->change_mechanism)
		app->mechanism = q->mechanism;
	if (app->mechanism == MCKD_SEL_PIN && (app->flags & MCKD_APP_NEEDS_PIN) == 0) {
		say("application %s has no PIN to select by", app->name);
		return EX_WRONG_USAGE;
	}
	if ((e = replenish(app, q->replenish, &fresh)) == MCKD_E_USAGE) {
		say("application %s has no room for %lu more series numbers", app->name, q->replenish);
		return EX_WRONG_USAGE;
	}
	if (e == MCKD_OK && (app->mechanism != MCKD_SEL_PIN || before != MCKD_SEL_PIN))
		e = mckd_random(app->ksel, MCKD_KEY_LEN);
	if (e != MCKD_OK)
		return fail(e, "rotate");
	if (mckd_app_active(app) == 0) {
		say("application %s would have no series number left: add some by --replenish N", app->name);
		return EX_WRONG_USAGE;
	}
	compose_sns(c, app, fresh);
	compose_algorithm(c, app);
	return -1;
}

static int
change(struct tool *t, struct mckd_record *r, struct compose *c, void *arg)
{
	const struct rotate *q = arg;
	struct mckd_app *app;
	int rc = -1;

	(void)t;
	if (q->application == NULL && q->compromised == 0 && q->replenish == 0) {
		for (unsigned i = 0; i < r->block.napps && rc == -1; i++)
			rc = rotate_app(&r->block.app[i], q, c);
		return rc;
	}
	if ((app = order_app(r, q->application)) == NULL)
		return EX_WRONG_USAGE;
	return rotate_app(app, q, c);
}

static const struct column columns[] = {
	{ "card", false }, { "users", false }, { "epoch", true }, { "pending", true }, { "last_use", false },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct status {
	struct tool *t;
	struct table *table;
};

static enum mckd_err
status_row(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct status *s = arg;
	char id[HEX_CARD], users[256], epoch[8], pending[12], used[32];
	const char *row[N_COLUMNS] = { id, users, epoch, pending, used };
	struct mckd_record *r = NULL;
	enum mckd_err e = mckd_store_get(s->t->store, card, &r);

	if (e != MCKD_OK)
		return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
	if (r->pending > 0) {
		hex(card, MCKD_CARD_ID_LEN, id);
		snprintf(epoch, sizeof(epoch), "%u", r->block.epoch);
		snprintf(pending, sizeof(pending), "%u", r->pending);
		moment(r->last_use, used);
		e = names_users(s->t, card, users, sizeof(users));
		if (e == MCKD_OK && table_row(s->table, row) != 0)
			e = MCKD_E_NOMEM;
	}
	mckd_record_free(r);
	return e;
}

static int
status(struct tool *t)
{
	struct status s = { t, NULL };
	enum mckd_err e;
	int rc;

	if ((rc = tool_open(t, MCKD_STORE_READ)) != -1)
		return rc;
	if ((s.table = table_new(t, columns, N_COLUMNS)) == NULL)
		return fail(MCKD_E_NOMEM, "rotate status");
	e = mckd_store_cards(t->store, status_row, &s);
	if (table_end(s.table) != 0 && e == MCKD_OK)
		e = MCKD_E_NOMEM;
	return e == MCKD_OK ? EX_DONE : e == MCKD_E_NOMEM ? fail(e, "rotate status") : fail_store(t, e);
}

static int
option(struct tool *t, struct rotate *q, int c)
{
	switch (c) {
	case OPT_APPLICATION:
		q->application = optarg;
		return -1;
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
		q->when = ORDER_NOW;
		return -1;
	case OPT_DEFERRED:
		q->when = ORDER_DEFERRED;
		return -1;
	case OPT_RESYNC:
		q->resync = true;
		return -1;
	default:
		return tool_option(t, c);
	}
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
		{ "resync", no_argument, NULL, OPT_RESYNC }, OPTIONS_END };
	struct rotate q = { .when = ORDER_IF_PRESENT };
	struct mckd_record *r = NULL;
	uint8_t card[MCKD_CARD_ID_LEN];
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if ((rc = option(t, &q, c)) != -1)
			return rc;
	if (argc - optind != 1)
		return tool_usage(t, "rotate: it takes one card, or \"status\"");
	if (strcmp(argv[optind], "status") == 0)
		return status(t);
	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1 || (rc = order_find(t, argv[optind], &r)) != -1)
		return rc;
	memcpy(card, r->block.card, sizeof(card));
	mckd_record_free(r);
	if (q.compromised != 0 && (rc = confirm(t, card, "the series numbers named will never be accepted again")) != -1)
		return rc;
	if (q.resync) {
		if ((rc = confirm(t, card, "everything but its PINs is replaced by what this store holds")) != -1)
			return rc;
		return order_resync(t, card, change, &q);
	}
	return order(t, card, "rotate", q.when, change, &q);
}

const struct verb verb_rotate = { "rotate", run, "give a card a new selection algorithm; retire what is compromised",
	"[--application NAME] [--mechanism MECHANISM] [--compromised INDEX,...]\n"
	"         [--replenish N] [--now | --deferred] [--resync] [--reader PATTERN] [--force] CARD | USER\n"
	"       cardtool rotate status [--json]\n\n"
	"Draws a fresh Ksel for the application (all, where none is named), and records what is\n"
	"compromised: from then on it is refused, whatever the card knows. The order is delivered at\n"
	"once where the card is in a reader, otherwise by its next login; --now insists on the card,\n"
	"--deferred leaves it alone. --resync sets the card's complete state where card and store\n"
	"disagree. rotate status lists the cards that have not taken their orders yet.\n" };
