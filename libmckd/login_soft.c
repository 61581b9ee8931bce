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

static void
add(struct mckd_before *all, const struct mckd_before *later)
{
	if (later->until < all->until)
		all->until = later->until;
	for (unsigned i = 0; i < all->napps; i++)
		for (unsigned k = 0; k < later->napps; k++)
			if (later->app[k].slot == all->app[i].slot)
				all->app[i].replaced |= later->app[k].replaced;
}

/*
 * What the card has not taken, all of it: the earliest of the dates, and whatever any of it
 * replaced. RESYNC: not by rotations alone from where the card is to the record's last ticket.
 */
static enum mckd_err
not_taken(struct mckd_login *l, struct mckd_before *all)
{
	const struct mckd_block *b = &l->record->block;
	enum mckd_err err = mckd_before_get(l->store, b->card, l->info.epoch, all);
	struct mckd_before later = *all;

	while (err == MCKD_OK && later.next != b->epoch) {
		uint16_t at = later.next;

		if ((err = mckd_before_get(l->store, b->card, at, &later)) != MCKD_OK)
			break;
		if (later.next <= at)
			err = MCKD_E_RESYNC;
		add(all, &later);
	}
	mckd_wipe(&later, sizeof(later));
	return err == MCKD_E_STORE_NOT_FOUND ? MCKD_E_RESYNC : err;
}

enum mckd_err
mckd_login_soften(struct mckd_login *l)
{
	struct mckd_record *r = l->record;
	struct mckd_before before = { .epoch = 0 };
	enum mckd_err err = MCKD_E_RESYNC;

	if (!r->strict && !r->provisioning && r->block.full && l->info.epoch >= r->epoch_seen) {
		err = not_taken(l, &before);
		if (err == MCKD_OK && (before.until == 0 || time(NULL) >= before.until))
			err = MCKD_E_RESYNC;
		if (err == MCKD_OK)
			go_back(&r->block, &before);
		mckd_wipe(&before, sizeof(before));
	}
	if (err == MCKD_E_RESYNC)
		mckd_login_reason(l, "a ticket that the card must take first is still pending");
	return err;
}
