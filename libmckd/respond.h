/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_RESPOND_H
#define MCKD_RESPOND_H

#include "challenge.h"
#include "pcsc.h"

/* The person's side of a login from afar: the card that a challenge names, and its answer. */
struct mckd_respond {
	struct mckd_cardlink *link;
	struct mckd_card_info info;
	struct mckd_challenge_card named;
	int tries;			/* left, of the PIN that will be asked for */
};

/*
 * Is the card on link one that the challenge names, and can it answer? CARD_WRONG, CARD_BLANK...;
 * CARD_REFUSED: it takes its PIN sealed only; PIN_BLOCKED. Fills all of out.
 */
enum mckd_err mckd_respond_open(struct mckd_cardlink *link, const struct mckd_challenge *c,
    struct mckd_respond *out);
/* The first such card in a reader whose name fits pattern (NULL: any); the best explanation. */
enum mckd_err mckd_respond_find(struct mckd_pcsc *p, const char *pattern,
    const struct mckd_challenge *c, struct mckd_respond *out);
/* SELECT, VERIFY, AUTHENTICATE in one transaction. PIN_WRONG: r->tries is what is left. */
enum mckd_err mckd_respond(struct mckd_respond *r, const struct mckd_challenge *c, const char *pin,
    char reply[static MCKD_REPLY_TEXT]);
void mckd_respond_close(struct mckd_respond *r);

#endif
