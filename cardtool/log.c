/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"
#include "ui.h"

#include <stdio.h>

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000000

enum { OPT_LIMIT = OPT_OWN };

static const struct column columns[] = {
	{ "when", false }, { "kind", false }, { "card", false }, { "user", false }, { "service", false },
	{ "origin", false }, { "application", false }, { "verdict", false }, { "reason", false },
	{ "epoch", true }, { "index", true }, { "mechanism", false },
};
#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static enum mckd_err
one(void *arg, const struct mckd_event *e)
{
	char when[32], id[HEX_CARD] = "", epoch[8], number[8];
	const char *row[N_COLUMNS] = { when, e->kind, id, e->user, e->service, e->origin, e->application,
		e->verdict, e->reason, e->epoch != 0 ? epoch : NULL, e->index != 0 ? number : NULL,
		e->mechanism };

	moment(e->when, when);
	snprintf(epoch, sizeof(epoch), "%u", e->epoch);
	snprintf(number, sizeof(number), "%u", e->index);
	if (e->has_card)
		hex(e->card, sizeof(e->card), id);
	return table_row(arg, row) == 0 ? MCKD_OK : MCKD_E_NOMEM;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_JSON,
		{ "limit", required_argument, NULL, OPT_LIMIT }, OPTIONS_END };
	unsigned long limit = LIMIT_DEFAULT;
	struct table *table;
	enum mckd_err e;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_LIMIT && !number(optarg, LIMIT_MAX, &limit))
			return tool_usage(t, "--limit %s: 1-%d", optarg, LIMIT_MAX);
		if (c != OPT_LIMIT && (rc = tool_option(t, c)) != -1)
			return rc;
	}
	if (optind < argc)
		return tool_usage(t, "log: one argument too many: %s", argv[optind]);
	if ((rc = tool_open(t, MCKD_STORE_READ)) != -1)
		return rc;
	if ((table = table_new(t, columns, N_COLUMNS)) == NULL)
		return fail(MCKD_E_NOMEM, "log");
	e = mckd_store_events(t->store, (unsigned)limit, one, table);
	if (table_end(table, e == MCKD_OK ? N_("no events yet") : NULL) != 0 && e == MCKD_OK)
		e = MCKD_E_NOMEM;
	return e == MCKD_OK ? EX_DONE : e == MCKD_E_NOMEM ? fail(e, "log") : fail_store(t, e);
}

const struct verb verb_log = { "log", run, N_("the last events: who came in, who did not, what was ordered"),
	N_("[--limit N] [--json]\n\nDefault: the last 50.\n") };
