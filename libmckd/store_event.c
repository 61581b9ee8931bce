/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TEXTS 8
#define TEXT_ROOM 256
#define DAY INT64_C(86400)

void
mckd_store_keep_events(struct mckd_store *s, unsigned max, unsigned days)
{
	s->events_max = max;
	s->events_days = days;
}

static enum mckd_err
prune(struct mckd_store *s)
{
	sqlite3_stmt *st;
	enum mckd_err e;

	if (s->events_max == 0 && s->events_days == 0)
		return MCKD_OK;
	if ((e = mckd_store_stmt(s, MCKD_SQL_EVENT_PRUNE, &st)) != MCKD_OK)
		return e;
	mckd_bind_int(s, st, 1, s->events_days == 0 ? 0 : (int64_t)time(NULL) - DAY * s->events_days);
	mckd_bind_int(s, st, 2, s->events_max == 0 ? INT64_MAX : s->events_max);
	return mckd_store_run(s, st, "old events cannot be removed");
}

enum mckd_err
mckd_event_insert(struct mckd_store *s, const struct mckd_event *e)
{
	const char *const texts[TEXTS] = { e->kind, e->user, e->service, e->origin, e->application,
		e->verdict, e->reason, e->mechanism };
	char text[TEXT_ROOM];
	sqlite3_stmt *st;
	enum mckd_err err = mckd_store_stmt(s, MCKD_SQL_EVENT_ADD, &st);

	if (err != MCKD_OK)
		return err;
	mckd_bind_int(s, st, 1, e->when == 0 ? (int64_t)time(NULL) : e->when);
	if (e->has_card)
		mckd_bind_card(s, st, 2, e->card);
	for (int i = 0; i < TEXTS; i++) {
		(void)snprintf(text, sizeof(text), "%s", texts[i] != NULL ? texts[i] : "");
		mckd_bind_text(s, st, 3 + i, text);
	}
	mckd_bind_int(s, st, 11, e->epoch);
	mckd_bind_int(s, st, 12, e->index);
	err = mckd_store_run(s, st, "the event cannot be stored");
	return err == MCKD_OK ? prune(s) : err;
}

enum mckd_err
mckd_store_event(struct mckd_store *s, const struct mckd_event *e)
{
	enum mckd_err err = mckd_store_begin(s);

	if (err != MCKD_OK)
		return err;
	err = mckd_event_insert(s, e);
	if (err == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return err;
}

static enum mckd_err
name(struct mckd_store *s, const struct mckd_event *e)
{
	sqlite3_stmt *st;
	enum mckd_err err = mckd_store_stmt(s, MCKD_SQL_EVENT_NAME, &st);

	if (err != MCKD_OK)
		return err;
	mckd_bind_int(s, st, 1, s->accepted);
	mckd_bind_text(s, st, 2, e->user);
	mckd_bind_text(s, st, 3, e->verdict);
	mckd_bind_text(s, st, 4, e->reason);
	err = mckd_store_run(s, st, "the event cannot be stored");
	return err == MCKD_OK && sqlite3_changes(s->db) != 1 ? mckd_event_insert(s, e) : err;
}

enum mckd_err
mckd_store_event_name(struct mckd_store *s, const struct mckd_event *e)
{
	enum mckd_err err = mckd_store_begin(s);

	if (err != MCKD_OK)
		return err;
	err = name(s, e);
	if (err == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return err;
}

static enum mckd_err
first_event(struct mckd_store *s, unsigned limit, int64_t *after)
{
	sqlite3_stmt *st;
	enum mckd_err e = MCKD_OK;

	*after = -1;
	if (limit == 0)
		return MCKD_OK;
	if ((e = mckd_store_stmt(s, MCKD_SQL_EVENT_FIRST, &st)) != MCKD_OK)
		return e;
	mckd_bind_int(s, st, 1, (int64_t)limit - 1);
	e = mckd_store_row(s, st, "the events cannot be read");
	if (e == MCKD_OK)
		*after = sqlite3_column_int64(st, 0) - 1;
	mckd_store_reset(st);
	return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
}

/* The last `limit` events (0: all), the oldest first; no lock is held while calling back. */
enum mckd_err
mckd_store_events(struct mckd_store *s, unsigned limit, mckd_store_event_cb cb, void *arg)
{
	char text[TEXTS][TEXT_ROOM];
	int64_t after, epoch, index;
	struct mckd_event ev;
	sqlite3_stmt *st;
	enum mckd_err e = first_event(s, limit, &after);

	while (e == MCKD_OK) {
		if ((e = mckd_store_stmt(s, MCKD_SQL_EVENT_NEXT, &st)) != MCKD_OK)
			return e;
		mckd_bind_int(s, st, 1, after);
		memset(&ev, 0, sizeof(ev));
		if ((e = mckd_store_row(s, st, "the events cannot be read")) == MCKD_OK) {
			bool good = mckd_column_uint(st, 3, 0xffff, &epoch) &&
			    mckd_column_uint(st, 4, 0xff, &index);

			for (int i = 0; i < TEXTS; i++)
				good = mckd_column_text(st, 5 + i, text[i], TEXT_ROOM) && good;
			ev.has_card = mckd_column_blob(st, 2, ev.card, sizeof(ev.card));
			ev.when = sqlite3_column_int64(st, 1);
			after = sqlite3_column_int64(st, 0);
			if (!good)
				e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table event");
		}
		mckd_store_reset(st);
		if (e != MCKD_OK)
			break;
		ev.epoch = (uint16_t)epoch;
		ev.index = (uint8_t)index;
		ev.kind = text[0], ev.user = text[1], ev.service = text[2], ev.origin = text[3];
		ev.application = text[4], ev.verdict = text[5], ev.reason = text[6], ev.mechanism = text[7];
		e = cb(arg, &ev);
		if (e != MCKD_OK)
			return e;
	}
	return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
}
