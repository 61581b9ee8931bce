/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rotate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "intl.h"

static enum mckd_err cannot(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

static enum mckd_err
cannot(char *why, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, MCKD_WHY, _(format), ap);
	va_end(ap);
	return MCKD_E_USAGE;
}

/* Fresh SNs at free indices first, then in the place of compromised ones. */
static enum mckd_err
replenish(struct mckd_app *app, unsigned long n, uint32_t *fresh)
{
	const uint32_t places[2] = { ~app->present, app->present & app->compromised };
	enum mckd_err e;

	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < MCKD_SNS_MAX && n > 0; i++) {
			uint32_t bit = UINT32_C(1) << i;

			if ((places[k] & bit) == 0)
				continue;
			if ((e = mckd_random(app->sn[i], MCKD_SN_LEN)) != MCKD_OK)
				return e;
			app->present |= bit;
			app->retired_at[i] = 0;
			app->retired &= ~bit;
			app->compromised &= ~bit;
			*fresh |= bit;
			n--;
		}
	return n == 0 ? MCKD_OK : MCKD_E_USAGE;
}

/* From that ticket on; 0: from the last of this order. The card goes on selecting them until it is told. */
static void
compromise(struct mckd_app *app, uint32_t bits, uint16_t at)
{
	uint32_t fresh = bits & ~(app->retired | app->compromised);

	for (unsigned i = 0; i < MCKD_SNS_MAX; i++)
		if ((fresh >> i & 1) != 0)
			app->retired_at[i] = at;
	app->compromised |= bits;
}

/*
 * With mechanism pin each new Ksel would tell a watcher more about the PIN, so there the
 * bitmap alone rotates.
 */
static enum mckd_err
rotate_app(struct mckd_app *app, const struct rotate *q, struct compose *c, char *why)
{
	uint32_t compromised = q->many ? q->compromised & app->present : q->compromised, fresh = 0;
	enum mckd_mechanism before = app->mechanism;
	enum mckd_err e;

	if ((compromised & ~app->present) != 0)
		return cannot(why, "application %s does not have all of these indices", app->name);
	compromise(app, compromised, 0);
	if (q->change_mechanism)
		app->mechanism = q->mechanism;
	if (app->mechanism == MCKD_SEL_PIN && (app->flags & MCKD_APP_NEEDS_PIN) == 0)
		return cannot(why, "application %s has no PIN to select by", app->name);
	if ((e = replenish(app, q->replenish, &fresh)) == MCKD_E_USAGE)
		return cannot(why, "application %s has no room for %lu more series numbers", app->name, q->replenish);
	if (e == MCKD_OK && (app->mechanism != MCKD_SEL_PIN || before != MCKD_SEL_PIN))
		e = mckd_random(app->ksel, MCKD_KEY_LEN);
	if (e != MCKD_OK)
		return e;
	if (mckd_app_active(app) == 0)
		return cannot(why, "application %s would have no series number left: add some by --replenish N",
		    app->name);
	compose_sns(c, app, fresh);
	app->retired |= app->compromised;
	compose_algorithm(c, app);
	return MCKD_OK;
}

/* The applications that it is about: bits of their place in the block. CARD_WRONG: none. */
static enum mckd_err
choose(const struct mckd_block *b, const struct rotate *q, uint32_t *which, char *why)
{
	bool named = false;

	*which = 0;
	for (unsigned i = 0; i < b->napps; i++) {
		const struct mckd_app *app = &b->app[i];

		if (q->application != NULL && strcmp(app->name, q->application) != 0)
			continue;
		named = true;
		if (!q->many || q->compromised == 0 || (q->compromised & app->present) != 0)
			*which |= UINT32_C(1) << i;
	}
	if (!named && q->application != NULL) {
		(void)cannot(why, "the card has no application %s", q->application);
		return MCKD_E_CARD_WRONG;
	}
	if (*which == 0) {
		(void)cannot(why, named ? N_("the card has none of these indices") :
		    N_("the card has no application"));
		return MCKD_E_CARD_WRONG;
	}
	if (!q->many && (*which & (*which - 1)) != 0 && (q->compromised != 0 || q->replenish != 0))
		return cannot(why, "the card has %u applications; name one by --application", b->napps);
	return MCKD_OK;
}

enum mckd_err
rotate_record(struct mckd_record *r, const struct rotate *q, struct compose *c, char *why)
{
	uint32_t which;
	enum mckd_err e = choose(&r->block, q, &which, why);

	for (unsigned i = 0; i < r->block.napps && e == MCKD_OK; i++)
		if ((which >> i & 1) != 0)
			e = rotate_app(&r->block.app[i], q, c, why);
	if (e == MCKD_OK && q->change_mechanism && mckd_apps_odd_period(r->block.app, r->block.napps) != NULL)
		e = cannot(why, "two applications with a PIN would select by date with different periods, and a login "
		    "in which the PIN chooses sends one date for both");
	return e;
}

/* A refusal is the store's alone, and needs no ticket. */
static enum mckd_err
refuse(struct mckd_record *r, const struct rotate *q, char *why)
{
	uint32_t which, hit = 0;
	enum mckd_err e = choose(&r->block, q, &which, why);

	for (unsigned i = 0; i < r->block.napps && e == MCKD_OK; i++) {
		struct mckd_app *app = &r->block.app[i];
		uint32_t bits = (which >> i & 1) != 0 ? q->compromised & app->present : 0;

		hit |= bits;
		compromise(app, bits, (uint16_t)(r->block.epoch + 1));
	}
	r->strict = true;
	return e == MCKD_OK && hit == 0 ? cannot(why, "the card has none of these indices") : e;
}

/* RESYNC: no ticket can be composed for this card. */
static enum mckd_err
may_order(const struct mckd_record *r, char *why)
{
	if (r->status == MCKD_CARD_REVOKED) {
		(void)cannot(why, "the card is revoked");
		return MCKD_E_REVOKED;
	}
	if (!r->block.full)
		(void)cannot(why, "this store holds a host block of the card; the store with its full block must "
		    "order this");
	else if (r->provisioning)
		(void)cannot(why, "the card is not provisioned to its end yet: run cardtool provision again");
	else if (!r->block.have_last)
		(void)cannot(why, "the store does not know the card's last ticket; insert the card: cardtool rotate "
		    "--resync");
	else
		return MCKD_OK;
	return MCKD_E_RESYNC;
}

static enum mckd_err
compose(struct mckd_record *now, const struct rotate *q, struct compose *c, char *why)
{
	enum mckd_err e = compose_start_block(c, &now->block);

	if (e != MCKD_OK || (e = rotate_record(now, q, c, why)) != MCKD_OK)
		return e;
	if ((e = compose_end(c)) == MCKD_E_USAGE) {
		(void)cannot(why, "the card has had the last ticket that there is; provision another");
		return MCKD_E_RESYNC;
	}
	if (e != MCKD_OK)
		return e;
	now->block.epoch = c->epoch;
	memcpy(now->block.last_ticket, c->last, sizeof(now->block.last_ticket));
	now->block.have_last = true;
	return MCKD_OK;
}

enum mckd_err
rotate_keep(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN], const struct rotate *q,
    int64_t rotation, struct compose *c, char *why)
{
	struct mckd_record *now = NULL, *was = mckd_record_new();
	enum mckd_err e = was == NULL ? MCKD_E_NOMEM : mckd_store_get(s, card, &now);

	why[0] = '\0';
	if (e != MCKD_OK)
		goto out;
	*was = *now;
	if ((e = may_order(now, why)) == MCKD_OK)
		e = compose(now, q, c, why);
	/* Soft behind what is not must wait for that. */
	now->strict = !q->soft || (was->pending > 0 && was->strict);
	if (e == MCKD_OK) {
		e = mckd_store_rotate(s, was, now, rotation, q->soft ? q->until : 0, c->ticket, c->n);
	} else if (q->compromised != 0 && (e == MCKD_E_RESYNC || (q->many && e == MCKD_E_USAGE))) {
		*now = *was;
		if ((e = refuse(now, q, why)) == MCKD_OK)
			e = mckd_store_rotate(s, was, now, rotation, 0, NULL, 0);
	}
out:
	mckd_record_free(now);
	mckd_record_free(was);
	return e;
}
