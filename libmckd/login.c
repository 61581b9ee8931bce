/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SW_OK = 0x9000, SW_BLOCKED = 0x6983, SW_NOT_FOUND = 0x6a88 };

void
mckd_login_reason(struct mckd_login *l, const char *text)
{
	(void)snprintf(l->reason, sizeof(l->reason), "%s", text);
}

static enum mckd_err
no_card_of(struct mckd_login *l, const char *text)
{
	mckd_login_reason(l, text);
	return MCKD_E_CARD_WRONG;
}

struct admit {
	const struct mckd_login *l;
	uint16_t slots;
};

static enum mckd_err
admit(void *arg, const char *user, uint8_t slot)
{
	struct admit *a = arg;

	if (a->l->user[0] == '\0' || strcmp(a->l->user, user) == 0)
		a->slots |= mckd_slot_bit(slot);
	return MCKD_OK;
}

/* The applications that may serve: assigned, in the block, and the one conf asks for. */
static enum mckd_err
find_slots(struct mckd_login *l)
{
	struct mckd_block *b = &l->record->block;
	const char *want = l->conf->application;
	struct admit a = { l, 0 };
	uint16_t slots = 0, pins = 0;
	uint8_t only = 0, only_pin = 0;
	enum mckd_err err = mckd_store_users(l->store, b->card, admit, &a);

	if (err != MCKD_OK && err != MCKD_E_STORE_NOT_FOUND)
		return err;
	for (unsigned i = 0; i < b->napps; i++) {
		const struct mckd_app *app = &b->app[i];
		uint16_t bit = mckd_slot_bit(app->slot);

		if ((a.slots & bit) == 0 ||
		    (strcmp(want, "auto") != 0 && strcmp(want, app->name) != 0))
			continue;
		only = slots == 0 ? app->slot : 0;
		slots |= bit;
		if ((app->flags & MCKD_APP_NEEDS_PIN) != 0) {
			only_pin = pins == 0 ? app->slot : 0;
			pins |= bit;
		}
	}
	if (slots == 0)
		return no_card_of(l, a.slots == 0 ? "the card is not assigned to this user" :
		    "no such application for this user on the card");
	if (strcmp(want, "auto") != 0) {
		l->slot = only;
		l->slots = slots;
	} else if (pins != 0) {
		/* 0: the PIN chooses. With no choice, a wrong one costs no try of other users' PINs. */
		l->slot = only_pin;
		l->slots = pins;
	} else if (only != 0) {
		l->slot = only;
		l->slots = slots;
	} else {
		return no_card_of(l, "several applications and none has a PIN: name one");
	}
	return MCKD_OK;
}

/* Is the record, as it is now, one of a card that may log in? */
static enum mckd_err
judge_status(struct mckd_login *l)
{
	const struct mckd_record *r = l->record;

	if (r->status == MCKD_CARD_REVOKED) {
		mckd_login_reason(l, "the card is revoked");
		return MCKD_E_REVOKED;
	}
	if (r->expires != 0 && time(NULL) >= r->expires) {
		mckd_login_reason(l, "the card has expired");
		return MCKD_E_REVOKED;
	}
	if (r->status != MCKD_CARD_ACTIVE) {
		mckd_login_reason(l, "the card is suspended");
		return MCKD_E_SUSPENDED;
	}
	return MCKD_OK;
}

static enum mckd_err
read_moment(struct mckd_login *l, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct mckd_record *r = NULL;
	enum mckd_err err = mckd_store_mark(l->store, &l->mark);

	if (err == MCKD_OK)
		err = mckd_store_get(l->store, card, &r);
	if (err == MCKD_E_STORE_NOT_FOUND)
		return no_card_of(l, "the card is not in the store");
	if (err != MCKD_OK)
		return err;
	mckd_record_free(l->record);
	l->record = r;
	l->last = r->block.epoch;
	return find_slots(l);
}

/* Card, applications and assignments of one moment. */
enum mckd_err
mckd_login_read(struct mckd_login *l, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	enum mckd_err err = mckd_store_read_begin(l->store);

	l->marked = false;
	if (err == MCKD_OK) {
		err = read_moment(l, card);
		mckd_store_read_end(l->store);
		l->marked = err == MCKD_OK;
	}
	if (err != MCKD_OK && l->reason[0] == '\0')
		mckd_login_reason(l, mckd_store_why(l->store));
	return err == MCKD_OK ? judge_status(l) : err;
}

/* The prompt may have been open for hours: all of it again, unless nothing was committed since. */
static enum mckd_err
read_again(struct mckd_login *l)
{
	uint64_t mark = 0;

	if (l->marked && mckd_store_mark(l->store, &mark) == MCKD_OK && mark == l->mark)
		return judge_status(l);
	return mckd_login_read(l, l->info.card);
}

enum mckd_err
mckd_login_open(struct mckd_login *l)
{
	enum mckd_err err;

	mckd_login_close(l);
	if (l->link == NULL || l->store == NULL || l->conf == NULL)
		return MCKD_E_USAGE;
	if ((err = mckd_card_select(l->link, &l->info)) != MCKD_OK)
		return err;
	if (l->info.state == 0x01)
		return MCKD_E_CARD_BLANK;
	if (l->info.state != 0x07)
		return MCKD_E_CARD_TERMINATED;
	err = mckd_login_read(l, l->info.card);
	if (err != MCKD_OK) {
		mckd_record_free(l->record);
		l->record = NULL;
	}
	return err;
}

static enum mckd_err
deliver_pending(struct mckd_login *l)
{
	enum mckd_err err;

	if (l->record->pending == 0)
		return MCKD_OK;
	if ((err = mckd_login_deliver(l)) != MCKD_OK ||
	    (err = mckd_login_read(l, l->info.card)) != MCKD_OK)
		return err;
	/* At its last ticket by its own word, it may prove it: the receipt alone is missing. */
	if (l->record->pending == 0 || l->info.epoch >= l->record->block.epoch)
		return MCKD_OK;
	return mckd_login_soften(l);
}

enum mckd_err
mckd_login_exchange(struct mckd_login *l, struct mckd_exchange *x)
{
	uint32_t avoid = 0;
	enum mckd_err err = mckd_login_prepare(l, x, 0);

	if (err == MCKD_OK)
		err = mckd_login_send(l, x, l->spent || x->on_pad);
	if (err == MCKD_OK || x->on_pad || x->sw == 0 || x->sw == SW_OK || x->sw == SW_BLOCKED ||
	    (x->sw & 0xfff0) == 0x63c0)
		return err;
	/* Retired on a card that is ahead of this host, or of an application that has not this one. */
	if (x->sw == SW_NOT_FOUND && (!l->record->block.full || l->slot == 0) && x->q.index != 0)
		avoid = 1u << (x->q.index - 1);
	if ((err = mckd_login_prepare(l, x, avoid)) != MCKD_OK)
		return err;
	return mckd_login_send(l, x, true);
}

enum mckd_err
mckd_login_decide(struct mckd_login *l, const char *pin, bool shown_tries)
{
	struct mckd_exchange x = { .have_pin = false };
	enum mckd_err verdict, err;
	uint8_t hash[32] = { 0 };

	l->reason[0] = l->application[0] = '\0';
	l->n1_len = 0;
	l->receipt.epoch = 0;
	l->pin_accepted = false;
	if (l->link == NULL || l->record == NULL)
		return MCKD_E_USAGE;
	if ((err = read_again(l)) == MCKD_OK &&
	    (err = mckd_login_judge_pin(l, pin, shown_tries, &x, hash)) == MCKD_OK)
		err = deliver_pending(l);
	verdict = mckd_login_verdict(l, &x, err, mckd_login_exchange, 2);
	if (x.have_pin && (verdict == MCKD_E_PIN_WRONG || verdict == MCKD_E_PIN_BLOCKED)) {
		memcpy(l->last_wrong, hash, sizeof(hash));
		l->have_last_wrong = true;
	}
	mckd_login_note_miss(l, x.sw);
	mckd_wipe(&x, sizeof(x));
	mckd_wipe(hash, sizeof(hash));
	return verdict;
}

struct users {
	const struct mckd_login *l;
	mckd_store_user_cb cb;
	void *arg;
};

static enum mckd_err
named_user(void *arg, const char *user, uint8_t slot)
{
	const struct users *u = arg;

	if (u->l->slot != 0 ? slot != u->l->slot : (u->l->slots & mckd_slot_bit(slot)) == 0)
		return MCKD_OK;
	return u->cb(u->arg, user, slot);
}

enum mckd_err
mckd_login_users(struct mckd_login *l, mckd_store_user_cb cb, void *arg)
{
	struct users u = { l, cb, arg };

	if (l->record == NULL)
		return MCKD_E_USAGE;
	return mckd_store_users(l->store, l->record->block.card, named_user, &u);
}

void
mckd_login_close(struct mckd_login *l)
{
	mckd_record_free(l->record);
	l->record = NULL;
	mckd_wipe(&l->info, sizeof(l->info));
	mckd_wipe(l->n1, sizeof(l->n1));
	l->n1_len = 0;
	l->slot = 0;
	l->slots = 0;
	l->spent = l->marked = false;
	l->pin_accepted = false;
	l->mechanism = NULL;
	l->index = 0;
	l->epoch = 0;
	l->reason[0] = l->application[0] = '\0';
}
