/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "order.h"

#include <stdlib.h>
#include <string.h>

#include "store_rotate.h"
#include "ui.h"

enum { STATE_BLANK = 0x01 };

static int
disagree(const struct mckd_record *r, const struct mckd_card_info *info, const char *what)
{
	char id[HEX_CARD];

	hex(info->card, MCKD_CARD_ID_LEN, id);
	say("card %s and the store disagree: %s.", id, _(what));
	say("The card's last ticket is number %u, the store's is number %u (%u without a receipt).",
	    info->epoch, r->block.epoch, r->pending);
	return EX_WRONG_CARD;
}

int
deliver_agrees(struct tool *t, const struct mckd_record *r, const struct mckd_card_info *info)
{
	const struct mckd_block *b = &r->block;
	struct mckd_ticket next;
	enum mckd_err e;
	int rc = reader_terminated(info);

	if (rc != -1)
		return rc;
	if (info->state == STATE_BLANK && !r->provisioning)
		return disagree(r, info, "the card is blank, the store holds a personalised one");
	if (info->epoch > b->epoch && !b->full) {
		say("this host is behind the card (ticket %u, here %u): it needs a new export of the issuer's",
		    info->epoch, b->epoch);
		return -1;
	}
	if (info->epoch > b->epoch)
		return disagree(r, info, "the card has had tickets that this store did not compose; the "
		    "store is an old copy, or another store holds the card's MK. "
		    "If this store is the one to rule the card: cardtool rotate --resync");
	if (info->epoch == b->epoch) {
		if (!b->have_last || mckd_equal(info->last_ticket, b->last_ticket, sizeof(b->last_ticket)))
			return -1;
		return disagree(r, info, "the card's last ticket is not the store's; another store composed "
		    "it. If this store is the one to rule the card: cardtool rotate --resync");
	}
	e = mckd_store_ticket_next(t->store, b->card, info->epoch, &next);
	if (e != MCKD_OK && e != MCKD_E_STORE_NOT_FOUND)
		return fail_store(t, e);
	if (e == MCKD_OK && next.epoch == info->epoch + 1)
		return -1;
	return disagree(r, info, "the card is behind tickets that it gave receipts for: it is a clone, or "
	    "was put back to an earlier state. Do not use it");
}

/* The queue from the card's last ticket on: that one again brings its receipt. */
static int
load(struct tool *t, const struct mckd_record *r, const struct mckd_card_info *info,
    struct mckd_ticket **out, size_t *n)
{
	struct mckd_ticket *list = calloc(r->pending, sizeof(*list));
	uint16_t after = info->epoch > 0 ? (uint16_t)(info->epoch - 1) : 0;
	enum mckd_err e = MCKD_E_NOMEM;

	*n = 0;
	if (list == NULL)
		return fail(e, N_("tickets"));
	if ((e = mckd_store_ticket_take(t->store, r, after, list, r->pending, n)) != MCKD_OK) {
		free(list);
		return fail_store(t, e);
	}
	if (*n > 0 && list[0].epoch == info->epoch &&
	    !mckd_equal(list[0].t, info->last_ticket, sizeof(info->last_ticket))) {
		free(list);
		return disagree(r, info, "the card's last ticket is not the one of that number here");
	}
	*out = list;
	return -1;
}

/* All within one PC/SC transaction; no file is touched meanwhile. */
static enum mckd_err
send_all(struct found *f, const struct mckd_ticket *list, size_t n, uint16_t *done, uint16_t *sw)
{
	enum mckd_err e;
	int reset = 0;

	if ((e = f->link->ops->begin(f->link, &reset)) != MCKD_OK)
		return e;
	e = mckd_card_select(f->link, &f->info);
	for (size_t i = 0; i < n && e == MCKD_OK; i++)
		if ((e = mckd_card_ticket(f->link, &list[i], sw)) == MCKD_OK)
			*done = f->info.epoch = list[i].epoch;
	if (e == MCKD_OK)
		e = mckd_card_select(f->link, &f->info);
	f->link->ops->end(f->link);
	return e;
}

static enum mckd_err
settle(struct tool *t, const struct mckd_record *r, uint16_t done, deliver_fn fn, void *arg)
{
	enum mckd_err e = mckd_store_begin(t->store);

	if (e != MCKD_OK)
		return e;
	e = mckd_store_ticket_done(t->store, r->block.card, done);
	if (e == MCKD_OK && fn != NULL && done == r->block.epoch)
		e = fn(t, arg);
	if (e == MCKD_OK)
		return mckd_store_commit(t->store);
	mckd_store_rollback(t->store);
	return e;
}

int
deliver(struct tool *t, const struct mckd_record *r, struct found *f, deliver_fn fn, void *arg,
    uint16_t *sw)
{
	struct mckd_ticket *list = NULL;
	enum mckd_err e, stored = MCKD_OK;
	uint16_t done = 0;
	size_t n = 0;
	int rc;

	*sw = 0;
	if ((rc = deliver_agrees(t, r, &f->info)) != -1 || r->pending == 0 ||
	    (rc = load(t, r, &f->info, &list, &n)) != -1)
		return rc;
	e = send_all(f, list, n, &done, sw);
	if (done != 0)
		stored = settle(t, r, done, fn, arg);
	free(list);
	if (stored != MCKD_OK)
		return fail_store(t, stored);
	if (e != MCKD_OK) {
		/* For rotate status; the words below are what counts. */
		if (*sw != 0 && *sw != 0x9000 && done < r->block.epoch)
			(void)mckd_store_ticket_sent(t->store, r->block.card,
			    (uint16_t)((done != 0 ? done : f->info.epoch) + 1), r->block.epoch, *sw);
		if (*sw == 0 || *sw == 0x9000)
			return fail(e, N_("delivery"));
		say("the card did not take a ticket (%04X)", *sw);
		return exit_of(e);
	}
	return -1;
}

int
deliver_first(struct tool *t, const struct mckd_record *r, struct found *f)
{
	uint16_t sw;

	if (r->block.full)
		return deliver(t, r, f, NULL, NULL, &sw);
	if (r->pending == 0)
		return deliver_agrees(t, r, &f->info);
	say("the card has tickets to take first: log in with it, or cardtool verify");
	return EX_WRONG_CARD;
}
