/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_afar.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "intl.h"
#include "login_inside.h"

#define LOOK_MAX 16		/* cards of one user */
#define TEMPLATES_MAX 8
#define TEMPLATE_OF(seed) ((seed) + MCKD_CARD_ID_LEN)

struct candidate {
	uint8_t card[MCKD_CARD_ID_LEN];
	struct mckd_challenge_card named;
	int64_t last_use;
	uint32_t counter;
	bool serves;		/* active, and not expired */
};

struct list {
	struct candidate of[LOOK_MAX];
	size_t n;
};

static enum mckd_err
note_card(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct list *list = arg;

	if (list->n < LOOK_MAX)
		memcpy(list->of[list->n++].card, card, MCKD_CARD_ID_LEN);
	return MCKD_OK;
}

static bool
has_standing(enum mckd_err err)
{
	return err == MCKD_OK || err == MCKD_E_SUSPENDED || err == MCKD_E_REVOKED;
}

/* An answer from afar shows that a PIN was verified: without a PIN it would show nothing. */
static bool
has_pin(struct mckd_login *l)
{
	const struct mckd_block *b = &l->record->block;

	for (unsigned i = 0; i < b->napps; i++)
		if ((l->slots & mckd_slot_bit(b->app[i].slot)) != 0 &&
		    (b->app[i].flags & MCKD_APP_NEEDS_PIN) == 0)
			return false;
	return true;
}

/* What AUTHENTICATE would be sent to this card. CARD_WRONG: it cannot serve. */
static enum mckd_err
compose(struct mckd_login *l, struct candidate *c)
{
	struct mckd_exchange x = { .have_pin = false };
	enum mckd_err err = mckd_login_read(l, c->card), standing = err;

	if (!has_standing(err))
		return err;
	if (!has_pin(l))
		return MCKD_E_CARD_WRONG;
	err = mckd_login_prepare(l, &x, 0);
	memcpy(c->named.card, c->card, MCKD_CARD_ID_LEN);
	c->named.slot = x.q.slot;
	c->named.index = x.q.index;
	c->named.figure = x.q.figure;
	c->last_use = l->record->last_use;
	c->counter = l->record->counter;
	c->serves = standing == MCKD_OK;
	mckd_wipe(&x, sizeof(x));
	return err == MCKD_E_AUTH ? MCKD_E_CARD_WRONG : err;	/* no active index */
}

static int
by_use(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->serves != y->serves)
		return x->serves ? -1 : 1;
	return (x->last_use < y->last_use) - (x->last_use > y->last_use);
}

static void
name(struct mckd_afar *out, const struct candidate *c, bool decoy)
{
	unsigned i = out->challenge.ncards++;

	/* In order of card ID: the place of one says nothing. */
	for (; i > 0 && memcmp(out->challenge.card[i - 1].card, c->named.card, MCKD_CARD_ID_LEN) > 0; i--) {
		out->challenge.card[i] = out->challenge.card[i - 1];
		out->of[i] = out->of[i - 1];
	}
	out->challenge.card[i] = c->named;
	out->of[i].decoy = decoy;
	out->of[i].counter = c->counter;
	memcpy(out->of[i].source, c->card, MCKD_CARD_ID_LEN);
}

static enum mckd_err
name_cards(struct mckd_login *l, struct mckd_afar *out)
{
	struct list list = { .n = 0 }, fit = { .n = 0 };
	enum mckd_err err = MCKD_OK;

	if (l->user[0] != '\0')
		err = mckd_store_cards_of(l->store, l->user, note_card, &list);
	if (err != MCKD_OK && err != MCKD_E_STORE_NOT_FOUND)
		return err;
	for (size_t i = 0; i < list.n; i++) {
		err = compose(l, &list.of[i]);
		if (err == MCKD_OK)
			fit.of[fit.n++] = list.of[i];
		else if (err != MCKD_E_CARD_WRONG)
			return err;
	}
	qsort(fit.of, fit.n, sizeof(fit.of[0]), by_use);
	for (size_t i = 0; i < fit.n && i < MCKD_CHALLENGE_CARDS; i++)
		name(out, &fit.of[i], false);
	return MCKD_OK;
}

struct pick {
	char *user;
	unsigned n, at;
};

static enum mckd_err
pick_user(void *arg, const char *user, uint8_t slot)
{
	struct pick *p = arg;

	(void)slot;
	if (p->n++ == p->at)
		(void)snprintf(p->user, MCKD_USER_MAX + 1, "%s", user);
	return MCKD_OK;
}

/* One of the users of the card, who may have one application of several. */
static enum mckd_err
become_user_of(struct mckd_login *scratch, const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t draw)
{
	struct pick all = { scratch->user, 0, UINT_MAX }, one = { scratch->user, 0, 0 };
	enum mckd_err err = mckd_store_users(scratch->store, card, pick_user, &all);

	scratch->user[0] = '\0';
	if (err == MCKD_E_STORE_NOT_FOUND || (err == MCKD_OK && all.n == 0))
		return MCKD_E_CARD_WRONG;
	if (err != MCKD_OK)
		return err;
	one.at = draw % all.n;
	return mckd_store_users(scratch->store, card, pick_user, &one);
}

/*
 * A decoy has a card ID by the user's name, and is made by the block of another card and for a
 * user of that, which the name chooses too: slots, mechanisms and active sets are spread as among the cards there are.
 */
static enum mckd_err
name_decoy(struct mckd_login *scratch, const uint8_t seed[static 32], struct mckd_afar *out)
{
	struct candidate c = { .counter = UINT32_MAX };
	enum mckd_err err = MCKD_E_CARD_WRONG;

	memcpy(c.card, TEMPLATE_OF(seed), MCKD_CARD_ID_LEN);
	for (int i = 0; i < TEMPLATES_MAX && err == MCKD_E_CARD_WRONG; i++)
		if ((err = mckd_store_card_after(scratch->store, c.card, c.card)) == MCKD_OK &&
		    (err = become_user_of(scratch, c.card, seed[2 * MCKD_CARD_ID_LEN])) == MCKD_OK)
			err = compose(scratch, &c);
	if (err == MCKD_E_CARD_WRONG || err == MCKD_E_STORE_NOT_FOUND) {
		/* A store without such cards: nothing to be told from. */
		c.named.slot = strcmp(scratch->conf->application, "auto") != 0;
		err = mckd_random(&c.named.index, 1);
		c.named.index = (uint8_t)(c.named.index % 8 + 1);
	}
	if (err != MCKD_OK)
		return err;
	memcpy(c.named.card, seed, MCKD_CARD_ID_LEN);
	name(out, &c, true);
	return MCKD_OK;
}

static enum mckd_err
name_decoys(struct mckd_login *l, struct mckd_afar *out)
{
	uint8_t key[MCKD_KEY_LEN], msg[MCKD_USER_MAX + 1], seed[MCKD_PRF_MAX];
	struct mckd_login scratch = { .conf = l->conf, .store = l->store };
	size_t len = strlen(l->user);
	enum mckd_err err = mckd_store_secret(l->store, "MCKD1 DECOY", key);

	memcpy(msg + 1, l->user, len);
	for (uint8_t i = 0; out->challenge.ncards < MCKD_CHALLENGE_CARDS && err == MCKD_OK; i++) {
		msg[0] = i;
		if ((err = mckd_prf(MCKD_DEA_HMAC, key, msg, 1 + len, seed)) == MCKD_OK)
			err = name_decoy(&scratch, seed, out);
	}
	mckd_login_close(&scratch);
	mckd_wipe(key, sizeof(key));
	return err;
}

enum mckd_err
mckd_login_challenge(struct mckd_login *l, struct mckd_afar *out)
{
	struct mckd_challenge *c = &out->challenge;
	enum mckd_err err = MCKD_E_INTERNAL;

	memset(out, 0, sizeof(*out));
	if (l->store == NULL || l->conf == NULL)
		return MCKD_E_USAGE;
	/* mckd.conf holds no longer name. */
	(void)snprintf(c->application, sizeof(c->application), "%.*s", MCKD_NAME_MAX, l->conf->application);
	if ((err = name_cards(l, out)) != MCKD_OK || (err = name_decoys(l, out)) != MCKD_OK ||
	    (err = mckd_store_host_id(l->store, c->host_id)) != MCKD_OK ||
	    (err = mckd_keys_ctx(l->service, l->user, l->origin, c->ctx)) != MCKD_OK ||
	    (err = mckd_random(c->token, sizeof(c->token))) != MCKD_OK)
		mckd_wipe(out, sizeof(*out));
	return err;
}

static enum mckd_err
judge_reply(struct mckd_login *l, struct mckd_exchange *x)
{
	enum mckd_err err = mckd_login_judge(l, x);

	if (err != MCKD_OK)
		return err;
	l->pin_accepted = true;
	return x->standing;
}

/* The command that the challenge stood for. */
static void
restore(const struct mckd_challenge *c, unsigned i, struct mckd_exchange *x)
{
	memcpy(x->q.card, c->card[i].card, sizeof(x->q.card));
	x->q.slot = c->card[i].slot;
	x->q.index = c->card[i].index;
	x->q.figure = c->card[i].figure;
	memcpy(x->q.host, c->host_id, sizeof(x->q.host));
	memcpy(x->q.token, c->token, sizeof(x->q.token));
	memcpy(x->q.ctx, c->ctx, sizeof(x->q.ctx));
	x->afar = x->on_pad = true;	/* the PIN was verified where the card is */
}

/* The same work as for a card that there is, to the same end as for a wrong answer. */
static enum mckd_err
judge_decoy(struct mckd_login *l, const uint8_t card[static MCKD_CARD_ID_LEN], struct mckd_exchange *x)
{
	struct mckd_login scratch = { .conf = l->conf, .store = l->store };

	if (has_standing(mckd_login_read(&scratch, card)))
		(void)mckd_login_judge(&scratch, x);
	mckd_login_close(&scratch);
	return MCKD_E_AUTH;
}

enum mckd_err
mckd_login_reply(struct mckd_login *l, struct mckd_afar *a, const char *text)
{
	struct mckd_exchange x = { .have_pin = false };
	struct mckd_reply reply;
	enum mckd_err err = mckd_reply_read(text, &reply), verdict;
	unsigned i = 0;

	l->reason[0] = l->application[0] = '\0';
	l->pin_accepted = false;
	l->mechanism = NULL;
	if (a->challenge.ncards != MCKD_CHALLENGE_CARDS)
		return MCKD_E_USAGE;
	while (i < MCKD_CHALLENGE_CARDS &&
	    memcmp(a->challenge.card[i].card, reply.card, MCKD_CARD_ID_LEN) != 0)
		i++;
	if (i == MCKD_CHALLENGE_CARDS) {
		i = 0;
		err = MCKD_E_PARSE;
	}
	restore(&a->challenge, i, &x);
	x.a = reply.answer;
	memcpy(l->info.card, reply.card, sizeof(l->info.card));
	if (err != MCKD_OK || a->of[i].decoy) {
		mckd_login_reason(l, err != MCKD_OK ? N_("the reply is not that of a card named") :
		    N_("the reply is that of a decoy"));
		err = judge_decoy(l, a->of[i].source, &x);
	} else {
		x.standing = mckd_login_read(l, a->of[i].source);
		/* Who does not answer truly learns nothing of how the card stands. */
		err = has_standing(x.standing) ? MCKD_OK :
		    x.standing == MCKD_E_CARD_WRONG ? MCKD_E_AUTH : x.standing;
		/* The counter's rule counts from when the challenge went out. */
		if (err == MCKD_OK)
			l->record->counter = a->of[i].counter;
	}
	verdict = mckd_login_verdict(l, &x, err, judge_reply, 1);
	mckd_wipe(&x, sizeof(x));
	mckd_wipe(a, sizeof(*a));
	return verdict;
}
