/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <syslog.h>

#include "log.h"
#include "select.h"

enum { FLAG_PIN_VERIFIED = 1, FLAG_HOST_AUTHENTICATED = 2 };

static uint8_t
flags_demanded(const struct mckd_exchange *x)
{
	if (x->q.sealed)
		return FLAG_PIN_VERIFIED | FLAG_HOST_AUTHENTICATED;
	return x->on_pad ? FLAG_PIN_VERIFIED : 0;
}

static enum mckd_err
judge_epoch(struct mckd_login *l, const struct mckd_card_answer *a)
{
	const struct mckd_record *r = l->record;

	if (a->epoch < r->block.epoch || a->epoch < r->epoch_seen) {
		mckd_login_reason(l, "the card is older than the last ticket");
		return MCKD_E_AUTH;
	}
	if (a->epoch == r->block.epoch)
		return MCKD_OK;
	if (r->block.full || l->conf->strict_epoch) {
		mckd_login_reason(l, "the card is newer than the store: resync it");
		return MCKD_E_RESYNC;
	}
	mckd_log(LOG_WARNING, "host behind: the card is at epoch %u, the host block at %u",
	    a->epoch, r->block.epoch);
	return MCKD_OK;
}

enum mckd_err
mckd_login_judge(struct mckd_login *l, struct mckd_exchange *x)
{
	struct mckd_block *b = &l->record->block;
	const struct mckd_card_answer *a = &x->a;
	const struct mckd_app *app = mckd_block_app(b, a->slot);
	enum mckd_err err;

	if (app == NULL || (l->slots & mckd_slot_bit(a->slot)) == 0 ||
	    (x->q.slot != 0 && a->slot != x->q.slot)) {
		mckd_login_reason(l, "an application that does not serve here");
		return MCKD_E_AUTH;
	}
	err = mckd_block_hdk(b, app, a->index, x->q.host, x->hdk);
	if (err == MCKD_OK)
		err = mckd_card_check_result(b->dea2, x->hdk, b->card, &x->q, a);
	if (err != MCKD_OK) {
		mckd_login_reason(l, "wrong result");
		return err;
	}
	if (a->flags != flags_demanded(x) ||
	    ((app->flags & MCKD_APP_NEEDS_PIN) != 0) != (x->q.sealed || x->on_pad)) {
		mckd_login_reason(l, "wrong flags");
		return MCKD_E_AUTH;
	}
	err = mckd_select_check(b->dea1, app, x->q.index, x->q.figure, a->counter,
	    x->q.sealed ? x->pin : NULL, a->index);
	if (err != MCKD_OK) {
		mckd_login_reason(l, "not the index that the selection algorithm demands");
		return err;
	}
	return judge_epoch(l, a);
}
