/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"
#include "order.h"
#include "table.h"
#include "ui.h"

#include <stdio.h>

static const struct column columns[] = {
	{ "slot", true }, { "application", false }, { "mechanism", false }, { "flags", false },
	{ "active", false }, { "retired", false }, { "compromised", false }, { "users", false },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void
flag_words(const struct mckd_app *app, char *out, size_t room)
{
	snprintf(out, room, "%s%s%s%s%s", (app->flags & MCKD_APP_NEEDS_PIN) != 0 ? "pin" : "no-pin",
	    (app->flags & MCKD_APP_HAS_N1) != 0 ? ",secret" : "",
	    (app->flags & MCKD_APP_SEALED_ONLY) != 0 ? ",sealed-only" : "",
	    (app->flags & MCKD_APP_MAY_SIGN) != 0 ? ",may-sign" : "", app->duress ? ",duress" : "");
}

static enum mckd_err
app_row(struct tool *t, struct table *table, const struct mckd_block *b, const struct mckd_app *app)
{
	char slot[4], flags[64], active[128], retired[128], compromised[128], users[256];
	const char *row[N_COLUMNS] = { slot, app->name, mckd_mechanism_name(app->mechanism), flags, active,
		retired, compromised, users };
	enum mckd_err e = names_users_of(t, b->card, app->slot, users, sizeof(users));

	if (e != MCKD_OK)
		return e;
	snprintf(slot, sizeof(slot), "%u", app->slot);
	flag_words(app, flags, sizeof(flags));
	names_indices(mckd_app_active(app), active, sizeof(active));
	names_indices(app->retired, retired, sizeof(retired));
	names_indices(app->compromised, compromised, sizeof(compromised));
	return table_row(table, row) == 0 ? MCKD_OK : MCKD_E_NOMEM;
}

static void
head(const struct mckd_record *r)
{
	const struct mckd_block *b = &r->block;
	char id[HEX_CARD], used[32], expires[32];

	hex(b->card, sizeof(b->card), id);
	moment(r->last_use, used);
	moment(r->expires, expires);
	printf(_("card %s\nstatus %s%s%s\n"), id, names_status(r), r->reason[0] != '\0' ? ": " : "", r->reason);
	printf(_("block %s, DEA1 %s, DEA2 %s\n"), b->full ? "full" : "host", names_dea(b->dea1), names_dea(b->dea2));
	printf(_("last ticket %u%s, %u pending; counter %u\n"), b->epoch,
	    b->have_last ? "" : _(" (unknown: the next one is a resync)"), r->pending, r->counter);
	printf(_("last use %s; expires %s\n"), used, expires);
	if (r->pin_must_change)
		fputs(_("the PIN must be changed at the next login\n"), stdout);
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_JSON, OPTIONS_END };
	struct mckd_record *r = NULL;
	struct table *table;
	enum mckd_err e = MCKD_OK;
	int rc;

	if ((rc = tool_options(t, argc, argv, options, 1, 1)) != -1 ||
	    (rc = tool_open(t, MCKD_STORE_READ)) != -1 || (rc = order_find(t, argv[optind], &r)) != -1)
		return rc;
	if (!t->json)
		head(r);
	table = table_new(t, columns, N_COLUMNS);
	for (unsigned i = 0; table != NULL && i < r->block.napps && e == MCKD_OK; i++)
		e = app_row(t, table, &r->block, &r->block.app[i]);
	if (table == NULL || (table_end(table, NULL) != 0 && e == MCKD_OK))
		e = MCKD_E_NOMEM;
	mckd_record_free(r);
	return e == MCKD_OK ? EX_DONE : e == MCKD_E_NOMEM ? fail(e, "show") : fail_store(t, e);
}

const struct verb verb_show = { "show", run, N_("one card: its state, applications, series numbers, users"),
	N_("[--json] CARD | USER\n\nNothing secret is shown. --json lists the applications.\n") };
