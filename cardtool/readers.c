/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"
#include "pcsc.h"
#include "reader.h"
#include "table.h"
#include "ui.h"

#include <stdio.h>

static const struct column columns[] = {
	{ "reader", false }, { "card", false }, { "state", false }, { "epoch", true },
};

static int
row(struct table *table, struct mckd_pcsc *pcsc, const struct mckd_reader *reader)
{
	char id[HEX_CARD] = "", epoch[8];
	const char *values[] = { reader->name, id, "empty", NULL };
	struct mckd_cardlink *link = NULL;
	struct mckd_card_info info;
	enum mckd_err e;

	if (!reader->present)
		return table_row(table, values);
	if ((e = mckd_pcsc_connect(pcsc, reader->name, &link)) == MCKD_OK) {
		e = mckd_card_select(link, &info);
		link->ops->close(link);
	}
	if (e != MCKD_OK) {
		values[2] = mckd_err_str(e);
		return table_row(table, values);
	}
	hex(info.card, sizeof(info.card), id);
	snprintf(epoch, sizeof(epoch), "%u", info.epoch);
	values[3] = epoch;
	values[2] = info.state == 0x01 ? "blank" : info.state == 0x07 ? "personalised" : "terminated";
	return table_row(table, values);
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTION_JSON, OPTION_READER, OPTIONS_END };
	struct mckd_reader readers[MCKD_READERS_MAX];
	size_t n = MCKD_READERS_MAX;
	struct mckd_pcsc *pcsc = NULL;
	struct table *table;
	enum mckd_err e;
	int rc, bad = 0;

	if ((rc = tool_options(t, argc, argv, options, 0, 0)) != -1)
		return rc;
	if ((e = mckd_pcsc_open(&pcsc)) != MCKD_OK)
		return fail(e, "readers");
	e = mckd_pcsc_readers(pcsc, t->reader, readers, &n);
	if (e != MCKD_OK || n == 0) {
		mckd_pcsc_close(pcsc);
		return e != MCKD_OK ? fail(e, "readers") : reader_none(t);
	}
	if ((table = table_new(t, columns, sizeof(columns) / sizeof(columns[0]))) != NULL) {
		for (size_t i = 0; i < n && bad == 0; i++)
			bad = row(table, pcsc, &readers[i]);
		bad |= table_end(table, NULL);
	}
	mckd_pcsc_close(pcsc);
	return table == NULL || bad != 0 ? fail(MCKD_E_NOMEM, "readers") : EX_DONE;
}

const struct verb verb_readers = { "readers", run, N_("the readers, and which cards are in them"),
	N_("[--json] [--reader PATTERN]\n") };
