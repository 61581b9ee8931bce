/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rotate.h"
#include "order.h"
#include "ui.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool
names_compromised(const struct mckd_record *r, const struct mckd_before *b)
{
	for (unsigned i = 0; i < b->napps; i++)
		for (unsigned k = 0; k < r->block.napps; k++)
			if (r->block.app[k].slot == b->app[i].slot &&
			    (r->block.app[k].compromised & ~b->app[i].compromised) != 0)
				return true;
	return false;
}

/* What was replaced is gone: its index has no SN from here, and stays retired on the card. */
static void
restore(struct mckd_record *r, const struct mckd_before *b)
{
	for (unsigned i = 0; i < b->napps; i++) {
		struct mckd_app *app = mckd_block_app(&r->block, b->app[i].slot);

		if (app == NULL)
			continue;
		app->mechanism = (enum mckd_mechanism)b->app[i].mechanism;
		app->period = b->app[i].period;
		app->present = b->app[i].present & ~b->app[i].replaced;
		app->retired = b->app[i].retired;
		app->compromised = b->app[i].compromised;
		memcpy(app->ksel, b->app[i].ksel, MCKD_KEY_LEN);
	}
	r->block.epoch = b->epoch;
	r->block.have_last = b->have_last;
	memcpy(r->block.last_ticket, b->last_ticket, sizeof(b->last_ticket));
	r->strict = b->strict;
}

struct last {
	const uint8_t *card;
	struct mckd_waiting w;
	bool found;
};

static enum mckd_err
last_of(void *arg, const struct mckd_waiting *w)
{
	struct last *l = arg;

	if (memcmp(w->card, l->card, MCKD_CARD_ID_LEN) == 0) {
		l->w = *w;
		l->found = true;
	}
	return MCKD_OK;
}

/* Within the transaction. -1: done. */
static int
cancel(struct tool *t, const uint8_t *card, int64_t *rotation)
{
	struct last l = { .card = card };
	struct mckd_record *r = NULL;
	struct mckd_before b = { .epoch = 0 };
	enum mckd_err e = mckd_store_waiting(t->store, last_of, &l);
	int rc = EX_OTHER;

	if (e == MCKD_OK && !l.found) {
		say("no rotation of this card waits: there is nothing to cancel");
		return rc;
	}
	if (e != MCKD_OK || (e = mckd_store_get(t->store, card, &r)) != MCKD_OK ||
	    (e = mckd_before_get(t->store, card, l.w.epoch, &b)) != MCKD_OK) {
		rc = fail_store(t, e);
		goto out;
	}
	*rotation = b.rotation;
	if (names_compromised(r, &b)) {
		say("the rotation names compromised series numbers, which stay refused for ever: it cannot be "
		    "cancelled");
	} else if (l.w.sent != 0) {
		say("the rotation may be on the card already: it cannot be cancelled. Rotate again instead");
	} else if (b.next != r->block.epoch) {
		say("another order is queued behind the rotation: it cannot be cancelled. Rotate again instead");
	} else {
		restore(r, &b);
		if ((e = mckd_store_put(t->store, r, true)) == MCKD_OK &&
		    (e = mckd_before_drop(t->store, card, &b)) == MCKD_OK)
			e = order_event(t, card, "rotate-cancel", NULL, NULL, b.epoch);
		rc = e == MCKD_OK ? -1 : fail_store(t, e);
	}
out:
	mckd_wipe(&b, sizeof(b));
	mckd_record_free(r);
	return rc;
}

int
rotate_cancel(struct tool *t, const char *name)
{
	uint8_t card[MCKD_CARD_ID_LEN];
	int64_t rotation = 0;
	char id[HEX_CARD];
	enum mckd_err e;
	int rc;

	if ((rc = tool_open(t, MCKD_STORE_WRITE)) != -1)
		return rc;
	if ((e = mckd_store_find(t->store, name, card)) != MCKD_OK ||
	    (e = mckd_store_begin(t->store)) != MCKD_OK)
		return fail_store(t, e);
	if ((rc = cancel(t, card, &rotation)) != -1) {
		mckd_store_rollback(t->store);
		return rc;
	}
	if ((e = mckd_store_commit(t->store)) != MCKD_OK)
		return fail_store(t, e);
	hex(card, MCKD_CARD_ID_LEN, id);
	printf(_("card %s: rotation %" PRId64 " is cancelled; the card selects as before\n"), id, rotation);
	return EX_DONE;
}
