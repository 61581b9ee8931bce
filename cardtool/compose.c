/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compose.h"

#include <stddef.h>
#include <string.h>

enum { TLV_ENTER = 0x0e, TLV_CREATE = 0x0f, TLV_FULL = 0x05, TLV_PINS = 0x06, TLV_FLAGS = 0x08,
	TLV_DELETE = 0x09, TLV_MK = 0x20, TLV_DEAS = 0x21, TLV_PUK = 0x22, TLV_ACTIVATE = 0x23 };
#define PIN_TRIES 8
#define ENTER_LEN 3

void
compose_start(struct compose *c, enum mckd_dea dea, const uint8_t ck[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint16_t epoch, const uint8_t last[static 16])
{
	memset(c, 0, offsetof(struct compose, ticket));
	c->dea = dea;
	memcpy(c->ck, ck, sizeof(c->ck));
	memcpy(c->card, card, sizeof(c->card));
	c->epoch = epoch;
	memcpy(c->last, last, sizeof(c->last));
}

enum mckd_err
compose_start_block(struct compose *c, const struct mckd_block *b)
{
	uint8_t ck[MCKD_KEY_LEN];
	enum mckd_err e;

	memset(c, 0, offsetof(struct compose, ticket));
	c->err = MCKD_E_INTERNAL;
	if (!b->full)
		return MCKD_E_USAGE;
	if (!b->have_last)
		return MCKD_E_RESYNC;
	if ((e = mckd_keys_ck(b->dea1, b->mk, b->card, ck)) == MCKD_OK)
		compose_start(c, b->dea1, ck, b->card, b->epoch, b->last_ticket);
	mckd_wipe(ck, sizeof(ck));
	return e;
}

static void
close_ticket(struct compose *c)
{
	struct mckd_ticket *t = &c->ticket[c->n];

	if (c->used == 0 || c->err != MCKD_OK)
		return;
	if (c->n == COMPOSE_MAX || c->epoch == 0xffff) {
		c->err = MCKD_E_USAGE;
		return;
	}
	c->err = mckd_ticket_make(c->dea, c->ck, c->card, (uint16_t)(c->epoch + 1), c->last, c->plain,
	    c->used, t);
	if (c->err != MCKD_OK)
		return;
	c->n++;
	c->epoch = t->epoch;
	memcpy(c->last, t->t, sizeof(c->last));
	mckd_wipe(c->plain, sizeof(c->plain));
	c->used = 0;
	c->slot = 0;
}

void
compose_add(struct compose *c, uint8_t slot, const uint8_t *tlvs, size_t len)
{
	bool create = len > 0 && tlvs[0] == TLV_CREATE;

	if (c->used + len + ENTER_LEN > sizeof(c->plain))
		close_ticket(c);
	if (c->err != MCKD_OK)
		return;
	if (len + ENTER_LEN > sizeof(c->plain)) {
		c->err = MCKD_E_INTERNAL;
		return;
	}
	if (slot != 0 && slot != c->slot && !create) {
		c->plain[c->used++] = TLV_ENTER;
		c->plain[c->used++] = 1;
		c->plain[c->used++] = slot;
	}
	if (slot != 0)
		c->slot = slot;
	memcpy(c->plain + c->used, tlvs, len);
	c->used += len;
}

/* Adds what b was given since it stood over all of piece, and wipes it. */
static void
add_piece(struct compose *c, uint8_t slot, const struct mckd_buf *b, uint8_t *piece, size_t size)
{
	if (b->bad && c->err == MCKD_OK)
		c->err = MCKD_E_INTERNAL;
	compose_add(c, slot, piece, size - b->left);
	mckd_wipe(piece, size);
}

/*
 * Retired on the card is also what has no SN here, for a card may hold more of them than its
 * store: both sides must select from the same set.
 */
static void
put_algorithm(struct mckd_buf *b, const struct mckd_app *app)
{
	struct mckd_app sent = *app;

	sent.retired = ~mckd_app_active(app);
	mckd_tlv_algorithm(b, &sent);
	mckd_wipe(&sent, sizeof(sent));
}

void
compose_algorithm(struct compose *c, const struct mckd_app *app)
{
	uint8_t piece[64];
	struct mckd_buf b = mckd_buf_over(piece, sizeof(piece));

	put_algorithm(&b, app);
	add_piece(c, app->slot, &b, piece, sizeof(piece));
}

void
compose_sns(struct compose *c, const struct mckd_app *app, uint32_t indices)
{
	uint8_t piece[2 + 1 + MCKD_SN_LEN];

	for (uint8_t i = 0; i < MCKD_SNS_MAX; i++) {
		struct mckd_buf b = mckd_buf_over(piece, sizeof(piece));

		if ((indices >> i & 1) == 0)
			continue;
		mckd_tlv_sn(&b, (uint8_t)(i + 1), app->sn[i]);
		add_piece(c, app->slot, &b, piece, sizeof(piece));
	}
}

void
compose_pins(struct compose *c, const struct compose_pins *p)
{
	uint8_t piece[2 + COMPOSE_PINS * MCKD_PIN_LEN + 2];
	struct mckd_buf b = mckd_buf_over(piece, sizeof(piece));

	mckd_tlv(&b, TLV_PINS, p->pin, p->n * MCKD_PIN_LEN);
	mckd_tlv(&b, TLV_FULL, NULL, 0);
	add_piece(c, p->slot, &b, piece, sizeof(piece));
}

static void
create(struct compose *c, const struct mckd_app *app)
{
	uint8_t piece[2 + 3 + MCKD_NAME_MAX];
	struct mckd_buf b = mckd_buf_over(piece, sizeof(piece));

	mckd_tlv_create(&b, app, PIN_TRIES);
	add_piece(c, app->slot, &b, piece, sizeof(piece));
}

void
compose_app(struct compose *c, const struct mckd_app *app, const struct compose_pins *pins)
{
	create(c, app);
	compose_sns(c, app, app->present);
	compose_algorithm(c, app);
	if (pins != NULL)
		compose_pins(c, pins);
}

void
compose_delete(struct compose *c, uint8_t slot)
{
	static const uint8_t gone[2] = { TLV_DELETE, 0 };

	compose_add(c, slot, gone, sizeof(gone));
	c->slot = 0;
}

void
compose_blank(struct compose *c, const struct mckd_block *b, const struct compose_pins *pins,
    size_t npins, const uint8_t puk[static MCKD_PIN_LEN])
{
	const uint8_t deas[2] = { (uint8_t)b->dea1, (uint8_t)b->dea2 };
	uint8_t piece[2 + MCKD_KEY_LEN + 4 + 2 + MCKD_PIN_LEN + 2];
	struct mckd_buf p = mckd_buf_over(piece, sizeof(piece));

	for (unsigned i = 0; i < b->napps; i++) {
		const struct compose_pins *its = NULL;

		for (size_t k = 0; k < npins; k++)
			if (pins[k].slot == b->app[i].slot)
				its = &pins[k];
		compose_app(c, &b->app[i], its);
	}
	mckd_tlv(&p, TLV_MK, b->mk, MCKD_KEY_LEN);
	mckd_tlv(&p, TLV_DEAS, deas, sizeof(deas));
	mckd_tlv(&p, TLV_PUK, puk, MCKD_PIN_LEN);
	mckd_tlv(&p, TLV_ACTIVATE, NULL, 0);
	add_piece(c, 0, &p, piece, sizeof(piece));
}

static bool
card_has(const struct mckd_card_info *info, uint8_t slot)
{
	for (unsigned i = 0; i < info->napps; i++)
		if (info->app[i].slot == slot)
			return true;
	return false;
}

void
compose_resync(struct compose *c, const struct mckd_block *b, const struct mckd_card_info *info)
{
	for (unsigned i = 0; i < info->napps; i++) {
		bool known = false;

		for (unsigned k = 0; k < b->napps; k++)
			known = known || b->app[k].slot == info->app[i].slot;
		if (!known)
			compose_delete(c, info->app[i].slot);
	}
	for (unsigned k = 0; k < b->napps; k++) {
		const struct mckd_app *app = &b->app[k];
		uint8_t piece[64];
		struct mckd_buf p = mckd_buf_over(piece, sizeof(piece));

		if (!card_has(info, app->slot))
			create(c, app);
		/* Together: neither flags nor mechanism may stand without the other. */
		mckd_tlv(&p, TLV_FLAGS, &app->flags, 1);
		put_algorithm(&p, app);
		add_piece(c, app->slot, &p, piece, sizeof(piece));
		compose_sns(c, app, app->present);
	}
}

enum mckd_err
compose_end(struct compose *c)
{
	close_ticket(c);
	if (c->err == MCKD_OK && c->n == 0)
		c->err = MCKD_E_INTERNAL;
	return c->err;
}

void
compose_wipe(struct compose *c)
{
	mckd_wipe(c, sizeof(*c));
}
