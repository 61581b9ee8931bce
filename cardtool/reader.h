/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_READER_H
#define CARDTOOL_READER_H

#include "card.h"
#include "cardtool.h"
#include "pcsc.h"

/* A card found in a reader, and what its SELECT said. */
struct found {
	struct mckd_pcsc *pcsc;
	struct mckd_cardlink *link;
	char reader[MCKD_READER_NAME];
	struct mckd_card_info info;
};

/* The card of this ID, or any MCKD card where card is NULL; several are an error. */
enum mckd_err reader_find(const struct tool *t, const uint8_t *card, struct found *out);
/* The same, with words for a person; -1, or the exit status. */
int reader_need(const struct tool *t, const uint8_t *card, struct found *out);
/* Says that there is no reader, or none of the name asked for; the exit status. */
int reader_none(const struct tool *t);
/* -1; or, of a card whose life is over, the exit status, with words for a person. */
int reader_terminated(const struct mckd_card_info *info);
/* Before a PIN is asked for: says so where not many tries are left. -1; where none is, EX_PIN_BLOCKED. */
int reader_tries(const struct found *f, const struct mckd_app *app);
void reader_close(struct found *f);

#endif
