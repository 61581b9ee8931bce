/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_TICKET_H
#define MCKD_TICKET_H

#include "buf.h"
#include "block.h"

/*
 * Tickets: orders of the holder of CK that any host can deliver (docs/PROTOCOL,
 * TICKET). plain is a run of TLVs, at most MCKD_TICKET_TLV_MAX bytes.
 */
#define MCKD_TICKET_TLV_MAX 207
#define MCKD_TICKET_MAX 242

struct mckd_ticket {
	uint16_t epoch;
	uint8_t t[16];				/* its T, the next one's Tprev */
	uint8_t receipt[16];			/* what the card must answer */
	uint8_t len;
	uint8_t body[MCKD_TICKET_MAX];		/* epoch || E || T */
};

/* ck: mckd_keys_ck() of MK; on a blank card of the transport key, with MCKD_DEA_AES. */
enum mckd_err mckd_ticket_make(enum mckd_dea dea1, const uint8_t ck[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], uint16_t epoch, const uint8_t tprev[static 16],
    const uint8_t *plain, size_t len, struct mckd_ticket *out);
/* The same with given random bytes: for the vectors. */
enum mckd_err mckd_ticket_make_with(const uint8_t random[static 16], enum mckd_dea dea1,
    const uint8_t ck[static MCKD_KEY_LEN], const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t epoch, const uint8_t tprev[static 16], const uint8_t *plain, size_t len,
    struct mckd_ticket *out);

/* TLV writers; all append to b, which goes bad when full (mckd_buf). */
void mckd_tlv(struct mckd_buf *b, uint8_t tag, const void *value, size_t len);
void mckd_tlv_create(struct mckd_buf *b, const struct mckd_app *app, uint8_t tries);	/* 0F */
void mckd_tlv_enter(struct mckd_buf *b, uint8_t slot);					/* 0E */
void mckd_tlv_algorithm(struct mckd_buf *b, const struct mckd_app *app);	/* 01, 02 where there is one, 03 */
void mckd_tlv_sn(struct mckd_buf *b, uint8_t index, const uint8_t sn[static MCKD_SN_LEN]);	/* 04 */

#endif
