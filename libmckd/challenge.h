/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_CHALLENGE_H
#define MCKD_CHALLENGE_H

#include "card.h"

/*
 * A login from afar, as text: the challenge that a host shows as one prompt, and the reply
 * that the person's side gives (docs/PROTOCOL, "From afar"). `why` has MCKD_CHALLENGE_WHY bytes.
 */
#define MCKD_CHALLENGE_CARDS 4		/* so many are named, always */
#define MCKD_CHALLENGE_HOST 64
#define MCKD_CHALLENGE_TEXT 1000	/* a prompt's room, with the NUL */
#define MCKD_CHALLENGE_NAME 256
#define MCKD_CHALLENGE_WHY 256
#define MCKD_REPLY_TEXT 128

struct mckd_challenge {
	char host[MCKD_CHALLENGE_HOST + 1];	/* what the host calls itself: proves nothing */
	uint8_t host_id[MCKD_HOST_ID_LEN];
	char application[MCKD_NAME_MAX + 1];	/* "auto": by PIN */
	uint8_t token[16], ctx[MCKD_CTX_LEN];
	unsigned ncards;
	struct mckd_challenge_card {
		uint8_t card[MCKD_CARD_ID_LEN];
		uint8_t slot, index;		/* of AUTHENTICATE */
		uint32_t figure;
	} card[MCKD_CHALLENGE_CARDS];
};

/* The "(user@host) " that ssh, and nobody else, puts before a prompt. */
struct mckd_challenge_prefix {
	bool there;
	char user[MCKD_CHALLENGE_NAME], host[MCKD_CHALLENGE_NAME];
};

struct mckd_reply {
	uint8_t card[MCKD_CARD_ID_LEN];
	struct mckd_card_answer answer;
};

enum mckd_err mckd_challenge_write(const struct mckd_challenge *c,
    char out[static MCKD_CHALLENGE_TEXT]);
/* Is it a matter of a challenge at all, be it whole or not? */
bool mckd_challenge_hinted(const char *text);
/* Exactly one challenge and nothing unknown around it, or MCKD_E_PARSE and why. */
enum mckd_err mckd_challenge_read(const char *text, struct mckd_challenge *out,
    struct mckd_challenge_prefix *prefix, char *why);
enum mckd_err mckd_reply_write(const struct mckd_reply *r, char out[static MCKD_REPLY_TEXT]);
enum mckd_err mckd_reply_read(const char *text, struct mckd_reply *out);

#endif
