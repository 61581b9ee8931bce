/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <string.h>

enum { TLV_FULL = 0x05, TLV_PINS = 0x06, SW_OK = 0x9000 };

/* The ticket after the record's last; the record is then of after that. */
static enum mckd_err
compose(struct mckd_record *r, uint8_t slot, const uint8_t pin[static MCKD_PIN_LEN], struct mckd_ticket *t)
{
	struct mckd_block *b = &r->block;
	uint8_t plain[3 + 2 + MCKD_PIN_LEN + 2], ck[MCKD_KEY_LEN];
	struct mckd_buf p = mckd_buf_over(plain, sizeof(plain));
	enum mckd_err err = mckd_keys_ck(b->dea1, b->mk, b->card, ck);

	mckd_tlv_enter(&p, slot);
	mckd_tlv(&p, TLV_PINS, pin, MCKD_PIN_LEN);
	mckd_tlv(&p, TLV_FULL, NULL, 0);
	if (err == MCKD_OK && !mckd_buf_end(&p))
		err = MCKD_E_INTERNAL;
	if (err == MCKD_OK)
		err = mckd_ticket_make(b->dea1, ck, b->card, (uint16_t)(b->epoch + 1), b->last_ticket, plain,
		    sizeof(plain), t);
	if (err == MCKD_OK) {
		b->epoch = t->epoch;
		memcpy(b->last_ticket, t->t, sizeof(b->last_ticket));
		r->strict = true;
	}
	mckd_wipe(plain, sizeof(plain));
	mckd_wipe(ck, sizeof(ck));
	return err;
}

/* Within a transaction; l->record is then as it was kept. */
static enum mckd_err
order(struct mckd_login *l, const uint8_t pin[static MCKD_PIN_LEN])
{
	uint8_t card[MCKD_CARD_ID_LEN];
	struct mckd_record *r = NULL;
	struct mckd_ticket t;
	enum mckd_err err;

	memcpy(card, l->record->block.card, sizeof(card));
	if ((err = mckd_store_get(l->store, card, &r)) != MCKD_OK)
		return err;
	if (!r->block.full || r->pending != 0 || !r->block.have_last || r->block.epoch == 0xffff ||
	    mckd_block_app(&r->block, l->slot) == NULL)
		err = MCKD_E_RESYNC;
	if (err == MCKD_OK && (err = compose(r, l->slot, pin, &t)) == MCKD_OK &&
	    (err = mckd_store_put(l->store, r, true)) == MCKD_OK)
		err = mckd_store_ticket_add(l->store, card, &t);
	mckd_record_free(r);
	r = NULL;
	if (err == MCKD_OK && (err = mckd_store_get(l->store, card, &r)) == MCKD_OK) {
		mckd_record_free(l->record);
		l->record = r;
		l->marked = false;
	}
	return err;
}

static enum mckd_err
by_ticket(struct mckd_login *l, const uint8_t pin[static MCKD_PIN_LEN], bool *ordered)
{
	struct mckd_record *r = NULL;
	enum mckd_err err;

	if ((err = mckd_store_begin(l->store)) != MCKD_OK)
		return err;
	if ((err = order(l, pin)) == MCKD_OK) {
		err = mckd_store_commit(l->store);
		*ordered = err == MCKD_OK;
	} else {
		mckd_store_rollback(l->store);
	}
	if (err != MCKD_OK || (err = mckd_login_deliver(l)) != MCKD_OK ||
	    (err = mckd_store_get(l->store, l->record->block.card, &r)) != MCKD_OK)
		return err;
	if (r->pending != 0)
		err = MCKD_E_CARD_REFUSED;
	mckd_record_free(r);
	return err;
}

struct blocks {
	uint8_t slot;
	const uint8_t *first, *new;
};

static enum mckd_err
change(struct mckd_login *l, struct mckd_exchange *x)
{
	const struct blocks *b = x->arg;

	return mckd_card_change_pin(l->link, b->slot, b->first, b->new, &x->then_sw);
}

enum mckd_err
mckd_login_change_pin(struct mckd_login *l, const uint8_t old[static MCKD_PIN_LEN],
    const uint8_t new[static MCKD_PIN_LEN], bool *ordered, uint16_t *sw)
{
	struct blocks b = { l->slot, old, new };
	struct mckd_exchange x = { .have_pin = true, .arg = &b };
	const struct mckd_app *app;
	enum mckd_err err;
	bool sealed_only;

	*ordered = false;
	*sw = 0;
	if (l->link == NULL || l->record == NULL || (app = mckd_block_app(&l->record->block, l->slot)) == NULL)
		return MCKD_E_USAGE;
	sealed_only = (app->flags & MCKD_APP_SEALED_ONLY) != 0;
	if (sealed_only && !l->record->block.full)
		return MCKD_E_USAGE;
	memcpy(x.pin, old, sizeof(x.pin));
	if (!sealed_only)
		x.then = change;
	l->spent = true;
	err = mckd_login_exchange(l, &x);
	*sw = x.sw == SW_OK ? x.then_sw : x.sw;
	mckd_wipe(&x, sizeof(x));
	return err == MCKD_OK && sealed_only ? by_ticket(l, new, ordered) : err;
}

static enum mckd_err
unblock(struct mckd_login *l, struct mckd_exchange *x)
{
	const struct blocks *b = x->arg;

	return mckd_card_unblock(l->link, b->slot, b->first, b->new, &x->then_sw);
}

static enum mckd_err
unblock_unproved(struct mckd_login *l, struct mckd_exchange *x)
{
	enum mckd_err err;
	int reset = 0;

	if ((err = l->link->ops->begin(l->link, &reset)) != MCKD_OK)
		return err;
	if ((err = mckd_login_reselect(l)) == MCKD_OK)
		err = unblock(l, x);
	l->link->ops->end(l->link);
	return err;
}

enum mckd_err
mckd_login_unblock(struct mckd_login *l, const uint8_t puk[static MCKD_PIN_LEN],
    const uint8_t new[static MCKD_PIN_LEN], uint16_t *sw)
{
	struct blocks b = { l->slot, puk, new };
	struct mckd_exchange x = { .then = unblock, .arg = &b };
	const struct mckd_app *proof = NULL;
	enum mckd_err err;

	*sw = 0;
	if (l->link == NULL || l->record == NULL)
		return MCKD_E_USAGE;
	for (unsigned i = 0; i < l->record->block.napps && proof == NULL; i++)
		if ((l->record->block.app[i].flags & MCKD_APP_NEEDS_PIN) == 0)
			proof = &l->record->block.app[i];
	if (proof != NULL) {
		l->slot = proof->slot;
		l->slots = mckd_slot_bit(proof->slot);
		l->spent = true;
		err = mckd_login_exchange(l, &x);
	} else {
		err = unblock_unproved(l, &x);
	}
	*sw = x.then_sw != 0 ? x.then_sw : x.sw;
	mckd_wipe(&x, sizeof(x));
	return err;
}
