/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <string.h>

static bool
needs_pin(const struct mckd_login *l)
{
	const struct mckd_app *app = l->slot == 0 ? NULL :
	    mckd_block_app(&l->record->block, l->slot);

	return app == NULL || (app->flags & MCKD_APP_NEEDS_PIN) != 0;
}

int
mckd_login_tries(const struct mckd_login *l)
{
	int most = 0;

	if (l->record == NULL || !needs_pin(l))
		return -1;
	for (unsigned i = 0; i < l->info.napps; i++)
		if ((l->slots & mckd_slot_bit(l->info.app[i].slot)) != 0 &&
		    l->info.app[i].tries <= 15 && l->info.app[i].tries > most)
			most = l->info.app[i].tries;
	return most;
}

/* The fewest that a miss would be taken from: with slot 0, every application pays. */
static unsigned
tries_at_stake(const struct mckd_login *l)
{
	unsigned least = 15;

	for (unsigned i = 0; i < l->info.napps; i++)
		if ((l->slot == 0 || l->info.app[i].slot == l->slot) &&
		    l->info.app[i].tries > 0 && l->info.app[i].tries < least)
			least = l->info.app[i].tries;
	return least;
}

bool
mckd_login_keeps(const struct mckd_login *l)
{
	return tries_at_stake(l) <= l->conf->keep_tries;
}

/* All that can be said about a PIN before the card hears of it. */
enum mckd_err
mckd_login_judge_pin(struct mckd_login *l, const char *pin, bool shown, struct mckd_exchange *x,
    uint8_t hash[static 32])
{
	enum mckd_err err;

	if (!needs_pin(l))
		return MCKD_OK;
	if (pin == NULL) {
		x->on_pad = l->link->ops->verify_on_pad != NULL;
		if (!x->on_pad)
			return MCKD_E_PIN_ABSENT;
		return shown || !mckd_login_keeps(l) ? MCKD_OK : MCKD_E_PIN_KEPT;
	}
	if ((err = mckd_pin_block(pin, strlen(pin), 4, x->pin)) != MCKD_OK) {
		mckd_login_reason(l, "impossible PIN, not sent");
		return err;
	}
	x->have_pin = true;
	if ((err = mckd_sha256(x->pin, sizeof(x->pin), hash)) != MCKD_OK)
		return err;
	if (l->have_last_wrong && mckd_equal(hash, l->last_wrong, sizeof(l->last_wrong))) {
		mckd_login_reason(l, "the last wrong PIN again, not sent");
		return MCKD_E_PIN_WRONG;
	}
	return shown || !mckd_login_keeps(l) ? MCKD_OK : MCKD_E_PIN_KEPT;
}

/* What the next prompt says. With slot 0 a miss cost each application one. */
void
mckd_login_note_miss(struct mckd_login *l, uint16_t sw)
{
	if ((sw & 0xfff0) != 0x63c0 && sw != 0x6983)
		return;
	for (unsigned i = 0; i < l->info.napps; i++) {
		if (l->info.app[i].tries > 15)
			continue;
		if (l->slot == l->info.app[i].slot)
			l->info.app[i].tries = sw == 0x6983 ? 0 : sw & 0x0f;
		else if (l->slot == 0 && l->info.app[i].tries > 0)
			l->info.app[i].tries = sw == 0x6983 ? 0 : (uint8_t)(l->info.app[i].tries - 1);
	}
}
