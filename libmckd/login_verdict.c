/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "login_inside.h"

#include <pwd.h>
#include <stdio.h>
#include <syslog.h>

#include "log.h"

/* Another login came first: its counter is what the next command is held against. */
static enum mckd_err
read_counter(struct mckd_login *l)
{
	struct mckd_record *now = NULL;
	enum mckd_err err = mckd_store_get(l->store, l->record->block.card, &now);

	if (err == MCKD_OK)
		l->record->counter = now->counter;
	mckd_record_free(now);
	return err;
}

static enum mckd_err
accept(struct mckd_login *l, const struct mckd_exchange *x)
{
	struct mckd_event e = mckd_login_accepted(l);
	const struct mckd_accept a = { .card = l->record->block.card, .before = l->record->counter,
		.last = l->last, .user = l->user, .slot = x->a.slot, .index = x->a.index, .epoch = x->a.epoch,
		.counter = x->a.counter };

	return mckd_store_accept(l->store, &a, &e);
}

/* A full or read-only disk must not lock root out; every other rule has been kept by then. */
static bool
root_may_pass(const struct mckd_login *l, enum mckd_err accepted)
{
	struct passwd pw, *found = NULL;
	char text[4096];

	if (accepted != MCKD_E_STORE_FULL || l->conf->store_unwritable != MCKD_UNWRITABLE_ROOT ||
	    l->record->status != MCKD_CARD_ACTIVE || l->user[0] == '\0')
		return false;
	if (getpwnam_r(l->user, &pw, text, sizeof(text), &found) != 0 || found == NULL ||
	    pw.pw_uid != 0)
		return false;
	mckd_log(LOG_ALERT, "the store cannot be written: %s is let in, counter and event are lost",
	    l->user);
	return true;
}

static void
note_found(struct mckd_login *l, const struct mckd_exchange *x)
{
	const struct mckd_app *app = mckd_block_app(&l->record->block, x->a.slot);

	l->marked = false;	/* slot, for one, is about to change */
	l->index = x->a.index;
	l->epoch = x->a.epoch;
	l->duress = app != NULL && app->duress;
	l->mechanism = app != NULL ? mckd_mechanism_name(app->mechanism) : NULL;
	(void)snprintf(l->application, sizeof(l->application), "%s", app != NULL ? app->name : "");
}

static void
report(struct mckd_login *l, const struct mckd_exchange *x, enum mckd_err verdict)
{
	struct mckd_event e;

	if (l->reason[0] == '\0' && verdict != MCKD_OK)
		mckd_login_reason(l, mckd_err_str(verdict));
	l->index = x->a.index;
	l->epoch = x->a.epoch;
	e = mckd_login_event(l, verdict == MCKD_OK ? "success" : "denied");
	if (verdict == MCKD_E_CLONE)
		e.kind = "clone";
	/* A success was stored with its counter, a clone with its suspension; what anyone may send
	 * from afar is not stored. */
	if (verdict != MCKD_OK && verdict != MCKD_E_CLONE && (!x->afar || l->pin_accepted))
		(void)mckd_store_event(l->store, &e);
	if (verdict == MCKD_OK && l->duress)
		mckd_log(LOG_ALERT, "login with the duress application %s", l->application);
}

enum mckd_err
mckd_login_verdict(struct mckd_login *l, struct mckd_exchange *x, enum mckd_err err,
    mckd_login_answer answer, unsigned rounds)
{
	enum mckd_err verdict = MCKD_E_INTERNAL, accepted = MCKD_E_INTERNAL;

	for (unsigned race = 0; race < rounds && err == MCKD_OK; race++) {
		if ((race > 0 && (err = read_counter(l)) != MCKD_OK) || (err = answer(l, x)) != MCKD_OK)
			break;
		note_found(l, x);
		accepted = accept(l, x);
		if (accepted != MCKD_E_TIMEOUT)
			break;
	}
	if (err == MCKD_OK) {
		if (accepted == MCKD_OK)
			mckd_login_settle(l, x->a.epoch);
		if (accepted == MCKD_OK || root_may_pass(l, accepted))
			verdict = MCKD_OK;
		else
			err = accepted;
		if (err == MCKD_E_AUTH)
			mckd_login_reason(l, mckd_store_why(l->store));
	}
	/* To the caller that would mean a user who has no card: this one had it a moment ago. */
	if (err == MCKD_E_STORE_NOT_FOUND) {
		mckd_login_reason(l, "the card was removed from the store meanwhile");
		err = MCKD_E_CARD_WRONG;
	}
	if (verdict != MCKD_OK)
		verdict = err != MCKD_OK ? err : MCKD_E_INTERNAL;
	report(l, x, verdict);
	if (verdict == MCKD_OK)
		l->slot = x->a.slot;
	else
		mckd_wipe(l->n1, sizeof(l->n1));
	return verdict;
}
