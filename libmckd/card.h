/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_CARD_H
#define MCKD_CARD_H

#include <stdbool.h>
#include "cardlink.h"
#include "ticket.h"

/* The commands of docs/PROTOCOL, host side: they compose, send, and read exactly. */
struct mckd_card_info {			/* SELECT: proves nothing */
	uint16_t version;
	uint8_t card[MCKD_CARD_ID_LEN];
	uint8_t state;			/* 01 blank, 07 personalised, FF terminated */
	uint8_t dea1, dea2;
	uint16_t epoch;
	uint8_t challenge[8];
	uint8_t last_ticket[16];
	unsigned napps;
	struct { uint8_t slot, tries, flags, mechanism; } app[MCKD_APPS_MAX];
};

struct mckd_card_request {		/* AUTHENTICATE */
	uint8_t card[MCKD_CARD_ID_LEN];	/* of the card in hand: bound into the sealed PIN */
	uint8_t slot, index;		/* slot 0: by PIN */
	uint32_t figure;
	uint8_t host[MCKD_HOST_ID_LEN];
	uint8_t token[16];		/* fresh random in every command */
	uint8_t ctx[MCKD_CTX_LEN];
	bool sealed;			/* pin goes along, sealed under htk */
	uint8_t pin[MCKD_PIN_LEN];
	uint8_t htk[MCKD_KEY_LEN];
	uint8_t challenge[8];
};

struct mckd_card_answer {
	uint8_t slot, index;
	uint16_t epoch;
	uint32_t counter;
	uint8_t flags;			/* bit0 PIN verified, bit1 host authenticated */
	uint8_t nonce[16];
	uint8_t result[16];
};

/* One APDU, following 61xx and 6Cxx a bounded number of times. *sw is 9000 or the error. */
enum mckd_err mckd_card_transmit(struct mckd_cardlink *l, const uint8_t *cmd, size_t len,
    uint8_t *rsp, size_t *rsp_len, uint16_t *sw);
/* 63Cx: PIN_WRONG, 6983: PIN_BLOCKED, other: CARD_REFUSED. */
enum mckd_err mckd_card_sw_err(uint16_t sw);

enum mckd_err mckd_card_select(struct mckd_cardlink *l, struct mckd_card_info *out);
/* *sw is set whenever the card answered; tries left are its last digit. */
enum mckd_err mckd_card_verify(struct mckd_cardlink *l, uint8_t slot,
    const uint8_t pin[static MCKD_PIN_LEN], uint16_t *sw);
enum mckd_err mckd_card_change_pin(struct mckd_cardlink *l, uint8_t slot,
    const uint8_t old[static MCKD_PIN_LEN], const uint8_t new[static MCKD_PIN_LEN], uint16_t *sw);
enum mckd_err mckd_card_unblock(struct mckd_cardlink *l, uint8_t slot,
    const uint8_t puk[static MCKD_PIN_LEN], const uint8_t new[static MCKD_PIN_LEN], uint16_t *sw);
enum mckd_err mckd_card_authenticate(struct mckd_cardlink *l, enum mckd_dea dea2,
    const struct mckd_card_request *q, struct mckd_card_answer *out, uint16_t *sw);
/* Constant time: is a->result what HDK says for this request? MCKD_OK or MCKD_E_AUTH. */
enum mckd_err mckd_card_check_result(enum mckd_dea dea2, const uint8_t hdk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], const struct mckd_card_request *q,
    const struct mckd_card_answer *a);
/* Directly after AUTHENTICATE; n1 has 128 bytes of room. MCKD_E_STORE_NOT_FOUND: none there. */
enum mckd_err mckd_card_get_secret(struct mckd_cardlink *l, enum mckd_dea dea2,
    const uint8_t hdk[static MCKD_KEY_LEN], const uint8_t token[static 16],
    const uint8_t nonce[static 16], uint8_t *n1, size_t *len, uint16_t *sw);
/* Sends one ticket and checks the receipt (MCKD_E_AUTH: a wrong one). */
enum mckd_err mckd_card_ticket(struct mckd_cardlink *l, const struct mckd_ticket *t, uint16_t *sw);
/* The same by a host that holds no CK and takes any receipt: for the store that can check it. */
enum mckd_err mckd_card_ticket_keyless(struct mckd_cardlink *l, const struct mckd_ticket *t,
    uint8_t receipt[static 16], uint16_t *sw);
struct mckd_card_signature {
	uint8_t slot, index, flags;
	uint16_t epoch;
	uint32_t counter;
	uint8_t signature[16];
};
enum mckd_err mckd_card_sign(struct mckd_cardlink *l, uint8_t slot, uint8_t index,
    uint32_t figure, const uint8_t digest[static 32], struct mckd_card_signature *out, uint16_t *sw);
/* Recomputes a signature from DK. MCKD_OK or MCKD_E_AUTH. */
enum mckd_err mckd_card_check_signature(enum mckd_dea dea2, const uint8_t dk[static MCKD_KEY_LEN],
    const uint8_t card[static MCKD_CARD_ID_LEN], const uint8_t digest[static 32],
    const struct mckd_card_signature *s);

#endif
