/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MCKD_BLOCK_H
#define MCKD_BLOCK_H

#include <stdbool.h>
#include "keys.h"

/*
 * The client information block of WO 97/24831, figure 2: what a host knows of
 * one card. A full block holds MK and the SNs; a host block holds HTK and HDKs.
 * It describes the card as it is after the last ticket composed for it.
 * Index bits: bit 0 = index 1. Wipe with mckd_block_wipe() where ownership ends.
 */
#define MCKD_APPS_MAX 8
#define MCKD_SNS_MAX 32
#define MCKD_NAME_MAX 16
#define MCKD_PIN_LEN 12

enum mckd_mechanism {
	MCKD_SEL_CARD_RANDOM = 1, MCKD_SEL_HOST_RANDOM = 2, MCKD_SEL_DATE = 3,
	MCKD_SEL_COUNTER = 4, MCKD_SEL_PIN = 5,
	/* Mechanism 02 on the wire; the host selects by a date algorithm of its own. */
	MCKD_SEL_HOST_DATE = 0x12
};

enum { MCKD_APP_NEEDS_PIN = 1, MCKD_APP_HAS_N1 = 2, MCKD_APP_SEALED_ONLY = 4, MCKD_APP_MAY_SIGN = 8 };

struct mckd_app {
	uint8_t slot;			/* 1-8 */
	char name[MCKD_NAME_MAX + 1];
	uint8_t flags;			/* MCKD_APP_* */
	enum mckd_mechanism mechanism;
	uint32_t period;		/* seconds of the date figure */
	uint8_t ksel[MCKD_KEY_LEN];
	uint32_t present;		/* indices that have an SN */
	uint32_t retired;		/* never selected again until given a new SN */
	uint32_t compromised;		/* refused, whatever the card's epoch */
	/* The ticket from which an index was retired; 0: the block's last at the latest. */
	uint16_t retired_at[MCKD_SNS_MAX];
	bool duress;			/* logs in like any other, and raises an alert */
	uint8_t sn[MCKD_SNS_MAX][MCKD_SN_LEN];		/* full block */
	uint8_t hdk[MCKD_SNS_MAX][MCKD_KEY_LEN];	/* host block */
};

struct mckd_block {
	uint8_t card[MCKD_CARD_ID_LEN];
	enum mckd_dea dea1, dea2;
	bool full;
	uint8_t mk[MCKD_KEY_LEN];	/* full block */
	uint8_t htk[MCKD_KEY_LEN];	/* host block */
	uint16_t epoch;			/* after the last composed ticket */
	bool have_last;			/* last_ticket known; else the next ticket is a resync */
	uint8_t last_ticket[16];	/* T of it */
	unsigned napps;
	struct mckd_app app[MCKD_APPS_MAX];
};

struct mckd_app *mckd_block_app(struct mckd_block *b, uint8_t slot);		/* or NULL */
struct mckd_app *mckd_block_app_named(struct mckd_block *b, const char *name);	/* or NULL */
/* Present, not retired, not compromised. */
uint32_t mckd_app_active(const struct mckd_app *app);
/* HDK of one index and HTK, from either kind of block. MCKD_E_AUTH: no such index. */
enum mckd_err mckd_block_hdk(const struct mckd_block *b, const struct mckd_app *app,
    uint8_t index, const uint8_t host[static MCKD_HOST_ID_LEN], uint8_t out[static MCKD_KEY_LEN]);
enum mckd_err mckd_block_htk(const struct mckd_block *b,
    const uint8_t host[static MCKD_HOST_ID_LEN], uint8_t out[static MCKD_KEY_LEN]);
/*
 * What one host needs of a full block: HTK and, for these slots (bit 0 = slot 1), the HDKs of
 * active indices; none of them where keys is false. No MK, no SN.
 */
enum mckd_err mckd_block_for_host(const struct mckd_block *b, uint16_t slots, bool keys,
    const uint8_t host[static MCKD_HOST_ID_LEN], struct mckd_block *out);
/* 1-16 of a-z 0-9 . _ - */
bool mckd_app_name_valid(const char *name);
/* Text to PIN block: 4-12 of 21-7E, padded with FF. Also PUK, with min 8. */
enum mckd_err mckd_pin_block(const char *text, size_t len, size_t min, uint8_t out[static MCKD_PIN_LEN]);
const char *mckd_mechanism_name(enum mckd_mechanism m);	/* "host-random"; NULL if unknown */
bool mckd_mechanism_has_period(enum mckd_mechanism m);	/* by date */
/*
 * The PIN may choose between them, and then one date goes to the card for all. The first application
 * that selects by date, has a PIN, and has another period than one before it; NULL: none.
 */
const struct mckd_app *mckd_apps_odd_period(const struct mckd_app *app, unsigned n);
bool mckd_mechanism_parse(const char *name, enum mckd_mechanism *out);
void mckd_block_wipe(struct mckd_block *b);

#endif
