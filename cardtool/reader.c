/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader.h"

#include <string.h>

#include "ui.h"

int
reader_tries(const struct found *f, const struct mckd_app *app)
{
	enum { FEW = 3 };	/* 0xff: it has no PIN */

	for (unsigned i = 0; i < f->info.napps; i++) {
		unsigned n = f->info.app[i].tries;

		if (f->info.app[i].slot != app->slot || n > FEW)
			continue;
		if (n == 0) {
			say("the PIN is blocked; cardtool pin unblock takes the PUK");
			return EX_PIN_BLOCKED;
		}
		say(ngettext("application %s: %u try of the PIN left", "application %s: %u tries of the PIN left", n),
		    app->name, n);
	}
	return -1;
}

void
reader_close(struct found *f)
{
	if (f->link != NULL)
		f->link->ops->close(f->link);
	mckd_pcsc_close(f->pcsc);
	memset(f, 0, sizeof(*f));
}

/* Connects, and asks who the card is. */
static enum mckd_err
look(struct mckd_pcsc *pcsc, const char *name, struct mckd_cardlink **link, struct mckd_card_info *info)
{
	enum mckd_err e = mckd_pcsc_connect(pcsc, name, link);

	if (e != MCKD_OK)
		return e;
	if ((e = mckd_card_select(*link, info)) != MCKD_OK) {
		(*link)->ops->close(*link);
		*link = NULL;
	}
	return e;
}

/* What to say where none was the one: the plainest of what was seen. */
static enum mckd_err
worse(enum mckd_err so_far, enum mckd_err e)
{
	return so_far == MCKD_E_NO_CARD || so_far == MCKD_E_CARD_FOREIGN ? e : so_far;
}

enum mckd_err
reader_find(const struct tool *t, const uint8_t *card, struct found *out)
{
	struct mckd_reader readers[MCKD_READERS_MAX];
	enum mckd_err e, seen = MCKD_E_NO_CARD;
	struct mckd_cardlink *link = NULL;
	struct mckd_card_info info;
	size_t n = MCKD_READERS_MAX;
	unsigned fits = 0;

	memset(out, 0, sizeof(*out));
	if ((e = mckd_pcsc_open(&out->pcsc)) != MCKD_OK)
		return e;
	if ((e = mckd_pcsc_readers(out->pcsc, t->reader, readers, &n)) != MCKD_OK)
		goto out;
	if (n == 0)
		seen = MCKD_E_NO_READER;
	for (size_t i = 0; i < n; i++) {
		if (!readers[i].present)
			continue;
		if ((e = look(out->pcsc, readers[i].name, &link, &info)) != MCKD_OK) {
			seen = worse(seen, e);
			continue;
		}
		if (card != NULL && memcmp(info.card, card, MCKD_CARD_ID_LEN) != 0) {
			seen = MCKD_E_CARD_WRONG;
		} else if (fits++ == 0) {
			out->link = link;
			out->info = info;
			memcpy(out->reader, readers[i].name, sizeof(out->reader));
			continue;
		}
		link->ops->close(link);
	}
	e = fits == 1 ? MCKD_OK : fits > 1 ? MCKD_E_USAGE : seen;
out:
	if (e != MCKD_OK)
		reader_close(out);
	return e;
}

int
reader_terminated(const struct mckd_card_info *info)
{
	enum { TERMINATED = 0xff };
	char id[HEX_CARD];

	if (info->state != TERMINATED)
		return -1;
	hex(info->card, MCKD_CARD_ID_LEN, id);
	say("card %s is terminated, for good: provision another, and cardtool revoke this one where a store has it", id);
	return EX_WRONG_CARD;
}

int
reader_none(const struct tool *t)
{
	if (t->reader == NULL)
		return fail(MCKD_E_NO_READER, N_("readers"));
	say("no reader has a name like %s (cardtool readers lists them)", t->reader);
	return EX_NO_CARD;
}

int
reader_need(const struct tool *t, const uint8_t *card, struct found *out)
{
	enum mckd_err e = reader_find(t, card, out);
	char id[HEX_CARD];
	int rc;

	if (e == MCKD_OK) {
		if ((rc = reader_terminated(&out->info)) != -1)
			reader_close(out);
		return rc;
	}
	if (e == MCKD_E_USAGE) {
		say("there is more than one card; choose by --reader PATTERN (cardtool readers)");
		return EX_WRONG_USAGE;
	}
	if (e == MCKD_E_NO_READER)
		return reader_none(t);
	if (card == NULL)
		return fail(e, N_("reader"));
	hex(card, MCKD_CARD_ID_LEN, id);
	if (e == MCKD_E_CARD_WRONG || e == MCKD_E_CARD_FOREIGN)
		say("card %s is not in a reader; another card is", id);
	else
		say("card %s: %s", id, _(mckd_err_str(e)));
	return exit_of(e);
}
