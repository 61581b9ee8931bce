/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_LOGIN_AFAR_H
#define MCKD_LOGIN_AFAR_H

#include "challenge.h"
#include "login.h"

/*
 * A login whose card is elsewhere: the command goes out as a challenge, the answer comes back
 * as a reply, and the decision is the local one. The token lives here alone, for one reply.
 */
struct mckd_afar {
	struct mckd_challenge challenge;
	struct {
		bool decoy;
		uint8_t source[MCKD_CARD_ID_LEN];	/* the record it was made from */
		uint32_t counter;			/* that record's, as the challenge went out */
	} of[MCKD_CHALLENGE_CARDS];
};

/*
 * For l->user, "" where no such user can be: up to MCKD_CHALLENGE_CARDS of their cards, those
 * used last, filled up with decoys. l needs conf, store, user, service, origin; no link.
 */
enum mckd_err mckd_login_challenge(struct mckd_login *l, struct mckd_afar *out);
/* THE decision, over a reply. Once: the challenge is wiped. What is no true answer is AUTH. */
enum mckd_err mckd_login_reply(struct mckd_login *l, struct mckd_afar *a, const char *text);

#endif
