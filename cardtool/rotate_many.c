/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rotate.h"
#include "order.h"
#include "ui.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 512	/* cards in a transaction: a login waits for no more than these */
#define EXAMPLES 5

struct many {
	struct tool *t;
	const struct rotate *q;
	struct compose *c;
	int64_t rotation, done;
	unsigned long skipped, revoked, open;	/* open: in the transaction */
	time_t told;
};

static void
progress(struct many *m, bool last)
{
	time_t now = time(NULL);

	if (m->told == 0)
		m->told = now;
	if (!last && now == m->told)
		return;
	m->told = now;
	fputs(isatty(STDERR_FILENO) ? "\r" : "cardtool: ", stderr);
	fprintf(stderr, _("%" PRId64 " cards"), m->done);
	fputs(isatty(STDERR_FILENO) && !last ? "" : "\n", stderr);
}

static enum mckd_err
close_batch(struct many *m)
{
	enum mckd_err e;

	if (m->open == 0)
		return MCKD_OK;
	m->open = 0;
	if ((e = mckd_rotation_cards(m->t->store, m->rotation, m->done)) == MCKD_OK)
		return mckd_store_commit(m->t->store);
	mckd_store_rollback(m->t->store);
	return e;
}

static enum mckd_err
open_batch(struct many *m)
{
	struct mckd_rotation r = { .until = m->q->soft ? m->q->until : 0 };
	enum mckd_err e = mckd_store_begin(m->t->store);

	if (e != MCKD_OK || m->rotation != 0)
		return e;
	/* With its first cards, so that no cut leaves a rotation of none. */
	snprintf(r.what, sizeof(r.what), "%s", m->q->what);
	if ((e = mckd_rotation_new(m->t->store, &r, &m->rotation)) != MCKD_OK)
		mckd_store_rollback(m->t->store);
	return e;
}

static void
skip(struct many *m, const uint8_t *card, const char *why)
{
	char id[HEX_CARD];

	hex(card, MCKD_CARD_ID_LEN, id);
	if (++m->skipped <= EXAMPLES)
		say("card %s is left as it is: %s", id, why);
	else if (m->skipped == EXAMPLES + 1)
		say("... and more");
}

static bool
concerns(const struct rotate *q, struct mckd_record *r)
{
	return q->application == NULL || mckd_block_app_named(&r->block, q->application) != NULL;
}

static enum mckd_err
one(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct many *m = arg;
	struct mckd_record *r = NULL;
	char why[MCKD_WHY] = "";
	enum mckd_err e = MCKD_OK;
	bool revoked = false, other = false;

	if (m->open == 0 && (e = open_batch(m)) != MCKD_OK)
		return e;
	m->open++;
	e = rotate_keep(m->t->store, card, m->q, m->rotation, m->c, why);
	if (e == MCKD_OK) {
		m->done++;
	} else if ((e == MCKD_E_USAGE || e == MCKD_E_RESYNC) && why[0] != '\0') {
		/* Nothing was written for it yet: the batch goes on. */
		if ((e = mckd_store_get(m->t->store, card, &r)) == MCKD_OK) {
			revoked = r->status == MCKD_CARD_REVOKED;
			other = !concerns(m->q, r);
		}
		mckd_record_free(r);
		m->revoked += revoked;
		if (e == MCKD_OK && !revoked && !other)
			skip(m, card, why);
	} else if (e == MCKD_E_STORE_NOT_FOUND) {
		e = MCKD_OK;	/* removed since its ID was read */
	}
	if (e == MCKD_OK && m->open >= BATCH)
		e = close_batch(m);
	progress(m, false);
	return e;
}

static enum mckd_err
all(struct many *m, const char *user)
{
	enum mckd_err e = user != NULL ? mckd_store_cards_of(m->t->store, user, one, m) :
	    mckd_store_cards(m->t->store, one, m);
	struct mckd_event ev = { .kind = "rotate", .service = "cardtool", .reason = m->q->what };

	if (e == MCKD_OK && m->done > 0) {
		if (m->open == 0 && (e = mckd_store_begin(m->t->store)) != MCKD_OK)
			return e;
		m->open++;
		e = mckd_store_event(m->t->store, &ev);
	}
	if (e == MCKD_OK && m->done > 0)
		return close_batch(m);
	if (m->open > 0)
		mckd_store_rollback(m->t->store);
	return e;
}

int
rotate_many(struct tool *t, const struct rotate *q, const char *user)
{
	struct many m = { .t = t, .q = q, .c = calloc(1, sizeof(*m.c)) };
	enum mckd_err e;

	if (m.c == NULL)
		return fail(MCKD_E_NOMEM, "rotate");
	e = all(&m, user);
	compose_wipe(m.c);
	free(m.c);
	if (m.done > 0)
		progress(&m, true);
	if (e != MCKD_OK) {
		fail_store(t, e);
		if (m.rotation != 0)
			say("what rotation %" PRId64 " recorded stays: cardtool rotate status", m.rotation);
		return m.rotation != 0 ? EX_PARTLY : exit_of(e);
	}
	if (m.revoked > 0)
		say("%lu revoked cards left as they are", m.revoked);
	if (m.done == 0) {
		say("no card to rotate");
		return m.skipped > 0 ? EX_WRONG_USAGE : EX_STORE;
	}
	printf(_("rotation %" PRId64 ": recorded for %" PRId64 " cards; the next login of each delivers it\n"),
	    m.rotation, m.done);
	if (m.skipped > 0)
		say("%lu cards could not be rotated", m.skipped);
	return m.skipped > 0 ? EX_PARTLY : EX_DONE;
}
