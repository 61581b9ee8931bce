/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CARDTOOL_SIGNATURE_H
#define CARDTOOL_SIGNATURE_H

#include "card.h"

/* A detached signature as text: cardtool(8), SIGNATURES. It has one spelling alone. */
#define SIGNATURE_TEXT 512

struct signature {
	uint8_t card[MCKD_CARD_ID_LEN];
	struct mckd_card_signature s;
};

void signature_write(const struct signature *in, char out[static SIGNATURE_TEXT]);
bool signature_read(const char *text, struct signature *out);
/* SHA-256 of a file's contents. -1, or the exit status, having said why. */
int signature_digest(const char *path, uint8_t digest[static 32]);

#endif
