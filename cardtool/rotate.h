/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_ROTATE_H
#define CARDTOOL_ROTATE_H

#include "compose.h"
#include "store_rotate.h"

/* What the command line of rotate asks for. */
struct rotate {
	const char *application;	/* NULL: see rotate_record() */
	bool change_mechanism;
	enum mckd_mechanism mechanism;
	bool many;			/* of more than one card: of each what it has */
	uint32_t compromised;
	unsigned long replenish;
	bool soft;
	int64_t until;			/* of soft; MCKD_SOFT_FOREVER: no date */
	char what[192];			/* all of it, for a person */
};

/*
 * rotate_record.c: changes r and composes its tickets. The application named; all, where none
 * is named and no SNs are; of many cards, all that have one of the SNs; else the only one.
 * MCKD_E_USAGE: this card cannot, and why. MCKD_E_CARD_WRONG: it is not about this card.
 */
enum mckd_err rotate_record(struct mckd_record *r, const struct rotate *q, struct compose *c, char *why);
/*
 * The whole of it for one card, kept as part of that rotation; in the caller's transaction. why
 * with MCKD_OK: what is compromised is refused, and why there is no more than that, no ticket.
 */
enum mckd_err rotate_keep(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    const struct rotate *q, int64_t rotation, struct compose *c, char *why);

struct tool;
/* rotate_many.c: no card is looked for in a reader. user NULL: all cards. The exit status. */
int rotate_many(struct tool *t, const struct rotate *q, const char *user);
/* rotate_status.c: name NULL: all. */
int rotate_status(struct tool *t, const char *name);
/* rotate_cancel.c */
int rotate_cancel(struct tool *t, const char *name);

#endif
