/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <string.h>
#include <syslog.h>
#include <time.h>

#include "language.h"
#include "log.h"
#include "talk.h"

/* What explains best why there is no card to use: later is better. */
static const enum mckd_err explanations[] = {
	MCKD_E_NO_READER, MCKD_E_NO_CARD, MCKD_E_CARD_IO, MCKD_E_CARD_GONE, MCKD_E_CARD_FOREIGN,
	MCKD_E_CARD_BLANK, MCKD_E_CARD_TERMINATED, MCKD_E_CARD_WRONG, MCKD_E_SUSPENDED,
	MCKD_E_REVOKED,
};

struct scan {
	struct mckd_reader list[MCKD_READERS_MAX], tried[MCKD_READERS_MAX];
	size_t n, ntried;
	enum mckd_err best;	/* explanation so far */
};

static int
rank(enum mckd_err err)
{
	for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
		if (explanations[i] == err)
			return (int)i;
	return -1;
}

static void
explain(struct scan *s, enum mckd_err err)
{
	if (rank(err) > rank(s->best))
		s->best = err;
}

/* A card that does not serve is not asked again until it is inserted again. */
static bool
tried(const struct scan *s, const struct mckd_reader *r)
{
	for (size_t i = 0; i < s->ntried; i++)
		if (s->tried[i].seen == r->seen && strcmp(s->tried[i].name, r->name) == 0)
			return true;
	return false;
}

static void
note_tried(struct scan *s, const struct mckd_reader *r)
{
	for (size_t i = 0; i < s->ntried; i++)
		if (strcmp(s->tried[i].name, r->name) == 0) {
			s->tried[i] = *r;
			return;
		}
	if (s->ntried < MCKD_READERS_MAX)
		s->tried[s->ntried++] = *r;
}

/*
 * A reader in which cards were changed quickly may not have noticed, and a card that touched
 * badly may answer after a new start.
 */
static enum mckd_err
open_card(struct mckd_auth *a, struct mckd_cardlink *link)
{
	enum mckd_err err;

	a->login.link = link;
	err = mckd_login_open(&a->login);
	if (err == MCKD_E_CARD_IO && link->ops->restart(link) == MCKD_OK)
		err = mckd_login_open(&a->login);
	return err;
}

/* MCKD_OK: this card serves, and is left selected in a->login. */
static enum mckd_err
try_reader(struct mckd_auth *a, const char *reader)
{
	struct mckd_cardlink *link = NULL;
	enum mckd_err err = mckd_pcsc_connect(a->pcsc, reader, &link);

	if (err != MCKD_OK)
		return err;
	err = open_card(a, link);
	if (err == MCKD_OK)
		return MCKD_OK;
	mckd_log(a->conf.debug ? LOG_NOTICE : LOG_DEBUG, "reader %s: %s%s%s", reader,
	    mckd_err_str(err), a->login.reason[0] != '\0' ? ": " : "", a->login.reason);
	a->login.link = NULL;
	link->ops->close(link);
	return err;
}

static enum mckd_err
scan_once(struct mckd_auth *a, struct scan *s)
{
	const char *pattern = a->conf.reader[0] != '\0' ? a->conf.reader : NULL;
	enum mckd_err err;

	s->n = MCKD_READERS_MAX;
	err = mckd_pcsc_readers(a->pcsc, pattern, s->list, &s->n);
	if (err == MCKD_E_NO_READER) {
		explain(s, err);
		return err;
	}
	if (err != MCKD_OK)
		return err;
	explain(s, s->n == 0 ? MCKD_E_NO_READER : MCKD_E_NO_CARD);
	for (size_t i = 0; i < s->n; i++) {
		if (!s->list[i].present || tried(s, &s->list[i]))
			continue;
		if ((err = try_reader(a, s->list[i].name)) == MCKD_OK)
			return MCKD_OK;
		/* The store, memory, the service: no other reader will mend that. */
		if (rank(err) < 0)
			return err;
		/* A card that is just being inserted may answer yet. */
		if (err != MCKD_E_CARD_GONE && err != MCKD_E_NO_CARD)
			note_tried(s, &s->list[i]);
		explain(s, err);
	}
	return s->best;
}

static long long
now_ms(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static enum mckd_err
wait_for(struct mckd_auth *a, struct scan *s)
{
	long long end = now_ms() + (long long)a->conf.wait * 1000, left;
	enum mckd_err err = s->best;

	if (a->conf.cue[0] != '\0')
		mckd_talk_tell(false, strcmp(a->conf.cue, MCKD_CUE) == 0 ? _(MCKD_CUE) : a->conf.cue);
	mckd_watch_ball_for(a->conf.wait);
	while ((left = end - now_ms()) > 0) {
		err = mckd_pcsc_wait(a->pcsc, (int)left);
		if (err == MCKD_E_TIMEOUT)
			continue;
		if (err != MCKD_OK)
			break;
		err = scan_once(a, s);
		if (err == MCKD_OK || rank(err) < 0 || rank(err) >= rank(MCKD_E_SUSPENDED))
			break;
	}
	mckd_watch_ball();
	return err == MCKD_E_TIMEOUT ? s->best : err;
}

enum mckd_err
mckd_find_card(struct mckd_auth *a)
{
	struct scan s = { .best = MCKD_E_NO_READER };
	enum mckd_err err = mckd_pcsc_open(&a->pcsc);

	if (err != MCKD_OK)
		return err;
	a->login.conf = &a->conf;
	a->login.store = a->store;
	err = scan_once(a, &s);
	/* The right card, and it may not be used: no other one is waited for. */
	if (err == MCKD_OK || rank(err) < 0 || rank(err) >= rank(MCKD_E_SUSPENDED) ||
	    a->conf.wait == 0 || mckd_store_prove(a->store) != MCKD_OK)
		return err;
	return wait_for(a, &s);
}
