/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "account.h"
#include "json.h"
#include "order.h"
#include "ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_FILE_MAX (1 << 20)

static enum mckd_err
keep(struct tool *t, const struct mckd_json *j)
{
	const struct mckd_block *b = &j->record->block;
	enum mckd_err e = mckd_store_begin(t->store);

	if (e != MCKD_OK)
		return e;
	e = mckd_store_put(t->store, j->record, false);
	for (size_t i = 0; i < j->nusers && e == MCKD_OK; i++)
		e = mckd_store_assign(t->store, b->card, j->users[i].slot, j->users[i].user);
	if (e == MCKD_OK)
		e = order_event(t, b->card, "import", NULL, NULL, b->epoch);
	if (e == MCKD_OK)
		return mckd_store_commit(t->store);
	mckd_store_rollback(t->store);
	return e;
}

static int
run(struct tool *t, int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, OPTIONS_END };
	struct secret_source from = { NULL, -1 };
	struct mckd_json j = { NULL, 0, NULL };
	char *text, why[MCKD_WHY] = "", id[HEX_CARD];
	enum mckd_err e;
	int rc;

	if ((rc = tool_options(t, argc, argv, options, 1, 1)) != -1 ||
	    (rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	if (strcmp(argv[optind], "-") == 0)
		from.fd = STDIN_FILENO;
	else
		from.file = argv[optind];
	if ((text = malloc(BLOCK_FILE_MAX)) == NULL)
		return fail(MCKD_E_NOMEM, "import");
	if ((rc = secret_read(&from, text, BLOCK_FILE_MAX)) != -1)
		goto out;
	if ((e = mckd_json_read(text, strlen(text), &j, why)) != MCKD_OK) {
		say("%s: %s", argv[optind], why);
		rc = exit_of(e);
		goto out;
	}
	if ((e = keep(t, &j)) != MCKD_OK) {
		rc = fail_store(t, e);
		goto out;
	}
	hex(j.record->block.card, MCKD_CARD_ID_LEN, id);
	printf(_("card %s: imported, %u applications, %zu assignments\n"), id, j.record->block.napps, j.nusers);
	if (!j.record->block.have_last)
		say("the file has no last_ticket: the first order for this card is a resync, with the card inserted");
	say("the file holds the card's keys: destroy it, or keep it as well as the store's key");
	if ((rc = account_publish(t)) == -1)
		rc = EX_DONE;
out:
	mckd_json_free(&j);
	mckd_wipe(text, BLOCK_FILE_MAX);
	free(text);
	return rc;
}

const struct verb verb_import = { "import", run, N_("take in the block of a card that was made elsewhere"),
	N_("FILE | -\n\nFILE is a full client information block as JSON; cardtool(8) describes it.\n") };
