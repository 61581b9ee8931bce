/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rotate.h"
#include "names.h"
#include "order.h"
#include "table.h"
#include "ui.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 10	/* of those that are over */
#define CARDS 20	/* that nothing is wrong with */

enum state { PENDING, DELIVERED, STUCK, REVOKED, STATES };
static const char *const state_names[STATES] = { "pending", "delivered", "stuck", "revoked" };

static const struct column rotation_columns[] = {
	{ "rotation", true }, { "ordered", false }, { "what", false }, { "soft_until", false },
	{ "cards", true }, { "done", true }, { "confirmed", true }, { "pending", true },
	{ "delivered", true }, { "stuck", true }, { "revoked", true },
};
#define N_ROTATION (sizeof(rotation_columns) / sizeof(rotation_columns[0]))

static const struct column card_columns[] = {
	{ "card", false }, { "users", false }, { "rotation", true }, { "state", false }, { "why", false },
	{ "tickets", false }, { "last_use", false },
};
#define N_CARD (sizeof(card_columns) / sizeof(card_columns[0]))

struct count {
	int64_t id;
	int64_t of[STATES];
};

struct named {
	uint8_t card[MCKD_CARD_ID_LEN];
};

struct status {
	struct tool *t;
	struct table *table;
	const char *name;		/* whose alone, or NULL */
	struct named *cards;
	size_t ncards;
	struct count *counts;		/* of rotations that cards still wait for */
	size_t n;
	int64_t all, waiting;		/* waiting: of those asked for, and not revoked */
	int64_t listed, more;
};

static enum state
state_of(const struct mckd_waiting *w, char *why, size_t room)
{
	why[0] = '\0';
	/* It never takes anything again, and nobody waits for it. */
	if (w->status == MCKD_CARD_REVOKED)
		return REVOKED;
	if (w->status != MCKD_CARD_ACTIVE) {
		snprintf(why, room, "the card is suspended");
		return STUCK;
	}
	if (w->sent == MCKD_NO_TICKET) {
		snprintf(why, room, "refused alone: %s", w->full ? "rotate it again" : "the issuer must rotate it");
		return STUCK;
	}
	if (w->sent > 1) {
		snprintf(why, room, "the card refused it (%04X)", w->sent);
		return STUCK;
	}
	return w->sent == 1 ? DELIVERED : PENDING;
}

static enum mckd_err
count(struct status *s, int64_t id, enum state state)
{
	struct count *more;
	size_t i;

	for (i = s->n; i > 0; i--)
		if (s->counts[i - 1].id == id)
			break;
	if (i == 0) {
		if ((more = reallocarray(s->counts, s->n + 1, sizeof(*more))) == NULL)
			return MCKD_E_NOMEM;
		s->counts = more;
		memset(&more[s->n++], 0, sizeof(*more));
		more[s->n - 1].id = id;
		i = s->n;
	}
	s->counts[i - 1].of[state]++;
	return MCKD_OK;
}

static bool
asked_for(const struct status *s, const uint8_t *card)
{
	for (size_t i = 0; i < s->ncards; i++)
		if (memcmp(s->cards[i].card, card, MCKD_CARD_ID_LEN) == 0)
			return true;
	return s->name == NULL;
}

static enum mckd_err
count_waiting(void *arg, const struct mckd_waiting *w)
{
	struct status *s = arg;
	char why[48];

	enum state state = state_of(w, why, sizeof(why));

	s->waiting += state != REVOKED && asked_for(s, w->card);
	return count(s, w->rotation, state);
}

static enum mckd_err
card_row(void *arg, const struct mckd_waiting *w)
{
	struct status *s = arg;
	char id[HEX_CARD], users[256], rotation[24], why[48], tickets[24], used[32];
	enum state state = state_of(w, why, sizeof(why));
	const char *row[N_CARD] = { id, users, rotation, state_names[state], why, tickets, used };
	enum mckd_err e;

	if (!asked_for(s, w->card) || (state == REVOKED && s->name == NULL))
		return MCKD_OK;
	if (state != STUCK && s->name == NULL && !s->t->json && s->listed++ >= CARDS) {
		s->more++;
		return MCKD_OK;
	}
	hex(w->card, MCKD_CARD_ID_LEN, id);
	snprintf(rotation, sizeof(rotation), "%" PRId64, w->rotation);
	if (w->next == w->epoch + 1)
		snprintf(tickets, sizeof(tickets), "%u", w->next);
	else
		snprintf(tickets, sizeof(tickets), "%u-%u", w->epoch + 1, w->next);
	moment(w->last_use, used);
	if ((e = names_users(s->t, w->card, users, sizeof(users))) != MCKD_OK)
		return e;
	return table_row(s->table, row) == 0 ? MCKD_OK : MCKD_E_NOMEM;
}

static enum mckd_err
how_many(void *arg, const struct mckd_rotation *r)
{
	(void)r;
	((struct status *)arg)->all++;
	return MCKD_OK;
}

static enum mckd_err
rotation_row(void *arg, const struct mckd_rotation *r)
{
	static const struct count none;
	struct status *s = arg;
	const struct count *c = &none;
	char at[32], until[32], done[24], number[7][24];
	const char *row[N_ROTATION] = { number[0], at, r->what, until, number[1], done, number[2],
		number[3], number[4], number[5], number[6] };
	int64_t left, values[7];

	for (size_t i = 0; i < s->n; i++)
		if (s->counts[i].id == r->id)
			c = &s->counts[i];
	left = c->of[PENDING] + c->of[DELIVERED] + c->of[STUCK];
	if ((s->all-- > SHOWN && left == 0) || r->cards == 0)
		return MCKD_OK;
	moment(r->at, at);
	if (r->until == MCKD_SOFT_FOREVER)
		snprintf(until, sizeof(until), "no date");
	else
		moment(r->until, until);
	values[0] = r->id, values[1] = r->cards, values[2] = r->cards - left - c->of[REVOKED];
	values[3] = c->of[PENDING], values[4] = c->of[DELIVERED], values[5] = c->of[STUCK];
	values[6] = c->of[REVOKED];
	/* Of those not waited for; rounded down, so that 100% is all. JSON has the number alone. */
	snprintf(done, sizeof(done), "%" PRId64 "%%", 100 * (r->cards - left) / r->cards);
	for (int i = 0; i < 7; i++)
		snprintf(number[i], sizeof(number[i]), "%" PRId64, values[i]);
	return table_row(s->table, row) == 0 ? MCKD_OK : MCKD_E_NOMEM;
}

static enum mckd_err
rotations(struct tool *t, struct status *s)
{
	enum mckd_err e;

	if ((s->table = table_new(t, rotation_columns, N_ROTATION)) == NULL)
		return MCKD_E_NOMEM;
	e = mckd_rotations(t->store, rotation_row, s);
	return table_end(s->table, NULL) != 0 && e == MCKD_OK ? MCKD_E_NOMEM : e;
}

static enum mckd_err
cards(struct tool *t, struct status *s)
{
	enum mckd_err e;

	if ((s->table = table_new(t, card_columns, N_CARD)) == NULL)
		return MCKD_E_NOMEM;
	e = mckd_store_waiting(t->store, card_row, s);
	return table_end(s->table, NULL) != 0 && e == MCKD_OK ? MCKD_E_NOMEM : e;
}

static void
conclude(const struct status *s)
{
	if (s->waiting == 0 && s->name == NULL)
		fputs(_("No card waits for a rotation: it is over.\n"), stdout);
	else if (s->waiting == 0)
		printf(_("No card of %s waits for a rotation.\n"), s->name);
	else if (s->more > 0)
		printf(_("... and %" PRId64 " cards more; rotate status CARD or USER shows one\n"), s->more);
}

static enum mckd_err
show(struct tool *t, struct status *s)
{
	enum mckd_err e;

	if ((e = mckd_store_waiting(t->store, count_waiting, s)) != MCKD_OK ||
	    (e = mckd_rotations(t->store, how_many, s)) != MCKD_OK)
		return e;
	fputs(t->json ? "{\"rotations\":" : "", stdout);
	if ((e = rotations(t, s)) != MCKD_OK)
		return e;
	fputs(t->json ? ",\"cards\":" : s->waiting > 0 ? "\n" : "", stdout);
	if (t->json || s->waiting > 0)
		e = cards(t, s);
	if (t->json)
		puts("}");
	else
		conclude(s);
	return e;
}

static enum mckd_err
note_card(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct status *s = arg;
	struct named *more = reallocarray(s->cards, s->ncards + 1, sizeof(*more));

	if (more == NULL)
		return MCKD_E_NOMEM;
	s->cards = more;
	memcpy(s->cards[s->ncards++].card, card, MCKD_CARD_ID_LEN);
	return MCKD_OK;
}

/* All cards of a user, as rotate takes them. */
static enum mckd_err
whose(struct status *s)
{
	uint8_t card[MCKD_CARD_ID_LEN];
	enum mckd_err e = mckd_store_cards_of(s->t->store, s->name, note_card, s);

	if (e != MCKD_OK || s->ncards > 0)
		return e;
	e = mckd_store_find(s->t->store, s->name, card);
	return e == MCKD_OK ? note_card(s, card) : e;
}

int
rotate_status(struct tool *t, const char *name)
{
	struct status s = { .t = t, .name = name };
	enum mckd_err e = MCKD_OK;
	int rc;

	if ((rc = tool_open(t, MCKD_STORE_READ)) != -1)
		return rc;
	if (name != NULL)
		e = whose(&s);
	if (e == MCKD_OK)
		e = show(t, &s);
	free(s.counts);
	free(s.cards);
	return e == MCKD_OK ? EX_DONE : e == MCKD_E_NOMEM ? fail(e, "rotate status") : fail_store(t, e);
}
