/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <string.h>
#include <time.h>

#include "store_rotate.h"

/* What the card selects by; what is compromised stays so. */
static void
go_back(struct mckd_block *b, const struct mckd_before *before)
{
	for (unsigned i = 0; i < before->napps; i++) {
		struct mckd_app *app = mckd_block_app(b, before->app[i].slot);

		if (app == NULL)
			continue;
		app->mechanism = (enum mckd_mechanism)before->app[i].mechanism;
		app->period = before->app[i].period;
		app->present = before->app[i].present;
		app->retired = before->app[i].retired;
		/* A replaced SN has gone from the store: the card's cannot be checked any more. */
		app->compromised |= before->app[i].replaced | before->app[i].compromised;
		memcpy(app->ksel, before->app[i].ksel, MCKD_KEY_LEN);
	}
	b->epoch = before->epoch;
}

enum mckd_err
mckd_login_soften(struct mckd_login *l)
{
	struct mckd_record *r = l->record;
	struct mckd_before before;
	enum mckd_err err = MCKD_E_RESYNC;

	if (!r->strict && !r->provisioning && r->block.full && l->info.epoch >= r->epoch_seen) {
		err = mckd_before_get(l->store, r->block.card, l->info.epoch, &before);
		if (err == MCKD_OK && (before.until == 0 || time(NULL) >= before.until))
			err = MCKD_E_RESYNC;
		if (err == MCKD_OK)
			go_back(&r->block, &before);
		else if (err == MCKD_E_STORE_NOT_FOUND)
			err = MCKD_E_RESYNC;
		mckd_wipe(&before, sizeof(before));
	}
	if (err == MCKD_E_RESYNC)
		mckd_login_reason(l, "a ticket that the card must take first is still pending");
	return err;
}
