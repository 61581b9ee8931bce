/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "respond.h"

#include <string.h>

enum { BLANK = 0x01, PERSONALISED = 0x07, NO_PIN = 0xff };

/* What explains best why no card answers: later is better. */
static const enum mckd_err explanations[] = {
	MCKD_E_NO_READER, MCKD_E_NO_CARD, MCKD_E_CARD_IO, MCKD_E_CARD_GONE, MCKD_E_CARD_FOREIGN,
	MCKD_E_CARD_BLANK, MCKD_E_CARD_TERMINATED, MCKD_E_CARD_WRONG, MCKD_E_CARD_REFUSED,
	MCKD_E_PIN_BLOCKED,
};

static int
rank(enum mckd_err err)
{
	for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
		if (explanations[i] == err)
			return (int)i;
	return -1;
}

/* SELECT proves nothing; but whom it is worth asking for a PIN it can say. */
static enum mckd_err
judge_pins(struct mckd_respond *r)
{
	bool found = false, open = false;

	r->tries = 0;
	for (unsigned i = 0; i < r->info.napps; i++) {
		if (r->named.slot != 0 && r->info.app[i].slot != r->named.slot)
			continue;
		if (r->info.app[i].tries == NO_PIN)
			continue;
		found = true;
		if ((r->info.app[i].flags & MCKD_APP_SEALED_ONLY) != 0)
			continue;
		open = true;
		if (r->info.app[i].tries > r->tries)
			r->tries = r->info.app[i].tries;
	}
	if (!found)
		return MCKD_E_CARD_WRONG;
	if (!open)
		return MCKD_E_CARD_REFUSED;
	return r->tries > 0 ? MCKD_OK : MCKD_E_PIN_BLOCKED;
}

enum mckd_err
mckd_respond_open(struct mckd_cardlink *link, const struct mckd_challenge *c,
    struct mckd_respond *out)
{
	enum mckd_err err;
	unsigned i = 0;

	memset(out, 0, sizeof(*out));
	if ((err = mckd_card_select(link, &out->info)) != MCKD_OK)
		return err;
	if (out->info.state != PERSONALISED)
		return out->info.state == BLANK ? MCKD_E_CARD_BLANK : MCKD_E_CARD_TERMINATED;
	while (i < c->ncards && memcmp(c->card[i].card, out->info.card, MCKD_CARD_ID_LEN) != 0)
		i++;
	if (i == c->ncards)
		return MCKD_E_CARD_WRONG;
	out->named = c->card[i];
	if ((err = judge_pins(out)) == MCKD_OK)
		out->link = link;
	return err;
}

enum mckd_err
mckd_respond_find(struct mckd_pcsc *p, const char *pattern, const struct mckd_challenge *c,
    struct mckd_respond *out)
{
	struct mckd_reader list[MCKD_READERS_MAX];
	struct mckd_cardlink *link = NULL;
	size_t n = MCKD_READERS_MAX;
	enum mckd_err err, best;

	memset(out, 0, sizeof(*out));
	if ((err = mckd_pcsc_readers(p, pattern, list, &n)) != MCKD_OK)
		return err;
	best = n == 0 ? MCKD_E_NO_READER : MCKD_E_NO_CARD;
	for (size_t i = 0; i < n; i++) {
		if (!list[i].present)
			continue;
		if ((err = mckd_pcsc_connect(p, list[i].name, &link)) == MCKD_OK) {
			if ((err = mckd_respond_open(link, c, out)) == MCKD_OK)
				return MCKD_OK;
			link->ops->close(link);
		}
		if (rank(err) < 0)
			return err;
		if (rank(err) > rank(best))
			best = err;
	}
	return best;
}

/* Inside the transaction: the card of before, the PIN, the command. */
static enum mckd_err
talk(struct mckd_respond *r, const struct mckd_challenge *c, const uint8_t pin[static MCKD_PIN_LEN],
    struct mckd_card_answer *answer)
{
	struct mckd_card_request q = { .slot = r->named.slot, .index = r->named.index,
		.figure = r->named.figure };
	struct mckd_card_info now;
	uint16_t sw = 0;
	enum mckd_err err = mckd_card_select(r->link, &now);

	if (err != MCKD_OK)
		return err;
	if (memcmp(now.card, r->info.card, MCKD_CARD_ID_LEN) != 0)
		return MCKD_E_CARD_GONE;
	memcpy(q.host, c->host_id, sizeof(q.host));
	memcpy(q.token, c->token, sizeof(q.token));
	memcpy(q.ctx, c->ctx, sizeof(q.ctx));
	err = mckd_card_verify(r->link, r->named.slot, pin, &sw);
	if (err == MCKD_E_PIN_WRONG)
		r->tries = sw & 0x0f;
	if (err != MCKD_OK)
		return err;
	/* DEA2 is for a sealed PIN, and there is none. */
	return mckd_card_authenticate(r->link, MCKD_DEA_AES, &q, answer, &sw);
}

enum mckd_err
mckd_respond(struct mckd_respond *r, const struct mckd_challenge *c, const char *pin,
    char reply[static MCKD_REPLY_TEXT])
{
	struct mckd_reply out = { .card = { 0 } };
	uint8_t block[MCKD_PIN_LEN];
	enum mckd_err err = mckd_pin_block(pin, strlen(pin), 4, block);
	int reset = 0;

	reply[0] = '\0';
	if (err == MCKD_OK && (err = r->link->ops->begin(r->link, &reset)) == MCKD_OK) {
		err = talk(r, c, block, &out.answer);
		r->link->ops->end(r->link);
	}
	mckd_wipe(block, sizeof(block));
	if (err != MCKD_OK)
		return err;
	memcpy(out.card, r->info.card, sizeof(out.card));
	return mckd_reply_write(&out, reply);
}

void
mckd_respond_close(struct mckd_respond *r)
{
	if (r->link != NULL)
		r->link->ops->close(r->link);
	memset(r, 0, sizeof(*r));
}
