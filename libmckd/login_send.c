/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "intl.h"
#include "log.h"
#include "select.h"
#include "store_rotate.h"

#define TICKETS_MAX 1024

enum { SW_OK = 0x9000, SW_CANCELLED = 0x6401, SW_SECURITY = 0x6982, SW_STATE = 0x6985 };

enum mckd_err
mckd_login_reselect(struct mckd_login *l)
{
	struct mckd_card_info now;
	enum mckd_err err = mckd_card_select(l->link, &now);

	if (err != MCKD_OK)
		return err;
	if (!mckd_equal(now.card, l->record->block.card, MCKD_CARD_ID_LEN))
		return MCKD_E_CARD_GONE;
	l->info = now;
	l->spent = false;
	return MCKD_OK;
}

struct delivery {
	struct mckd_ticket *list;
	size_t n;
	uint16_t done;		/* the last one receipted; 0: none */
	uint16_t refused, sw;	/* the first one refused, and how */
	enum mckd_err sent;
};

static void
send_tickets(struct mckd_login *l, struct delivery *d)
{
	bool full = l->record->block.full;
	uint16_t sw = 0;

	for (size_t i = 0; i < d->n && d->sent == MCKD_OK; i++) {
		const struct mckd_ticket *t = &d->list[i];

		d->sent = full ? mckd_card_ticket(l->link, t, &sw) :
		    mckd_card_ticket_keyless(l->link, t, l->receipt.receipt, &sw);
		if (d->sent == MCKD_OK)
			d->done = l->info.epoch = t->epoch;
		else if (sw != 0 && sw != SW_OK && d->refused == 0)
			d->refused = t->epoch, d->sw = sw;
		if (sw == SW_SECURITY || sw == SW_STATE)
			d->sent = MCKD_OK;	/* another host may have delivered it */
	}
}

/*
 * All of the queue, read before the card is held. A full disk must not keep the card from what
 * it needs to log in.
 */
static enum mckd_err
take_tickets(struct mckd_login *l, struct delivery *d)
{
	size_t room = l->record->pending < TICKETS_MAX ? l->record->pending : TICKETS_MAX;
	enum mckd_err err;

	if ((d->list = calloc(room, sizeof(*d->list))) == NULL)
		return MCKD_E_NOMEM;
	err = mckd_store_ticket_take(l->store, l->record, 0, d->list, room, &d->n);
	if (err != MCKD_E_STORE_FULL)
		return err;
	mckd_log(LOG_ALERT, "a ticket is sent and the full store cannot note it: do not cancel that rotation");
	return MCKD_OK;
}

static enum mckd_err
settle(struct mckd_login *l, const struct delivery *d)
{
	const uint8_t *card = l->record->block.card;
	enum mckd_err err = MCKD_OK;

	/* Any card could give a host without CK its receipt: only a true result will settle that. */
	if (d->done != 0 && !l->record->block.full)
		l->receipt.epoch = d->done;
	else if (d->done != 0)
		err = mckd_store_ticket_done(l->store, card, d->done);
	/* For "rotate status"; where it cannot be kept, the next login finds it out again. */
	if (d->refused > d->done)
		(void)mckd_store_ticket_sent(l->store, card, d->refused, d->refused, d->sw);
	if (d->refused > d->done || d->sent != MCKD_OK)
		mckd_log(LOG_WARNING, "a pending ticket was not taken by the card (%04X): %s", d->sw,
		    mckd_err_str(d->sent != MCKD_OK ? d->sent : MCKD_E_CARD_REFUSED));
	/* A receipt is never lost: the same ticket brings it again. */
	return err == MCKD_E_STORE_FULL ? MCKD_OK : err;
}

enum mckd_err
mckd_login_deliver(struct mckd_login *l)
{
	struct delivery d = { .list = NULL };
	enum mckd_err err, settled;
	int reset = 0;

	if ((err = take_tickets(l, &d)) != MCKD_OK || d.n == 0 ||
	    (err = l->link->ops->begin(l->link, &reset)) != MCKD_OK)
		goto out;
	if ((err = mckd_login_reselect(l)) == MCKD_OK)
		send_tickets(l, &d);
	/* A refusal tells nothing of where the card stands. */
	if (err == MCKD_OK && (d.refused > d.done || d.sent != MCKD_OK))
		err = mckd_login_reselect(l);
	l->link->ops->end(l->link);
	settled = settle(l, &d);
	if (err == MCKD_OK)
		err = settled;
out:
	free(d.list);
	return err;
}

void
mckd_login_settle(struct mckd_login *l, uint16_t epoch)
{
	const struct mckd_block *b = &l->record->block;
	bool given = l->receipt.epoch != 0 && l->receipt.epoch <= epoch;
	enum mckd_err err;

	if (b->full || l->record->pending == 0)
		return;
	memcpy(l->receipt.card, b->card, sizeof(l->receipt.card));
	err = mckd_store_host_settle(l->store, b->card, epoch, given ? &l->receipt : NULL);
	if (err != MCKD_OK)
		mckd_log(LOG_WARNING, "a card's receipt could not be kept: %s", mckd_store_why(l->store));
}

/* The indices active in all applications where the host selects, or in as many as can be. */
static uint32_t
common_indices(const struct mckd_login *l, uint32_t without, const struct mckd_app **first, unsigned *n)
{
	const struct mckd_block *b = &l->record->block;
	uint32_t set = UINT32_MAX, next;

	*first = NULL;
	*n = 0;
	for (unsigned i = 0; i < b->napps; i++) {
		const struct mckd_app *app = &b->app[i];

		if ((l->slots & mckd_slot_bit(app->slot)) == 0 || (mckd_app_active(app) & without) != 0 ||
		    (app->mechanism != MCKD_SEL_HOST_RANDOM && app->mechanism != MCKD_SEL_HOST_DATE))
			continue;
		next = set & mckd_app_active(app);
		set = next != 0 ? next : set;
		if ((*n)++ == 0)
			*first = app;
	}
	return set;
}

/*
 * With slot 0 the index counts only if the application found has mechanism 02. Where the card
 * had found one that has not the index to avoid, the next try is for such a one.
 */
static enum mckd_err
pick_index(const struct mckd_login *l, uint32_t avoid, uint8_t *index)
{
	const struct mckd_block *b = &l->record->block;
	struct mckd_app common = { .mechanism = MCKD_SEL_HOST_RANDOM };
	const struct mckd_app *first;
	unsigned n;
	uint32_t set = common_indices(l, avoid, &first, &n);

	*index = 0;
	if (first == NULL)
		set = common_indices(l, 0, &first, &n);
	if (first == NULL)
		return MCKD_OK;
	if (n == 1 && avoid == 0)
		return mckd_select_host(b->dea1, first, time(NULL), index);
	common.present = (set & ~avoid) != 0 ? set & ~avoid : set;
	return mckd_select_host(b->dea1, &common, time(NULL), index);
}

enum mckd_err
mckd_login_prepare(struct mckd_login *l, struct mckd_exchange *x, uint32_t avoid)
{
	const struct mckd_block *b = &l->record->block;
	struct mckd_card_request *q = &x->q;
	enum mckd_err err;

	memset(q, 0, sizeof(*q));
	q->slot = l->slot;
	q->sealed = x->have_pin;
	memcpy(q->pin, x->pin, sizeof(q->pin));
	for (unsigned i = 0; i < b->napps && q->figure == 0; i++)
		if ((l->slots & mckd_slot_bit(b->app[i].slot)) != 0)
			q->figure = mckd_select_figure(&b->app[i], time(NULL));
	if ((err = pick_index(l, avoid, &q->index)) != MCKD_OK ||
	    (err = mckd_store_host_id(l->store, q->host)) != MCKD_OK ||
	    (err = mckd_block_htk(b, q->host, q->htk)) != MCKD_OK ||
	    (err = mckd_keys_ctx(l->service, l->user, l->origin, q->ctx)) != MCKD_OK)
		return err;
	memcpy(q->card, b->card, sizeof(q->card));
	return mckd_random(q->token, sizeof(q->token));
}

static enum mckd_err
talk(struct mckd_login *l, struct mckd_exchange *x)
{
	const struct mckd_block *b = &l->record->block;
	enum mckd_err err = MCKD_E_INTERNAL;

	if (x->on_pad) {
		err = l->link->ops->verify_on_pad(l->link, l->slot, &x->sw);
		if (err == MCKD_E_TIMEOUT)
			mckd_login_reason(l, x->sw == SW_CANCELLED ? N_("cancelled at the reader") :
			    N_("no PIN was entered at the reader in time"));
		if (err == MCKD_OK)
			err = mckd_card_sw_err(x->sw);
		if (err != MCKD_OK)
			return err;
		l->pin_accepted = true;
	}
	l->spent = true;
	memcpy(x->q.challenge, l->info.challenge, sizeof(x->q.challenge));
	err = mckd_card_authenticate(l->link, b->dea2, &x->q, &x->a, &x->sw);
	if (x->sw == SW_OK)
		l->pin_accepted = true;
	if (err != MCKD_OK)
		return err;
	if ((err = mckd_login_judge(l, x)) != MCKD_OK)
		return err;
	if (x->then != NULL)
		return x->then(l, x);
	if (l->conf->authtok != MCKD_AUTHTOK_SECRET)
		return MCKD_OK;
	l->n1_len = sizeof(l->n1);
	err = mckd_card_get_secret(l->link, b->dea2, x->hdk, x->q.token, x->a.nonce, l->n1,
	    &l->n1_len, &x->sw);
	x->sw = SW_OK;	/* AUTHENTICATE's answer stands: no second try */
	if (err != MCKD_OK)
		l->n1_len = 0;
	return err == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : err;
}

enum mckd_err
mckd_login_send(struct mckd_login *l, struct mckd_exchange *x, bool select_first)
{
	enum mckd_err err;
	int reset = 0;

	x->sw = 0;
	if ((err = l->link->ops->begin(l->link, &reset)) != MCKD_OK)
		return err;
	if (select_first || reset != 0)
		err = mckd_login_reselect(l);
	if (err == MCKD_OK)
		err = talk(l, x);
	l->link->ops->end(l->link);
	return err;
}
