/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rotate.h"
#include "names.h"
#include "order.h"
#include "ui.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 512	/* cards in a transaction: a login waits for no more than these */
#define EXAMPLES 5

struct many {
	struct tool *t;
	const struct rotate *q;
	struct compose *c;
	int64_t rotation, done, bare;		/* bare: of those done, refused alone, with no ticket */
	int64_t kept, kept_rotation;		/* as last committed */
	unsigned long skipped, revoked, without, open;	/* open: in the transaction */
	unsigned examples;
	struct progress progress;
};

static enum mckd_err
close_batch(struct many *m)
{
	enum mckd_err e;

	if (m->open == 0)
		return MCKD_OK;
	m->open = 0;
	if ((e = mckd_rotation_cards(m->t->store, m->rotation, m->done)) != MCKD_OK)
		mckd_store_rollback(m->t->store);
	else
		e = mckd_store_commit(m->t->store);
	if (e == MCKD_OK) {
		m->kept = m->done;
		m->kept_rotation = m->rotation;
	}
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
tell(struct many *m, const uint8_t *card, bool done, const char *why)
{
	char id[HEX_CARD];

	progress_end(&m->progress);
	hex(card, MCKD_CARD_ID_LEN, id);
	if (++m->examples <= EXAMPLES)
		say(done ? N_("card %s: what is compromised is refused, and nothing more is recorded: %s") :
		    N_("card %s is left as it is: %s"), id, why);
	else if (m->examples == EXAMPLES + 1)
		say("... and more");
}

static enum mckd_err
one(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct many *m = arg;
	char why[MCKD_WHY] = "";
	enum mckd_err e = MCKD_OK;

	if (m->open == 0 && (e = open_batch(m)) != MCKD_OK)
		return e;
	m->open++;
	e = rotate_keep(m->t->store, card, m->q, m->rotation, m->c, why);
	if (e == MCKD_OK) {
		m->done++;
		m->bare += why[0] != '\0';
	} else if (e == MCKD_E_REVOKED && why[0] != '\0') {
		m->revoked++;
	} else if (e == MCKD_E_CARD_WRONG && why[0] != '\0') {
		m->without++;
		why[0] = '\0';
	} else if ((e == MCKD_E_USAGE || e == MCKD_E_RESYNC) && why[0] != '\0') {
		m->skipped++;
	} else if (e != MCKD_E_STORE_NOT_FOUND) {	/* removed since its ID was read */
		return e;
	}
	/* Of a card that was not done nothing was written: the batch goes on. */
	if (why[0] != '\0' && e != MCKD_E_REVOKED)
		tell(m, card, e == MCKD_OK, why);
	progress(&m->progress, m->done);
	return m->open >= BATCH ? close_batch(m) : MCKD_OK;
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

static int
stopped(struct many *m, enum mckd_err e)
{
	fail_store(m->t, e);
	if (m->kept_rotation == 0) {
		say("nothing is recorded; run it again");
		return exit_of(e);
	}
	say("recorded for %" PRId64 " cards as rotation %" PRId64 ", and NOT for the others; run it again",
	    m->kept, m->kept_rotation);
	return EX_PARTLY;
}

static int
sum(struct many *m)
{
	char indices[64];

	names_indices(m->q->compromised, indices, sizeof(indices));
	if (m->revoked > 0)
		say("%lu revoked cards left as they are", m->revoked);
	if (m->without > 0 && m->q->compromised != 0)
		say("%lu cards have none of the series numbers %s", m->without, indices);
	if (m->done > m->bare)
		printf(_("rotation %" PRId64 ": recorded for %" PRId64 " cards; the next login of each delivers it\n"),
		    m->rotation, m->done);
	else if (m->done > 0)
		printf(_("rotation %" PRId64 ": recorded for %" PRId64 " cards\n"), m->rotation, m->done);
	else
		say("no card to rotate");
	if (m->bare > 0)
		say("%" PRId64 " of them got no ticket: what is compromised is refused, and they may not be able to "
		    "log in before they are rotated again; rotate status lists them as stuck", m->bare);
	if (m->skipped > 0 && m->q->compromised != 0)
		say("%lu cards could not be rotated: their series numbers %s are STILL ACCEPTED", m->skipped, indices);
	else if (m->skipped > 0)
		say("%lu cards could not be rotated", m->skipped);
	if (m->done > 0)
		return m->skipped > 0 || m->bare > 0 ? EX_PARTLY : EX_DONE;
	return m->skipped > 0 || (m->without > 0 && m->q->application == NULL) ? EX_WRONG_USAGE : EX_STORE;
}

int
rotate_many(struct tool *t, const struct rotate *q, const char *user)
{
	struct many m = { .t = t, .q = q, .c = calloc(1, sizeof(*m.c)) };
	enum mckd_err e;

	if (m.c == NULL)
		return fail(MCKD_E_NOMEM, "rotate");
	e = all(&m, user);
	progress_end(&m.progress);
	compose_wipe(m.c);
	free(m.c);
	if (e != MCKD_OK)
		return stopped(&m, e);
	return sum(&m);
}
