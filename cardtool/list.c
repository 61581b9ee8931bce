/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"
#include "table.h"
#include "ui.h"

#include <stdio.h>

static const struct column columns[] = {
	{ "card", false }, { "users", false }, { "status", false }, { "applications", false },
	{ "epoch", true }, { "pending", true }, { "last_use", false },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct list {
	struct tool *t;
	struct table *table;
};

static enum mckd_err
one(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct list *l = arg;
	char id[HEX_CARD], users[256], apps[256], epoch[8], pending[12], used[32];
	struct mckd_record *r = NULL;
	enum mckd_err e = mckd_store_get(l->t->store, card, &r);
	const char *row[N_COLUMNS] = { id, users, NULL, apps, epoch, pending, used };

	/* Removed since its ID was read: no longer in the list. */
	if (e == MCKD_E_STORE_NOT_FOUND)
		return MCKD_OK;
	if (e != MCKD_OK)
		return e;
	hex(card, MCKD_CARD_ID_LEN, id);
	e = names_users(l->t, card, users, sizeof(users));
	names_apps(&r->block, apps, sizeof(apps));
	snprintf(epoch, sizeof(epoch), "%u", r->block.epoch);
	snprintf(pending, sizeof(pending), "%u", r->pending);
	moment(r->last_use, used);
	row[2] = names_status(r);
	mckd_record_free(r);
	if (e == MCKD_OK && table_row(l->table, row) != 0)
		e = MCKD_E_NOMEM;
	return e;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_JSON, OPTIONS_END };
	struct list l = { t, NULL };
	const char *none = NULL;
	enum mckd_err e;
	int rc;

	if ((rc = tool_options(t, argc, argv, options, 0, 1)) != -1 ||
	    (rc = tool_open(t, MCKD_STORE_READ)) != -1)
		return rc;
	if ((l.table = table_new(t, columns, N_COLUMNS)) == NULL)
		return fail(MCKD_E_NOMEM, "list");
	if (optind < argc)
		e = mckd_store_cards_of(t->store, argv[optind], one, &l);
	else
		e = mckd_store_cards(t->store, one, &l);
	if (e == MCKD_OK)
		none = optind < argc ? N_("no card of this user here") : N_("no cards here");
	if (table_end(l.table, none) != 0 && e == MCKD_OK)
		e = MCKD_E_NOMEM;
	return e == MCKD_OK ? EX_DONE : e == MCKD_E_NOMEM ? fail(e, "list") : fail_store(t, e);
}

const struct verb verb_list = { "list", run, N_("the cards in the store"),
	N_("[--json] [USER]\n\nLists all cards, or those of one user.\n") };
