/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_LOGIN_INSIDE_H
#define MCKD_LOGIN_INSIDE_H

#include "login.h"

/*
 * Between login.c (the decision), login_verdict.c (its end), login_send.c (to the card), login_pin.c
 * and login_judge.c (the rules), login_event.c (the record), login_afar.c (challenge and reply),
 * login_change.c and login_sign.c (what else a card is told once it has proved itself).
 */
struct mckd_exchange {
	struct mckd_card_request q;
	struct mckd_card_answer a;
	uint8_t pin[MCKD_PIN_LEN];
	bool have_pin, on_pad;
	uint8_t hdk[MCKD_KEY_LEN];	/* of the answer, once judged */
	uint16_t sw;			/* of the last command; 0: no answer */
	bool afar;			/* the answer came as a reply to a challenge */
	enum mckd_err standing;		/* afar: what the record says of the card */
	/* What follows in the same transaction once the card has proved itself; or NULL. */
	enum mckd_err (*then)(struct mckd_login *l, struct mckd_exchange *x);
	void *arg;			/* of that */
	uint16_t then_sw;
};

static inline uint16_t
mckd_slot_bit(uint8_t slot)
{
	return (uint16_t)(slot >= 1 && slot <= MCKD_APPS_MAX ? 1u << (slot - 1) : 0u);
}

/* Gets an answer, and keeps every rule of acceptance but the counter's. */
typedef enum mckd_err (*mckd_login_answer)(struct mckd_login *l, struct mckd_exchange *x);
/*
 * The one place where MCKD_OK is assigned: with an error so far it stays one; else the answer,
 * anew where another login came in between, and the counter's rule. Stores the event; to log it is the caller's.
 */
enum mckd_err mckd_login_verdict(struct mckd_login *l, struct mckd_exchange *x, enum mckd_err err,
    mckd_login_answer answer, unsigned rounds);
/* Reads the card's record anew, and judges whether it may serve this login. */
enum mckd_err mckd_login_read(struct mckd_login *l, const uint8_t card[static MCKD_CARD_ID_LEN]);
/* What is stored with the counter. Card first, that is a refusal until mckd_login_name(). */
struct mckd_event mckd_login_accepted(const struct mckd_login *l);
void mckd_login_reason(struct mckd_login *l, const char *text);
/* SELECT again, the same card: a fresh challenge and fresh tries. */
enum mckd_err mckd_login_reselect(struct mckd_login *l);
/* Sends what is pending, in order, in one transaction; settles what was receipted. */
enum mckd_err mckd_login_deliver(struct mckd_login *l);
/*
 * To a host without CK the card's result is the proof that it has taken what was queued. Should
 * this fail, the tickets go out once more at the next login.
 */
void mckd_login_settle(struct mckd_login *l, uint16_t epoch);
/* A card that could not take a soft rotation: its record as the card is. RESYNC: it must take it. */
enum mckd_err mckd_login_soften(struct mckd_login *l);
/* Sends, and once more where the first answer says that something came in between. */
enum mckd_err mckd_login_exchange(struct mckd_login *l, struct mckd_exchange *x);
/* Fills x->q with everything that does not need the card; avoid: index bits not to send. */
enum mckd_err mckd_login_prepare(struct mckd_login *l, struct mckd_exchange *x, uint32_t avoid);
/* One PC/SC transaction: AUTHENTICATE, judged, and what follows where it is asked for. */
enum mckd_err mckd_login_send(struct mckd_login *l, struct mckd_exchange *x, bool select_first);
/* Every rule of acceptance but the counter's. The result first: nothing else counts without it. */
enum mckd_err mckd_login_judge(struct mckd_login *l, struct mckd_exchange *x);
/* All that can be said about a PIN before the card hears of it. */
enum mckd_err mckd_login_judge_pin(struct mckd_login *l, const char *pin, bool shown,
    struct mckd_exchange *x, uint8_t hash[static 32]);
void mckd_login_note_miss(struct mckd_login *l, uint16_t sw);

#endif
