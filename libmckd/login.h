/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_LOGIN_H
#define MCKD_LOGIN_H

#include <stdatomic.h>
#include "card.h"
#include "conf.h"
#include "store_host.h"

/*
 * The login of WO 97/24831, figure 1, from a selected card to the verdict.
 * Two steps, for a prompt stands between them: find a card, then decide.
 */
struct mckd_login {
	const struct mckd_conf *conf;
	struct mckd_store *store;
	struct mckd_cardlink *link;		/* selected card, or NULL */
	char user[MCKD_USER_MAX + 1];		/* "": the card names the user */
	char service[MCKD_USER_MAX + 1];
	char origin[256];			/* PAM_RHOST, else PAM_TTY, else empty; see below */
	struct mckd_card_info info;
	struct mckd_record *record;
	bool marked;				/* mark is of the store as record and slots were read */
	uint64_t mark;
	uint16_t last;				/* ticket of the store's, as record was read */
	uint8_t slot;				/* 0: by PIN; after success, the one found */
	uint16_t slots;				/* that may serve here: bit 0 = slot 1 */
	bool spent;				/* the challenge of info */
	struct mckd_receipt receipt;		/* to a host without CK; epoch 0: none */
	atomic_bool pin_accepted;		/* the card said 9000 to AUTHENTICATE */
	uint8_t last_wrong[32];			/* hash of the last wrong PIN */
	bool have_last_wrong;
	/* after mckd_login_decide() said MCKD_OK */
	uint8_t index;
	uint16_t epoch;
	char application[MCKD_NAME_MAX + 1];
	const char *mechanism;			/* by which the index came; NULL: none did */
	bool duress;
	uint8_t n1[128];
	size_t n1_len;				/* where conf asks for it */
	char reason[MCKD_WHY];			/* for the log */
};

/* How the origin begins where the caller was not root: its uid, and what it said. */
#define MCKD_LOGIN_BY_SOCKET "uid="

/*
 * Selects on l->link and judges whether this card may serve this login: MCKD and
 * personalised, in the store, assigned to l->user (or to anyone, where that is ""),
 * not suspended, revoked or expired. CARD_FOREIGN, CARD_BLANK, CARD_WRONG, SUSPENDED,
 * REVOKED... On MCKD_OK record, info and slot are set.
 */
enum mckd_err mckd_login_open(struct mckd_login *l);
/* Tries left for the prompt (the most of any application in question); -1: no PIN needed. */
int mckd_login_tries(const struct mckd_login *l);
/* So few are left that only a prompt that shows them may spend one (keep_tries). */
bool mckd_login_keeps(const struct mckd_login *l);
/*
 * Delivers pending tickets, authenticates, decides: THE decision. pin is text, NULL where
 * none is needed or where the pad verifies. MCKD_OK is assigned in one place, after the
 * constant-time compare. shown_tries: the prompt that asked said how many tries are left.
 */
enum mckd_err mckd_login_decide(struct mckd_login *l, const char *pin, bool shown_tries);
/*
 * The PIN of the application in slot, from old to new; nothing of l is needed but record, info, link,
 * store, conf, slot and slots. The card proves itself first, with the old PIN sealed, and hears of the
 * new one in the same transaction. sw: of what it refused. Where it takes PINs sealed only, the new
 * one goes by a ticket and is then the only one, which needs the full block (USAGE); ordered: it is in
 * the queue, and where this fails all the same, the next login takes it to the card before it asks.
 */
enum mckd_err mckd_login_change_pin(struct mckd_login *l, const uint8_t old[static MCKD_PIN_LEN],
    const uint8_t new[static MCKD_PIN_LEN], bool *ordered, uint16_t *sw);
/*
 * The same for RESET RETRY COUNTER of the application in slot, which then has this one PIN. With its PIN
 * blocked the card proves itself by an application that needs none; one that has none such is told the
 * PUK unproved.
 */
enum mckd_err mckd_login_unblock(struct mckd_login *l, const uint8_t puk[static MCKD_PIN_LEN],
    const uint8_t new[static MCKD_PIN_LEN], uint16_t *sw);
/* And for SIGN by the application in slot, with its PIN. */
enum mckd_err mckd_login_sign(struct mckd_login *l, const uint8_t pin[static MCKD_PIN_LEN],
    const uint8_t digest[static 32], struct mckd_card_signature *out, uint16_t *sw);
/* The users whom the card (application found, slot) names; for card-first login. */
enum mckd_err mckd_login_users(struct mckd_login *l, mckd_store_user_cb cb, void *arg);
/*
 * Card first, after MCKD_OK: the login was this user's. Until then its event says that nobody was let
 * in, so it is no success either unless this is MCKD_OK.
 */
enum mckd_err mckd_login_name(struct mckd_login *l, const char *user);
/* The event of this login as far as it came, for the log; it points into l. */
struct mckd_event mckd_login_event(const struct mckd_login *l, const char *verdict);
void mckd_login_close(struct mckd_login *l);	/* frees the record, wipes; not link or store */

#endif
