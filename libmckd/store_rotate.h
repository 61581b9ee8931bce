/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_STORE_ROTATE_H
#define MCKD_STORE_ROTATE_H

#include "store.h"

/*
 * Rotations: what was ordered, for how many cards, and of each card that has not confirmed it
 * yet the selection algorithms from before. Those serve to cancel, and to know a card by that
 * may go on unchanged for a while (--soft).
 */
#define MCKD_SOFT_FOREVER INT64_MAX

struct mckd_rotation {
	int64_t id, at;
	char what[192];		/* for a person */
	int64_t cards;
	int64_t until;		/* 0: not soft */
};

struct mckd_before {
	uint16_t epoch, next;		/* the card's before; with the last ticket of the rotation */
	int64_t rotation, until;
	bool have_last, strict;
	uint8_t last_ticket[16];
	unsigned napps;
	struct {
		uint8_t slot, mechanism;
		uint32_t period, present, retired, compromised;
		uint32_t replaced;	/* SNs that the card has others of */
		uint8_t ksel[MCKD_KEY_LEN];
	} app[MCKD_APPS_MAX];
};

struct mckd_waiting {			/* a card that has not confirmed a rotation */
	uint8_t card[MCKD_CARD_ID_LEN];
	uint16_t epoch, next;
	int64_t rotation, until, last_use;
	unsigned sent;			/* 0: to no card; 1: to one; else the SW of its refusal */
#define MCKD_NO_TICKET 0xffff		/* a refusal alone: nothing is queued for the card */
	enum mckd_card_status status;
	bool full;			/* the block: this store could order more */
};

enum mckd_err mckd_rotation_new(struct mckd_store *s, const struct mckd_rotation *r, int64_t *id);
enum mckd_err mckd_rotation_cards(struct mckd_store *s, int64_t id, int64_t cards);
typedef enum mckd_err (*mckd_rotation_cb)(void *arg, const struct mckd_rotation *r);
enum mckd_err mckd_rotations(struct mckd_store *s, mckd_rotation_cb cb, void *arg);	/* oldest first */

/*
 * One card, in the transaction of the caller: what of now differs from before, and its tickets.
 * n is 0 where no ticket can be composed, and what is compromised is to be refused all the same.
 */
enum mckd_err mckd_store_rotate(struct mckd_store *s, const struct mckd_record *before,
    const struct mckd_record *now, int64_t rotation, int64_t until, const struct mckd_ticket *t, size_t n);
/* The part of it that rotate status knows a card by; where the order was no rotation alone. */
enum mckd_err mckd_before_put(struct mckd_store *s, const struct mckd_record *was,
    const struct mckd_record *now, int64_t rotation, int64_t until);
/* The card is no longer one of its rotations from this epoch on; in the transaction of the caller. */
enum mckd_err mckd_rotation_leave(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t epoch);
/* The rotation that starts at this epoch of the card: NOT_FOUND. */
enum mckd_err mckd_before_get(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t epoch, struct mckd_before *out);
/* Drops it and its tickets; the record is the caller's to put back. */
enum mckd_err mckd_before_drop(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    const struct mckd_before *b);
typedef enum mckd_err (*mckd_waiting_cb)(void *arg, const struct mckd_waiting *w);
enum mckd_err mckd_store_waiting(struct mckd_store *s, mckd_waiting_cb cb, void *arg);
/*
 * The queue after that epoch, to be sent: noted as sent before it is read, so that nothing that
 * may be on a card is ever cancelled. STORE_FULL: read all the same, and not noted.
 */
enum mckd_err mckd_store_ticket_take(struct mckd_store *s, const struct mckd_record *r, uint16_t after,
    struct mckd_ticket *list, size_t room, size_t *n);
/* How many queued tickets are part of no rotation and no resync. */
enum mckd_err mckd_store_ticket_others(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    unsigned *n);
/* A card refused tickets first-last with this SW. */
enum mckd_err mckd_store_ticket_sent(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t first, uint16_t last, unsigned sent);

#endif
