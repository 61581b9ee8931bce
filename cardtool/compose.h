/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_COMPOSE_H
#define CARDTOOL_COMPOSE_H

#include "card.h"
#include "ticket.h"

/*
 * A run of tickets: TLVs are added in pieces that must stay together, and a ticket is closed
 * where the next piece would not fit. Any error stays and is what compose_end() returns.
 */
#define COMPOSE_MAX 128		/* 8 applications of 32 SNs take 45 */

struct compose {
	enum mckd_dea dea;
	uint8_t ck[MCKD_KEY_LEN];
	uint8_t card[MCKD_CARD_ID_LEN];
	uint16_t epoch;			/* of the last one closed */
	uint8_t last[16];		/* T of it */
	uint8_t slot;			/* the application that the open ticket speaks of; 0: none */
	uint8_t plain[MCKD_TICKET_TLV_MAX];
	size_t used;
	size_t n;
	enum mckd_err err;
	struct mckd_ticket ticket[COMPOSE_MAX];	/* last: a mass rotation clears what is before it alone */
};

#define COMPOSE_PINS 4		/* of one application */

struct compose_pins {
	uint8_t slot;
	unsigned n;
	uint8_t pin[COMPOSE_PINS][MCKD_PIN_LEN];
};

/* On a blank card ck is of the transport key in MK's place, and dea MCKD_DEA_AES. */
void compose_start(struct compose *c, enum mckd_dea dea, const uint8_t ck[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint16_t epoch, const uint8_t last[static 16]);
/* By the block's own CK, epoch and last ticket. MCKD_E_RESYNC: the last ticket is not known. */
enum mckd_err compose_start_block(struct compose *c, const struct mckd_block *b);
/* One piece about an application; slot 0: about the card. */
void compose_add(struct compose *c, uint8_t slot, const uint8_t *tlvs, size_t len);
void compose_algorithm(struct compose *c, const struct mckd_app *app);
void compose_sns(struct compose *c, const struct mckd_app *app, uint32_t indices);
/* All PINs of an application; its tries full. */
void compose_pins(struct compose *c, const struct compose_pins *p);
/* An application that the card has not; pins NULL: it needs none. And one that it has no more. */
void compose_app(struct compose *c, const struct mckd_app *app, const struct compose_pins *pins);
void compose_delete(struct compose *c, uint8_t slot);
/* The whole life of a blank card up to its activation. */
void compose_blank(struct compose *c, const struct mckd_block *b, const struct compose_pins *pins,
    size_t npins, const uint8_t puk[static MCKD_PIN_LEN]);
/* The complete state, on a card that says it is as in info. PINs stay those of the card. */
void compose_resync(struct compose *c, const struct mckd_block *b, const struct mckd_card_info *info);
/* Closes the last ticket. */
enum mckd_err compose_end(struct compose *c);
void compose_wipe(struct compose *c);

#endif
