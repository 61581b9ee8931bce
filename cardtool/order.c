/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_rotate.h"
#include "ui.h"

int
order_when(const struct tool *t, enum order_when *when, enum order_when asked)
{
	if (*when != ORDER_IF_PRESENT && *when != asked)
		return tool_usage(t, "%s: either --now or --deferred", t->verb->name);
	*when = asked;
	return -1;
}

enum mckd_err
order_event(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], const char *kind,
    const char *user, const char *reason, uint16_t epoch)
{
	struct mckd_event e = { .has_card = true, .kind = kind, .user = user, .service = "cardtool",
		.reason = reason, .epoch = epoch };

	memcpy(e.card, card, sizeof(e.card));
	return mckd_store_event(t->store, &e);
}

int
order_find(struct tool *t, const char *name, struct mckd_record **out)
{
	uint8_t card[MCKD_CARD_ID_LEN];
	enum mckd_err e = mckd_store_find(t->store, name, card);

	if (e == MCKD_OK)
		e = mckd_store_get(t->store, card, out);
	return e == MCKD_OK ? -1 : fail_store(t, e);
}

struct mckd_app *
order_app(struct mckd_record *r, const char *name)
{
	struct mckd_app *app;

	if (name == NULL) {
		if (r->block.napps == 1)
			return &r->block.app[0];
		say("the card has %u applications; name one by --application", r->block.napps);
		return NULL;
	}
	if ((app = mckd_block_app_named(&r->block, name)) == NULL)
		say("the card has no application %s", name);
	return app;
}

static int
may_order(const struct mckd_record *r)
{
	if (!r->block.full) {
		say("this store holds a host block of the card; the store with its full block must order this");
		return EX_STORE;
	}
	if (r->provisioning) {
		say("the card is not provisioned to its end yet: run cardtool provision again");
		return EX_WRONG_CARD;
	}
	return -1;
}

/* Record, tickets and event, within the transaction of the caller. */
static enum mckd_err
keep(struct tool *t, struct mckd_record *r, const struct compose *c, const char *kind)
{
	enum mckd_err e;

	r->block.epoch = c->epoch;
	memcpy(r->block.last_ticket, c->last, sizeof(r->block.last_ticket));
	r->block.have_last = true;
	r->strict = true;
	if ((e = mckd_store_put(t->store, r, true)) != MCKD_OK)
		return e;
	for (size_t i = 0; i < c->n; i++)
		if ((e = mckd_store_ticket_add(t->store, r->block.card, &c->ticket[i])) != MCKD_OK)
			return e;
	return order_event(t, r->block.card, kind, NULL, NULL, c->epoch);
}

/* A resync is composed on what SELECT says, and replaces all that is queued. */
static enum mckd_err
start_resync(struct tool *t, struct mckd_record *r, struct compose *c, const struct mckd_card_info *info)
{
	struct mckd_block *b = &r->block;
	uint8_t ck[MCKD_KEY_LEN];
	enum mckd_err e;

	/* A card behind its own receipts is no card to bring up to date. */
	if (info->epoch < r->epoch_seen)
		return MCKD_E_CLONE;
	if ((e = mckd_keys_ck(b->dea1, b->mk, b->card, ck)) == MCKD_OK)
		e = mckd_store_ticket_forget(t->store, b->card);
	if (e == MCKD_OK)
		compose_start(c, b->dea1, ck, b->card, info->epoch, info->last_ticket);
	mckd_wipe(ck, sizeof(ck));
	return e;
}

/* What a resync cannot bring: PINs and confidential numbers are on no more than the card. */
static void
as_on_card(struct mckd_block *b, const struct mckd_card_info *info)
{
	for (unsigned k = 0; k < b->napps; k++) {
		struct mckd_app *app = &b->app[k];
		unsigned i = 0;

		/* What was refused alone the card is told now. */
		app->retired |= app->compromised;
		while (i < info->napps && info->app[i].slot != app->slot)
			i++;
		app->flags &= (uint8_t)~MCKD_APP_HAS_N1;
		if (i < info->napps)
			app->flags |= info->app[i].flags & MCKD_APP_HAS_N1;
		else if ((app->flags & MCKD_APP_NEEDS_PIN) != 0)
			say("application %s is new to the card and has no PIN there: cardtool pin reset --application %s",
			    app->name, app->name);
	}
}

/*
 * rotate status waits for a resync as for a rotation: it has the place of all that were queued. It is
 * on its way at once, and nothing of it can be cancelled.
 */
static enum mckd_err
await_resync(struct tool *t, const struct mckd_record *r, const struct mckd_card_info *info)
{
	struct mckd_rotation rotation = { .cards = 1 };
	struct mckd_record *was = mckd_record_new();
	char id[HEX_CARD];
	int64_t number;
	enum mckd_err e = MCKD_E_NOMEM;

	if (was == NULL)
		return e;
	*was = *r;
	was->block.epoch = info->epoch;
	hex(r->block.card, MCKD_CARD_ID_LEN, id);
	snprintf(rotation.what, sizeof(rotation.what), "%s, resync", id);
	if ((e = mckd_rotation_new(t->store, &rotation, &number)) == MCKD_OK &&
	    (e = mckd_before_put(t->store, was, r, number, 0)) == MCKD_OK)
		e = mckd_store_ticket_sent(t->store, r->block.card, (uint16_t)(info->epoch + 1), r->block.epoch, 1);
	mckd_record_free(was);
	return e;
}

static int
commit_order(struct tool *t, const uint8_t *card, const char *kind, const struct mckd_card_info *resync,
    order_fn fn, void *arg)
{
	struct compose *c = calloc(1, sizeof(*c));
	struct mckd_record *r = NULL;
	enum mckd_err e = MCKD_E_NOMEM;
	int rc = EX_OTHER;

	if (c == NULL)
		return fail(e, kind);
	if ((e = mckd_store_begin(t->store)) != MCKD_OK) {
		rc = fail_store(t, e);
		goto out;
	}
	if ((e = mckd_store_get(t->store, card, &r)) != MCKD_OK)
		rc = fail_store(t, e);
	else
		rc = may_order(r);
	if (rc != -1)
		goto rollback;
	e = resync != NULL ? start_resync(t, r, c, resync) : compose_start_block(c, &r->block);
	if (e == MCKD_E_RESYNC)
		say("the store does not know the card's last ticket; insert the card, so that the first one "
		    "sets its complete state");
	if (e != MCKD_OK) {
		rc = fail(e, kind);
		goto rollback;
	}
	/* First the state as it was: what the order changes may build on it. */
	if (resync != NULL) {
		as_on_card(&r->block, resync);
		compose_resync(c, &r->block, resync);
	}
	if (fn != NULL && (rc = fn(t, r, c, arg)) != -1)
		goto rollback;
	if ((e = compose_end(c)) != MCKD_OK)
		rc = fail(e, kind);
	else if ((e = keep(t, r, c, kind)) != MCKD_OK ||
	    (resync != NULL && (e = await_resync(t, r, resync)) != MCKD_OK) ||
	    (e = mckd_store_commit(t->store)) != MCKD_OK)
		rc = fail_store(t, e);
	if (rc == -1)
		goto out;
rollback:
	mckd_store_rollback(t->store);
out:
	mckd_record_free(r);
	compose_wipe(c);
	free(c);
	return rc;
}

int
order_deliver(struct tool *t, const uint8_t *card, struct found *f)
{
	struct mckd_record *r = NULL;
	char id[HEX_CARD];
	enum mckd_err e;
	uint16_t sw = 0;
	int rc;

	hex(card, MCKD_CARD_ID_LEN, id);
	if (f->link == NULL) {
		say("card %s: it is recorded; the next login of the card delivers it", id);
		return EX_DONE;
	}
	if ((e = mckd_store_get(t->store, card, &r)) != MCKD_OK)
		return fail_store(t, e);
	rc = deliver(t, r, f, NULL, NULL, &sw);
	mckd_record_free(r);
	if (rc == -1) {
		say("card %s has taken it (ticket %u)", id, f->info.epoch);
		return EX_DONE;
	}
	say("card %s: it is recorded and stays queued; the card must take it before its next login counts", id);
	return rc == EX_WRONG_CARD ? rc : EX_PARTLY;
}

int
order_reach(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], enum order_when when,
    struct found *f, bool *unknown)
{
	struct mckd_record *r = NULL;
	enum mckd_err e = mckd_store_get(t->store, card, &r);
	int rc = -1;

	memset(f, 0, sizeof(*f));
	if (e != MCKD_OK)
		return fail_store(t, e);
	*unknown = r->block.full && !r->block.have_last;
	mckd_record_free(r);
	r = NULL;
	if (when == ORDER_NOW || (when == ORDER_IF_PRESENT && *unknown))
		rc = reader_need(t, card, f);
	else if (when == ORDER_IF_PRESENT)
		(void)reader_find(t, card, f);
	if (rc != -1 || f->link == NULL || *unknown)
		return rc;
	if ((e = mckd_store_get(t->store, card, &r)) != MCKD_OK)
		rc = fail_store(t, e);
	else
		rc = deliver_agrees(t, r, &f->info);
	mckd_record_free(r);
	return rc;
}

int
order(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], const char *kind,
    enum order_when when, order_fn fn, void *arg)
{
	struct found f;
	bool unknown = false;
	int rc = order_reach(t, card, when, &f, &unknown);

	if (rc != -1)
		goto out;
	rc = commit_order(t, card, kind, unknown && f.link != NULL ? &f.info : NULL, fn, arg);
	if (rc == -1)
		rc = order_deliver(t, card, &f);
out:
	reader_close(&f);
	return rc;
}

int
order_resync(struct tool *t, const uint8_t card[static MCKD_CARD_ID_LEN], order_fn fn, void *arg)
{
	struct found f;
	int rc = reader_need(t, card, &f);

	if (rc != -1)
		return rc;
	if (f.info.state != 0x07) {
		say("the card is not personalised");
		rc = EX_WRONG_CARD;
	} else if ((rc = commit_order(t, card, "resync", &f.info, fn, arg)) == -1) {
		rc = order_deliver(t, card, &f);
	}
	reader_close(&f);
	return rc;
}
